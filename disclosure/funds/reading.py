"""What the pages of an account and of a statement show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from disclosure.funds import queries
from disclosure.funds.models import BankLine, BankLineRepeat, FundStatement, FundStatementWithdrawn
from disclosure.funds.proof import Flaw, inner_flaws
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _


@dataclass(frozen=True)
class PageLine:
    """A line as staff and the company that brings it see it; money in fen, in is positive."""

    booked_on: date
    amount_fen: int
    balance_fen: int | None
    counterparty: str
    summary: str
    reference: str


@dataclass(frozen=True)
class Withdrawn:
    """A statement that was taken back: its days, why and when."""

    statement_id: str
    from_on: date
    to_on: date
    reason: str
    on: date


_COLUMNS = (
    BankLine.booked_on, BankLine.amount_fen, BankLine.balance_fen, BankLine.counterparty, BankLine.summary,
    BankLine.reference,
)  # fmt: skip


def lines_of(db: Session, code: str, first: date, last: date, limit: int, offset: int) -> tuple[int, list[PageLine]]:
    """How many lines count in some days of an account, and a page of them, the newest first."""
    where = [BankLine.account_code == code, BankLine.booked_on >= first, BankLine.booked_on <= last]
    if queries.has_withdrawn(db, code):
        where.append(queries.counted())
    order = (BankLine.booked_on.desc(), BankLine.seq.desc(), BankLine.id)
    return _page(db, where, order, limit, offset)


def lines_of_statement(db: Session, statement_id: str, limit: int, offset: int) -> tuple[int, list[PageLine]]:
    """How many lines a statement brought first, and a page of them in the bank's order."""
    return _page(db, [BankLine.statement_id == statement_id], (BankLine.seq, BankLine.id), limit, offset)


def _page(
    db: Session, where: Sequence[ColumnElement[bool]], order: Sequence[object], limit: int, offset: int
) -> tuple[int, list[PageLine]]:
    count = db.scalar(select(func.count()).select_from(BankLine).where(*where)) or 0
    rows = db.execute(select(*_COLUMNS).where(*where).order_by(*order).limit(limit).offset(offset))  # type: ignore[arg-type]
    return count, [PageLine(*row) for row in rows]


def statement(db: Session, statement_id: str) -> FundStatement:
    """One statement. NotFound without it."""
    found = db.get(FundStatement, statement_id)
    if found is None:
        raise NotFound(_("没有这份对账单。"))
    return found


def repeated(db: Session, statement_id: str) -> int:
    """How many lines of a statement were known when it came."""
    query = select(func.count()).select_from(BankLineRepeat).where(BankLineRepeat.statement_id == statement_id)
    return db.scalar(query) or 0


def flaws_inside(found: FundStatement) -> list[Flaw]:
    """What does not add up inside a statement, as found when it came."""
    return inner_flaws(found)


def _withdrawn(where: ColumnElement[bool], db: Session) -> list[Withdrawn]:
    query = (
        select(
            FundStatement.id, FundStatement.from_on, FundStatement.to_on, FundStatementWithdrawn.reason,
            FundStatementWithdrawn.on,
        )
        .join(FundStatement, FundStatement.id == FundStatementWithdrawn.statement_id)
        .where(where)
        .order_by(FundStatementWithdrawn.recorded_at.desc())
    )  # fmt: skip
    return [Withdrawn(*row) for row in db.execute(query)]


def withdrawn_of(db: Session, code: str) -> list[Withdrawn]:
    """Statements of an account that were taken back, the latest first."""
    return _withdrawn(FundStatement.account_code == code, db)


def withdrawal(db: Session, statement_id: str) -> Withdrawn | None:
    """Why and when a statement was taken back; None when it counts."""
    return next(iter(_withdrawn(FundStatement.id == statement_id, db)), None)
