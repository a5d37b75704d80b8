"""Verbs on the credit record: propose, confirm, refuse, withdraw, correct and end an event.

A commendation counts from its confirmation. An adverse event of the office goes the longer way of ``due_process``: it
counts from the day on which its decision was served. Events of ratings: ``from_ratings``.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.deadlines import api as deadlines
from portal.kernel import audit, clock
from portal.kernel.access import Actor, require
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from portal.kernel.versions import replace
from portal.registry import api as registry
from scoring.credit import catalogue, policy, queries
from scoring.credit.models import CreditCase, CreditEvent, CreditStep
from scoring.credit.queries import FROM_RATING
from scoring.rules import credit as rules

_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class NewEvent:
    """What a person proposes to record. ``uscc`` names the enterprise under whose service a manager's act fell.

    ``act_id`` names the act or fact; events of one act on one subject count once. ``document_sha256``: the source document
    as kept in the file store.
    """

    subject_type: str
    subject: str
    code: str
    variant: str
    document: str
    document_on: date
    issued_by: str
    document_sha256: str = ""
    estate_code: str | None = None
    uscc: str | None = None
    note: str = ""
    act_id: str = ""


def _check(db: Session, new: NewEvent, entry: catalogue.CatalogueEntry, on: date) -> None:
    if not entry.active:
        raise DomainError(_("“%(name)s”还没有本地依据，暂不启用。", name=entry.name))
    if not entry.is_for(new.subject_type):
        raise DomainError(_("“%(name)s”不能登记在这类主体上。", name=entry.name))
    if not new.document.strip() or not new.issued_by.strip():
        raise DomainError(_("请填写来源文书的文号和制发机关。"))
    if not _HASH.fullmatch(new.document_sha256):
        raise DomainError(_("请上传来源文书。"))
    if new.document_on > on:
        raise DomainError(_("来源文书的日期不能晚于登记日期。"))
    _check_subject(db, new, entry)


def _check_subject(db: Session, new: NewEvent, entry: catalogue.CatalogueEntry) -> None:
    if new.subject_type == "enterprise":
        registry.enterprise(db, new.subject)
    else:
        registry.manager_staff_view(db, new.subject)
        if not new.uscc and entry.is_adverse:
            raise DomainError(_("请填写项目负责人当时所在的企业。"))
        if new.uscc:
            registry.enterprise(db, new.uscc)
    if new.estate_code:
        registry.estate(db, new.estate_code)


def propose(db: Session, actor: Actor, new: NewEvent, *, on: date) -> CreditCase:
    """Put an event up for confirmation; it does not count before somebody else confirms it.

    Raises DomainError for an inactive code, a wrong kind of subject or a missing document, NotFound for an unknown
    subject, enterprise or estate.
    """
    require(policy.may_propose(actor))
    entry = catalogue.entry(new.code, new.variant, on)
    _check(db, new, entry, on)
    at, case_id = clock.now(), new_id()
    case = CreditCase(
        id=case_id,
        source_key=f"page:{case_id}",
        subject_type=new.subject_type,
        subject=new.subject,
        act_id=new.act_id or f"page:{case_id}",
        recorded_at=at,
    )
    db.add(case)
    db.flush()
    step(db, actor, case_id, 1, "proposed", on, at)
    replace(db, None, _event(case_id, entry, on, new), at)
    audit.record(db, actor, "credit.proposed", f"credit:{case_id}", {"subject": new.subject, "code": new.code})
    return case


def _event(case_id: str, entry: catalogue.CatalogueEntry, start: date, new: NewEvent) -> CreditEvent:
    return CreditEvent(
        id=new_id(),
        case_id=case_id,
        code=entry.code,
        points_cp=entry.points_cp,
        estate_code=new.estate_code,
        uscc=new.uscc if new.subject_type == "manager" else new.subject,
        document=new.document.strip(),
        document_on=new.document_on,
        issued_by=new.issued_by.strip(),
        document_sha256=new.document_sha256,
        catalogue=entry.catalogue,
        note=new.note,
        valid_from=start,
        valid_to=date.fromisoformat(rules.counts_until(start.isoformat(), entry.months)),
    )


def step(
    db: Session, actor: Actor, case_id: str, seq: int, name: str, on: date, at: datetime, reason: str = ""
) -> None:
    """Write the next step of a case; Conflict when somebody else wrote it first."""
    db.add(CreditStep(case_id=case_id, seq=seq, step=name, actor=actor.login, on=on, at=at, reason=reason))
    try:
        db.flush()
    except IntegrityError as error:
        raise Conflict(_("这一事项刚刚被别人处理过，请刷新后再看。")) from error


def open_case(db: Session, case_id: str, *allowed: str) -> tuple[CreditCase, list[CreditStep]]:
    """A case whose last step is one of those allowed, with its journal. NotFound, Conflict."""
    case = db.get(CreditCase, case_id)
    if case is None:
        raise NotFound(_("没有找到这个信用事项。"))
    steps = queries.steps_of(db, case_id)
    if steps[-1].step not in allowed:
        raise Conflict(_("这一事项已经处理过了。"))
    return case, steps


def live_event(db: Session, case_id: str) -> CreditEvent:
    """What an open case says now."""
    found = queries.live_event(db, case_id)
    if found is None:
        raise Conflict(_("这一事项已经处理过了。"))
    return found


def proposer(case: CreditCase, steps: list[CreditStep]) -> str:
    """Who put the event up: nobody, when the rule of a published rating did; then any person who may decide decides."""
    return "" if case.source_key.startswith(FROM_RATING) else steps[0].actor


def company_of(case: CreditCase, event: CreditEvent) -> str | None:
    """The enterprise that is told and may answer: the subject, or the one under whose service the manager's act fell."""
    return case.subject if case.subject_type == "enterprise" else event.uscc


def needs_service(case: CreditCase, event: CreditEvent) -> bool:
    """Whether the event needs its notice and its decision served before it counts: adverse ones of the office."""
    return event.points_cp < 0 and not case.source_key.startswith(FROM_RATING)


def confirm(db: Session, actor: Actor, case_id: str, *, on: date) -> None:
    """Confirm a commendation, or a manager's event of a rating: it counts from now on.

    A commendation counts from this day for the months of its catalogue entry, a rating's event on the days of its
    publication. An adverse event of the office is decided by ``due_process.decide``; here it is refused (DomainError).
    """
    case, steps = open_case(db, case_id, "proposed")
    require(policy.may_decide(actor, proposer(case, steps)), _("提出人不能核准自己提出的事项。"))
    old = live_event(db, case_id)
    if needs_service(case, old):
        raise DomainError(_("不良信息要先送达告知书，听取陈述、申辩后再核准。"))
    at = clock.now()
    step(db, actor, case_id, steps[-1].seq + 1, "confirmed", on, at)
    if proposer(case, steps):  # a rating's event keeps the days of its publication
        replace(db, old, restarted(old, on), at)
    audit.record(db, actor, "credit.confirmed", f"credit:{case_id}", {"subject": case.subject, "code": old.code})


def _successor(old: CreditEvent, **changes: object) -> CreditEvent:
    """The next version of an event."""
    kept = {c.key: getattr(old, c.key) for c in CreditEvent.__mapper__.columns}
    return CreditEvent(**{**kept, "id": new_id(), "superseded_at": None, **changes})


def restarted(old: CreditEvent, start: date) -> CreditEvent:
    """The event counting from a day on for the months of the entry by which it was recorded."""
    months = catalogue.recorded_entry(old.catalogue, old.code, old.points_cp).months
    until = date.fromisoformat(rules.counts_until(start.isoformat(), months))
    return _successor(old, valid_from=start, valid_to=until)


def refuse(db: Session, actor: Actor, case_id: str, *, reason: str, on: date) -> None:
    """Do not record a proposed event; the reason is kept."""
    case, steps = open_case(db, case_id, "proposed", "noticed", "answered")
    require(policy.may_decide(actor, proposer(case, steps)), _("提出人不能核准自己提出的事项。"))
    _end(db, actor, case, steps, "refused", reason, on)


def withdraw(db: Session, actor: Actor, case_id: str, *, reason: str, on: date) -> None:
    """Take a decided event back: it was wrong. It stops counting at once, as if never recorded, and stays in the archive."""
    case, steps = open_case(db, case_id, "decided", "confirmed", "repaired")
    require(policy.may_decide(actor, proposer(case, steps)), _("提出人不能撤销自己提出的事项。"))
    _end(db, actor, case, steps, "withdrawn", reason, on)


def _end(
    db: Session, actor: Actor, case: CreditCase, steps: list[CreditStep], name: str, reason: str, on: date
) -> None:
    at, why = clock.now(), _given(reason)
    step(db, actor, case.id, steps[-1].seq + 1, name, on, at, why)
    replace(db, queries.live_event(db, case.id), None, at)
    deadlines.cancel(db, actor, f"credit:{case.id}", reason=why)
    audit.record(db, actor, f"credit.{name}", f"credit:{case.id}", {"subject": case.subject, "reason": why})


def _given(reason: str) -> str:
    if not reason.strip():
        raise DomainError(_("请写明理由。"))
    return reason.strip()


def correct(db: Session, actor: Actor, case_id: str, *, code: str, variant: str = "", reason: str, on: date) -> None:
    """Correct what an event in force is: another entry of its catalogue; the first day stays, the months are the entry's.

    For a decided objection. Raises DomainError for an entry of the other kind (a commendation is no adverse event).
    """
    case, steps = open_case(db, case_id, "confirmed")
    require(policy.may_decide(actor, proposer(case, steps)), _("提出人不能更正自己提出的事项。"))
    old, why = live_event(db, case_id), _given(reason)
    entry = catalogue.entry(code, variant, old.valid_from)
    if not entry.is_for(case.subject_type) or entry.is_adverse != (old.points_cp < 0):
        raise DomainError(_("“%(name)s”不能登记在这类主体上。", name=entry.name))
    if (entry.code, entry.points_cp) == (old.code, old.points_cp):
        raise DomainError(_("更正前后是同一事项。"))
    at = clock.now()
    until = date.fromisoformat(rules.counts_until(old.valid_from.isoformat(), entry.months))
    new = _successor(old, code=entry.code, points_cp=entry.points_cp, catalogue=entry.catalogue, valid_to=until)
    step(db, actor, case_id, steps[-1].seq + 1, "confirmed", on, at, why)
    replace(db, old, new, at)
    detail = {"old": old.code, "new": new.code, "reason": why}
    audit.record(db, actor, "credit.corrected", f"credit:{case_id}", detail)


def repairable_from(event: CreditEvent) -> date | None:
    """The first day on which a repair can be granted: after ``repair_after`` months; None when it ends only by itself."""
    entry = catalogue.recorded_entry(event.catalogue, event.code, event.points_cp)
    if not (entry.is_adverse and 0 < entry.repair_after_months < entry.months):
        return None
    return clock.add_months(event.valid_from, entry.repair_after_months)


def may_be_repaired(db: Session, case_id: str, on: date) -> bool:
    """Whether an adverse event counts on a day and its minimum time is over. NotFound for an unknown case."""
    if db.get(CreditCase, case_id) is None:
        raise NotFound(_("没有找到这个信用事项。"))
    event, last = queries.live_event(db, case_id), queries.steps_of(db, case_id)[-1]
    if event is None or last.step != "confirmed":
        return False
    first = repairable_from(event)
    in_force = event.valid_from <= on and (event.valid_to is None or on <= event.valid_to)
    return first is not None and first <= on and in_force


def end_event(db: Session, actor: Actor, case_id: str, *, reason: str, why: str, on: date) -> None:
    """End an event by a granted repair: from this day it is neither counted nor shown; earlier days keep it.

    ``reason`` is the code of the reason, ``why`` its text; who may grant is the caller's policy, beside the permission to
    decide credit events. Raises DomainError when it cannot be repaired (yet), NotAllowed, Conflict.
    """
    case, steps = open_case(db, case_id, "confirmed")
    require(policy.may_end(actor))
    if not may_be_repaired(db, case_id, on):
        raise DomainError(_("这一事项还不能修复。"))
    old, at, text = live_event(db, case_id), clock.now(), _given(why)
    step(db, actor, case_id, steps[-1].seq + 1, "repaired", on, at, text)
    replace(db, old, _successor(old, valid_to=on - timedelta(days=1)), at)
    detail = {"subject": case.subject, "reason": reason, "why": text, "last_day": on - timedelta(days=1)}
    audit.record(db, actor, "credit.repaired", f"credit:{case_id}", detail)
