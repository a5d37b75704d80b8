"""The district at a glance: what was disclosed in time, by street and month; who has not disclosed, by street and company."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from disclosure.funds import api as funds
from disclosure.owners import api as owners
from disclosure.reports import api as reports
from portal.kernel import clock
from portal.kernel.divisions import street_of
from portal.kernel.kept import kept
from portal.kernel.periods import Month
from portal.registry import api as registry

MONTHS = 12


@dataclass
class Tally:
    """Disclosures that were due: in time, late, and missing."""

    in_time: int = 0
    late: int = 0
    missing: int = 0

    @property
    def due(self) -> int:
        """All of them."""
        return self.in_time + self.late + self.missing

    @property
    def rate_bp(self) -> int | None:
        """Share in time, in hundredths of a per cent; None when nothing was due."""
        return (2 * 10_000 * self.in_time + self.due) // (2 * self.due) if self.due else None

    def add(self, cell: reports.Cell) -> None:
        """Count a square of the calendar that was due."""
        if cell.is_in_time:
            self.in_time += 1
        elif cell.state == "late":
            self.late += 1
        else:
            self.missing += 1


@dataclass
class StreetRow:
    """A street: its estates with accounts, its tally of a year and of each month, questions without an answer."""

    code: str
    estates: int = 0
    tally: Tally = field(default_factory=Tally)
    months: dict[Month, Tally] = field(default_factory=dict)
    unanswered: int = 0


@dataclass
class CompanyRow:
    """A company: what is missing now, at how many estates, and the most days late."""

    uscc: str | None
    name: str
    missing: int = 0
    estates: set[str] = field(default_factory=set)
    days: int = 0


@dataclass(frozen=True)
class Overview:
    """The district over the last twelve months. ``names`` of estates by code."""

    months: tuple[Month, ...]
    streets: tuple[StreetRow, ...]
    whole: StreetRow
    companies: tuple[CompanyRow, ...]
    missing: tuple[reports.Missing, ...]
    names: dict[str, str]


def overview(db: Session) -> Overview:
    """The district today."""
    return kept(db, "disclosure overview", lambda: _read(db, clock.today()))


def _read(db: Session, today: date) -> Overview:
    frame = registry.estates_frame(db, today)
    places = dict(zip(frame["estate_code"], frame["division_code"], strict=True))
    months = _months(today)
    streets: dict[str, StreetRow] = {}
    whole = StreetRow("")
    for code in sorted({account.estate_code for account in funds.accounts(db)} & set(places)):
        for row in (streets.setdefault(street_of(places[code]), StreetRow(street_of(places[code]))), whole):
            row.estates += 1
    for cell in reports.cells(db, None, months[0].first, today, today):
        if cell.estate_code in places and _was_due(cell, today):
            for row in (streets[street_of(places[cell.estate_code])], whole):
                row.tally.add(cell)
                row.months.setdefault(Month.of(cell.due_on), Tally()).add(cell)
    waiting = owners.unanswered(db, today).by_street
    for row in streets.values():
        row.unanswered = waiting.get(row.code, 0)
    whole.unanswered = sum(waiting.values())
    missing = tuple(one for one in reports.missing(db, today) if one.estate_code in places)
    names = {code: name for code, name in zip(frame["estate_code"], frame["name"], strict=True)}
    listed = tuple(streets[code] for code in sorted(streets))
    return Overview(months, listed, whole, _companies(missing), missing, names)


def _was_due(cell: reports.Cell, today: date) -> bool:
    return cell.state != "not_applicable" and (cell.state != "not_filed" or cell.is_overdue) and cell.due_on <= today


def _months(today: date) -> tuple[Month, ...]:
    months = [Month.of(today)]
    while len(months) < MONTHS:
        months.append(months[-1].previous)
    return tuple(months[::-1])


def _companies(missing: Iterable[reports.Missing]) -> tuple[CompanyRow, ...]:
    found: dict[str, CompanyRow] = {}
    for one in missing:
        row = found.setdefault(one.uscc or "", CompanyRow(one.uscc, one.enterprise))
        row.missing += 1
        row.estates.add(one.estate_code)
        row.days = max(row.days, one.days_late)
    return tuple(sorted(found.values(), key=lambda row: (-row.missing, -row.days, row.uscc or "")))
