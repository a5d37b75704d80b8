"""The decision of an objection: every point answered, what is wrong corrected, the company never worse off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.deadlines import api as deadlines
from portal.kernel import audit
from portal.kernel.access import Actor
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from scoring.objections import corrections, documents, policy, queries
from scoring.objections.contested import Contested, contested
from scoring.objections.corrections import Correction
from scoring.objections.models import VERDICTS, ObjectionAnswer, ObjectionCorrection
from scoring.objections.service.journal import (
    DECIDE,
    LONGEST,
    add_step,
    held,
    inform,
    require_reviewer,
    subject_of,
    written_reason,
)


@dataclass(frozen=True)
class Answer:
    """The answer to one point: ``allowed`` or ``dismissed``, and why."""

    point_seq: int
    verdict: str
    text: str


def decide(
    db: Session,
    actor: Actor,
    objection_id: str,
    *,
    answers: Sequence[Answer],
    fixes: Sequence[Correction] = (),
    reason: str,
    on: date,
    seen: int | None = None,
) -> str:
    """Decide: every point is answered; what is found to be wrong is corrected, and only that computed anew.

    The outcome follows from the answers: ``allowed``, ``partly_allowed`` or ``dismissed``. Raises ``NotFound``,
    ``NotAllowed``, ``Conflict``, ``DomainError`` (a point without an answer, an allowed one without a correction or the
    other way round, a correction that would leave the company worse off).
    """
    own = queries.find(db, objection_id)
    require_reviewer(db, actor, own)
    target = contested(db, own.ref)
    corrections.lock_for(db, target)
    case, text = held(db, objection_id, on, seen, "decided"), written_reason(reason)
    outcome = _outcome(case, answers, fixes)
    done = _corrected(db, actor, target, fixes, on, text) if fixes else []
    db.add_all(
        ObjectionAnswer(objection_id=own.id, point_seq=one.point_seq, verdict=one.verdict, text=one.text.strip())
        for one in answers
    )
    db.add_all(
        ObjectionCorrection(objection_id=own.id, seq=seq, target=one.target, old=one.old, new=one.new)
        for seq, one in enumerate(done, 1)
    )
    db.flush()
    made = documents.decided(db, actor, queries.case(db, own.id), outcome, done, text, on)
    last = case.last
    add_step(db, actor, own.id, last.seq, last.step, "decided", on, code=outcome, reason=text, document_id=made.id)
    deadlines.close(db, actor, DECIDE, subject_of(own.id), outcome=outcome, on=on)
    detail = {"on": on, "outcome": outcome, "document": made.number, "corrected": [one.target for one in done]}
    audit.record(db, actor, "objection.decided", subject_of(own.id), detail)
    inform(db, own, on, "对贵企业提出的异议（%(number)s）已作出复核决定。")
    return outcome


def _outcome(case: queries.Case, answers: Sequence[Answer], fixes: Sequence[Correction]) -> str:
    if sorted(one.point_seq for one in answers) != [point.seq for point in case.points]:
        raise DomainError(_("企业提出的每一条意见都要答复，才能作出决定。"))
    if any(one.verdict not in VERDICTS or not one.text.strip() for one in answers):
        raise DomainError(_("企业提出的每一条意见都要答复，才能作出决定。"))
    if any(len(one.text) > LONGEST for one in answers):
        raise DomainError(_("说明最多填%(n)s个字。请缩短。", n=LONGEST))
    allowed = sum(one.verdict == "allowed" for one in answers)
    if allowed and not fixes:
        raise DomainError(_("有意见成立，请写明更正的内容。"))
    if fixes and not allowed:
        raise DomainError(_("没有意见成立，不能更正原结果。"))
    return "dismissed" if not allowed else "allowed" if allowed == len(answers) else "partly_allowed"


def _corrected(
    db: Session, actor: Actor, target: Contested, fixes: Sequence[Correction], on: date, reason: str
) -> list[corrections.Corrected]:
    before = corrections.figures(db, target)
    done = corrections.apply(db, actor, target, fixes, on=on, reason=reason)
    if not policy.is_not_worse(before, corrections.figures(db, target)):
        raise DomainError(_("提出异议不能带来更不利的结果。请核对更正的内容，或者先公布该小区其他待公布的更正。"))
    return done
