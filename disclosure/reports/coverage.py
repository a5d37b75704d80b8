"""When each month of an account was covered by statements. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

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
    days: dict[tuple[str, Month], int] = {}
    lines: dict[tuple[str, Month], int] = {}
    whole: Covered = {}
    for one in found:
        month = Month.of(one.from_on)
        while month.first <= one.to_on:
            key = (one.account_code, month)
            if (one.account_code, str(month)) not in whole:
                first = max(one.from_on, month.first).day
                last = min(one.to_on, month.last).day
                days[key] = days.get(key, _before(opened.get(one.account_code), month)) | (
                    (1 << (last - first + 1)) - 1
                ) << (first - 1)
                lines[key] = lines.get(key, 0) + one.lines
                if days[key] == (1 << month.last.day) - 1:
                    whole[one.account_code, str(month)] = Whole(one.on, lines[key])
            month = month.next
    return whole


def _before(opened: date | None, month: Month) -> int:
    """The days of a month before an account was opened, as bits."""
    if opened is None or opened <= month.first or opened > month.last:
        return 0
    return (1 << (opened.day - 1)) - 1
