"""The ledger of the common funds: what each bank line was for. Money is integer fen; nothing is ever changed in place.

A line is classified by postings whose amounts add up to the line's. What was wrong is reversed by a posting of the same
amount with the other sign, beside the postings that take its place: one act, with its reason. So sums by category are
plain sums of all postings, and what stands now is every posting that no other one reverses.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import OWNER, PUBLIC, STAFF
from portal.kernel.db import Base

ACTS = ("rules", "classify", "split", "merge", "undo", "correct")
VOUCHERS = ("invoice", "receipt", "contract", "settlement", "other")


class LedgerAct(Base):
    """One deed on lines of one account. ``reason`` is public; it is asked for when a person's word is corrected."""

    __tablename__ = "ledger_act"
    __table_args__ = (
        CheckConstraint("kind IN ('rules', 'classify', 'split', 'merge', 'undo', 'correct')", name="kind_known"),
        CheckConstraint("kind <> 'correct' OR reason <> ''", name="correction_says_why"),
        Index(None, "account_code", "recorded_at"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    account_code: Mapped[str] = mapped_column(ForeignKey("fund_account.code"), info=PUBLIC)
    kind: Mapped[str] = mapped_column(String(12), info=PUBLIC)
    reason: Mapped[str] = mapped_column(info=PUBLIC)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class LedgerPosting(Base):
    """A piece of a line in a category. ``side`` is the sign of the line, ``seq`` counts the acts on the line from 1.

    ``step`` is post or reverse; a reversal carries the amount of the posting that it ``reverses`` with the other sign.
    """

    __tablename__ = "ledger_posting"
    __table_args__ = (
        UniqueConstraint("year", "line_id", "seq", "step", "piece"),
        UniqueConstraint("year", "reverses"),
        Index("ix_ledger_posting_sums", "account_code", "booked_on", "category", "side", "amount_fen", "step"),
        Index(None, "act_id"),
        CheckConstraint("(step = 'post') = (reverses IS NULL)", name="reverses_something"),
        CheckConstraint("amount_fen * side > 0 AND step = 'post' OR amount_fen * side < 0 AND step = 'reverse'",
                        name="signed"),
        {"postgresql_partition_by": "RANGE (year)"},
    )  # fmt: skip

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PUBLIC)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, info=STAFF)
    line_id: Mapped[int] = mapped_column(BigInteger, info=STAFF)
    seq: Mapped[int] = mapped_column(info=STAFF)
    piece: Mapped[int] = mapped_column(info=PUBLIC)
    step: Mapped[str] = mapped_column(String(8), info=STAFF)
    act_id: Mapped[str] = mapped_column(ForeignKey("ledger_act.id"), info=STAFF)
    account_code: Mapped[str] = mapped_column(String(32), info=PUBLIC)
    booked_on: Mapped[date] = mapped_column(info=PUBLIC)
    amount_fen: Mapped[int] = mapped_column(BigInteger, info=PUBLIC)
    side: Mapped[int] = mapped_column(info=PUBLIC)
    category: Mapped[str] = mapped_column(String(32), info=PUBLIC)
    label: Mapped[str] = mapped_column(info=PUBLIC)
    memo: Mapped[str] = mapped_column(info=OWNER)
    bundle: Mapped[str | None] = mapped_column(String(20), info=PUBLIC)
    rule: Mapped[str | None] = mapped_column(String(40), info=STAFF)
    reverses: Mapped[int | None] = mapped_column(BigInteger, info=STAFF)


class LedgerRule(Base):
    """A saved rule; the newest version of a code counts. ``scope`` is empty, an estate's code or a company's code."""

    __tablename__ = "ledger_rule"
    __table_args__ = (CheckConstraint("direction IN ('in', 'out', '')", name="direction_known"),)

    code: Mapped[str] = mapped_column(String(32), primary_key=True, info=STAFF)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    scope: Mapped[str] = mapped_column(String(32), info=STAFF)
    field: Mapped[str] = mapped_column(String(16), info=STAFF)
    words: Mapped[str] = mapped_column(info=STAFF)
    direction: Mapped[str] = mapped_column(String(3), info=STAFF)
    min_fen: Mapped[int | None] = mapped_column(BigInteger, info=STAFF)
    max_fen: Mapped[int | None] = mapped_column(BigInteger, info=STAFF)
    account_type: Mapped[str] = mapped_column(String(12), info=STAFF)
    category: Mapped[str] = mapped_column(String(32), info=STAFF)
    label: Mapped[str] = mapped_column(info=STAFF)
    is_retired: Mapped[bool] = mapped_column(info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class LedgerVoucher(Base):
    """An invoice, receipt or contract of an estate. The original is for the office; its hash is public."""

    __tablename__ = "ledger_voucher"
    __table_args__ = (
        CheckConstraint("kind IN ('invoice', 'receipt', 'contract', 'settlement', 'other')", name="kind_known"),
        UniqueConstraint("estate_code", "original_sha256"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PUBLIC)
    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), info=PUBLIC)
    kind: Mapped[str] = mapped_column(String(12), info=PUBLIC)
    title: Mapped[str] = mapped_column(info=PUBLIC)
    original_sha256: Mapped[str] = mapped_column(String(64), info=PUBLIC)
    media_type: Mapped[str] = mapped_column(info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class LedgerVoucherCopy(Base):
    """The redacted copy that owners and the public see; the newest counts, an empty hash takes it back."""

    __tablename__ = "ledger_voucher_copy"

    voucher_id: Mapped[str] = mapped_column(ForeignKey("ledger_voucher.id"), primary_key=True, info=STAFF)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    public_sha256: Mapped[str] = mapped_column(String(64), info=PUBLIC)
    media_type: Mapped[str] = mapped_column(info=PUBLIC)
    reason: Mapped[str] = mapped_column(info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class LedgerAttachment(Base):
    """A voucher attached to a line, or taken off again; the newest step of the pair counts."""

    __tablename__ = "ledger_attachment"
    __table_args__ = (Index(None, "voucher_id"), CheckConstraint("step IN ('on', 'off')", name="step_known"))

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PUBLIC)
    line_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, info=STAFF)
    voucher_id: Mapped[str] = mapped_column(ForeignKey("ledger_voucher.id"), primary_key=True, info=PUBLIC)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    step: Mapped[str] = mapped_column(String(3), info=STAFF)
    reason: Mapped[str] = mapped_column(info=PUBLIC)
    actor: Mapped[str] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class FundApproval(Base):
    """A vote of the owners or a decision of their committee on spending. Floor area is in hundredths of a square metre."""

    __tablename__ = "fund_approval"
    __table_args__ = (
        CheckConstraint("kind IN ('owners', 'committee')", name="kind_known"),
        CheckConstraint("limit_fen > 0", name="limit_positive"),
        Index(None, "estate_code", "decided_on"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PUBLIC)
    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), info=PUBLIC)
    kind: Mapped[str] = mapped_column(String(12), info=PUBLIC)
    number: Mapped[str] = mapped_column(info=PUBLIC)
    title: Mapped[str] = mapped_column(info=PUBLIC)
    decided_on: Mapped[date] = mapped_column(info=PUBLIC)
    limit_fen: Mapped[int] = mapped_column(BigInteger, info=PUBLIC)
    eligible: Mapped[int] = mapped_column(info=PUBLIC)
    present: Mapped[int] = mapped_column(info=PUBLIC)
    in_favour: Mapped[int] = mapped_column(info=PUBLIC)
    eligible_area_centi: Mapped[int | None] = mapped_column(BigInteger, info=PUBLIC)
    present_area_centi: Mapped[int | None] = mapped_column(BigInteger, info=PUBLIC)
    favour_area_centi: Mapped[int | None] = mapped_column(BigInteger, info=PUBLIC)
    document_sha256: Mapped[str] = mapped_column(String(64), info=PUBLIC)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class FundApprovalStep(Base):
    """What became of an approval: a line is spent under it, or it is withdrawn with a public reason (line 0)."""

    __tablename__ = "fund_approval_step"
    __table_args__ = (
        Index(None, "year", "line_id"),
        CheckConstraint("step IN ('spent', 'unspent', 'withdrawn')", name="step_known"),
    )

    approval_id: Mapped[str] = mapped_column(ForeignKey("fund_approval.id"), primary_key=True, info=PUBLIC)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    step: Mapped[str] = mapped_column(String(10), info=PUBLIC)
    year: Mapped[int] = mapped_column(info=PUBLIC)
    line_id: Mapped[int] = mapped_column(BigInteger, info=STAFF)
    reason: Mapped[str] = mapped_column(info=PUBLIC)
    actor: Mapped[str] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class FundBudget(Base):
    """The budget of an estate's category for a year; the newest version counts."""

    __tablename__ = "fund_budget"
    __table_args__ = (CheckConstraint("amount_fen >= 0", name="amount_not_negative"),)

    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), primary_key=True, info=PUBLIC)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PUBLIC)
    category: Mapped[str] = mapped_column(String(32), primary_key=True, info=PUBLIC)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    amount_fen: Mapped[int] = mapped_column(BigInteger, info=PUBLIC)
    reason: Mapped[str] = mapped_column(info=PUBLIC)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class FundVariance(Base):
    """Why a year's actual figure differs from its budget, in public words; the newest version counts."""

    __tablename__ = "fund_variance"

    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), primary_key=True, info=PUBLIC)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PUBLIC)
    category: Mapped[str] = mapped_column(String(32), primary_key=True, info=PUBLIC)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    reason: Mapped[str] = mapped_column(info=PUBLIC)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)
