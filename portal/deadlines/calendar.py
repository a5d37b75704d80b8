"""The working-day table as a calendar: kept until the next deed, since a page asks it of every deadline it shows."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.deadlines.models import CalendarDay, CalendarYear
from portal.kernel.kept import kept
from portal.kernel.workdays import Calendar

_KEPT = "deadlines.calendar"
_DAYS = select(CalendarDay.day, CalendarDay.kind).where(CalendarDay.superseded_at.is_(None)).order_by(CalendarDay.day)
_YEARS = select(CalendarYear.year).order_by(CalendarYear.year)


def calendar(db: Session) -> Calendar:
    """The working days in force."""
    if _KEPT not in db.info:
        db.info[_KEPT] = kept(db, _KEPT, lambda: _read(db))
    found: Calendar = db.info[_KEPT]
    return found


def _read(db: Session) -> Calendar:
    kinds = {day: kind for day, kind in db.execute(_DAYS)}
    return Calendar(kinds, frozenset(db.scalars(_YEARS)))


def forget(db: Session) -> None:
    """Read it anew: the table has changed in this session, whose audit row is still to come."""
    db.info[_KEPT] = _read(db)


def is_working_day(db: Session, day: date) -> bool:
    """Whether offices work on that day."""
    return calendar(db).is_working_day(day)


def nth_working_day(db: Session, start: date, n: int) -> date:
    """The ``n``-th working day after ``start``; the day of the event itself does not count."""
    return calendar(db).nth_working_day(start, n)


def working_days_between(db: Session, start: date, end: date) -> int:
    """Working days after ``start`` up to and including ``end``; negative when ``end`` lies before."""
    return calendar(db).between(start, end)


def provisional_years(db: Session, start: date, end: date) -> list[int]:
    """The years of the days after ``start`` up to ``end`` whose holidays have not been announced."""
    first = start + timedelta(days=1)
    return [year for year in range(first.year, end.year + 1) if year not in calendar(db).years]


def is_provisional(db: Session, day: date) -> bool:
    """Whether that year's holidays have not been announced: what is counted there may still move."""
    return calendar(db).is_provisional(day)
