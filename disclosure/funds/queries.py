"""Reads of accounts, statements and lines; sums are made by the database, in integer fen."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate

from sqlalchemy import ColumnElement, case, exists, func, or_, select
from sqlalchemy.orm import Session

from disclosure.funds.models import (
    BankLayout,
    BankLine,
    BankLineRepeat,
    FundAccount,
    FundAccountFacts,
    FundStatement,
    FundStatementWithdrawn,
)
from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.versions import recorded


@dataclass(frozen=True)
class Sums:
    """What came in and went out of an account, both not negative."""

    in_fen: int
    out_fen: int

    @property
    def net(self) -> int:
        """In less out."""
        return self.in_fen - self.out_fen


def account(db: Session, code: str) -> FundAccountFacts:
    """What is known of an account now. NotFound without one."""
    found = db.scalars(select(FundAccountFacts).where(FundAccountFacts.account_code == code, _live())).one_or_none()
    if found is None:
        raise NotFound(_("没有编号为“%(code)s”的账户。", code=code))
    return found


def _live() -> ColumnElement[bool]:
    return recorded(FundAccountFacts)


def accounts(db: Session, estates: Collection[str] | None = None) -> list[FundAccountFacts]:
    """Accounts known now, by code; of some estates only when they are given."""
    query = select(FundAccountFacts).where(_live()).order_by(FundAccountFacts.account_code)
    if estates is not None:
        query = query.where(FundAccountFacts.estate_code.in_(estates))
    return list(db.scalars(query))


def account_codes(db: Session) -> set[str]:
    """Every code that was ever given."""
    return set(db.scalars(select(FundAccount.code)))


def standing() -> ColumnElement[bool]:
    """Statements that were not withdrawn."""
    gone = exists().where(FundStatementWithdrawn.statement_id == FundStatement.id)
    return ~gone


def statements(db: Session, code: str, known_at: datetime | None = None) -> list[FundStatement]:
    """An account's standing statements in the order of what they cover."""
    query = select(FundStatement).where(FundStatement.account_code == code, standing())
    if known_at is not None:
        query = query.where(FundStatement.recorded_at <= known_at)
    order = (FundStatement.to_on, FundStatement.from_on, FundStatement.number, FundStatement.recorded_at)
    return list(db.scalars(query.order_by(*order)))


def statement_of_file(db: Session, code: str, sha256: str) -> FundStatement | None:
    """A standing statement of an account that came with a file."""
    query = select(FundStatement).where(
        FundStatement.account_code == code, FundStatement.file_sha256 == sha256, standing()
    )
    return db.scalars(query.limit(1)).first()


def counted() -> ColumnElement[bool]:
    """Lines that count: delivered by a standing statement, first or again."""
    withdrawn = select(FundStatementWithdrawn.statement_id)
    again = (
        exists()
        .where(
            BankLineRepeat.year == BankLine.year,
            BankLineRepeat.line_id == BankLine.id,
            BankLineRepeat.statement_id.not_in(withdrawn),
        )
        .correlate(BankLine)
    )
    return or_(BankLine.statement_id.not_in(withdrawn), again)


def has_withdrawn(db: Session, code: str) -> bool:
    """Whether a statement of the account was ever withdrawn."""
    gone = select(FundStatementWithdrawn.statement_id).join(FundStatement).where(FundStatement.account_code == code)
    return db.scalar(gone.limit(1)) is not None


def sums(db: Session, code: str, first: date, last: date) -> Sums:
    """What came in and went out from ``first`` to ``last``, both days included."""
    if (found := known_days(db, [code])) is not None:
        inside = [(into, out) for day, into, out, _lines in found[code] if first <= day <= last]
        return Sums(sum(into for into, _out in inside), sum(out for _into, out in inside))
    into = func.coalesce(func.sum(BankLine.amount_fen).filter(BankLine.amount_fen > 0), 0)
    out = func.coalesce(func.sum(-BankLine.amount_fen).filter(BankLine.amount_fen < 0), 0)
    where = [BankLine.account_code == code, BankLine.booked_on >= first, BankLine.booked_on <= last]
    if has_withdrawn(db, code):  # rare; without it the sums come from the index alone
        where.append(counted())
    row = db.execute(select(into, out).where(*where)).one()
    return Sums(int(row[0]), int(row[1]))


Days = Sequence[tuple[date, int, int, int]]  # day, in, out, lines; in order


def days(db: Session, code: str) -> Days:
    """Each day on which an account moved; read from the index alone, and once in a session that only reads."""
    known = _known(db)
    if code in known:
        return known[code]
    into = func.sum(case((BankLine.amount_fen > 0, BankLine.amount_fen), else_=0))
    where = [BankLine.account_code == code, BankLine.amount_fen != 0]
    if has_withdrawn(db, code):
        where.append(counted())
    query = select(BankLine.booked_on, into, func.sum(BankLine.amount_fen), func.count()).where(*where)
    rows = db.execute(query.group_by(BankLine.booked_on).order_by(BankLine.booked_on))
    known[code] = [(day, int(a), int(a) - int(net), int(n)) for day, a, net, n in rows]
    return known[code]


def known_days(db: Session, codes: Collection[str]) -> dict[str, Days] | None:
    """The days of accounts where all of them were read in this session already; None otherwise."""
    known = _known(db)
    return {code: known[code] for code in codes} if codes and all(code in known for code in codes) else None


def _known(db: Session) -> dict[str, Days]:
    """What a session that only reads has read: it sees one state of the data. One that writes keeps nothing."""
    if db.get_bind().get_execution_options().get("portal_write"):
        return {}
    found: dict[str, Days] = db.info.setdefault("fund_days", {})
    return found


class DaySums:
    """Sums between any two days out of the sums of each day."""

    def __init__(self, days: Days) -> None:
        self.days = [day for day, _into, _out, _lines in days]
        self.into = [0, *accumulate(into for _day, into, _out, _lines in days)]
        self.out = [0, *accumulate(out for _day, _into, out, _lines in days)]

    def between(self, first: date, last: date) -> Sums:
        """What moved from ``first`` to ``last``, both days included."""
        a, b = bisect_left(self.days, first), bisect_right(self.days, last)
        return Sums(self.into[b] - self.into[a], self.out[b] - self.out[a]) if b > a else Sums(0, 0)


def layouts(db: Session) -> list[BankLayout]:
    """The newest version of each registered layout, by code."""
    newest = select(BankLayout.code, func.max(BankLayout.version).label("version")).group_by(BankLayout.code).subquery()
    query = select(BankLayout).join(
        newest, (newest.c.code == BankLayout.code) & (newest.c.version == BankLayout.version)
    )
    return list(db.scalars(query.order_by(BankLayout.code)))


@dataclass(frozen=True)
class Delivered:
    """What one standing statement reached: its account, its days (both included), the day of the act, its lines."""

    account_code: str
    from_on: date
    to_on: date
    on: date
    lines: int


def delivered(db: Session, codes: Collection[str] | None, first: date, last: date, by: date) -> list[Delivered]:
    """Standing statements of accounts (None: of all) that reach into some days and were taken over by a day, by account
    and day of the act."""
    table = FundStatement
    query = select(table.account_code, table.from_on, table.to_on, table.on, table.lines).where(
        standing(), table.to_on >= first, table.from_on <= last, table.on <= by
    )
    if codes is not None:
        query = query.where(table.account_code.in_(codes))
    return [Delivered(*row) for row in db.execute(query.order_by(table.account_code, table.on, table.to_on))]


def register_began(db: Session) -> date | None:
    """The day on which the first account was registered; None without one."""
    found = db.scalar(select(func.min(FundAccount.recorded_at)))
    return None if found is None else clock.district_date(found)


def registered(db: Session) -> dict[str, date]:
    """Account to the day on which it was first registered."""
    rows = db.execute(select(FundAccount.code, FundAccount.recorded_at).order_by(FundAccount.code))
    return {code: clock.district_date(at) for code, at in rows}


@dataclass(frozen=True)
class Stated:
    """What a standing statement states: its days, the balances at their ends, what came in and went out (fen), whether
    something is off inside it."""

    account_code: str
    from_on: date
    to_on: date
    opening_fen: int | None
    closing_fen: int | None
    in_fen: int
    out_fen: int
    flawed: bool


def stated(db: Session, codes: Collection[str], until: date) -> dict[str, list[Stated]]:
    """Account to its standing statements that begin by a day, and those with something off inside, which may have lines of
    days that they do not cover; in the order of what they cover."""
    table = FundStatement
    query = select(
        table.account_code, table.from_on, table.to_on, table.opening_fen, table.closing_fen, table.in_fen, table.out_fen,
        table.flaws != "[]",
    ).where(standing(), table.account_code.in_(codes), or_(table.from_on <= until, table.flaws != "[]"))  # fmt: skip
    found: dict[str, list[Stated]] = {}
    for row in db.execute(query.order_by(table.account_code, table.to_on, table.from_on, table.recorded_at)):
        found.setdefault(row[0], []).append(Stated(*row))
    return found
