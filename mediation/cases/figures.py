"""Cases as plain numbers: how many reached a state, how long they stayed there, where, which promises were kept.

Nothing personal and no case by itself: what a page may show of them is for the page to decide.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Integer, cast, func, select
from sqlalchemy.orm import Session, aliased

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
    following = aliased(MediationStep)
    street = func.substr(MediationCase.division_code, 1, 9)
    if db.get_bind().dialect.name == "sqlite":
        days: ColumnElement[int] = cast(func.julianday(following.on) - func.julianday(MediationStep.on), Integer)
    else:
        days = cast(following.on - MediationStep.on, Integer)
    query = (
        select(
            street, MediationCase.kind, MediationStep.step, func.count(), func.count(following.on),
            func.coalesce(func.sum(days), 0),
        )
        .join(MediationStep, MediationStep.case_id == MediationCase.id)
        .outerjoin(
            following, (following.case_id == MediationStep.case_id) & (following.seq == MediationStep.seq + 1)
        )
        .where(*_filed(since, until, within))
        .group_by(street, MediationCase.kind, MediationStep.step)
        .order_by(street, MediationCase.kind, MediationStep.step)
    )  # fmt: skip
    return [
        Figure(f"{place}000", kind, step, int(reached), int(left), int(total))
        for place, kind, step, reached, left, total in db.execute(query)
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
