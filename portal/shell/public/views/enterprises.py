"""Find a company, and the page of one company."""

from datetime import date, datetime

from flask import Response, render_template, request
from wtforms.validators import ValidationError

from portal.kernel import clock
from portal.kernel.i18n import _
from portal.kernel.web import public, request_session
from portal.registry import api as registry
from portal.shell.errors import answer
from portal.shell.public import enterprise, fields, search
from portal.shell.public.answers import Table, json_answer, query_text, table_answer
from portal.shell.public.bidder.forms import instant_of
from portal.shell.public.views.blueprint import PAGE, TABLES, asked, bp, file_stamp, page_number, pages_of
from scoring.credit import api as credit


def _bare(code: str) -> str:
    """A credit code as stored: capitals, without the gaps that people write."""
    return code.replace(" ", "").replace("-", "").upper()


def _day() -> tuple[date, str]:
    """The day asked for (today when none is), and what is wrong with it."""
    text, today = asked("as_of", 10), clock.today()
    if not text:
        return today, ""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today, _("日期“%(value)s”写法不对，请按2026-03-01的格式填写。", value=text)
    if day > today:
        return today, _("日期不能晚于今天。")
    return day, ""


def _moment() -> tuple[date, datetime | None, str]:
    """The day and the state of knowledge asked for, and what is wrong with them."""
    day, problem = _day()
    try:
        return day, instant_of(asked("known_at", 30)), problem
    except ValidationError as error:
        return day, None, problem or str(error)


@bp.get("/enterprises")
@public
def enterprises() -> str:
    """Search by name, pinyin, initials or unified social credit code."""
    q, page = asked("q"), page_number()
    found, total = search.companies(request_session(), q, limit=PAGE, offset=(page - 1) * PAGE)
    return render_template(
        "public/enterprises.html", q=q, found=found, total=total, page=page, pages=pages_of(total),
        link=lambda n: query_text(page=n), shown_query=query_text(), on=clock.today(),
        code_help=registry.credit_code_help(q),
    )  # fmt: skip


@bp.get(f"/enterprises.<{TABLES}:ending>")
@public
def enterprises_table(ending: str) -> Response:
    """Every company that the search finds."""
    q = asked("q")
    found, total = search.companies(request_session(), q)
    about = {"total": total, "q": q or None, "as_of": clock.today().isoformat()}
    rows = [company.row for company in found]
    return table_answer(Table(f"enterprises-{file_stamp()}", search.COMPANY_COLUMNS, rows, about), ending)


@bp.get("/enterprises/<uscc>", endpoint="enterprise")
@public
def enterprise_page(uscc: str) -> str | tuple[str, int]:
    """One company on a day."""
    day, known_at, problem = _moment()
    db = request_session()
    found = enterprise.record(db, _bare(uscc), day, known_at)
    page = render_template(
        "public/enterprise.html", found=found, names=registry.divisions(db), problem=problem, on=clock.today(),
        base=request.path, shown_query=query_text(), has_errors=bool(problem), estate_names=_estate_names(found),
        points=fields.points, whole=fields.whole, explained=credit.explained, known_text=asked("known_at", 30),
    )  # fmt: skip
    return (page, 422) if problem else page


def _estate_names(found: enterprise.Record) -> dict[str, str]:
    """Names of the estates that events and entries speak of."""
    codes = {event.estate_code for event in found.credit.events if event.estate_code}
    codes |= {entry.subject for entry in found.entries if entry.subject_type == "estate"}
    return registry.estate_names(request_session(), codes) if codes else {}


@bp.get("/enterprises/<uscc>.json")
@public
def enterprise_json(uscc: str) -> Response | tuple[str, int]:
    """The same record as JSON."""
    day, problem = _day()
    if problem:
        return answer(422, problem)
    db = request_session()
    return json_answer(enterprise.content(db, enterprise.record(db, _bare(uscc), day)))


@bp.get("/enterprises/<uscc>.<any(csv, xlsx):ending>")
@public
def enterprise_table(uscc: str, ending: str) -> Response:
    """The estates that the company serves."""
    day, known_at, _problem = _moment()
    found = enterprise.record(request_session(), _bare(uscc), day, known_at)
    rows = [enterprise.served_row(one) for one in found.served]
    name = f"estates-{found.view.uscc}-{found.as_of.isoformat()}"
    return table_answer(Table(name, enterprise.SERVED, rows, {}), ending)
