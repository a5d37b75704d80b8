"""Read a report, confirm or return it; the list of what waits; credit events that a rule proposes."""

from collections.abc import Callable

from flask import flash, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from disclosure.reports import checking, policy, queries, reading, saying
from disclosure.reports.forms import ConfirmForm, ReturnForm
from disclosure.reports.matrix import kind
from disclosure.reports.models import FundReportStep
from disclosure.reports.service import deciding, events, filing
from disclosure.reports.service.places import readable
from disclosure.reports.views.blueprint import bp, see_other
from portal.deadlines import api as deadlines
from portal.kernel import clock
from portal.kernel.access import Permission, require
from portal.kernel.db import transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from portal.kernel.forms import Form
from portal.kernel.i18n import _
from portal.kernel.said import Said
from portal.kernel.web import actor, needs, page_asked, request_session
from portal.registry import api as registry
from scoring.credit import api as credit

PAGE = 50


@bp.get("/reports/waiting")
@needs(Permission.FUNDS_CONFIRM)
def waiting() -> str:
    """Reports that wait for their confirmation, what is due first on top."""
    db, me, today = request_session(), actor(), clock.today()
    places = {code for code, place in registry.estate_places(db, today).items() if me.covers(place)}
    listed = [one for one in queries.standing(db, today, None, ["submitted"]) if one.estate_code in places]
    listed.sort(key=lambda one: (one.filed_on, one.id))
    page = page_asked()
    shown = listed[(page - 1) * PAGE : page * PAGE]
    return render_template(
        "reports/waiting.html", listed=shown, names=registry.estate_names(db, [one.estate_code for one in shown]),
        clocks=deadlines.of_subjects(db, [f"report:{one.id}" for one in shown]), page=page,
        pages=max(1, -(-len(listed) // PAGE)), link=lambda n: url_for("reports.waiting", page=n),
    )  # fmt: skip


def _page(report_id: str, wrong: Form | None = None) -> str:
    db, me, today = request_session(), actor(), clock.today()
    found = reading.report(db, report_id, today)
    place = readable(db, me, found.estate_code, today)
    row = queries.report(db, report_id)
    faults = (
        checking.faults(db, report_id) if found.state in ("submitted", "confirmed") and not found.reversed_by else []
    )
    is_open, steps = found.state == "submitted", queries.steps(db, report_id)
    return render_template(
        "reports/report.html", report=found, place=place, kind=kind(found.kind), steps=steps, said=_said(db, found, steps),
        faults=[(fault.place, checking.sentence(fault)) for fault in faults],
        may_confirm=is_open and policy.may_confirm(me, place.division_code, row.actor),
        may_withdraw=is_open and policy.may_withdraw(me, row.actor),
        may_correct=found.state == "confirmed" and not found.reversed_by
        and policy.may_file(me, place.division_code, place.uscc),
        confirm=wrong if isinstance(wrong, ConfirmForm) else ConfirmForm(formdata=None),
        send_back=wrong if isinstance(wrong, ReturnForm) else ReturnForm(formdata=None), wrong=wrong,
    )  # fmt: skip


def _said(db: Session, found: reading.Report, steps: list[FundReportStep]) -> Said | None:
    """What came of it, in a sentence; a correction says from what to what."""
    if steps[-1].step == "returned":
        return saying.said(found, returned=(steps[-1].on, steps[-1].text))
    before = reading.report(db, found.reverses) if found.reverses else None
    return saying.said(found, before)


@bp.get("/reports/<report_id>")
@needs(Permission.FUNDS_READ)
def report(report_id: str) -> str:
    """One report with its lines, its proof and its course."""
    return _page(report_id)


def _act(report_id: str, form: Form, done: str, deed: Callable[[Session], None]) -> Response | tuple[str, int]:
    if form.validate():
        try:
            with transaction() as db:
                deed(db)
        except (Conflict, NotAllowed, NotFound):
            raise
        except DomainError as error:
            form.form_errors.append(str(error))
        else:
            flash(done, "ok")
            return see_other(url_for("reports.report", report_id=report_id))
    return _page(report_id, form), 422


@bp.post("/reports/<report_id>/confirmation")
@needs(Permission.FUNDS_CONFIRM)
def confirm(report_id: str) -> Response | tuple[str, int]:
    """It is right: public from now on."""
    form = ConfirmForm()
    return _act(
        report_id, form, _("已确认，报告即时公开。"),
        lambda db: deciding.confirm(db, actor(), report_id, on=clock.today(), text=form.text.data or ""),
    )  # fmt: skip


@bp.post("/reports/<report_id>/return")
@needs(Permission.FUNDS_CONFIRM)
def send_back(report_id: str) -> Response | tuple[str, int]:
    """It is not right, and why."""
    form = ReturnForm()
    return _act(
        report_id, form, _("已退回，并通知企业。"),
        lambda db: deciding.send_back(db, actor(), report_id, reason=form.reason.data or "", on=clock.today()),
    )  # fmt: skip


@bp.post("/reports/<report_id>/withdrawal")
@needs(Permission.FUNDS_CLASSIFY)
def withdraw(report_id: str) -> Response:
    """Take it back before anybody decides."""
    with transaction() as db:
        filing.withdraw(db, actor(), report_id, on=clock.today())
    flash(_("已撤回这份报告。"), "ok")
    return see_other(url_for("reports.report", report_id=report_id))


@bp.get("/reports/events")
@needs(Permission.CREDIT_PROPOSE)
def event_list() -> str:
    """Credit events that the rule would propose; a person looks first."""
    require(policy.may_propose_events(actor()))
    page, listed = page_asked(), events.proposals(request_session(), clock.today())
    return render_template(
        "reports/events.html", listed=listed[(page - 1) * PAGE : page * PAGE], total=len(listed), page=page,
        pages=max(1, -(-len(listed) // PAGE)), link=lambda n: url_for("reports.event_list", page=n),
        event_names={one.code: credit.event_name(one.code) for one in listed},
    )  # fmt: skip


@bp.post("/reports/events/<kind>/<estate_code>/<period>/<code>")
@needs(Permission.CREDIT_PROPOSE)
def propose_event(kind: str, estate_code: str, period: str, code: str) -> Response:
    """Propose one; others confirm it."""
    with transaction() as db:
        events.propose(db, actor(), f"{kind}/{estate_code}/{period}/{code}", on=clock.today())
    flash(_("已提出信用事项，等待告知和核准。"), "ok")
    return see_other(url_for("reports.event_list"))
