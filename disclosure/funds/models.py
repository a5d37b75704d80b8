"""Accounts of the owners' common funds, the bank's statements and their lines. Money is integer fen.

An account's facts are versioned; statements and lines are what the bank delivered and never change. A statement that
was delivered wrong is withdrawn by a row of its own, with a public reason.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import OWNER, PUBLIC, STAFF
from portal.kernel.db import Base
from portal.kernel.versions import Versioned

TYPES = ("basic", "joint", "maintenance", "service")
LIVE = text("superseded_at IS NULL")


class FundAccount(Base):
    """The identity of an account."""

    __tablename__ = "fund_account"

    code: Mapped[str] = mapped_column(String(32), primary_key=True, info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class FundAccountFacts(Versioned, Base):
    """What is known of an account. The number is sealed; ``number_hash`` (keyed) tells whether a file is of it."""

    __tablename__ = "fund_account_facts"
    __table_args__ = (
        Index("uq_fund_account_facts_live", "account_code", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index(None, "estate_code"),
        CheckConstraint("type IN ('basic', 'joint', 'maintenance', 'service')", name="type_known"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    account_code: Mapped[str] = mapped_column(ForeignKey("fund_account.code"), info=PUBLIC)
    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), info=PUBLIC)
    type: Mapped[str] = mapped_column(String(12), info=PUBLIC)
    bank: Mapped[str] = mapped_column(info=PUBLIC)
    number_sealed: Mapped[str] = mapped_column(info=STAFF)
    number_hash: Mapped[str] = mapped_column(String(64), info=STAFF)
    number_key_id: Mapped[str] = mapped_column(info=STAFF)
    number_mask: Mapped[str] = mapped_column(String(12), info=PUBLIC)
    opened_on: Mapped[date] = mapped_column(info=PUBLIC)


class BankLayout(Base):
    """A bank's spreadsheet layout that a person registered; ``columns`` is JSON, the newest version of a code counts."""

    __tablename__ = "bank_layout"

    code: Mapped[str] = mapped_column(String(32), primary_key=True, info=STAFF)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    name: Mapped[str] = mapped_column(info=STAFF)
    columns: Mapped[str] = mapped_column(info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class FundStatement(Base):
    """One statement as delivered. ``lines``, ``in_fen`` and ``out_fen`` are of all its lines, also those known before.

    ``flaws`` (JSON) names what does not add up inside the file, each with its place.
    """

    __tablename__ = "fund_statement"
    __table_args__ = (Index(None, "account_code", "to_on"), Index(None, "account_code", "file_sha256"))

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    account_code: Mapped[str] = mapped_column(ForeignKey("fund_account.code"), info=PUBLIC)
    file_sha256: Mapped[str] = mapped_column(String(64), info=STAFF)
    format: Mapped[str] = mapped_column(String(32), info=STAFF)
    number: Mapped[str] = mapped_column(info=STAFF)
    from_on: Mapped[date] = mapped_column(info=PUBLIC)
    to_on: Mapped[date] = mapped_column(info=PUBLIC)
    opening_fen: Mapped[int | None] = mapped_column(BigInteger, info=PUBLIC)
    closing_fen: Mapped[int | None] = mapped_column(BigInteger, info=PUBLIC)
    in_fen: Mapped[int] = mapped_column(BigInteger, info=PUBLIC)
    out_fen: Mapped[int] = mapped_column(BigInteger, info=PUBLIC)
    lines: Mapped[int] = mapped_column(info=PUBLIC)
    flaws: Mapped[str] = mapped_column(info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class FundStatementWithdrawn(Base):
    """A statement that does not count any more, with the public reason."""

    __tablename__ = "fund_statement_withdrawn"

    statement_id: Mapped[str] = mapped_column(ForeignKey("fund_statement.id"), primary_key=True, info=STAFF)
    reason: Mapped[str] = mapped_column(info=PUBLIC)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class BankLine(Base):
    """One booking of the bank, once however often it is delivered (``key``). ``amount_fen``: in is positive."""

    __tablename__ = "bank_line"
    __table_args__ = (
        UniqueConstraint("year", "account_code", "key"),
        Index(None, "account_code", "booked_on", "amount_fen"),  # sums are read from the index alone
        Index(None, "statement_id"),
        CheckConstraint("amount_fen <> 0 OR balance_fen IS NOT NULL", name="says_something"),
        {"postgresql_partition_by": "RANGE (year)"},
    )

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PUBLIC)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, info=STAFF)
    account_code: Mapped[str] = mapped_column(String(32), info=PUBLIC)
    statement_id: Mapped[str] = mapped_column(String(20), info=STAFF)
    seq: Mapped[int] = mapped_column(info=STAFF)
    key: Mapped[str] = mapped_column(String(40), info=STAFF)
    booked_on: Mapped[date] = mapped_column(info=PUBLIC)
    value_on: Mapped[date | None] = mapped_column(info=OWNER)
    amount_fen: Mapped[int] = mapped_column(BigInteger, info=PUBLIC)
    balance_fen: Mapped[int | None] = mapped_column(BigInteger, info=OWNER)
    counterparty: Mapped[str] = mapped_column(info=STAFF)
    counterparty_account: Mapped[str] = mapped_column(info=STAFF)
    summary: Mapped[str] = mapped_column(info=OWNER)
    reference: Mapped[str] = mapped_column(info=STAFF)
    raw: Mapped[str] = mapped_column(info=STAFF)


class BankLineRepeat(Base):
    """A line that a later statement delivered again: it stays when the first statement is withdrawn."""

    __tablename__ = "bank_line_repeat"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    line_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, info=STAFF)
    statement_id: Mapped[str] = mapped_column(ForeignKey("fund_statement.id"), primary_key=True, info=STAFF)


class BankLineStaged(Base):
    """Lines of a large statement on their way: written in small transactions, taken over in one, then gone. Working
    paper, no record; what a stopped process leaves goes after a day.
    """

    __tablename__ = "bank_line_staged"
    __table_args__ = (Index(None, "staged_at"),)

    batch: Mapped[str] = mapped_column(String(40), primary_key=True, info=STAFF)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    staged_at: Mapped[datetime] = mapped_column(info=STAFF)
    year: Mapped[int] = mapped_column(info=STAFF)
    id: Mapped[int] = mapped_column(BigInteger, info=STAFF)
    account_code: Mapped[str] = mapped_column(String(32), info=STAFF)
    key: Mapped[str] = mapped_column(String(40), info=STAFF)
    booked_on: Mapped[date] = mapped_column(info=STAFF)
    value_on: Mapped[date | None] = mapped_column(info=STAFF)
    amount_fen: Mapped[int] = mapped_column(BigInteger, info=STAFF)
    balance_fen: Mapped[int | None] = mapped_column(BigInteger, info=STAFF)
    counterparty: Mapped[str] = mapped_column(info=STAFF)
    counterparty_account: Mapped[str] = mapped_column(info=STAFF)
    summary: Mapped[str] = mapped_column(info=STAFF)
    reference: Mapped[str] = mapped_column(info=STAFF)
    raw: Mapped[str] = mapped_column(info=STAFF)
