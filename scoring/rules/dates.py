"""Calendar arithmetic on ISO dates (``2025-07-01``), without a clock. Dates compare as text."""

from .errors import BadDate

Day = tuple[int, int, int]
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def parse_day(iso: object) -> Day:
    """Year, month and day of an ISO date (text, or anything that prints as one). Raises ``BadDate``."""
    text = str(iso)
    parts = text.split("-")
    if [len(part) for part in parts] != [4, 2, 2] or not all(part.isascii() and part.isdigit() for part in parts):
        raise BadDate(text)
    year, month, day = (int(part) for part in parts)
    if not (year >= 1 and 1 <= month <= 12 and 1 <= day <= days_in_month(year, month)):
        raise BadDate(text)
    return year, month, day


def print_day(day: Day) -> str:
    """The ISO text of a day."""
    return "{:04d}-{:02d}-{:02d}".format(*day)


def days_in_month(year: int, month: int) -> int:
    """28 to 31."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if month == 2 and leap else _LENGTHS[month - 1]


def add_months(day: Day, months: int) -> Day:
    """The same day ``months`` later, or the month's last day where it is shorter: 31 August + 6 = 28 February."""
    years, month = divmod(day[1] - 1 + months, 12)
    year = day[0] + years
    return year, month + 1, min(day[2], days_in_month(year, month + 1))


def next_day(day: Day) -> Day:
    """The day after."""
    year, month, number = day
    if number < days_in_month(year, month):
        return year, month, number + 1
    return (year, month + 1, 1) if month < 12 else (year + 1, 1, 1)


def previous_day(day: Day) -> Day:
    """The day before."""
    year, month, number = day
    if number > 1:
        return year, month, number - 1
    if month > 1:
        return year, month - 1, days_in_month(year, month - 1)
    return year - 1, 12, 31


def last_day(starts_on: object, months: int) -> str:
    """The last day, included, of a time of ``months`` that begins on ``starts_on``: 2026-01-25 + 12 ends 2027-01-24."""
    return print_day(previous_day(add_months(parse_day(starts_on), months)))
