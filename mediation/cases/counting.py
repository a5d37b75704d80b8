"""Cases counted from their journals: how many reached a state, how long they stayed, promises, answers of companies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, cast, func, select
from sqlalchemy.orm import Session, aliased

from mediation.cases.models.papers import MediationPromise, MediationPromiseStep
from mediation.cases.models.record import MediationAnswer, MediationAsk, MediationCase, MediationParty, MediationStep
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


def filed(since: date, until: date, within: str | None) -> list[ColumnElement[bool]]:
    """The cases filed in a span of days, in a place."""
    found = [MediationCase.filed_on >= since, MediationCase.filed_on <= until]
    if within:
        found.append(MediationCase.division_code.startswith(prefix(within)))
    return found


def _month(day: Any) -> ColumnElement[int]:
    """The month of a day as a number: 202606."""
    return cast(func.extract("year", day), Integer) * 100 + cast(func.extract("month", day), Integer)


def course_rows(db: Session, where: Sequence[ColumnElement[bool]] = ()) -> list[tuple[Any, ...]]:
    """(Month of filing, street, kind, step, reached, left, days): the course of cases, added up in one pass."""
    following = aliased(MediationStep)
    street, month = func.substr(MediationCase.division_code, 1, 9), _month(MediationCase.filed_on)
    if db.get_bind().dialect.name == "sqlite":
        days: ColumnElement[int] = cast(func.julianday(following.on) - func.julianday(MediationStep.on), Integer)
    else:
        days = cast(following.on - MediationStep.on, Integer)
    by = (month, street, MediationCase.kind, MediationStep.step)
    query = (
        select(*by, func.count(), func.count(following.on), func.coalesce(func.sum(days), 0))
        .join(MediationStep, MediationStep.case_id == MediationCase.id)
        .outerjoin(following, (following.case_id == MediationStep.case_id) & (following.seq == MediationStep.seq + 1))
        .where(*where)
        .group_by(*by)
        .order_by(*by)
    )
    return [(int(row[0]), f"{row[1]}000", *row[2:4], *map(int, row[4:])) for row in db.execute(query)]


def courses(db: Session, since: date, until: date, within: str | None = None) -> list[Figure]:
    """The course of the cases filed in a span of days, added up by street, kind and state."""
    found: dict[tuple[str, str, str], list[int]] = {}
    for _month_no, street, kind, step, *numbers in course_rows(db, filed(since, until, within)):
        sums = found.setdefault((street, kind, step), [0, 0, 0])
        found[(street, kind, step)] = [one + more for one, more in zip(sums, numbers, strict=True)]
    return [Figure(*key, *numbers) for key, numbers in sorted(found.items())]


def promise_rows(db: Session, where: Sequence[ColumnElement[bool]] = ()) -> list[tuple[int, str, str, int]]:
    """(Month of filing, street, how promises stand, how many)."""
    street, month = func.substr(MediationCase.division_code, 1, 9), _month(MediationCase.filed_on)
    by = (month, street, MediationPromiseStep.step)
    query = (
        select(*by, func.count())
        .join(MediationPromise, MediationPromise.id == MediationPromiseStep.promise_id)
        .join(MediationCase, MediationCase.id == MediationPromise.case_id)
        .where(MediationPromiseStep.superseded_at.is_(None), *where)
        .group_by(*by)
        .order_by(*by)
    )
    return [(int(when), f"{place}000", step, int(count)) for when, place, step, count in db.execute(query)]


def answer_rows(db: Session, since: date, until: date) -> list[tuple[int, str, int, int]]:
    """(Month of the question, company, asked, answered) as the other side of disputes."""
    asked = select(MediationAsk.id, MediationAsk.case_id, _month(MediationAsk.on).label("month")).where(
        MediationAsk.purpose == "mediate", MediationAsk.on >= since, MediationAsk.on <= until
    ).subquery()  # fmt: skip
    query = (
        select(asked.c.month, MediationParty.uscc, func.count(asked.c.id), func.count(MediationAnswer.ask_id))
        .join(asked, asked.c.case_id == MediationParty.case_id)
        .outerjoin(
            MediationAnswer, (MediationAnswer.ask_id == asked.c.id) & (MediationAnswer.party_id == MediationParty.id)
        )
        .where(
            MediationParty.superseded_at.is_(None),
            MediationParty.side == "respondent",
            MediationParty.uscc.is_not(None),
        )
        .group_by(asked.c.month, MediationParty.uscc)
        .order_by(asked.c.month, MediationParty.uscc)
    )
    return [(int(month), str(uscc), int(total), int(said)) for month, uscc, total, said in db.execute(query)]


def answers(db: Session, since: date, until: date) -> dict[str, tuple[int, int]]:
    """Company to (asked, answered), by the day of the question."""
    found: dict[str, tuple[int, int]] = {}
    for _month_no, uscc, asked, said in answer_rows(db, since, until):
        before = found.get(uscc, (0, 0))
        found[uscc] = (before[0] + asked, before[1] + said)
    return dict(sorted(found.items()))
