"""The periods of reports: a month ``2025-01``, a quarter ``2025Q1``, a half year ``2025H1``, a year ``2025``, or the day
of an event ``2025-03-04``. Pure."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.periods import Month, Quarter, Year

LENGTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


@dataclass(frozen=True, order=True)
class Span:
    """The days of a period, both ends included, and how it is written."""

    first: date
    last: date
    text: str


def _half(year: int, number: int) -> Span:
    start = Month(year, 6 * number - 5)
    return Span(start.first, Month(year, 6 * number).last, f"{year:04d}H{number}")


def span(text: str) -> Span:
    """A period from its writing. NotFound for anything else: it came from an address."""
    half = re.fullmatch(r"(20\d\d)H([12])", text)
    if half:
        return _half(int(half[1]), int(half[2]))
    if re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text):
        return _of(Month.parse(text))
    if re.fullmatch(r"20\d\dQ[1-4]", text):
        return _of(Quarter.parse(text))
    if re.fullmatch(r"20\d\d", text):
        return _of(Year.parse(text))
    if re.fullmatch(r"20\d\d-\d\d-\d\d", text):
        return day_span(_day(text))
    raise NotFound(_("没有“%(text)s”这样的期间。", text=text))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound(_("没有“%(text)s”这样的期间。", text=text)) from None


def _of(period: Month | Quarter | Year) -> Span:
    return Span(period.first, period.last, str(period))


def day_span(day: date) -> Span:
    """The day of an event."""
    return Span(day, day, day.isoformat())


def holding(day: date, frequency: str) -> Span:
    """The month, quarter, half year or year in which a day lies."""
    month = Month.of(day)
    match frequency:
        case "month":
            return _of(month)
        case "quarter":
            return _of(month.quarter)
        case "half":
            return _half(day.year, 1 if day.month <= 6 else 2)
    return _of(Year(day.year))


@lru_cache(maxsize=256)
def between(first: date, last: date, frequency: str) -> tuple[Span, ...]:
    """The periods that end between two days, both included, in order."""
    listed, found = [], holding(first, frequency)
    while found.last <= last:
        listed.append(found)
        found = holding(found.last + timedelta(days=1), frequency)
    return tuple(listed)


def month_end_after(day: date, months: int) -> date:
    """The last day of the month so many months after the month of a day."""
    month = Month.of(day)
    for _step in range(months):
        month = month.next
    return month.last
