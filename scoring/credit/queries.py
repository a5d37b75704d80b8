"""Reads of the credit record. What counts on a day is derived from dates and steps, never stored."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from portal.kernel.versions import known, recorded
from scoring.credit.models import CreditCase, CreditEvent, CreditStep

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


def _joined(known_at: datetime | None) -> Select[Any]:
    last = last_steps(known_at)
    return (
        select(*EVENT_COLUMNS, CreditStep.step)
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
    """Confirmed events in force on a day, of enterprises and managers, as known at an instant."""
    query = _joined(known_at).where(known(CreditEvent, as_of, known_at), CreditStep.step == "confirmed")
    return _frame(db, query if where is None else query.where(where))


def events_between(db: Session, first: date, last: date, usccs: Collection[str] | None = None) -> pd.DataFrame:
    """Confirmed events that began within a period, with those of managers under the enterprises' service."""
    query = _joined(None).where(
        recorded(CreditEvent), CreditStep.step == "confirmed", CreditEvent.valid_from.between(first, last)
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
    """Every live event of a subject in whatever step, newest first."""
    query = _joined(None).where(
        recorded(CreditEvent), CreditCase.subject_type == subject_type, CreditCase.subject == subject
    )
    return _frame(db, query).iloc[::-1].reset_index(drop=True)


def waiting(db: Session) -> pd.DataFrame:
    """Events proposed and not yet decided, oldest first."""
    return _frame(db, _joined(None).where(recorded(CreditEvent), CreditStep.step == "proposed"))


def steps_of(db: Session, case_id: str) -> list[CreditStep]:
    """The journal of a case, in order."""
    return list(db.scalars(select(CreditStep).where(CreditStep.case_id == case_id).order_by(CreditStep.seq)))


def live_event(db: Session, case_id: str) -> CreditEvent | None:
    """What the case says now."""
    return db.scalars(select(CreditEvent).where(CreditEvent.case_id == case_id, recorded(CreditEvent))).one_or_none()


def rating_cases(db: Session, acts: Collection[str]) -> list[tuple[CreditCase, str, CreditEvent | None]]:
    """Cases that ratings gave, by act: the case, its last step, its live event."""
    last, found = last_steps(), []
    for start in range(0, len(acts), 500):
        part = list(acts)[start : start + 500]
        query = (
            select(CreditCase, CreditStep.step, CreditEvent)
            .join(last, last.c.case_id == CreditCase.id)
            .join(CreditStep, and_(CreditStep.case_id == last.c.case_id, CreditStep.seq == last.c.seq))
            .outerjoin(CreditEvent, and_(CreditEvent.case_id == CreditCase.id, recorded(CreditEvent)))
            .where(CreditCase.act_id.in_(part))
            .order_by(CreditCase.id)
        )
        found += [tuple(row) for row in db.execute(query)]
    return found  # type: ignore[return-value]
