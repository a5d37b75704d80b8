"""Reads of applications for repair."""

from collections.abc import Collection
from datetime import date
from functools import lru_cache

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.orm import Session

from scoring.repair.models import RepairCase, RepairPaper, RepairStep

OPEN = ("submitted", "gaps_told", "supplemented", "accepted", "extended")


def steps_of(db: Session, case_id: str) -> list[RepairStep]:
    """The journal of an application, in order."""
    return list(db.scalars(select(RepairStep).where(RepairStep.case_id == case_id).order_by(RepairStep.seq)))


def papers(db: Session, case_id: str) -> list[RepairPaper]:
    """What the company handed in, in order."""
    return list(db.scalars(select(RepairPaper).where(RepairPaper.case_id == case_id).order_by(RepairPaper.seq)))


def cases(
    db: Session, *, uscc: str | None = None, target: str | None = None, steps: Collection[str] | None = None
) -> list[tuple[RepairCase, RepairStep]]:
    """Applications with their last step, the newest first."""
    asked = {name: value for name, value in (("uscc", uscc), ("target", target)) if value is not None}
    query = _cases(tuple(asked), None if steps is None else tuple(steps))
    return [(row[0], row[1]) for row in db.execute(query, asked)]


@lru_cache
def _cases(by: tuple[str, ...], steps: tuple[str, ...] | None) -> Select[RepairCase, RepairStep]:
    last = select(RepairStep.case_id, func.max(RepairStep.seq).label("seq")).group_by(RepairStep.case_id).subquery()
    query = (
        select(RepairCase, RepairStep)
        .join(last, last.c.case_id == RepairCase.id)
        .join(RepairStep, and_(RepairStep.case_id == last.c.case_id, RepairStep.seq == last.c.seq))
        .order_by(RepairCase.recorded_at.desc(), RepairCase.id)
    )
    query = query.where(*(getattr(RepairCase, name) == bindparam(name) for name in by))
    return query if steps is None else query.where(RepairStep.step.in_(steps))


def false_materials(db: Session, uscc: str, since: date) -> date | None:
    """The day of the last refusal for false materials since a day; None when there is none."""
    query = select(func.max(RepairStep.on)).join(RepairCase, RepairCase.id == RepairStep.case_id)
    wanted = (RepairStep.step == "refused", RepairStep.reason.like("false_materials:%"), RepairStep.on > since)
    return db.scalar(query.where(RepairCase.uscc == uscc, *wanted))
