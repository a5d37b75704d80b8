"""When each month of an account was covered by statements. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from disclosure.funds.api import Delivered
from portal.kernel.periods import Month


@dataclass(frozen=True)
class Whole:
    """A month that statements cover: since the act of which day, and how many lines they hold."""

    on: date
    lines: int


Covered = dict[tuple[str, str], Whole]


def coverage(found: Iterable[Delivered], opened: Mapping[str, date]) -> Covered:
    """(account, month) to when the last day of the month was delivered; months with a day missing are absent.

    ``found``: by account and day of the act. ``opened``: account to the day from which there can be bookings.
    """
    days: dict[tuple[str, str], int] = {}
    lines: dict[tuple[str, str], int] = {}
    whole: Covered = {}
    for one in found:
        for month, text, covered, all_days in _spread(one.from_on, one.to_on):
            key = (one.account_code, text)
            if key in whole:
                continue
            before = days[key] if key in days else _before(opened.get(one.account_code), month)
            days[key] = before | covered
            lines[key] = lines.get(key, 0) + one.lines
            if days[key] == all_days:
                whole[key] = Whole(one.on, lines[key])
    return whole


@lru_cache(maxsize=4096)  # the statements of all accounts of a bank reach over the same days
def _spread(from_on: date, to_on: date) -> tuple[tuple[Month, str, int, int], ...]:
    """The months that some days touch: (month, its name, these days of it as bits, all its days as bits)."""
    found, month = [], Month.of(from_on)
    while month.first <= to_on:
        first, last = max(from_on, month.first).day, min(to_on, month.last).day
        found.append((month, str(month), _bits(first, last), _bits(1, month.last.day)))
        month = month.next
    return tuple(found)


def _bits(first: int, last: int) -> int:
    return ((1 << (last - first + 1)) - 1) << (first - 1)


def _before(opened: date | None, month: Month) -> int:
    """The days of a month before an account was opened, as bits."""
    if opened is None or opened <= month.first or opened > month.last:
        return 0
    return _bits(1, opened.day - 1)
