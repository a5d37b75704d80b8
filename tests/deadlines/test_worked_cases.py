"""Worked cases from the State Council's calendars of 2025 and 2026, each counted by hand on the calendar's page."""

from datetime import date, datetime, timedelta

import chinese_calendar
import pytest

from portal.deadlines import api, terms
from portal.deadlines.terms import Pause, Term
from portal.kernel import clock
from portal.kernel.db import reading
from portal.kernel.workdays import first_calendar

# (why, start, length, unit, last day in time)
CASES = [
    ("eve of Spring Festival 2025: 28 January to 4 February off, 8 February made up", "2025-01-27", 5, "workdays", "2025-02-10"),
    ("last working day before it, one day: the first day back", "2025-01-27", 1, "workdays", "2025-02-05"),
    ("across the make-up Sunday before it", "2025-01-24", 2, "workdays", "2025-01-27"),
    ("started on the make-up Sunday itself", "2025-01-26", 1, "workdays", "2025-01-27"),
    ("started within the holiday", "2025-01-30", 2, "workdays", "2025-02-06"),
    ("Qingming 2025 is a Friday", "2025-04-03", 1, "workdays", "2025-04-07"),
    ("Labour Day 2025 with its make-up Sunday before", "2025-04-25", 4, "workdays", "2025-04-30"),
    ("over Labour Day 2025 to the day after", "2025-04-30", 1, "workdays", "2025-05-06"),
    ("Dragon Boat 2025 falls on a Monday", "2025-05-30", 1, "workdays", "2025-06-03"),
    ("eve of National Day 2025, back on 9 October, Saturday 11 made up", "2025-09-30", 3, "workdays", "2025-10-11"),
    ("the same with five days", "2025-09-30", 5, "workdays", "2025-10-14"),
    ("across the make-up Sunday of 28 September", "2025-09-26", 2, "workdays", "2025-09-29"),
    ("New Year 2026: 1 to 3 January off, Sunday 4 made up", "2025-12-31", 1, "workdays", "2026-01-04"),
    ("before Spring Festival 2026 with both make-up Saturdays", "2026-02-10", 15, "workdays", "2026-03-09"),
    ("eve of Spring Festival 2026, a make-up Saturday", "2026-02-14", 1, "workdays", "2026-02-24"),
    ("five days from the eve, with the make-up Saturday of 28 February", "2026-02-14", 5, "workdays", "2026-02-28"),
    ("National Day 2026, Saturday 10 October made up", "2026-09-30", 3, "workdays", "2026-10-10"),
    ("Mid-Autumn 2026, a Friday", "2026-09-24", 1, "workdays", "2026-09-28"),
    ("the black list's ten days over Labour Day 2026", "2026-04-28", 10, "workdays", "2026-05-14"),
    ("calendar days know no holiday", "2026-02-13", 7, "days", "2026-02-20"),
    ("fifteen days into the next year", "2025-12-20", 15, "days", "2026-01-04"),
]  # fmt: skip


@pytest.mark.parametrize(("why", "start", "length", "unit", "last"), CASES, ids=[case[0] for case in CASES])
def test_worked_case(why, start, length, unit, last):
    found = terms.last_day(first_calendar(), [Term("it", length, unit)], date.fromisoformat(start))
    assert found == date.fromisoformat(last), why


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.DISTRICT)


MINUTES = [
    ("hours across midnight", "hours", 24, "2026-03-05 23:30", "2026-03-06 23:30"),
    ("hours do not stop for a holiday", "hours", 24, "2026-02-16 18:00", "2026-02-17 18:00"),
    ("the last minute of a day belongs to it", "workdays", 1, "2026-03-05 23:59", "2026-03-07 00:00"),
    ("the first minute of the next day is the next day's", "workdays", 1, "2026-03-06 00:00", "2026-03-10 00:00"),
    ("a day's deadline ends at 24:00", "days", 7, "2026-03-05 08:00", "2026-03-13 00:00"),
]


@pytest.mark.parametrize(("why", "unit", "length", "start", "due"), MINUTES, ids=[case[0] for case in MINUTES])
def test_to_the_minute(why, unit, length, start, due):
    assert terms.due_at(first_calendar(), [Term("it", length, unit)], at(start)) == at(due), why


PAUSES = [
    ("none of the days of the pause counts, the day of its end neither", "workdays", 5, "2026-03-02 10:00",
     [("2026-03-04 10:00", "2026-03-10 10:00")], "2026-03-14 00:00"),
    ("a pause within one day changes nothing", "workdays", 5, "2026-03-02 10:00",
     [("2026-03-04 09:00", "2026-03-04 17:00")], "2026-03-10 00:00"),
    ("a pause over a holiday costs its working days only", "workdays", 5, "2026-02-13 10:00",
     [("2026-02-14 10:00", "2026-02-24 10:00")], "2026-03-01 00:00"),
    ("a pause over a weekend: its first day still counts, so nothing is lost", "workdays", 5, "2026-03-02 10:00",
     [("2026-03-06 10:00", "2026-03-08 10:00")], "2026-03-10 00:00"),
    ("two pauses", "days", 7, "2026-03-02 10:00",
     [("2026-03-03 10:00", "2026-03-05 10:00"), ("2026-03-06 10:00", "2026-03-07 10:00")], "2026-03-13 00:00"),
    ("hours keep what was left", "hours", 24, "2026-03-05 20:00", [("2026-03-05 22:00", "2026-03-07 22:00")],
     "2026-03-08 20:00"),
]  # fmt: skip


@pytest.mark.parametrize(("why", "unit", "length", "start", "pauses", "due"), PAUSES, ids=[case[0] for case in PAUSES])
def test_across_a_pause(why, unit, length, start, pauses, due):
    held = [Pause(at(begins), at(ends)) for begins, ends in pauses]
    assert terms.due_at(first_calendar(), [Term("it", length, unit)], at(start), held) == at(due), why


def test_an_extension_follows_the_rule():
    given = [Term("objection.decide", 2, "workdays"), Term("objection.extension", 3, "workdays")]
    assert terms.last_day(first_calendar(), given, date(2026, 2, 13)) == date(2026, 2, 27)


def test_the_table_agrees_with_the_statutory_calendar(instance):
    day = date(2025, 1, 1)
    with reading() as db:
        while day < date(2027, 1, 1):
            assert api.is_working_day(db, day) == chinese_calendar.is_workday(day), day
            day += timedelta(days=1)
        assert not api.is_provisional(db, date(2026, 12, 31))
        assert api.is_provisional(db, date(2027, 1, 1))
        assert api.nth_working_day(db, date(2026, 2, 10), 15) == date(2026, 3, 9)
        assert api.working_days_between(db, date(2026, 2, 10), date(2026, 3, 9)) == 15
