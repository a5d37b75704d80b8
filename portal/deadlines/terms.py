"""The arithmetic of a deadline: lengths, working days and pauses to the first instant that is late. Pure.

The day of the start does not count, and neither does the day on which a pause ends; the day on which it begins does. N days end
at 24:00 of the N-th day that counts, which is 00:00 of the next; hours are hours, without those of a pause.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.kernel import clock
from portal.kernel.workdays import Calendar


@dataclass(frozen=True)
class Term:
    """A length: of the rule, or of an extension by another rule."""

    rule: str
    length: int
    unit: str


@dataclass(frozen=True)
class Pause:
    """An interruption that has ended."""

    begins: datetime
    ends: datetime

    def holds(self, day: date) -> bool:
        """Whether a district day is lost to it."""
        return clock.district_date(self.begins) < day <= clock.district_date(self.ends)


def due_at(calendar: Calendar, terms: Sequence[Term], start: datetime, pauses: Sequence[Pause] = ()) -> datetime:
    """The first instant that is late. Terms follow one another; aware UTC."""
    moment, day = start, clock.district_date(start)
    for term in terms:
        if term.unit == "hours":
            moment = _after_hours(moment, term.length, pauses)
            day = clock.district_date(moment - timedelta(microseconds=1))
        else:
            day = _after_days(calendar, day, term, pauses)
            moment = clock.day_start(day + timedelta(days=1))
    return moment


def last_day(calendar: Calendar, terms: Sequence[Term], start: date, pauses: Sequence[Pause] = ()) -> date:
    """The last day that is in time, for a start known by its day."""
    return clock.district_date(due_at(calendar, terms, start_of(start, terms), pauses) - timedelta(microseconds=1))


def start_of(day: date, terms: Sequence[Term]) -> datetime:
    """The instant that stands for a start known by its day only: hours run from its end, so that nobody loses one."""
    in_hours = terms[0].unit == "hours"
    return clock.day_start(day + timedelta(days=1)) if in_hours else clock.day_start(day, 12)


def _after_days(calendar: Calendar, day: date, term: Term, pauses: Sequence[Pause]) -> date:
    left = term.length
    while left > 0:
        day += timedelta(days=1)
        counts = term.unit == "days" or calendar.is_working_day(day)
        left -= counts and not any(pause.holds(day) for pause in pauses)
    return day


def _after_hours(start: datetime, hours: int, pauses: Sequence[Pause]) -> datetime:
    moment = start + timedelta(hours=hours)
    for pause in sorted(pauses, key=lambda one: one.begins):
        if pause.begins < moment and pause.ends > start:
            moment += pause.ends - max(pause.begins, start)
    return moment
