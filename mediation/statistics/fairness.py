"""Was it fair? The answers of parties as counts, for everybody with the small ones hidden, and for the office."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from mediation.cases import api as cases
from mediation.statistics.hiding import FEWEST, TOTAL, Cell, hidden, with_totals
from portal.kernel import clock
from portal.kernel.divisions import covers
from portal.kernel.periods import Quarter

YES, OTHER = "yes", "other"
BREAKDOWNS: dict[str, Callable[[cases.Opinion], str]] = {
    "stage": lambda one: one.stage,
    "kind": lambda one: one.kind,
    "street": lambda one: one.street,
}


@dataclass(frozen=True)
class Row:
    """A line of a breakdown: how many spoke, and how many said yes to each question; None is hidden."""

    code: str
    said: int | None
    yes: dict[str, int | None]

    @property
    def has_numbers(self) -> bool:
        """Whether anything of the line is shown."""
        return self.said is not None or any(count is not None for count in self.yes.values())


@dataclass(frozen=True)
class YearOpinions:
    """What parties said in a year up to a day: all together, then by stage, kind and street."""

    year: int
    until: date
    whole: Row
    parts: dict[str, tuple[Row, ...]]


def published_until(today: date) -> date:
    """The end of the last whole quarter: from day to day nobody can tell whose answer came in."""
    return Quarter.of(today).first - timedelta(days=1)


def public_years(db: Session, years: int = 3) -> list[YearOpinions]:
    """The published answers of parties, the latest year first; years in which almost nobody spoke are left out."""
    until = published_until(clock.today())
    since = date(until.year - years + 1, 1, 1)
    found = [one for one in cases.opinion_figures(db, since, until) if one.role != "mediator"]
    tables = [_year(year, [one for one in found if one.year == year], until) for year in _years(found)]
    return [one for one in tables if one.whole.said is not None]


def _years(found: Iterable[cases.Opinion]) -> list[int]:
    return sorted({one.year for one in found}, reverse=True)


def _inner(found: Sequence[cases.Opinion], of: Callable[[cases.Opinion], str], question: str) -> dict[Cell, int]:
    inner: dict[Cell, int] = {}
    for one in found:
        for column, count in ((YES, one.yes[question]), (OTHER, one.said - one.yes[question])):
            inner[(of(one), column)] = inner.get((of(one), column), 0) + count
    return inner


def _year(year: int, found: Sequence[cases.Opinion], until: date) -> YearOpinions:
    """All tables of a year share their totals: what one of them hides of these, every one hides."""
    tables = {
        (name, question): _inner(found, of, question) for name, of in BREAKDOWNS.items() for question in cases.QUESTIONS
    }
    gone: dict[tuple[str, str], set[Cell]] = {key: set() for key in tables}
    while True:
        fresh = {key: hidden(inner, too=_shared(key, gone)) for key, inner in tables.items()}
        if fresh == gone:
            break
        gone = fresh
    parts = {
        name: tuple(_row(name, code, tables, gone) for code in sorted({of(one) for one in found}))
        for name, of in BREAKDOWNS.items()
    }
    return YearOpinions(year, min(until, date(year, 12, 31)), _row("stage", TOTAL, tables, gone), parts)


def _shared(key: tuple[str, str], gone: dict[tuple[str, str], set[Cell]]) -> set[Cell]:
    """What other tables hide of the totals that they share with one: numbers of those who spoke, and answers of all."""
    name, question = key
    found = set(gone[key])
    for (other, asked), cells in gone.items():
        if other == name:
            found |= {cell for cell in cells if cell[1] == TOTAL}
        if asked == question:
            found |= {cell for cell in cells if cell[0] == TOTAL}
        found |= {(TOTAL, TOTAL)} & cells
    return found


def _row(
    name: str, code: str, tables: dict[tuple[str, str], dict[Cell, int]], gone: dict[tuple[str, str], set[Cell]]
) -> Row:
    def shown(question: str, column: str) -> int | None:
        key = (name, question)
        return None if (code, column) in gone[key] else with_totals(tables[key])[(code, column)]

    return Row(code, shown(cases.QUESTIONS[0], TOTAL), {question: shown(question, YES) for question in cases.QUESTIONS})


@dataclass(frozen=True)
class OfficeLine:
    """What the office reads of a question: yes, partly and no among those who spoke."""

    question: str
    yes: int
    partly: int
    no: int


def office_lines(
    db: Session, since: date, until: date, within: str | None, roles: tuple[str, ...]
) -> tuple[int, list[OfficeLine]]:
    """The answers of a place and span: (how many spoke, line by question); no lines below five, so that none is read singly."""
    found = [
        one for one in cases.opinion_figures(db, since, until)
        if one.role in roles and (not within or covers(within, one.street))
    ]  # fmt: skip
    said = sum(one.said for one in found)
    if said < FEWEST:
        return said, []
    lines = []
    for question in cases.QUESTIONS:
        yes, partly = sum(one.yes[question] for one in found), sum(one.partly[question] for one in found)
        lines.append(OfficeLine(question, yes, partly, said - yes - partly))
    return said, lines
