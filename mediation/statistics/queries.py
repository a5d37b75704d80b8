"""The figures of the centre, put together for its pages; small ones are hidden from the public."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from mediation.cases import api as cases
from mediation.statistics.hiding import FEWEST, TOTAL, hidden, with_totals
from portal.kernel import clock
from portal.kernel.kept import kept
from portal.kernel.periods import Month

MONTHS = 12
AGREED, ENDS = "signed", ("signed", "terminated", "declined", "rejected", "transferred", "withdrawn", "answered")
TALKS = ("signed", "terminated")
TOLD = {
    "signed": "agreed",
    "terminated": "no_agreement",
    "declined": "declined",
    "withdrawn": "withdrawn",
}  # in the guide
REST = "-"  # no end yet
CLOCKED = ("submitted", "acceptance_check", "consent_pending", "mediating", "extended", "judicial_window", "performing",
           "handling", "review")  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One row: a kind, a street or all. ``talks``: cases that ended by agreement or without; ``agreed`` of them."""

    code: str
    filed: int
    agreed: int
    talks: int

    @property
    def rate(self) -> int | None:
        """Agreements in a hundred talks that ended."""
        return round(self.agreed * 100 / self.talks) if self.talks else None


@dataclass(frozen=True)
class Stay:
    """A state: how many cases came, how many are in it now, and the days of those who left it, on average (tenths)."""

    step: str
    reached: int
    now: int
    tenths: int | None


@dataclass(frozen=True)
class Report:
    """The office's figures of the cases filed in a span of days."""

    since: date
    until: date
    whole: Line
    kinds: tuple[Line, ...]
    streets: tuple[Line, ...]
    ends: dict[str, int]
    stays: tuple[Stay, ...]
    promises: dict[str, int]
    estates: tuple[tuple[str, int], ...]
    outcomes: dict[tuple[str, str], int]
    as_of: date | None

    @property
    def kept_rate(self) -> int | None:
        """Promises kept in a hundred that are kept or broken."""
        done = self.promises.get("kept", 0) + self.promises.get("broken", 0)
        return round(self.promises.get("kept", 0) * 100 / done) if done else None


def last_months(today: date, months: int = MONTHS) -> tuple[date, date]:
    """The last so many whole months before a day."""
    last = Month.of(today.replace(day=1) - timedelta(days=1))
    first = last
    for _each in range(months - 1):
        first = Month.of(first.first - timedelta(days=1))
    return first.first, last.last


def _line(code: str, found: list[cases.Figure]) -> Line:
    reached: Counter[str] = Counter()
    for one in found:
        reached[one.step] += one.reached
    return Line(code, reached["submitted"], reached[AGREED], sum(reached[step] for step in TALKS))


def _lines(found: list[cases.Figure], column: str) -> tuple[Line, ...]:
    by: dict[str, list[cases.Figure]] = {}
    for one in found:
        by.setdefault(getattr(one, column), []).append(one)
    return tuple(sorted((_line(code, some) for code, some in by.items()), key=lambda line: (-line.filed, line.code)))


def _stay(step: str, found: list[cases.Figure]) -> Stay:
    own = [one for one in found if one.step == step]
    reached, left, days = (sum(getattr(one, name) for one in own) for name in ("reached", "left", "days"))
    return Stay(step, reached, reached - left, round(days * 10 / left) if left else None)


def _outcomes(found: list[cases.Figure]) -> dict[tuple[str, str], int]:
    counted: Counter[tuple[str, str]] = Counter()
    for one in found:
        if one.step in ENDS:
            counted[(one.kind, one.step)] += one.reached
    return dict(counted)


def report(db: Session, since: date, until: date, within: str | None = None) -> Report:
    """All figures of a place."""
    found = cases.figures(db, since, until, within)
    ends = {step: sum(one.reached for one in found if one.step == step) for step in ENDS}
    return Report(
        since, until, _line("", found), _lines(found, "kind"), _lines(found, "street"), ends,
        tuple(_stay(step, found) for step in CLOCKED), cases.promise_figures(db, since, until, within),
        tuple(cases.hot_estates(db, since, until, within)), _outcomes(found), cases.as_of(db, since, until, within),
    )  # fmt: skip


@dataclass(frozen=True)
class Public:
    """What everybody may see of a report; None is hidden. ``outcomes``: (kind, end) to how many."""

    filed: int | None
    kinds: dict[str, int | None]
    ends: dict[str, int | None]
    outcomes: dict[tuple[str, str], int | None]


def public(found: Report) -> Public:
    """The counts of a report that tell of nobody: by kind, by end, and by both for the guide, hidden together.

    A case comes to one end at most, so the ends of a kind and its cases without one add up to its cases.
    """
    inner = {(one.code, end): found.outcomes.get((one.code, end), 0) for one in found.kinds for end in ENDS}
    for one in found.kinds:
        inner[(one.code, REST)] = one.filed - sum(inner[(one.code, end)] for end in ENDS)
    cells = with_totals(inner)
    never = {cell for cell in cells if cell[1] == REST or (cell[0] != TOTAL and cell[1] not in (*TOLD, TOTAL))}
    gone = hidden(inner, never)

    def shown(row: str, column: str) -> int | None:
        return None if (row, column) in gone else cells[(row, column)]

    return Public(
        shown(TOTAL, TOTAL) if found.kinds else None,
        {one.code: shown(one.code, TOTAL) for one in found.kinds},
        {end: shown(TOTAL, end) if found.kinds else None for end in ENDS},
        {(one.code, end): shown(one.code, end) for one in found.kinds for end in TOLD},
    )


def public_report(db: Session) -> tuple[Report, Public]:
    """The public report of the last twelve whole months, kept until the next deed."""
    since, until = last_months(clock.today())
    found = kept(db, ("mediation-report", since, until, ""), lambda: report(db, since, until))
    return found, kept(db, ("mediation-public", since, until), lambda: public(found))


def outcomes(db: Session, kind: str) -> dict[str, int | None]:
    """How cases of a kind ended, for the guide: words of an end to how many, None for what is hidden. Empty when nothing is
    shown."""
    found = public_report(db)[1].outcomes
    told = {name: found.get((kind, end)) for end, name in TOLD.items()}
    return told if any(count for count in told.values()) else {}


def answered(db: Session, since: date, until: date) -> list[tuple[str, int | None, int | None]]:
    """Company, how often it was asked to mediate, and answers in a hundred; both hidden below five questions."""
    return [
        (uscc, asked if asked >= FEWEST else None, round(said * 100 / asked) if asked >= FEWEST else None)
        for uscc, (asked, said) in cases.response_rates(db, since, until).items()
    ]
