"""The figures of the centre, put together for its pages; small ones are hidden from the public."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from mediation.cases import api as cases
from portal.kernel.periods import Month

FEWEST = 5  # a smaller number could tell of somebody
MONTHS = 12
AGREED, ENDS = "signed", ("signed", "terminated", "declined", "rejected", "transferred", "withdrawn", "answered")
TALKS = ("signed", "terminated")
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


def report(db: Session, since: date, until: date, within: str | None = None) -> Report:
    """All figures of a place."""
    found = cases.figures(db, since, until, within)
    ends = {step: sum(one.reached for one in found if one.step == step) for step in ENDS}
    return Report(
        since, until, _line("", found), _lines(found, "kind"), _lines(found, "street"), ends,
        tuple(_stay(step, found) for step in CLOCKED), cases.promise_figures(db, since, until, within),
        tuple(cases.hot_estates(db, since, until, within)),
    )  # fmt: skip


def hidden_small(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Counts of parts whose sum is told, with the small ones hidden; never exactly one, or the sum would give it away.

    >>> hidden_small({"a": 9, "b": 4, "c": 30})
    {'a': None, 'b': None, 'c': 30}
    """
    small = {code for code, count in counts.items() if count < FEWEST}
    if len(small) == 1:
        rest = [code for code in sorted(counts, key=lambda code: (counts[code], code)) if code not in small]
        small.update(rest[:1])
    return {code: None if code in small else count for code, count in counts.items()}


def answered(db: Session, since: date, until: date) -> list[tuple[str, int | None, int | None]]:
    """Company, how often it was asked to mediate, and answers in a hundred; both hidden below five questions."""
    return [
        (uscc, asked if asked >= FEWEST else None, round(said * 100 / asked) if asked >= FEWEST else None)
        for uscc, (asked, said) in cases.response_rates(db, since, until).items()
    ]
