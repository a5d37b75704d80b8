"""Behind the owners' door: the money of the own estate, line by line, the own home's balance, questions. The estate comes
from the session alone; no address names one."""

from datetime import date, timedelta

from flask import Response, flash, request, session

from disclosure.ledger import api as ledger
from disclosure.owners import money, queries
from disclosure.owners.api import COOKIE
from disclosure.owners.forms import QuestionForm
from disclosure.owners.models import FundQuestion
from disclosure.owners.service import questions, sessions
from disclosure.owners.views.blueprint import me, own_bp, owner_page, see_other
from disclosure.reports import api as reports
from portal.deadlines import api as deadlines
from portal.kernel import clock
from portal.kernel.db import transaction
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.files import store
from portal.kernel.i18n import _
from portal.kernel.periods import Month, Quarter
from portal.kernel.settings import settings
from portal.kernel.web import cookie_name, owner, request_session

A_YEAR = timedelta(days=400)


def _quarter(text: str) -> Quarter:
    try:
        return Quarter.parse(text)
    except (DomainError, ValueError) as error:
        raise NotFound(_("没有这个季度。")) from error


def _month(text: str) -> Month:
    try:
        return Month.parse(text) if text else Month.of(clock.today())
    except (DomainError, ValueError) as error:
        raise NotFound(_("没有这个月份。")) from error


@own_bp.get("")
@owner
def index() -> str:
    """The money of my estate in ten seconds: the last quarter that is over."""
    return _money(money.last_quarter(clock.today()))


@own_bp.get("/quarters/<quarter>", endpoint="quarter")
@owner
def quarter_page(quarter: str) -> str:
    """Another quarter."""
    return _money(_quarter(quarter))


def _money(quarter: Quarter) -> str:
    db, mine, today = request_session(), me(), clock.today()
    cells = reports.cells(db, [mine.estate_code], since=today - A_YEAR, until=today, on=today)
    open_ones = queries.open_by_estate(db, today, [mine.estate_code]).get(mine.estate_code, 0)
    newer = quarter.next if quarter.next.first <= today else None
    return owner_page(
        "owners/money.html", here="index", quarter=quarter, groups=money.groups(db, mine.estate_code, quarter),
        older=quarter.previous, newer=newer, category_name=ledger.category_name, open_questions=open_ones,
        overdue=[cell for cell in cells if cell.is_overdue], report_name=_report_name,
        running=quarter.last >= today,
    )  # fmt: skip


def _report_name(code: str) -> str:
    return reports.kind(code).name


@own_bp.get("/quarters/<quarter>/<fund>/<category>", endpoint="category")
@owner
def category_page(quarter: str, fund: str, category: str) -> str:
    """One source or use in a quarter: its lines, and where the money went."""
    db, mine, asked = request_session(), me(), _quarter(quarter)
    known = ledger.category_by_code().get(category)
    if known is None or fund not in dict(money.GROUPS):
        raise NotFound(_("没有这个收支项目。"))
    entries, folds = money.lines(db, mine.estate_code, asked.first, asked.last, fund, category)
    total = sum(one.amount_fen for one in entries) + sum(one.in_fen - one.out_fen for one in folds)
    whole = (group for group in money.groups(db, mine.estate_code, asked) if group.name == fund)
    return owner_page(
        "owners/category.html", here="index", quarter=asked, category=known, fund=fund, entries=entries, folds=folds,
        total=total, shown=money.shown, category_name=ledger.category_name, is_income=total >= 0,
        fate=next(whole, None) if total > 0 else None,
    )  # fmt: skip


@own_bp.get("/lines")
@owner
def lines() -> str:
    """A month line by line."""
    db, mine, today = request_session(), me(), clock.today()
    month = _month(request.args.get("month", ""))
    entries, folds = money.lines(db, mine.estate_code, month.first, month.last)
    newer = month.next if month.next.first <= today else None
    return owner_page(
        "owners/lines.html", here="lines", month=month, older=month.previous, newer=newer, entries=entries, folds=folds,
        shown=money.shown, category_name=ledger.category_name,
    )  # fmt: skip


def _ref(year: int, number: int) -> str:
    return f"fund-line:{year}-{number}"


@own_bp.get("/lines/<int:year>-<int:number>")
@owner
def line(year: int, number: int) -> str:
    """One line with its pieces, vouchers, and what owners asked about it."""
    db, mine, ref = request_session(), me(), _ref(year, number)
    pieces = questions.own_line(db, mine, ref)
    about = (FundQuestion.estate_code == mine.estate_code, FundQuestion.line_id == number, FundQuestion.year == year)
    asked = queries.question_records(db, *about)
    return owner_page(
        "owners/line.html", here="lines", ref=ref, pieces=pieces, vouchers=ledger.vouchers_of(db, [ref]),
        shown=money.shown, category_name=ledger.category_name, asked=asked, year=year, number=number, me_id=mine.id,
    )  # fmt: skip


@own_bp.get("/lines/<int:year>-<int:number>/vouchers/<voucher_id>")
@owner
def voucher(year: int, number: int, voucher_id: str) -> Response:
    """The redacted copy of a voucher of a line of the own estate."""
    db, ref = request_session(), _ref(year, number)
    questions.own_line(db, me(), ref)
    found = next((one for one in ledger.vouchers_of(db, [ref]) if one.id == voucher_id and one.sha256), None)
    if found is None or found.sha256 is None:
        raise NotFound(_("没有找到这份凭证，或者还没有公开。"))
    return Response(store().read(found.sha256), content_type=found.public_media_type)


@own_bp.get("/home")
@owner
def home() -> str:
    """The own home's balance of the maintenance fund, and nobody else's."""
    found = queries.balances(request_session(), me().unit_id)
    return owner_page("owners/home.html", here="home", balances=found, since=me().since)


@own_bp.get("/questions", endpoint="questions")
@owner
def questions_page() -> str:
    """What I asked, and what the estate's owners asked that is answered."""
    db, mine = request_session(), me()
    own = questions.of_owner(db, mine)
    others = [
        one.public for one in queries.question_records(db, FundQuestion.estate_code == mine.estate_code, limit=100)
    ]
    known = {one.public.id for one in own}
    return owner_page(
        "owners/questions.html", here="questions", own=own, due=_due(own),
        others=[one for one in others if one.answers and one.id not in known],
        waiting=sum(not one.answers for one in others),
    )  # fmt: skip


def _due(own: list[queries.QuestionRecord]) -> dict[str, date]:
    subjects = {f"fund-question:{one.public.id}": one.public.id for one in own if not one.seq}
    found = deadlines.of_subjects(request_session(), list(subjects))
    return {subjects[subject]: views[-1].last_day for subject, views in found.items() if views}


@own_bp.get("/questions/new")
@owner
def ask_form() -> str:
    """Ask about a line (``?line=2026-123``) or about the funds as a whole."""
    return _ask_page(QuestionForm(of_line=bool(_asked_ref())))


def _asked_ref() -> str:
    line = request.args.get("line", "")[:30]
    return f"fund-line:{line}" if line else ""


def _ask_page(form: QuestionForm) -> str:
    ref = _asked_ref()
    pieces = questions.own_line(request_session(), me(), ref) if ref else []
    rule = deadlines.rule(questions.RULE)
    return owner_page(
        "owners/ask_about.html", here="questions", form=form, ref=ref, pieces=pieces, shown=money.shown, rule=rule,
        has_errors=bool(form.errors), longest=questions.LONGEST,
    )  # fmt: skip


@own_bp.post("/questions/new")
@owner
def ask() -> Response | tuple[str, int]:
    """Put the question."""
    ref = _asked_ref()
    form = QuestionForm(of_line=bool(ref))
    if not form.validate():
        return _ask_page(form), 422
    try:
        with transaction() as db:
            questions.ask(db, me(), form.kind.data, ref, form.text.data, on=clock.today())
    except (Conflict, NotFound):
        raise
    except DomainError as error:
        form.text.errors = [str(error)]
        return _ask_page(form), 422
    flash(_("已经提交。答复会在本页公开；逾期没有答复的，计入公开的统计。"), "ok")
    return see_other("my_estate.questions")


@own_bp.post("/leave")
@owner
def leave() -> Response:
    """End this session."""
    with transaction() as db:
        sessions.leave(db, request.cookies.get(cookie_name(COOKIE), ""))
    session.clear()
    response = see_other("owners.start")
    response.delete_cookie(cookie_name(COOKIE), path="/", secure=settings().secure_cookies)
    return response
