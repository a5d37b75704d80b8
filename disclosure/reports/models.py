"""Reports of the common funds, their lines and steps. Money is integer fen. Nothing here is ever changed: a correction is
a new report that reverses the one before it, with a public reason."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import PUBLIC, STAFF
from portal.kernel.db import Base

STEPS = {"": ("submitted",), "submitted": ("returned", "withdrawn", "confirmed")}


class FundReport(Base):
    """A report as handed in. ``number`` counts the reports of an estate, kind and period; ``reverses`` is the one that a
    correction takes the place of, with its ``reason``. ``proof``: JSON of the accounts' proofs as they stood."""

    __tablename__ = "fund_report"
    __table_args__ = (
        UniqueConstraint("estate_code", "kind", "period", "number"),
        Index(None, "kind", "period"),
        CheckConstraint("(reverses IS NULL) = (reason = '')", name="corrections_have_reasons"),
        CheckConstraint("filed_for IN ('enterprise', 'committee')", name="filed_for_known"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PUBLIC)
    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), info=PUBLIC)
    kind: Mapped[str] = mapped_column(String(20), info=PUBLIC)
    period: Mapped[str] = mapped_column(String(10), info=PUBLIC)
    number: Mapped[int] = mapped_column(info=PUBLIC)
    uscc: Mapped[str | None] = mapped_column(String(18), info=PUBLIC)
    filed_for: Mapped[str] = mapped_column(String(12), info=PUBLIC)
    zero: Mapped[bool] = mapped_column(info=PUBLIC)
    proof: Mapped[str] = mapped_column(info=PUBLIC)
    note: Mapped[str] = mapped_column(info=PUBLIC)
    reverses: Mapped[str | None] = mapped_column(ForeignKey("fund_report.id"), info=PUBLIC)
    reason: Mapped[str] = mapped_column(info=PUBLIC)
    digest: Mapped[str] = mapped_column(String(64), info=PUBLIC)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class FundReportLine(Base):
    """A line of a report: an amount (fen) or a text. ``code``: ``opening``, ``in:CATEGORY``, ``out:CATEGORY``, ``closing``
    or a field of the matrix."""

    __tablename__ = "fund_report_line"
    __table_args__ = (CheckConstraint("amount_fen IS NOT NULL OR text <> ''", name="says_something"),)

    report_id: Mapped[str] = mapped_column(ForeignKey("fund_report.id"), primary_key=True, info=PUBLIC)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PUBLIC)
    code: Mapped[str] = mapped_column(String(48), info=PUBLIC)
    amount_fen: Mapped[int | None] = mapped_column(BigInteger, info=PUBLIC)
    text: Mapped[str] = mapped_column(info=PUBLIC)


class FundReportStep(Base):
    """Journal of a report; its state is the last step. A confirmed report is public from that day."""

    __tablename__ = "fund_report_step"
    __table_args__ = (
        CheckConstraint("step IN ('submitted', 'returned', 'withdrawn', 'confirmed')", name="step_known"),
    )

    report_id: Mapped[str] = mapped_column(ForeignKey("fund_report.id"), primary_key=True, info=STAFF)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    step: Mapped[str] = mapped_column(String(12), info=PUBLIC)
    text: Mapped[str] = mapped_column(info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class FundReportTerm(Base):
    """How often an estate files a kind from a period's first day on: ``usual``, ``often`` or ``none`` (not applicable),
    with the public reason. The newest that has begun counts."""

    __tablename__ = "fund_report_term"
    __table_args__ = (
        Index(None, "estate_code", "kind"),
        CheckConstraint("frequency IN ('usual', 'often', 'none')", name="frequency_known"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), info=PUBLIC)
    kind: Mapped[str] = mapped_column(String(20), info=PUBLIC)
    frequency: Mapped[str] = mapped_column(String(8), info=PUBLIC)
    since: Mapped[date] = mapped_column(info=PUBLIC)
    reason: Mapped[str] = mapped_column(info=PUBLIC)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class FundReportOccasion(Base):
    """An event that makes a report due: a repair job was completed. ``takes_back`` names one that was entered wrongly."""

    __tablename__ = "fund_report_occasion"
    __table_args__ = (
        Index(None, "estate_code"),
        UniqueConstraint("takes_back"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), info=PUBLIC)
    kind: Mapped[str] = mapped_column(String(20), info=PUBLIC)
    happened_on: Mapped[date] = mapped_column(info=PUBLIC)
    title: Mapped[str] = mapped_column(info=PUBLIC)
    takes_back: Mapped[str | None] = mapped_column(ForeignKey("fund_report_occasion.id"), info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class FundReportEvent(Base):
    """A credit event that was proposed for something late: once for each estate, kind, period and code."""

    __tablename__ = "fund_report_event"

    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), primary_key=True, info=STAFF)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    period: Mapped[str] = mapped_column(String(10), primary_key=True, info=STAFF)
    code: Mapped[str] = mapped_column(String(4), primary_key=True, info=STAFF)
    case_id: Mapped[str] = mapped_column(String(20), info=STAFF)
    on: Mapped[date] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)
