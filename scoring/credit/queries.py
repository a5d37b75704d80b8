"""Reads of the credit record. What counts on a day is derived from dates and steps, never stored."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

import pandas as pd
from sqlalchemy import BindParameter, ColumnElement, Row, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from portal.kernel.versions import known, recorded
from scoring.credit.models import CreditCase, CreditEvent, CreditStep

FROM_RATING = "rating:"  # begins the source key of a case that a rating gave
COUNTING = ("confirmed", "repaired")  # last steps of an event that counts from its first to its last day
WAITING = ("proposed", "noticed", "answered", "decided")

EVENT_COLUMNS = (
    CreditCase.id.label("case_id"),
    CreditCase.subject_type,
    CreditCase.subject,
    CreditCase.act_id.label("act"),
    CreditEvent.code,
    CreditEvent.points_cp,
    CreditEvent.estate_code,
    CreditEvent.uscc,
    CreditEvent.document,
    CreditEvent.document_on,
    CreditEvent.issued_by,
    CreditEvent.catalogue,
    CreditEvent.valid_from,
    CreditEvent.valid_to,
    CreditEvent.recorded_at,
)


def last_steps(known_at: datetime | None = None) -> Any:
    """A subquery ``case_id, seq`` of the last step of each case, as recorded by an instant."""
    last = select(CreditStep.case_id, func.max(CreditStep.seq).label("seq")).group_by(CreditStep.case_id)
    if known_at is not None:
        last = last.where(CreditStep.at <= known_at)
    return last.subquery()


@lru_cache
def _joined(known_at: datetime | None) -> Select[Any]:
    last = last_steps(known_at)
    columns: tuple[Any, ...] = (*EVENT_COLUMNS, CreditStep.step)
    return (
        select(*columns)
        .join(CreditEvent, CreditEvent.case_id == CreditCase.id)
        .join(last, last.c.case_id == CreditCase.id)
        .join(CreditStep, and_(CreditStep.case_id == last.c.case_id, CreditStep.seq == last.c.seq))
    )


def _frame(db: Session, query: Select[Any]) -> pd.DataFrame:
    rows = db.execute(query.order_by(CreditEvent.valid_from, CreditCase.id))
    return pd.DataFrame(rows.all(), columns=list(rows.keys()))


def counted_events(
    db: Session, as_of: date, known_at: datetime | None = None, where: ColumnElement[bool] | None = None
) -> pd.DataFrame:
    """Events that count and are in force on a day, of enterprises and managers, as known at an instant."""
    query = _joined(known_at).where(known(CreditEvent, as_of, known_at), CreditStep.step.in_(COUNTING))
    return _frame(db, query if where is None else query.where(where))


def counted_rows(
    db: Session, as_of: date, known_at: datetime | None, subject_type: str, subjects: Collection[str]
) -> Sequence[Row[Any]]:
    """``counted_events`` of some subjects (``concerning``) as rows."""
    asked: dict[str, Any] = {"as_of": as_of, "subjects": sorted(subjects)}
    return db.execute(_counted_of(subject_type, known_at), asked).all()


@lru_cache
def _counted_of(subject_type: str, known_at: datetime | None) -> Select[Any]:
    known_then = known(CreditEvent, bindparam("as_of", type_=CreditEvent.valid_from.type), known_at)
    subjects: BindParameter[Any] = bindparam("subjects", expanding=True)
    own = and_(CreditCase.subject_type == subject_type, CreditCase.subject.in_(subjects))
    managers = and_(CreditCase.subject_type == "manager", CreditEvent.uscc.in_(subjects))
    wanted = own if subject_type == "manager" else or_(own, managers)
    query = _joined(known_at).where(known_then, CreditStep.step.in_(COUNTING), wanted)
    return query.order_by(CreditEvent.valid_from, CreditCase.id)


def events_between(db: Session, first: date, last: date, usccs: Collection[str] | None = None) -> pd.DataFrame:
    """Confirmed events that began within a period, with those of managers under the enterprises' service."""
    query = _joined(None).where(
        recorded(CreditEvent), CreditStep.step.in_(COUNTING), CreditEvent.valid_from.between(first, last)
    )
    if usccs is not None:
        query = query.where(or_(CreditCase.subject.in_(usccs), CreditEvent.uscc.in_(usccs)))
    return _frame(db, query)


def concerning(subject_type: str, subjects: Collection[str]) -> ColumnElement[bool]:
    """Events of the subjects; for enterprises also those of managers under their service."""
    own = and_(CreditCase.subject_type == subject_type, CreditCase.subject.in_(subjects))
    if subject_type == "manager":
        return own
    return or_(own, and_(CreditCase.subject_type == "manager", CreditEvent.uscc.in_(subjects)))


def timeline(db: Session, subject_type: str, subject: str) -> pd.DataFrame:
    """The last version of every event of a subject, refused and withdrawn ones included, newest first."""
    query = _joined(None).where(CreditCase.subject_type == subject_type, CreditCase.subject == subject)
    versions = query.order_by(CreditEvent.recorded_at, CreditEvent.superseded_at.is_(None))
    rows = db.execute(versions)
    found = pd.DataFrame(rows.all(), columns=list(rows.keys())).drop_duplicates("case_id", keep="last")
    return found.sort_values(["valid_from", "case_id"], ascending=False).reset_index(drop=True)


def waiting(db: Session) -> pd.DataFrame:
    """Events that do not count yet and were not refused, oldest first; ``step`` says where each stands."""
    return _frame(db, _joined(None).where(recorded(CreditEvent), CreditStep.step.in_(WAITING)))


def told_cases(db: Session, uscc: str) -> pd.DataFrame:
    """Events of the office that concern an enterprise and of which a notice was served, the newest first; last version."""
    told = select(CreditStep.case_id).where(CreditStep.step == "noticed")
    query = _joined(None).where(concerning("enterprise", [uscc]), CreditCase.id.in_(told))
    rows = db.execute(query.order_by(CreditEvent.recorded_at, CreditEvent.superseded_at.is_(None)))
    found = pd.DataFrame(rows.all(), columns=list(rows.keys())).drop_duplicates("case_id", keep="last")
    return found.sort_values(["recorded_at", "case_id"], ascending=False).reset_index(drop=True)


def steps_of(db: Session, case_id: str) -> list[CreditStep]:
    """The journal of a case, in order."""
    return list(db.scalars(select(CreditStep).where(CreditStep.case_id == case_id).order_by(CreditStep.seq)))


def live_event(db: Session, case_id: str) -> CreditEvent | None:
    """What the case says now."""
    return db.scalars(select(CreditEvent).where(CreditEvent.case_id == case_id, recorded(CreditEvent))).one_or_none()


def last_version(db: Session, case_id: str) -> CreditEvent:
    """What the case says now, or said last."""
    order = (CreditEvent.superseded_at.is_not(None), CreditEvent.recorded_at.desc())
    return db.scalars(select(CreditEvent).where(CreditEvent.case_id == case_id).order_by(*order).limit(1)).one()


def proposed_event(db: Session, case_id: str) -> Sequence[Row[Any]]:
    """A proposed event as one of ``counted_rows``: what a confirmation would add."""
    query = _joined(None).where(recorded(CreditEvent), CreditCase.id == case_id, CreditStep.step.in_(WAITING))
    return db.execute(query).all()


def waiting_number(db: Session) -> int:
    """How many events do not count yet and were not refused."""
    return int(db.scalar(_waiting()) or 0)


@cache
def _waiting() -> Select[int]:
    last, step = last_steps(), CreditStep.__table__
    joined = step.join(last, and_(step.c.case_id == last.c.case_id, step.c.seq == last.c.seq))
    return select(func.count()).select_from(joined).where(step.c.step.in_(WAITING))


@dataclass
class RatingCase:
    """A case that a rating gave: its last step, the last version of its event (live or not), the days of the first."""

    case: CreditCase
    last: CreditStep
    event: CreditEvent
    window: tuple[date, date | None]

    @property
    def live(self) -> CreditEvent | None:
        """What the case says now, if anything."""
        return self.event if self.event.superseded_at is None else None


def rating_cases(db: Session, acts: Collection[str]) -> list[RatingCase]:
    """Cases that ratings gave, by act."""
    wanted, found = list(acts), []
    for start in range(0, len(wanted), 500):
        found += _rating_cases(db, wanted[start : start + 500])
    return found


def _rating_cases(db: Session, acts: list[str]) -> list[RatingCase]:
    last = last_steps()
    cases = (
        select(CreditCase, CreditStep)
        .join(last, last.c.case_id == CreditCase.id)
        .join(CreditStep, and_(CreditStep.case_id == last.c.case_id, CreditStep.seq == last.c.seq))
        .where(CreditCase.act_id.in_(acts), CreditCase.source_key.like(f"{FROM_RATING}%"))
        .order_by(CreditCase.id)
    )
    events = (
        select(CreditEvent)
        .join(CreditCase, CreditCase.id == CreditEvent.case_id)
        .where(CreditCase.act_id.in_(acts))
        .order_by(CreditEvent.recorded_at, CreditEvent.superseded_at.is_(None), CreditEvent.id)
    )
    versions: dict[str, list[CreditEvent]] = {}
    for event in db.scalars(events):
        versions.setdefault(event.case_id, []).append(event)
    made = []
    for case, step in db.execute(cases):
        first = min(versions[case.id], key=lambda event: event.valid_from)
        made.append(RatingCase(case, step, versions[case.id][-1], (first.valid_from, first.valid_to)))
    return made
