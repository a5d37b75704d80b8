"""Everything that anybody may know of an estate's common funds, read once for its page, its files, poster and kiosk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from sqlalchemy.orm import Session

from disclosure.comparison import api as comparison
from disclosure.funds import api as funds
from disclosure.ledger import api as ledger
from disclosure.opened import api as opened
from disclosure.owners import api as owners
from disclosure.public import money
from disclosure.public.money import Flow, Period, Proven
from disclosure.reports import api as reports
from portal.kernel import clock
from portal.kernel.errors import DomainError
from portal.kernel.kept import kept
from portal.kernel.periods import Month, Quarter, Year
from portal.kernel.said import Said
from portal.registry import api as registry

QUARTERS, MONTHS, CALENDAR_DAYS = 8, 24, 400


@dataclass(frozen=True)
class Account:
    """An account as everybody may see it, with its balance and the day up to which the bank's statements reach."""

    view: funds.AccountView
    reached: date | None
    proven: Proven | None

    @property
    def balance_fen(self) -> int | None:
        """What the books say at the end of the last proof."""
        return self.proven.proof.closing_fen if self.proven else None


@dataclass(frozen=True)
class Dossier:
    """The public record of an estate's funds for one fund and period."""

    view: registry.EstateView
    company: tuple[str, str] | None
    fund: str
    period: Period
    periods: tuple[Period, ...]
    accounts: tuple[Account, ...]
    flow: Flow
    balances: dict[str, list[tuple[Month, int | None]]]
    proofs: tuple[Proven, ...]
    unmatched: tuple[ledger.Unmatched, ...]
    cells: tuple[reports.Cell, ...]
    filed: tuple[reports.Report, ...]
    told: dict[str, Said]
    faults: dict[str, list[str]]
    budget: tuple[ledger.BudgetLine, ...]
    approvals: tuple[ledger.Approval, ...]
    standings: tuple[opened.Standing, ...]
    withdrawn: tuple[opened.Entry, ...]
    questions: tuple[owners.Question, ...]
    likes: comparison.Likes | None

    @property
    def funds(self) -> list[str]:
        """The funds of which the estate has an account."""
        return [fund for fund, types in money.FUNDS.items() if any(one.view.type in types for one in self.accounts)]

    @property
    def overdue(self) -> list[reports.Cell]:
        """What is due and was not filed, the latest first."""
        return sorted((cell for cell in self.cells if cell.is_overdue), key=lambda cell: cell.due_on)

    @property
    def unanswered(self) -> int:
        """Questions that wait for their public answer."""
        return sum(not one.answers for one in self.questions)

    @property
    def lacking(self) -> list[opened.Standing]:
        """What the law opens and nobody has, or has run out."""
        return [one for one in self.standings if one.lacks]

    def fund_balance(self, fund: str) -> tuple[int | None, date | None]:
        """Balance of a fund by its last proofs, and the earliest day that all its statements reach."""
        own = [one for one in self.accounts if money.fund_of(one.view.type) == fund]
        known = [one.balance_fen for one in own if one.balance_fen is not None]
        days = [one.reached for one in own if one.reached is not None]
        return (sum(known) if known else None), (min(days) if days else None)


def parse_period(text: str) -> Period | None:
    """``2026-03``, ``2026Q1`` or ``2026``; None for anything else."""
    for kind in (Month, Quarter, Year):
        try:
            return kind.parse(text)
        except (DomainError, ValueError):
            continue
    return None


def choices(today: date) -> tuple[Period, ...]:
    """The periods that a reader may choose: the last quarters that are over, and their years."""
    quarters = [Quarter.of(today).previous]
    while len(quarters) < QUARTERS:
        quarters.append(quarters[-1].previous)
    years = sorted({quarter.first.year for quarter in quarters}, reverse=True)
    return (*quarters, *(Year(year) for year in years))


def dossier(db: Session, code: str, fund: str = "", period: Period | None = None) -> Dossier:
    """The public record of an estate today. NotFound without the estate; a fund it does not have reads as its first."""
    return kept(db, ("disclosure", code, fund, str(period)), partial(_read, db, code, fund, period))


def _read(db: Session, code: str, fund: str, period: Period | None) -> Dossier:
    today = clock.today()
    view = registry.estate(db, code, today)
    listed = funds.accounts(db, [code])
    reached = money.last_days(db, listed, today)
    held = [name for name, types in money.FUNDS.items() if any(one.type in types for one in listed)]
    fund = fund if fund in held else (held or ["common"])[0]
    offered = choices(today)
    period = period or _last_known(listed, reached, fund, offered)
    months = _months(today)
    own = [one for one in listed if one.type in money.FUNDS[fund]]
    shown = _proof_periods(period, offered)
    ends = {one.code: _last_month(reached[one.code]) if one.code in reached else None for one in listed}
    proven = {one.code: money.known_proofs(db, one, shown if one in own else [], ends[one.code]) for one in listed}
    since = (clock.today() - timedelta(days=CALENDAR_DAYS)).replace(day=1)
    filed = reports.published(db, code, today)
    return Dossier(
        view=view,
        company=registry.companies_serving(db, today, [code]).get(code),
        fund=fund,
        period=period,
        periods=offered,
        accounts=tuple(_account(one, reached.get(one.code), proven[one.code]) for one in listed),
        flow=money.flow(ledger.totals(db, [code], period.first, period.last), fund),
        balances=money.balances(db, listed, months, reached),
        proofs=tuple(money.in_order(own, shown, proven)),
        unmatched=tuple(ledger.unmatched(db, on=today, estate_codes=[code])),
        cells=tuple(reports.cells(db, [code], since, today + timedelta(days=92), today)),
        filed=tuple(filed),
        told=reports.told_of(filed),
        faults=_faults(db, filed, period),
        budget=tuple(ledger.budget_against_actual(db, code, period.first.year)),
        approvals=tuple(ledger.approvals_of(db, code)),
        standings=tuple(opened.standings(db, code, today)),
        withdrawn=tuple(opened.withdrawn(db, code)),
        questions=tuple(owners.questions(db, code)),
        likes=comparison.likes(db, code, today),
    )


def _last_month(reached: date) -> Month:
    month = Month.of(reached)
    return month if month.last <= reached else month.previous


def _account(view: funds.AccountView, reached: date | None, proven: dict[Period, Proven]) -> Account:
    return Account(view, reached, proven.get(_last_month(reached)) if reached else None)


def _faults(db: Session, filed: Sequence[reports.Report], period: Period) -> dict[str, list[str]]:
    """What differs today between the reports of the shown days and books and bank, by report."""
    found = {}
    for one in filed:
        days = reports.span(one.period)
        if one.totals and not one.reversed_by and days.first <= period.last and days.last >= period.first:
            found[one.id] = reports.faults(db, one.id)
    return {report_id: sentences for report_id, sentences in found.items() if sentences}


def _last_known(
    listed: Sequence[funds.AccountView], reached: dict[str, date], fund: str, offered: Sequence[Period]
) -> Period:
    """The last quarter that the fund's statements reach; the last one that is over where there are none."""
    days = [reached[one.code] for one in listed if one.type in money.FUNDS[fund] and one.code in reached]
    quarters = [one for one in offered if isinstance(one, Quarter)]
    return next((one for one in quarters if days and one.last <= max(days)), quarters[0])


def _months(today: date) -> list[Month]:
    months = [Month.of(today).previous]
    while len(months) < MONTHS:
        months.append(months[-1].previous)
    return months[::-1]


def _proof_periods(period: Period, offered: Sequence[Period]) -> list[Period]:
    """The period that is shown, and the four quarters up to it."""
    wanted: list[Period] = [one for one in offered if isinstance(one, Quarter) and one.last <= period.last]
    wanted = wanted[:4]
    return wanted if period in wanted else [period, *wanted]
