"""The calendar of disclosure: what is due of each estate, kind and period, and how it stood at the end of a day.

A report is due of an estate for every period that ends after an account of the kind was opened and that begins in the
month in which the register of accounts began, or later: a company cannot file a period whose first months the portal never
had. Late is judged by the day on which the report that was confirmed (or waits for it) was handed in: how long
the office takes is nobody's fault who filed. A correction does not make a report late. Everything here is worked out;
nothing of it is stored (rules.md 4.2: overdue is computed from the due date, not typed).
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from disclosure.funds import api as funds
from disclosure.reports import periods, queries
from disclosure.reports.coverage import Covered, coverage
from disclosure.reports.matrix import Kind, kinds
from disclosure.reports.models import FundReportTerm
from disclosure.reports.periods import Span
from disclosure.reports.serving import Serving
from portal.deadlines import api as deadlines
from portal.kernel import clock
from portal.kernel.periods import Month
from portal.registry import api as registry

LONGEST = timedelta(days=220)  # between the end of a period and its due day
OFTEN, NONE, USUAL = "often", "none", "usual"


@dataclass(frozen=True)
class Cell:
    """One square of the calendar.

    ``state``: ``zero`` (filed in time: nothing moved), ``not_applicable``, ``filed`` (in time), ``late`` (filed after the
    due day) or ``not_filed``. ``days_late``: how late it was filed, or is on the day asked for; 0 within the time.
    ``published_on`` is the day on which it could be read by everybody; empty while the confirmation is awaited.
    """

    kind: str
    estate_code: str
    period: str
    due_on: date
    state: str
    filed_on: date | None = None
    confirmed_on: date | None = None
    published_on: date | None = None
    days_late: int = 0
    zero: bool = False
    report_id: str | None = None
    reason: str = ""
    rule: str = ""
    event: str | None = None

    @property
    def is_overdue(self) -> bool:
        """Nothing was filed, and the due day has passed."""
        return self.state == "not_filed" and self.days_late > 0

    @property
    def is_in_time(self) -> bool:
        """Filed by the due day."""
        return self.state in ("zero", "filed")

    @property
    def subject(self) -> str:
        """How deadlines and the audit log name it."""
        return subject_of(self.kind, self.estate_code, self.period)


@dataclass(frozen=True)
class Missing:
    """A line of the public list of what was not disclosed: on whom it falls, where, and how late it is."""

    estate_code: str
    division_code: str
    street_code: str
    uscc: str | None
    enterprise: str
    kind: str
    period: str
    due_on: date
    days_late: int


def subject_of(kind: str, estate_code: str, period: str) -> str:
    """``report:KIND/ESTATE/PERIOD``."""
    return f"report:{kind}/{estate_code}/{period}"


@dataclass(frozen=True)
class _Due:
    kind: Kind
    estate: str
    span: Span
    due_on: date
    term: FundReportTerm | None = None


class _Known:
    """What the calendar of some estates is made of, read with a bounded number of questions."""

    def __init__(self, db: Session, estates: Collection[str] | None, on: date) -> None:
        self.db, self.on, self.began = db, on, funds.register_began(db)
        self.since = Month.of(self.began or on).first  # the register's first month counts as a whole
        self.registered = funds.registered(db)
        self.accounts: dict[str, list[funds.AccountView]] = {}
        for account in funds.accounts(db, estates):
            self.accounts.setdefault(account.estate_code, []).append(account)
        self.terms = queries.terms(db, on, estates)
        wanted = None if estates is None else set(estates)
        found = queries.occasions(db, on, estates)
        self.occasions = [one for one in found if wanted is None or one.estate_code in wanted]
        self.reports: dict[tuple[str, str, str], list[queries.Standing]] = {}
        for row in queries.standing(db, on, estates):
            self.reports.setdefault((row.estate_code, row.kind, row.period), []).append(row)
        self._due: dict[tuple[str, date], date] = {}

    def due(self, kind: Kind, span: Span) -> date:
        """The last day in time."""
        key = (kind.rule, kind.counted_from(span))
        if key not in self._due:
            self._due[key] = deadlines.last_day(self.db, *key)
        return self._due[key]


def cells(
    db: Session, estate_codes: Collection[str] | None, since: date, until: date, on: date | None = None
) -> list[Cell]:
    """The squares whose due day lies between two days (both included), by estate, kind and period, as on a day (today).

    ``estate_codes`` None: of all estates with an account.
    """
    known = _Known(db, estate_codes, on or clock.today())
    if known.began is None:
        return []
    due = [one for one in _all_due(known, since, until) if since <= one.due_on <= until]
    covered = _covered(known, due)
    order = {kind.code: place for place, kind in enumerate(kinds())}
    made = [_cell(known, one, covered) for one in due]
    return sorted(made, key=lambda cell: (cell.estate_code, order[cell.kind], cell.period))


def _all_due(known: _Known, since: date, until: date) -> Iterator[_Due]:
    for kind in kinds():
        if kind.frequency == "event":
            yield from _events(known, kind)
            continue
        for estate, listed in known.accounts.items():
            begins = [account.opened_on for account in listed if account.type in kind.accounts]
            if begins and known.began is not None:
                yield from _periodic(known, kind, estate, max(min(begins), since - LONGEST), until)


def _periodic(known: _Known, kind: Kind, estate: str, first: date, last: date) -> Iterator[_Due]:
    """The periods of a kind; where terms were entered, each period as the one that holds on its first day says."""
    entered = known.terms.get((estate, kind.code), [])
    wanted: list[tuple[Kind, tuple[str, ...]]] = [(kind, (USUAL, NONE))]
    if entered and kind.often is not None:
        wanted.append((kind.as_often(), (OFTEN,)))
    for one, frequencies in wanted:
        for span in periods.between(first, last, one.frequency):
            term = queries.term_on(entered, span.first) if entered else None
            if span.first >= known.since and (term.frequency if term else USUAL) in frequencies:
                yield _Due(one, estate, span, known.due(one, span), term)


def _events(known: _Known, kind: Kind) -> Iterator[_Due]:
    if kind.by == "register":
        for estate, listed in known.accounts.items():
            for opened in sorted({account.opened_on for account in listed}):
                counted = periods.day_span(max(opened, known.began or opened))
                yield _Due(kind, estate, periods.day_span(opened), known.due(kind, counted))
        return
    for one in known.occasions:
        if one.kind == kind.code:
            span = periods.day_span(one.happened_on)
            yield _Due(kind, one.estate_code, span, known.due(kind, span))


def _covered(known: _Known, due: Iterable[_Due]) -> Covered:
    spans = [one.span for one in due if one.kind.by == "bank"]
    if not spans:
        return {}
    opened = {account.code: account.opened_on for some in known.accounts.values() for account in some}
    codes = None if len(opened) > queries.PIECE else list(opened)
    first, last = min(span.first for span in spans), max(span.last for span in spans)
    return coverage(funds.delivered(known.db, codes, first, last, known.on), opened)


def _cell(known: _Known, due: _Due, covered: Covered) -> Cell:
    if due.term is not None and due.term.frequency == NONE:
        return _made(known, due, "not_applicable", reason=due.term.reason)
    if due.kind.by == "register":
        return _registered(known, due)
    if due.kind.by == "bank":
        return _delivered(known, due, covered)
    found = known.reports.get((due.estate, due.kind.code, due.span.text), [])
    counted = next((one for one in found if one.state == "confirmed"), None)
    current = queries.in_force(found)
    counted = counted or next((one for one in reversed(found) if one.state == "submitted"), None)
    if counted is None:
        return _made(known, due, "not_filed")
    public = counted.state_on if counted.state == "confirmed" else None
    shown = current or counted
    return _made(known, due, "filed", counted.filed_on, public, zero=shown.zero, report_id=shown.id)


def _registered(known: _Known, due: _Due) -> Cell:
    """An account is disclosed on the day on which it is registered; the register's first day at the earliest."""
    days = [
        known.registered[account.code] for account in known.accounts[due.estate] if account.opened_on == due.span.first
    ]
    filed = max(days)
    return _made(known, due, "filed", filed, filed) if filed <= known.on else _made(known, due, "not_filed")


def _delivered(known: _Known, due: _Due, covered: Covered) -> Cell:
    """A month is disclosed when the statements of all of the estate's accounts cover it."""
    listed = [a for a in known.accounts[due.estate] if a.type in due.kind.accounts and a.opened_on <= due.span.last]
    found = [covered.get((account.code, due.span.text)) for account in listed]
    whole = [one for one in found if one is not None]
    if not whole or len(whole) < len(found):
        return _made(known, due, "not_filed")
    filed = max(one.on for one in whole)
    return _made(known, due, "filed", filed, filed, zero=not any(one.lines for one in whole))


def _made(
    known: _Known, due: _Due, state: str, filed: date | None = None, public: date | None = None, *,
    zero: bool = False, report_id: str | None = None, reason: str = "",
) -> Cell:  # fmt: skip
    late = 0
    if state == "filed" and filed is not None:
        late = max((filed - due.due_on).days, 0)
        state = "late" if late else "zero" if zero else "filed"
    elif state == "not_filed":
        late = max((known.on - due.due_on).days, 0)
    return Cell(
        due.kind.code, due.estate, due.span.text, due.due_on, state, filed, public, public, late, zero, report_id,
        reason, due.kind.rule, due.kind.event,
    )  # fmt: skip


def missing(db: Session, on: date | None = None, estate_codes: Collection[str] | None = None) -> list[Missing]:
    """What is due and was not filed by the end of a day, the latest first; on the company that served on the due day."""
    day, began = on or clock.today(), funds.register_began(db)
    if began is None:
        return []
    late = [cell for cell in cells(db, estate_codes, began, day, day) if cell.is_overdue]
    if not late:
        return []
    places, serving = registry.estate_places(db, day), Serving(db)
    found = []
    for cell in late:
        if cell.estate_code not in places:  # not on the register any more
            continue
        uscc, name = serving.at(cell.estate_code, cell.due_on)
        division = places[cell.estate_code]
        street = division[:9] + "000"
        found.append(
            Missing(cell.estate_code, division, street, uscc, name, cell.kind, cell.period, cell.due_on, cell.days_late)
        )
    return sorted(found, key=lambda one: (-one.days_late, one.estate_code, one.kind, one.period))


def rates(
    db: Session, estate_codes: Collection[str] | None, year: int, on: date | None = None
) -> dict[str, deadlines.OnTime]:
    """Estate to how many disclosures due in a year were in time, late, and missing though due; of kinds that count."""
    counted = {kind.code for kind in kinds() if kind.counts}
    sums: dict[str, list[int]] = {}
    for cell in cells(db, estate_codes, date(year, 1, 1), date(year, 12, 31), on):
        if (
            cell.kind not in counted
            or cell.state == "not_applicable"
            or (cell.state == "not_filed" and not cell.is_overdue)
        ):
            continue
        own = sums.setdefault(cell.estate_code, [0, 0, 0])
        own[0 if cell.is_in_time else 1 if cell.state == "late" else 2] += 1
    return {estate: deadlines.OnTime(*numbers) for estate, numbers in sums.items()}


def rate(db: Session, estate_code: str, year: int, on: date | None = None) -> deadlines.OnTime:
    """The disclosure indicator of one estate and year: ``rate_bp`` is it, None when nothing was due."""
    return rates(db, [estate_code], year, on).get(estate_code, deadlines.OnTime(0, 0, 0))
