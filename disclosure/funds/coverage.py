"""Who should have accounts of common funds, who has, whose are missing, and which accounts are not as they should be.

Should have: estates of commodity housing, whose owners hold the common parts together (Civil Code, articles 271 to 283);
villages and public rental housing have one owner. Statements are due on the 15th: of the next month, for a maintenance
fund of the month after the quarter (rules 4.2, the strictest rule read).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from disclosure.funds import proof, queries
from disclosure.funds.lines import AccountView, account_view
from disclosure.funds.models import FundStatement
from portal.kernel.access import Actor
from portal.kernel.periods import Month
from portal.registry import api as registry

SHOULD_HAVE = frozenset({"commodity"})
INCOME_TYPES = frozenset({"basic", "joint"})
DUE_DAY = 15
FEW = 50  # accounts that are asked for by name; beyond it all are read at once
STATES = ("flawed", "late", "none", "ok")  # the worst first


@dataclass(frozen=True)
class Place:
    """An estate of the drill-down: ``state`` is that of its worst account, ``""`` without one of common income."""

    code: str
    name: str
    division_code: str
    uscc: str
    company: str
    should: bool
    accounts: tuple[tuple[AccountView, str, date | None], ...]  # the account, its state, its last day

    @property
    def has(self) -> bool:
        """Whether its common income has an account."""
        return any(account.type in INCOME_TYPES for account, _state, _until in self.accounts)

    @property
    def abnormal(self) -> bool:
        """Whether an account is late, empty or does not add up."""
        return any(state != "ok" for _account, state, _until in self.accounts)


@dataclass(frozen=True)
class AreaCount:
    """A street or community: how many estates should have an account, have one, lack one, and have an abnormal one."""

    code: str
    name: str
    should: int
    have: int
    missing: int
    abnormal: int


def due_until(type_: str, on: date) -> date:
    """The day up to which an account's statements should have come by a day.

    >>> due_until("joint", date(2026, 11, 15)), due_until("maintenance", date(2026, 11, 1))
    (datetime.date(2026, 10, 31), datetime.date(2026, 9, 30))
    """
    month = Month.of(on).previous if on.day >= DUE_DAY else Month.of(on).previous.previous
    while type_ == "maintenance" and month != month.quarter.months[2]:
        month = month.previous
    return month.last


def places(db: Session, actor: Actor, on: date) -> list[Place]:
    """Estates that this person may see: of the jurisdiction, or served by the company on that day; by code."""
    frame = registry.estates_frame(db, on, within=None if actor.uscc else actor.division_code)
    companies = registry.companies_serving(db, on, list(frame["estate_code"]))
    if actor.uscc:
        mine = {code for code, (uscc, _name) in companies.items() if uscc == actor.uscc}
        frame = frame[frame["estate_code"].isin(mine)]
    accounts = _accounts_of(db, set(frame["estate_code"]), on)
    return [
        Place(
            row.estate_code, row.name, row.division_code, *companies.get(row.estate_code, ("", "")),
            row.kind in SHOULD_HAVE, tuple(accounts.get(row.estate_code, ())),
        )
        for row in frame.itertuples(index=False)
    ]  # fmt: skip


def _accounts_of(db: Session, estates: set[str], on: date) -> dict[str, list[tuple[AccountView, str, date | None]]]:
    listed = [account_view(row) for row in queries.accounts(db) if row.estate_code in estates]
    states = account_states(db, listed, on)
    found: dict[str, list[tuple[AccountView, str, date | None]]] = defaultdict(list)
    for account in listed:
        found[account.estate_code].append((account, *states[account.code]))
    return found


def account_states(db: Session, accounts: Collection[AccountView], on: date) -> dict[str, tuple[str, date | None]]:
    """Account code to its state and the last day that a statement reaches: ``flawed`` (something does not add up),
    ``late``, ``none`` (no statement yet) or ``ok``."""
    few = [one.code for one in accounts] if len(accounts) <= FEW else None
    reached = {code: day for code, day in db.execute(_last_days(_of(few)))}
    suspects = set(db.scalars(_suspects(db, _of(few))))
    return {one.code: _state(db, one, reached.get(one.code), one.code in suspects, on) for one in accounts}


def _state(db: Session, account: AccountView, reached: date | None, suspect: bool, on: date) -> tuple[str, date | None]:
    if suspect and proof.flaws(db, account.code, proof.standing(queries.statements(db, account.code))):
        return "flawed", reached
    if reached is None:
        return ("none" if due_until(account.type, on) >= account.opened_on else "ok"), None
    return ("ok" if reached >= due_until(account.type, on) else "late"), reached


def _of(codes: Collection[str] | None) -> ColumnElement[bool]:
    return queries.standing() if codes is None else and_(queries.standing(), FundStatement.account_code.in_(codes))


def _last_days(where: ColumnElement[bool]) -> Select[str, date]:
    query = select(FundStatement.account_code, func.max(FundStatement.to_on)).where(where)
    return query.group_by(FundStatement.account_code)


def _suspects(db: Session, where: ColumnElement[bool]) -> Select[Any]:
    """Accounts where something may be off: a statement with flaws, or one that does not begin where the last ended."""
    order = (FundStatement.to_on, FundStatement.from_on, FundStatement.number)

    def before(column: Any) -> ColumnElement[Any]:
        return func.lag(column).over(partition_by=FundStatement.account_code, order_by=order)

    rows = select(
        FundStatement.account_code, FundStatement.flaws, FundStatement.opening_fen, FundStatement.from_on,
        before(FundStatement.closing_fen).label("closed"), before(FundStatement.to_on).label("ended"),
    ).where(where).subquery()  # fmt: skip
    days = _days(db, rows.c.from_on, rows.c.ended)
    off: ColumnElement[bool] = or_(
        rows.c.flaws != "[]", rows.c.opening_fen != rows.c.closed, days - 1 > proof.LONGEST_REST
    )
    return select(rows.c.account_code).where(off).distinct()


def _days(db: Session, later: ColumnElement[date], earlier: ColumnElement[date]) -> ColumnElement[Any]:
    """The number of days from one day to another."""
    if db.get_bind().dialect.name == "sqlite":
        return func.julianday(later) - func.julianday(earlier)
    return later - earlier


def counts(places_: Iterable[Place], areas: Iterable[tuple[str, str]], covers: int) -> list[AreaCount]:
    """Counts of areas (code, name), whose codes agree with an estate's division in the first ``covers`` digits."""
    mine: dict[str, list[Place]] = defaultdict(list)
    for place in places_:
        mine[place.division_code[:covers]].append(place)
    counted = [_count(code, name, mine[code[:covers]]) for code, name in areas if mine[code[:covers]]]
    return [row for row in counted if row.should]


def _count(code: str, name: str, listed: list[Place]) -> AreaCount:
    should = [place for place in listed if place.should or place.accounts]
    have = [place for place in should if place.has]
    abnormal = sum(place.abnormal for place in should)
    return AreaCount(code, name, len(should), len(have), len(should) - len(have), abnormal)


def total(name: str, listed: list[Place]) -> AreaCount:
    """The sum of an area."""
    return _count("", name, listed)
