"""The money of an estate as everybody may see it: totals by source and use, proofs, balances. Never a line, never a payee.

Three funds, told apart everywhere: the common income (basic and joint accounts), the maintenance fund, the service fees.
Amounts are integer fen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from disclosure.funds import api as funds
from disclosure.ledger import api as ledger
from portal.kernel.i18n import _, lazy
from portal.kernel.periods import Month, Quarter, Year

Period = Month | Quarter | Year
FUNDS: dict[str, tuple[str, ...]] = {
    "common": ("basic", "joint"),
    "maintenance": ("maintenance",),
    "service": ("service",),
}
FUND_NAMES = {
    "common": lazy("公共收益"),
    "maintenance": lazy("专项维修资金"),
    "service": lazy("物业费"),
}
WITHIN = "transfer_between"
TYPE_NAMES = {
    "basic": lazy("基本账户"),
    "joint": lazy("共管账户"),
    "maintenance": lazy("维修资金账户"),
    "service": lazy("物业费账户"),
}


@dataclass(frozen=True)
class Share:
    """What a category brought in or took out in a period; ``category`` None: lines that nobody classified yet."""

    category: str | None
    name: str
    fen: int


@dataclass(frozen=True)
class Flow:
    """A fund's money in a period: where it came from, where it went."""

    sources: tuple[Share, ...]
    uses: tuple[Share, ...]

    @property
    def in_fen(self) -> int:
        """All that came in."""
        return sum(one.fen for one in self.sources)

    @property
    def out_fen(self) -> int:
        """All that went out."""
        return sum(one.fen for one in self.uses)

    @property
    def left_fen(self) -> int:
        """In less out."""
        return self.in_fen - self.out_fen


def fund_of(account_type: str) -> str:
    """The fund that a type of account belongs to."""
    return next(fund for fund, types in FUNDS.items() if account_type in types)


def category_name(code: str | None) -> str:
    """A category in the reader's language."""
    return ledger.category_name(code) or _("待归类")


def flow(totals: Sequence[ledger.Total], fund: str) -> Flow:
    """The flow of a fund from totals of some accounts, the largest first; what is not classified stands last."""
    into: dict[str | None, int] = {}
    out: dict[str | None, int] = {}
    for one in totals:
        if one.account_type in FUNDS[fund]:
            into[one.category] = into.get(one.category, 0) + one.in_fen
            out[one.category] = out.get(one.category, 0) + one.out_fen
    both = min(
        into.get(WITHIN, 0), out.get(WITHIN, 0)
    )  # from one account of the fund to another: nothing came, nothing went
    for side in (into, out):
        if WITHIN in side:
            side[WITHIN] -= both
    return Flow(_shares(into), _shares(out))


def _shares(sums: dict[str | None, int]) -> tuple[Share, ...]:
    found = [Share(code, category_name(code), fen) for code, fen in sums.items() if fen]
    return tuple(sorted(found, key=lambda one: (one.category is None, -one.fen, one.category or "")))


@dataclass(frozen=True)
class Proven:
    """A proof of an account with the sentences of what is off."""

    account: funds.AccountView
    period: Period
    proof: funds.Proof

    @property
    def state(self) -> str:
        """``matched``, ``unmatched`` or ``unproven`` (no statement reaches the end)."""
        return "matched" if self.proof.holds else "unmatched" if self.proof.proven else "unproven"

    @property
    def flaws(self) -> list[str]:
        """What is off, in words with its place."""
        return [funds.flaw_sentence(flaw) for flaw in self.proof.flaws]


def proofs(db: Session, accounts: Sequence[funds.AccountView], periods: Sequence[Period]) -> list[Proven]:
    """Each account's proof of each period that does not end before the account was opened; newest period first."""
    return in_order(accounts, periods, {one.code: known_proofs(db, one, periods) for one in accounts})


def in_order(
    accounts: Sequence[funds.AccountView], periods: Sequence[Period], made: dict[str, dict[Period, Proven]]
) -> list[Proven]:
    """Proofs of accounts by code, the newest period first."""
    shown = sorted(periods, key=lambda one: one.last, reverse=True)
    return [made[account.code][period] for period in shown for account in accounts if period in made[account.code]]


def known_proofs(
    db: Session, account: funds.AccountView, periods: Sequence[Period], last: Month | None = None
) -> dict[Period, Proven]:
    """The proofs of periods that do not end before the account was opened, and of ``last``, from one reading of it."""
    wanted = dict.fromkeys(period for period in periods if account.opened_on <= period.last)
    listed = list(wanted | dict.fromkeys([last] if last else []))
    made = ledger.proofs(db, account.code, listed)
    return {period: Proven(account, period, one) for period, one in zip(listed, made, strict=True)}


def last_days(db: Session, accounts: Sequence[funds.AccountView], on: date) -> dict[str, date]:
    """Account to the last day that its statements reach, of those with a statement."""
    found: dict[str, date] = {}
    for one in funds.delivered(db, [account.code for account in accounts], date.min, date.max, on):
        found[one.account_code] = max(one.to_on, found.get(one.account_code, one.to_on))
    return found


def balances(
    db: Session, accounts: Sequence[funds.AccountView], months: Sequence[Month], reached: dict[str, date]
) -> dict[str, list[tuple[Month, int | None]]]:
    """Fund to the balance of its accounts by the books at the end of each month; None where nothing was delivered."""
    if not accounts or not months:
        return {}
    sums: dict[tuple[str, Month], int] = {}
    for one in funds.line_sums(db, [account.code for account in accounts], months[0].first, months[-1].last, True):
        sums[one.account_code, Month(one.year, one.month)] = one.in_fen - one.out_fen
    found: dict[str, list[tuple[Month, int | None]]] = {}
    for fund, types in FUNDS.items():
        own = [_run(db, account, months, sums, reached) for account in accounts if account.type in types]
        if own:
            found[fund] = [(month, _sum([run[place] for run in own])) for place, month in enumerate(months)]
    return found


def _run(
    db: Session, account: funds.AccountView, months: Sequence[Month], sums: dict[tuple[str, Month], int],
    reached: dict[str, date],
) -> list[int | None]:  # fmt: skip
    """The books of an account month by month, from the first whose opening they know to the last one delivered."""
    found: list[int | None] = []
    known: int | None = None
    last = reached.get(account.code, date.min)
    for month in months:
        if known is None and account.opened_on <= month.last <= last:
            known = funds.proof_between(db, account.code, month.first, month.last).opening_fen
        if known is not None:
            known += sums.get((account.code, month), 0)
        found.append(known if month.first <= last else None)
    return found


def _sum(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
