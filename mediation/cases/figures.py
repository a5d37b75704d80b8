"""Cases as plain numbers: how many reached a state, how long they stayed there, where, which promises were kept.

Nothing personal and no case by itself: what a page may show of them is for the page to decide.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Integer, case, cast, func, select
from sqlalchemy.orm import Session

from mediation.cases.models.papers import MediationPromise, MediationPromiseStep
from mediation.cases.models.record import MediationCase, MediationStep
from portal.kernel.divisions import prefix


@dataclass(frozen=True)
class Figure:
    """Cases of a street and kind in a state: ``reached`` it at all, ``left`` it again after ``days`` days in all."""

    street: str
    kind: str
    step: str
    reached: int
    left: int
    days: int


def _filed(since: date, until: date, within: str | None) -> list[ColumnElement[bool]]:
    found = [MediationCase.filed_on >= since, MediationCase.filed_on <= until]
    if within:
        found.append(MediationCase.division_code.startswith(prefix(within)))
    return found


def figures(db: Session, since: date, until: date, within: str | None = None) -> list[Figure]:
    """The course of the cases filed in a span of days, added up by street, kind and state."""
    following = func.lead(MediationStep.on).over(partition_by=MediationStep.case_id, order_by=MediationStep.seq)
    steps = (
        select(
            func.substr(MediationCase.division_code, 1, 9).label("street"), MediationCase.kind, MediationStep.step,
            MediationStep.on, following.label("next_on"),
        )
        .join(MediationCase, MediationCase.id == MediationStep.case_id)
        .where(*_filed(since, until, within))
        .subquery()
    )  # fmt: skip
    if db.get_bind().dialect.name == "sqlite":
        days: ColumnElement[int] = cast(func.julianday(steps.c.next_on) - func.julianday(steps.c.on), Integer)
    else:
        days = cast(steps.c.next_on - steps.c.on, Integer)
    query = select(
        steps.c.street, steps.c.kind, steps.c.step, func.count(), func.count(steps.c.next_on),
        func.coalesce(func.sum(case((steps.c.next_on.is_not(None), days), else_=0)), 0),
    ).group_by(steps.c.street, steps.c.kind, steps.c.step).order_by(steps.c.street, steps.c.kind, steps.c.step)  # fmt: skip
    return [
        Figure(f"{street}000", kind, step, int(reached), int(left), int(total))
        for street, kind, step, reached, left, total in db.execute(query)
    ]


def hot_estates(
    db: Session, since: date, until: date, within: str | None = None, limit: int = 10
) -> list[tuple[str, int]]:
    """The estates with most cases filed in a span of days: (code, how many)."""
    many = func.count()
    query = select(MediationCase.estate_code, many).where(*_filed(since, until, within))
    query = query.group_by(MediationCase.estate_code).order_by(many.desc(), MediationCase.estate_code).limit(limit)
    return [(code, int(count)) for code, count in db.execute(query)]


def promise_figures(db: Session, since: date, until: date, within: str | None = None) -> dict[str, int]:
    """How promises stand (made, proved, kept, broken) of the cases filed in a span of days."""
    query = (
        select(MediationPromiseStep.step, func.count())
        .join(MediationPromise, MediationPromise.id == MediationPromiseStep.promise_id)
        .join(MediationCase, MediationCase.id == MediationPromise.case_id)
        .where(MediationPromiseStep.superseded_at.is_(None), *_filed(since, until, within))
        .group_by(MediationPromiseStep.step)
        .order_by(MediationPromiseStep.step)
    )
    return {step: int(count) for step, count in db.execute(query)}
