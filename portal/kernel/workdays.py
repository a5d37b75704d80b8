"""Working days of the district: weekdays, less the State Council's holidays, plus its make-up days.

The notices that come with the portal (``data/workdays.csv``: date, ``off`` or ``work``, source) are what a new working-day table
begins with; the table is what counts (``portal.deadlines``). Beyond the announced years the public holidays that the law itself names
are off (全国年节及纪念日放假办法, 2024, article 2; ``data/statutory.csv`` holds those of the lunar calendar until 2040), every other
weekday counts as a working day, and every answer is provisional.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Calendar:
    """The working days as somebody knows them. ``kinds``: day to ``off`` or ``work`` where it differs from the weekday;
    ``years``: those whose holidays have been announced, every other year is provisional."""

    kinds: Mapping[date, str]
    years: frozenset[int]

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on that day."""
        if kind := self.kinds.get(day):
            return kind == "work"
        return day.weekday() < 5 and not (day.year not in self.years and day in statutory(day.year))

    def nth_working_day(self, start: date, count: int) -> date:
        """The ``count``-th working day after ``start``; the day of the event itself does not count."""
        day = start
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_working_day(day)
        return day

    def is_provisional(self, day: date) -> bool:
        """Whether that year's holidays have not been announced."""
        return day.year not in self.years

    def between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and including ``end``; negative when ``end`` lies before."""
        if end < start:
            return -self.between(end, start)
        return sum(self.is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


@cache
def statutory(year: int) -> frozenset[date]:
    """The days off that the law names: New Year 1, Spring Festival 4 from its eve, Qingming 1, Labour Day 2, Dragon Boat 1,
    Mid-Autumn 1, National Day 3. Days that the State Council moves or adds are not known before its notice."""
    fixed = [date(year, month, day) for month, day in ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))]
    text = files("portal.kernel").joinpath("data/statutory.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        if int(row["year"]) == year:
            spring = date.fromisoformat(row["spring_festival"])
            fixed += [spring + timedelta(days=n) for n in range(-1, 3)]
            fixed += [date.fromisoformat(row[name]) for name in ("qingming", "dragon_boat", "mid_autumn")]
    return frozenset(fixed)


def announced() -> list[tuple[date, str, str]]:
    """(day, kind, source) of the notices that come with the portal: what a new calendar begins with."""
    text = files("portal.kernel").joinpath("data/workdays.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return [(date.fromisoformat(row["date"]), row["kind"], row["source"]) for row in rows]


@cache
def first_calendar() -> Calendar:
    """The calendar of those notices, for what is planned before there is a table (the demo district's story)."""
    found = announced()
    return Calendar({day: kind for day, kind, _source in found}, frozenset(day.year for day, _kind, _source in found))


def nth_working_day(start: date, count: int) -> date:
    """The ``count``-th working day after ``start`` by the first calendar.

    >>> nth_working_day(date(2026, 2, 10), 15)
    datetime.date(2026, 3, 9)
    """
    return first_calendar().nth_working_day(start, count)
