"""Cases added up by the month of filing: made anew each night, read by the figures where they cover the span asked for."""

from collections.abc import Sequence
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
    """Make the sums anew in one transaction; says how many rows."""
    return store(db, sums_of_today(db))


def sums_of_today(db: Session) -> list[dict[str, Any]]:
    """All cases added up by the month of filing: read in a snapshot, since it takes its time."""
    day, rows = clock.today(), []

    def row(what: str, month: int, place: str, kind: str, subject: str, numbers: Sequence[int]) -> None:
        reached, left, days = (*numbers, 0, 0)[:3]
        rows.append({"what": what, "month": date(month // 100, month % 100, 1), "place": place, "kind": kind,
                     "subject": subject, "reached": reached, "left": left, "days": days, "as_of": day})  # fmt: skip

    for month, place, kind, step, *numbers in counting.course_rows(db):
        row("step", month, place, kind, step, numbers)
    for month, place, step, count in counting.promise_rows(db):
        row("promise", month, place, "", step, (count,))
    for month, uscc, asked, said in counting.answer_rows(db, date.min, day):
        row("company", month, "", "", uscc, (asked, said))
    return rows


def store(db: Session, rows: list[dict[str, Any]]) -> int:
    """Throw the old sums away and write new ones."""
    db.execute(delete(MediationTally))
    if rows:
        insert_rows(db, MediationTally.__table__, rows)
    return len(rows)


def as_of(db: Session, since: date, until: date, within: str | None) -> date | None:
    """The day of the sums where they can answer for a span: whole months, a street or more; None where they cannot."""
    day = db.scalar(select(MediationTally.as_of).limit(1))  # the same in all rows
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
