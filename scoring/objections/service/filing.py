"""A company files an objection, or takes it back."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from portal.deadlines import api as deadlines
from portal.kernel import audit, clock
from portal.kernel.access import Actor
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError, NotAllowed
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from scoring.objections import policy, queries
from scoring.objections.contested import Contested, contested
from scoring.objections.files import NewFile, keep
from scoring.objections.models import Objection, ObjectionPoint
from scoring.objections.service.journal import (
    ACCEPT,
    LONGEST,
    add_step,
    held,
    refuse_ahead,
    start_clock,
    street_reviewers,
    subject_of,
)

MOST_POINTS, MOST_FILES = 10, 10


def file(
    db: Session, actor: Actor, ref: str, *, points: Sequence[str], files: Sequence[NewFile] = (), on: date
) -> Objection:
    """A company contests a record that concerns it, with points and files; it is marked from this moment.

    Raises ``NotFound`` (no such record, or none of this company's), ``DomainError`` (no points, nothing to contest),
    ``Conflict`` (its objection to the same record is not settled).
    """
    target = contested(db, ref)
    if not policy.may_file(actor, target):
        raise queries.nothing() if actor.uscc else NotAllowed(_("异议由有关企业提出。"))
    texts = _points(points)
    refuse_ahead(on)
    if target.closed:
        raise DomainError(target.closed)
    if len(files) > MOST_FILES:
        raise DomainError(_("最多上传%(n)s个文件。", n=MOST_FILES))
    lock(db, f"objections:{on.year}")
    if queries.open_of(db, ref, actor.uscc or "") is not None:
        raise Conflict(_("贵企业对这一结果提出的异议还在办理，不能重复提出。"))
    made = _stored(db, actor, target, on)
    db.add_all(ObjectionPoint(objection_id=made.id, seq=seq, text=text) for seq, text in enumerate(texts, 1))
    keep(db, made.id, files)
    add_step(db, actor, made.id, 0, "", "filed", on)
    start_clock(db, actor, ACCEPT, made, target, on, made.level)
    detail = {"number": made.number, "ref": ref, "points": len(texts), "files": len(files), "on": on}
    audit.record(db, actor, "objection.filed", subject_of(made.id), detail)
    return made


def _points(points: Sequence[str]) -> list[str]:
    texts = [text.strip() for text in points if text.strip()]
    if not texts:
        raise DomainError(_("请至少写明一条具体的意见。"))
    if len(texts) > MOST_POINTS or any(len(text) > LONGEST for text in texts):
        raise DomainError(_("最多写%(n)s条意见，每条不超过%(most)s字。", n=MOST_POINTS, most=LONGEST))
    return texts


def _stored(db: Session, actor: Actor, target: Contested, on: date) -> Objection:
    made = Objection(
        id=new_id(),
        number=queries.number_of(on.year, queries.numbers_used(db, on.year) + 1),
        ref=target.ref,
        kind=target.kind,
        uscc=actor.uscc or "",
        estate_code=target.estate_code,
        division_code=target.division_code,
        level="street" if street_reviewers(db, target, actor.uscc or "") else "district",
        contested=audit.canonical(dict(target.facts)),
        filed_by=actor.audit_name,
        recorded_at=clock.now(),
    )
    db.add(made)
    db.flush()
    return made


def withdraw(db: Session, actor: Actor, objection_id: str, *, on: date, seen: int | None = None) -> None:
    """The company takes its objection back before the decision. Raises ``NotFound``, ``Conflict``."""
    own = queries.find(db, objection_id)
    if not policy.is_own(actor, own.uscc):
        raise queries.nothing()
    case = held(db, objection_id, on, seen, "withdrawn")
    add_step(db, actor, own.id, case.last.seq, case.last.step, "withdrawn", on)
    deadlines.cancel(db, actor, subject_of(own.id), reason="企业撤回异议")
    audit.record(db, actor, "objection.withdrawn", subject_of(own.id), {"on": on})
