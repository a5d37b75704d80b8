"""Holds on clearing (暂缓清理): what a person ordered, and what rooms above say is still under way.

A hold names a subject (``manager:PM-1``, ``owner:ID``, ``receipts:2026-01``), something it belongs to (``estate:E-1``), or a whole
rule (``rule:owners-left``). The journal keeps who held and lifted what and why; the last step counts.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from portal.kernel import audit, clock, hooks
from portal.kernel.access import Actor, Permission, require
from portal.kernel.db import lock
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.personal import kinds_in
from portal.kernel.retention import Ended
from portal.operations.models import RetentionHold

LONGEST = 80
ORDERED = "ordered"


@dataclass(frozen=True)
class Hold:
    """A hold in force."""

    subject: str
    reason: str
    actor: str
    at: datetime


def _last(db: Session, subject: str) -> RetentionHold | None:
    steps = select(RetentionHold).where(RetentionHold.subject == subject)
    return db.scalars(steps.order_by(RetentionHold.seq.desc()).limit(1)).one_or_none()


def in_force(db: Session) -> list[Hold]:
    """Every hold that a person ordered and nobody lifted, by subject."""
    last = (
        select(RetentionHold.subject, func.max(RetentionHold.seq).label("seq"))
        .group_by(RetentionHold.subject)
        .subquery()
    )
    joined = and_(RetentionHold.subject == last.c.subject, RetentionHold.seq == last.c.seq)
    rows = select(RetentionHold).join(last, joined).where(RetentionHold.step == "held").order_by(RetentionHold.subject)
    return [Hold(row.subject, row.reason, row.actor, row.at) for row in db.scalars(rows)]


def hold(db: Session, actor: Actor, subject: str, reason: str) -> None:
    """Keep a subject whatever its term says. DomainError for a wrong name, an empty reason, or when it is held already."""
    _step(db, actor, subject, "held", reason)


def lift(db: Session, actor: Actor, subject: str, reason: str) -> None:
    """Let the term count again. DomainError when nothing is held."""
    _step(db, actor, subject, "lifted", reason)


def _step(db: Session, actor: Actor, subject: str, step: str, reason: str) -> None:
    require(actor.may(Permission.RETENTION_HOLD))
    subject, reason = subject.strip(), reason.strip()
    kind, _colon, name = subject.partition(":")
    if not kind or not name or len(subject) > LONGEST:
        raise DomainError(_("请按“类别:编号”填写对象，例如manager:PM-1、estate:E-1、rule:owners-left。"))
    if not reason:
        raise DomainError(_("请写明理由，例如案号。"))
    if kinds_in(reason):
        raise DomainError(_("理由里不要写身份证号、电话或者车牌，写案号即可。"))
    lock(db, f"retention:{subject}")
    last = _last(db, subject)
    if (last is not None and last.step == "held") == (step == "held"):
        raise DomainError(_("这个对象已经暂缓清理。") if step == "held" else _("这个对象没有暂缓清理。"))
    seq = last.seq + 1 if last else 1
    at = clock.after(last.at if last else None)
    db.add(RetentionHold(subject=subject, seq=seq, step=step, reason=reason, actor=actor.audit_name, at=at))
    audit.record(db, actor, f"retention.{step}", subject, {"reason": reason})
    db.flush()


def held(db: Session, rule: str, ended: Sequence[Ended]) -> dict[str, str]:
    """Of what ended, whatever is held: subject to ``ordered`` or the reason that a room above gives."""
    ordered = {one.subject for one in in_force(db)}
    found = {one.subject: ORDERED for one in ended if ordered & {one.subject, *one.part_of, f"rule:{rule}"}}
    asked: Collection[str] = [one.subject for one in ended if one.subject not in found]
    for answer in hooks.announce("retention.holds", db, subjects=asked) if asked else ():
        found.update({subject: reason for subject, reason in answer.items() if subject not in found})
    for one in ended:  # what belongs to something that is held, in the order in which it ended
        if one.subject not in found and (whole := next((part for part in one.part_of if part in found), None)):
            found[one.subject] = found[whole]
    return found
