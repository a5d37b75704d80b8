"""An estate's decisions on spending with what breaks them, and its budget beside what was spent."""

from datetime import date

from flask import Response, flash, render_template, request, url_for

from disclosure.funds import api as funds
from disclosure.ledger import decisions, papers, places, policy, queries
from disclosure.ledger.categories import categories
from disclosure.ledger.decisions import Figures
from disclosure.ledger.forms import ReasonForm, VoteForm, budget_of, centi_of, fen_of
from disclosure.ledger.service import spending, vouchers
from disclosure.ledger.service.spending import Vote
from disclosure.ledger.views.blueprint import bp, refused, see_other
from disclosure.ledger.views.words import vote_text
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, request_session

FIRST_YEAR = 2000


def _vote_form(**more: object) -> VoteForm:
    form = VoteForm(**more)
    form.kind.choices = [(kind, vote_text(kind)) for kind in ("committee", "owners")]
    return form


def _approvals(estate: str, form: VoteForm, reason: ReasonForm | None = None) -> str:
    db, today = request_session(), clock.today()
    place = places.readable(db, actor(), estate)
    listed = papers.approvals_of(db, [estate])
    entries = queries.entries_of(db, funds.accounts(db, [estate]), date(today.year - 1, 1, 1), today)
    return render_template(
        "ledger/approvals.html", place=place, approvals=listed, breaches=papers.breaches(db, entries, listed), form=form,
        reason_form=reason or ReasonForm(formdata=None), rules=decisions.spending_rules(), check=decisions.price_check(),
        may=policy.may_classify(actor(), place.division_code, place.uscc), since=date(today.year - 1, 1, 1),
    )  # fmt: skip


@bp.get("/disclosure/ledger/estates/<estate>/approvals")
@needs(Permission.FUNDS_READ)
def approvals(estate: str) -> str:
    """Decisions, and spending of this year and the last that lacks one."""
    return _approvals(estate, _vote_form(formdata=None))


@bp.post("/disclosure/ledger/estates/<estate>/approvals")
@needs(Permission.FUNDS_CLASSIFY)
def record_approval(estate: str) -> Response | tuple[str, int]:
    """Keep a decision with its figures and document."""
    form = _vote_form()
    if not form.validate():
        return _approvals(estate, form), 422
    try:
        vote = _vote(form)
    except DomainError as error:
        form.form_errors.append(str(error))
        return _approvals(estate, form), 422
    if problem := refused(lambda db: spending.record_vote(db, actor(), estate, vote, on=clock.today())):
        form.form_errors.append(problem)
        return _approvals(estate, form), 422
    flash(_("决定已登记，请在支出的流水页面关联。"), "ok")
    return see_other(url_for("ledger.approvals", estate=estate))


def _vote(form: VoteForm) -> Vote:
    areas = [form.eligible_area.data, form.present_area.data, form.favour_area.data]
    if any(areas) and not all(areas):
        raise DomainError(_("请填写全部三项面积。"))
    return Vote(
        kind=form.kind.data, number=form.number.data, title=form.title.data, decided_on=form.decided_on.data,
        limit_fen=fen_of(form.limit.data), heads=Figures(form.eligible.data, form.present.data, form.in_favour.data),
        area=Figures(*(centi_of(text) for text in areas)) if all(areas) else None,
        document=form.document.data.read(vouchers.MAX_FILE + 1),
    )  # fmt: skip


@bp.post("/disclosure/ledger/estates/<estate>/approvals/<approval_id>/withdraw")
@needs(Permission.FUNDS_CLASSIFY)
def withdraw_approval(estate: str, approval_id: str) -> Response | tuple[str, int]:
    """A decision allows nothing any more."""
    form = ReasonForm()
    known = {one.id for one in papers.approvals_of(request_session(), [estate])}
    if approval_id not in known:
        raise NotFound(_("没有找到这项决定。"))
    if not form.validate():
        return _approvals(estate, _vote_form(formdata=None), form), 422
    refused(lambda db: spending.withdraw_vote(db, actor(), approval_id, reason=form.reason.data or ""))
    flash(_("决定已撤回。"), "ok")
    return see_other(url_for("ledger.approvals", estate=estate))


# --- budget -----------------------------------------------------------------------------------------------------------


def _budget(estate: str, year: int, problem: str = "") -> str:
    if not FIRST_YEAR <= year <= clock.today().year + 1:
        raise NotFound(_("没有这一年的预算。"))
    db = request_session()
    place = places.readable(db, actor(), estate)
    made = papers.budgets(db, estate, year)
    return render_template(
        "ledger/budget.html", place=place, year=year, lines=papers.budget_lines(db, estate, year), made=made,
        categories=categories(), typed=request.form, last=clock.today().year + 1, first=FIRST_YEAR,
        may=policy.may_classify(actor(), place.division_code, place.uscc), tolerance=decisions.variance_bp(),
        errors=[{"text": problem, "href": "#budget"}] if problem else [],
    )  # fmt: skip


@bp.get("/disclosure/ledger/estates/<estate>/budget/<int:year>")
@needs(Permission.FUNDS_READ)
def budget(estate: str, year: int) -> str:
    """Budget and actual figures of a year, with the reasons for what differs."""
    return _budget(estate, year)


@bp.post("/disclosure/ledger/estates/<estate>/budget/<int:year>")
@needs(Permission.FUNDS_CLASSIFY)
def set_budget(estate: str, year: int) -> Response | tuple[str, int]:
    """Set the figures that were typed."""
    places.readable(request_session(), actor(), estate)
    reason = request.form.get("reason", "")
    problem = refused(
        lambda db: spending.set_budget(
            db, actor(), estate, year, budget_of(request.form), on=clock.today(), reason=reason
        )
    )
    return _saved(estate, year, problem)


@bp.post("/disclosure/ledger/estates/<estate>/budget/<int:year>/reasons")
@needs(Permission.FUNDS_CLASSIFY)
def explain(estate: str, year: int) -> Response | tuple[str, int]:
    """Say why a figure differs."""
    code, reason = request.form.get("category", ""), request.form.get("reason", "")
    problem = refused(lambda db: spending.explain(db, actor(), estate, year, code, reason, on=clock.today()))
    return _saved(estate, year, problem)


def _saved(estate: str, year: int, problem: str) -> Response | tuple[str, int]:
    if problem:
        return _budget(estate, year, problem), 422
    flash(_("已保存。"), "ok")
    return see_other(url_for("ledger.budget", estate=estate, year=year))
