"""The office's verbs: confirm a report, which makes it public, or return it with a reason."""

from datetime import date

from sqlalchemy.orm import Session

from disclosure.reports import checking, policy, queries
from disclosure.reports.cells import subject_of
from disclosure.reports.matrix import kind
from disclosure.reports.models import FundReport
from disclosure.reports.service.filing import CONFIRM, MEND, add_step, waiting
from disclosure.reports.service.places import Place, readable
from portal.deadlines import api as deadlines
from portal.kernel import audit
from portal.kernel.access import Actor, Role, require
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _, using
from portal.notices import api as notices

LONGEST = 1000


def confirm(db: Session, actor: Actor, report_id: str, *, on: date, text: str = "") -> None:
    """Confirm a report: everybody reads it from now on; a correction takes the place of the earlier one.

    NotFound, NotAllowed (not of this jurisdiction, or who handed it in), Conflict (decided already), DomainError when a
    line differs from the books by now. A proof that the bank's statements do not bear out stays red on the page.
    """
    row, _place = _held(db, actor, report_id, on)
    off = [fault for fault in checking.faults(db, report_id) if fault.place != "bank"]
    if off:
        raise DomainError(_("报告与台账不一致，请退回：%(text)s", text=checking.sentence(off[0])))
    add_step(db, actor, row.id, 2, "confirmed", _short(text), on)
    _decided(db, actor, row, "confirmed", on, {"text": _short(text)})


def send_back(db: Session, actor: Actor, report_id: str, *, reason: str, on: date) -> None:
    """Return a report; the company mends it and files anew. Raises as ``confirm``; DomainError without a reason."""
    row, place = _held(db, actor, report_id, on)
    said = _short(reason)
    if not said:
        raise DomainError(_("请写明退回的理由。"))
    add_step(db, actor, row.id, 2, "returned", said, on)
    _decided(db, actor, row, "returned", on, {"reason": said})
    _ask_again(db, actor, row, place, on)


def _held(db: Session, actor: Actor, report_id: str, on: date) -> tuple[FundReport, Place]:
    row = queries.report(db, report_id)
    place = readable(db, actor, row.estate_code, on)
    require(policy.may_confirm(actor, place.division_code, row.actor), _("不能确认自己报送的报告，请由他人确认。"))
    waiting(db, row)
    if on < row.on:
        raise DomainError(_("办理日期不能早于报送日期。"))
    return row, place


def _short(text: str) -> str:
    if len(text) > LONGEST:
        raise DomainError(_("说明最多填%(n)s个字。请缩短。", n=LONGEST))
    return text.strip()


def _decided(db: Session, actor: Actor, row: FundReport, step: str, on: date, detail: dict[str, str]) -> None:
    deadlines.close(db, actor, CONFIRM, f"report:{row.id}", outcome=step, on=on)
    subject = subject_of(row.kind, row.estate_code, row.period)
    audit.record(db, actor, f"report.{step}", subject, {"report": row.id, "on": on, **detail})


def _ask_again(db: Session, actor: Actor, row: FundReport, place: Place, on: date) -> None:
    values = {"estate_code": row.estate_code, "kind": row.kind, "period": row.period}
    if place.uscc is None:
        return
    deadlines.start(
        db, actor, MEND, subject_of(row.kind, row.estate_code, row.period),
        holder=deadlines.Holder(Role.ENTERPRISE, place.division_code, place.uscc),
        title=f"{place.name} {kind(row.kind).zh} {row.period}", endpoint="reports.file", values=values, on=on,
    )  # fmt: skip
    with using("zh"):
        text = _("%(estate)s%(period)s的公开报告已退回，请按理由补正后重新报送。")
    params = {"estate": place.name, "period": row.period}
    notices.inform(db, notices.To(uscc=place.uscc), text, params, "reports.file", values, on)
