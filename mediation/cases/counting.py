"""Cases counted from their journals: how many reached a state, how long they stayed, promises, answers of companies."""

from dataclasses import dataclass
from datetime import date

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


def first_day(db: Session) -> date | None:
    """The day of the first case, or of the first question to a company; None when there is none."""
    days = (db.scalar(select(func.min(MediationCase.filed_on))), db.scalar(select(func.min(MediationAsk.on))))
    return min((day for day in days if day is not None), default=None)


def courses(db: Session, since: date, until: date, within: str | None = None) -> list[Figure]:
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
        .where(*filed(since, until, within))
        .group_by(street, MediationCase.kind, MediationStep.step)
        .order_by(street, MediationCase.kind, MediationStep.step)
    )  # fmt: skip
    return [
        Figure(f"{place}000", kind, step, int(reached), int(left), int(total))
        for place, kind, step, reached, left, total in db.execute(query)
    ]


def promises(db: Session, since: date, until: date, within: str | None = None) -> dict[tuple[str, str], int]:
    """(Street, how promises stand) to how many, of the cases filed in a span of days."""
    street = func.substr(MediationCase.division_code, 1, 9)
    query = (
        select(street, MediationPromiseStep.step, func.count())
        .join(MediationPromise, MediationPromise.id == MediationPromiseStep.promise_id)
        .join(MediationCase, MediationCase.id == MediationPromise.case_id)
        .where(MediationPromiseStep.superseded_at.is_(None), *filed(since, until, within))
        .group_by(street, MediationPromiseStep.step)
        .order_by(street, MediationPromiseStep.step)
    )
    return {(f"{place}000", step): int(count) for place, step, count in db.execute(query)}


def answers(db: Session, since: date, until: date) -> dict[str, tuple[int, int]]:
    """Company to (asked, answered) as the other side of disputes, by the day of the question."""
    asked = select(MediationAsk.id, MediationAsk.case_id).where(
        MediationAsk.purpose == "mediate", MediationAsk.on >= since, MediationAsk.on <= until
    ).subquery()  # fmt: skip
    query = (
        select(MediationParty.uscc, func.count(asked.c.id), func.count(MediationAnswer.ask_id))
        .join(asked, asked.c.case_id == MediationParty.case_id)
        .outerjoin(
            MediationAnswer, (MediationAnswer.ask_id == asked.c.id) & (MediationAnswer.party_id == MediationParty.id)
        )
        .where(
            MediationParty.superseded_at.is_(None),
            MediationParty.side == "respondent",
            MediationParty.uscc.is_not(None),
        )
        .group_by(MediationParty.uscc)
    )
    return {
        uscc: (int(total), int(said)) for uscc, total, said in db.execute(query.order_by(MediationParty.uscc)) if uscc
    }
