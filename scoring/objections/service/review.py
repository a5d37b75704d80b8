"""The reviewer accepts or refuses an objection and may ask for more time; a lead settles that; service on paper.

An objection is reviewed by the street of the estate when it concerns a check item, unless everybody there had a hand in
the check; else by the district. Every verb takes the step that the page showed (``seen``): a stale one is a conflict.
"""

from datetime import date

from sqlalchemy.orm import Session

from portal.deadlines import api as deadlines
from portal.kernel import audit
from portal.kernel.access import Actor, Role, require
from portal.kernel.errors import Conflict, DomainError
from portal.kernel.i18n import _
from portal.kernel.settings import settings
from portal.notices import api as notices
from portal.notices.api import To
from scoring.objections import documents, policy, queries, words
from scoring.objections.contested import contested
from scoring.objections.files import NewFile, keep_proof
from scoring.objections.service.journal import (
    ACCEPT,
    DECIDE,
    ENDPOINT,
    EXTENSION,
    add_step,
    held,
    inform,
    level_of,
    office_name,
    require_reviewer,
    start_clock,
    subject_of,
    written_reason,
)


def accept(db: Session, actor: Actor, objection_id: str, *, on: date, seen: int | None = None) -> None:
    """Accept an objection; the review begins. Raises ``NotFound``, ``NotAllowed``, ``Conflict``."""
    own = queries.find(db, objection_id)
    require_reviewer(db, actor, own)
    case = held(db, objection_id, on, seen, "accepted")
    deadlines.close(db, actor, ACCEPT, subject_of(own.id), outcome="accepted", on=on)
    target = contested(db, own.ref)
    level = level_of(db, own, target)
    start_clock(db, actor, DECIDE, own, target, on, level)
    office, due = office_name(db, level, own.division_code), deadlines.last_day(db, DECIDE, on)
    made = documents.accepted(db, actor, case, office, due, on)
    add_step(db, actor, own.id, case.last.seq, case.last.step, "accepted", on, document_id=made.id)
    audit.record(db, actor, "objection.accepted", subject_of(own.id), {"on": on, "document": made.number})
    inform(db, own, on, "已受理贵企业提出的异议（%(number)s）。")


def refuse(
    db: Session, actor: Actor, objection_id: str, *, code: str, reason: str, on: date, seen: int | None = None
) -> None:
    """Do not accept an objection, with a coded reason and the same in writing. Raises as ``accept``, ``DomainError``."""
    own = queries.find(db, objection_id)
    require_reviewer(db, actor, own)
    case, text = held(db, objection_id, on, seen, "refused"), written_reason(reason)
    if code not in words.REFUSALS:
        raise DomainError(_("请选择不予受理的理由。"))
    deadlines.close(db, actor, ACCEPT, subject_of(own.id), outcome="refused", on=on)
    made = documents.refused(db, actor, case, code, text, on)
    add_step(
        db, actor, own.id, case.last.seq, case.last.step, "refused", on, code=code, reason=text, document_id=made.id
    )
    audit.record(db, actor, "objection.refused", subject_of(own.id), {"on": on, "code": code, "document": made.number})
    inform(db, own, on, "对贵企业提出的异议（%(number)s）不予受理，请查看理由。")


def ask_extension(
    db: Session, actor: Actor, objection_id: str, *, reason: str, on: date, seen: int | None = None
) -> None:
    """The reviewer asks a lead for more time, once. Raises as ``accept``, ``DomainError`` without a reason."""
    own = queries.find(db, objection_id)
    require_reviewer(db, actor, own)
    case, text = held(db, objection_id, on, seen, "extension_asked"), written_reason(reason)
    add_step(db, actor, own.id, case.last.seq, case.last.step, "extension_asked", on, reason=text)
    audit.record(db, actor, "objection.extension-asked", subject_of(own.id), {"on": on})
    to = To(role=Role.LEAD, division_code=settings().division)
    text = "异议%(number)s申请延长复核期限，请审批。"
    notices.inform(db, to, text, {"number": own.number}, ENDPOINT, {"objection_id": own.id}, on)


def settle_extension(
    db: Session,
    actor: Actor,
    objection_id: str,
    *,
    granted: bool,
    reason: str,
    on: date,
    seen: int | None = None,
) -> None:
    """A lead grants the longer time (3 more working days) or not; never the person who asked. Raises as ``accept``."""
    own, step = queries.find(db, objection_id), "extended" if granted else "extension_denied"
    case, text = held(db, objection_id, on, seen, step), written_reason(reason)
    asked_by = case.last.actor.split(" (")[0]
    require(policy.may_settle_extension(actor, asked_by), _("延期由区级审定人员批准，申请人不能批准自己的申请。"))
    if granted:
        deadlines.extend(db, actor, DECIDE, subject_of(own.id), by_rule=EXTENSION, reason=text, on=on)
        inform(db, own, on, "异议%(number)s的复核期限已延长。")
    add_step(db, actor, own.id, case.last.seq, case.last.step, step, on, reason=text)
    audit.record(db, actor, f"objection.{step.replace('_', '-')}", subject_of(own.id), {"on": on})


def record_service(
    db: Session, actor: Actor, objection_id: str, *, method: str, note: str, on: date, proof: NewFile | None = None
) -> None:
    """Note that the last document of an objection reached the company on paper. Raises as ``notices.serve``."""
    own = queries.find(db, objection_id)
    if not policy.may_read(actor, own.kind, own.division_code):
        raise queries.nothing()
    require(policy.is_of_level(actor, own.level, own.division_code) or actor.has_whole_district)
    document_id = queries.last_step(db, own.id).document_id
    if not document_id:
        raise Conflict(_("这件异议没有等待送达的文书。"))
    sha256 = keep_proof(db, proof) if proof else None
    notices.serve(db, actor, document_id, on=on, method=method, proof_sha256=sha256, note=note)
