"""Cases added up by the month of filing: made anew each night, read by the figures where they cover the span asked for."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, select
from sqlalchemy.orm import Session

from mediation.cases import counting
from mediation.cases.models.tally import MediationTally
from portal.kernel import clock
from portal.kernel.bulk import insert_rows
from portal.kernel.divisions import prefix
from portal.kernel.periods import Month

FRESH_DAYS = 2  # a worker that stood still for longer leaves figures that nobody may take for new ones


def add_up(db: Session) -> int:
    """Throw the sums away and make them anew, month by month of filing; says how many rows."""
    db.execute(delete(MediationTally))
    day, rows = clock.today(), 0
    first = counting.first_day(db)
    month = Month.of(first) if first else None
    while month is not None and month.first <= day:
        found = list(_month(db, month, day))
        if found:
            insert_rows(db, MediationTally.__table__, found)
        rows += len(found)
        month = month.next
    return rows


def _month(db: Session, month: Month, day: date) -> Iterable[dict[str, Any]]:
    same = {"month": month.first, "as_of": day}
    for one in counting.courses(db, month.first, month.last):
        yield {**same, "what": "step", "place": one.street, "kind": one.kind, "subject": one.step,
               "reached": one.reached, "left": one.left, "days": one.days}  # fmt: skip
    for (place, step), count in counting.promises(db, month.first, month.last).items():
        yield {**same, "what": "promise", "place": place, "kind": "", "subject": step, "reached": count, "left": 0,
               "days": 0}  # fmt: skip
    for uscc, (asked, said) in counting.answers(db, month.first, month.last).items():
        yield {**same, "what": "company", "place": "", "kind": "", "subject": uscc, "reached": asked, "left": said,
               "days": 0}  # fmt: skip


def as_of(db: Session, since: date, until: date, within: str | None) -> date | None:
    """The day of the sums where they can answer for a span: whole months, a street or more; None where they cannot."""
    day = db.scalar(select(func.max(MediationTally.as_of)))
    today = clock.today()
    if day is None or not today - timedelta(days=FRESH_DAYS) < day <= today:
        return None
    is_whole = since.day == 1 and (until == Month.of(until).last or until >= day)
    return day if is_whole and len(prefix(within or "440000000000")) <= 9 else None


def of_span(what: str, since: date, until: date, within: str | None) -> list[ColumnElement[bool]]:
    """The rows that answer for a span and place."""
    found = [MediationTally.what == what, MediationTally.month >= since, MediationTally.month <= until]
    if within:
        found.append(MediationTally.place.startswith(prefix(within)))
    return found


def sums(what: str, since: date, until: date, within: str | None, *by: Any) -> Select[Any]:
    """The sums of a span by some columns: (by…, reached, left, days)."""
    added = [func.sum(getattr(MediationTally, name)) for name in ("reached", "left", "days")]
    return select(*by, *added).where(and_(*of_span(what, since, until, within))).group_by(*by).order_by(*by)
