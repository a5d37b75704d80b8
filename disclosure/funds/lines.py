"""Accounts and counted bank lines as other slices read them; sums are made by the database. Money is integer fen."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, bindparam, case, exists, func, or_, select, true
from sqlalchemy.orm import Session

from disclosure.funds import queries
from disclosure.funds.models import BankLine, FundAccountFacts, FundStatement, FundStatementWithdrawn
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _


@dataclass(frozen=True)
class AccountView:
    """An account as anybody may see it: the number is masked (first and last four)."""

    code: str
    estate_code: str
    type: str
    bank: str
    number_mask: str
    opened_on: date


@dataclass(frozen=True, slots=True)
class FundLine:
    """A booking of the bank. In is positive. ``summary`` is for owners, counterparty and reference for staff only."""

    year: int
    id: int
    account_code: str
    booked_on: date
    amount_fen: int
    summary: str
    counterparty: str
    reference: str

    @property
    def ref(self) -> str:
        """How flags and objections name it."""
        return f"fund-line:{self.year}-{self.id}"


@dataclass(frozen=True, slots=True)
class LineSum:
    """What came in and went out of an account in a month (1 to 12 of ``year``; 0 when months are not told apart)."""

    account_code: str
    year: int
    month: int
    in_fen: int
    out_fen: int
    lines: int


def account_view(row: FundAccountFacts) -> AccountView:
    """A row of the register without what is sealed."""
    return AccountView(row.account_code, row.estate_code, row.type, row.bank, row.number_mask, row.opened_on)


def accounts(db: Session, estate_codes: Collection[str] | None = None) -> list[AccountView]:
    """Accounts known now, by code; of some estates only when they are given."""
    return [account_view(row) for row in queries.accounts(db, estate_codes)]


def account(db: Session, code: str) -> AccountView:
    """An account known now. NotFound without one."""
    return account_view(queries.account(db, code))


_GONE = (
    select(FundStatement.account_code)
    .join(FundStatementWithdrawn, FundStatementWithdrawn.statement_id == FundStatement.id)
    .where(FundStatement.account_code.in_(bindparam("codes", expanding=True)))
)


def _withdrawn_from(db: Session, codes: Collection[str]) -> list[str]:
    """Accounts of which a statement was ever withdrawn; rare, and only there must each line be asked whether it counts."""
    return sorted(set(db.scalars(_GONE, {"codes": list(codes)})))


def counting(db: Session, codes: Collection[str]) -> ColumnElement[bool]:
    """The clause for lines of these accounts that count; true at once where nothing was ever withdrawn."""
    touched = _withdrawn_from(db, codes)
    if not touched:
        return true()
    return or_(BankLine.account_code.not_in(touched), queries.counted())


def counted_line(
    db: Session, codes: Collection[str], account_code: Any, year: Any, line_id: Any
) -> ColumnElement[bool]:
    """For tables that refer to lines: whether the line named by their columns still counts."""
    touched = _withdrawn_from(db, codes)
    if not touched:
        return true()
    line = exists().where(BankLine.year == year, BankLine.id == line_id, queries.counted())
    return or_(account_code.not_in(touched), line)


def _days(since: date, until: date) -> ColumnElement[bool]:
    years = BankLine.year.between(since.year, until.year)
    return and_(years, BankLine.booked_on >= since, BankLine.booked_on <= until)


_COLUMNS = (
    BankLine.year, BankLine.id, BankLine.account_code, BankLine.booked_on, BankLine.amount_fen, BankLine.summary,
    BankLine.counterparty, BankLine.reference,
)  # fmt: skip


def lines(db: Session, account_codes: Collection[str], since: date, until: date) -> list[FundLine]:
    """Lines that count, of some accounts and days (both included), by day and place in the statement."""
    where = (
        BankLine.account_code.in_(account_codes),
        _days(since, until),
        BankLine.amount_fen != 0,
        counting(db, account_codes),
    )
    order = (BankLine.booked_on, BankLine.account_code, BankLine.seq, BankLine.id)
    return [FundLine(*row) for row in db.execute(select(*_COLUMNS).where(*where).order_by(*order))]


def line(db: Session, year: int, line_id: int) -> FundLine:
    """One line that counts. NotFound without one."""
    found = db.execute(select(*_COLUMNS).where(BankLine.year == year, BankLine.id == line_id, queries.counted()))
    row = found.one_or_none()
    if row is None:
        raise NotFound(_("没有找到这笔银行流水，或者它所在的对账单已经撤回。"))
    return FundLine(*row)


def line_sums(
    db: Session, account_codes: Collection[str], since: date, until: date, by_month: bool = False
) -> list[LineSum]:
    """In, out and count of lines that count, by account (and month), by code and month."""
    found: dict[tuple[str, int, int], list[int]] = {}
    for one in day_sums(db, account_codes, since, until):
        key = (one.account_code, one.on.year, one.on.month) if by_month else (one.account_code, 0, 0)
        cell = found.setdefault(key, [0, 0, 0])
        cell[0], cell[1], cell[2] = cell[0] + one.in_fen, cell[1] + one.out_fen, cell[2] + one.lines
    return [LineSum(*key, *cell) for key, cell in sorted(found.items())]


@dataclass(frozen=True, slots=True)
class DaySum:
    """What came in and went out of an account on a day, and in how many lines."""

    account_code: str
    on: date
    in_fen: int
    out_fen: int
    lines: int


def day_sums(db: Session, account_codes: Collection[str], since: date, until: date) -> list[DaySum]:
    """In, out and count of lines that count, by account and day. Read from the index alone: no other column is named, the
    year neither, although it is that of the day."""
    if (known := queries.known_days(db, account_codes)) is not None:
        return [DaySum(code, *one) for code in sorted(known) for one in known[code] if since <= one[0] <= until]
    into = func.sum(case((BankLine.amount_fen > 0, BankLine.amount_fen), else_=0))
    query = select(BankLine.account_code, BankLine.booked_on, into, func.sum(BankLine.amount_fen), func.count()).where(
        BankLine.account_code.in_(account_codes), BankLine.booked_on >= since, BankLine.booked_on <= until,
        BankLine.amount_fen != 0, counting(db, account_codes),
    )  # fmt: skip
    days = (BankLine.account_code, BankLine.booked_on)
    rows = db.execute(query.group_by(*days).order_by(*days))
    return [DaySum(code, day, int(a), int(a) - int(net), int(n)) for code, day, a, net, n in rows]


def lines_off(db: Session, account_code: str, since: date, until: date, told: Subquery) -> list[tuple[FundLine, int]]:
    """Lines of some days of which records above (``told``: year, line_id, fen) say another sum than the line or none, with
    that sum."""
    where = (BankLine.account_code == account_code, _days(since, until), counting(db, [account_code]))
    same = (told.c.year == BankLine.year) & (told.c.line_id == BankLine.id)
    query = select(*_COLUMNS, told.c.fen).join(told, same).where(
        *where, told.c.fen != BankLine.amount_fen, told.c.fen != 0
    )  # fmt: skip
    rows = db.execute(query.order_by(BankLine.booked_on, BankLine.seq, BankLine.id))
    return [(FundLine(*row[:-1]), int(row[-1])) for row in rows]


Claim = Callable[[Any, Any], ColumnElement[bool]]  # columns of year and id to whether a record above claims the line


def _unclaimed(db: Session, codes: Collection[str], claim: Claim, until: date) -> list[ColumnElement[bool]]:
    mine = BankLine.account_code.in_(codes)
    return [
        mine,
        BankLine.booked_on <= until,
        BankLine.amount_fen != 0,
        counting(db, codes),
        ~claim(BankLine.year, BankLine.id),
    ]


def unclaimed(
    db: Session, codes: Collection[str], claim: Claim, until: date, since: date | None = None
) -> list[FundLine]:
    """Lines of accounts that count and that nothing claims, the oldest first; from a day on when one is given."""
    order = (BankLine.booked_on, BankLine.account_code, BankLine.seq, BankLine.id)
    query = select(*_COLUMNS).where(*_unclaimed(db, codes, claim, until)).order_by(*order)
    if since is not None:
        query = query.where(BankLine.year >= since.year, BankLine.booked_on >= since)
    return [FundLine(*row) for row in db.execute(query)]
