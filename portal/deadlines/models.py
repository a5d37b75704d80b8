"""Deadlines, version by version, and the working-day table they are counted by.

A deadline is never updated: each step (paused, extended, closed …) closes the row in force (``superseded_at``) and writes its
successor, so the rows of one ``id`` are its journal and the row without ``superseded_at`` is its state.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import PARTY, PUBLIC, STAFF
from portal.kernel.db import Base

LIVE = text("superseded_at IS NULL")
OPEN = text("superseded_at IS NULL AND closed_at IS NULL")
STEPS = ("started", "paused", "resumed", "extended", "handed_over", "escalated", "moved", "closed")


class Deadline(Base):
    """One version of a deadline. ``terms`` (JSON) are its lengths, the first and each extension, as they were when given;
    ``pauses`` (JSON) its interruptions, oldest first; ``due_at`` is the first instant that is late; ``above_…`` is the level
    it was escalated to; ``link`` (JSON) fills the address of the page where it is done."""

    __tablename__ = "deadline"
    __table_args__ = (
        Index("uq_deadline_live", "id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index("uq_deadline_open", "subject", "rule", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_deadline_subject", "subject", sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_deadline_due", "due_at", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_deadline_holder", "holder_role", "holder_division", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_deadline_company", "holder_uscc", sqlite_where=LIVE, postgresql_where=LIVE),
        CheckConstraint(f"step IN {STEPS}", name="step_known"),
        CheckConstraint("(step = 'closed') = (closed_at IS NOT NULL)", name="closed_has_time"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PARTY)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    rule: Mapped[str] = mapped_column(String(40), info=PARTY)
    subject: Mapped[str] = mapped_column(String(80), info=PARTY)
    title: Mapped[str] = mapped_column(info=PARTY)
    endpoint: Mapped[str] = mapped_column(info=PARTY)
    link: Mapped[str] = mapped_column(info=PARTY)
    holder_role: Mapped[str | None] = mapped_column(String(16), info=PARTY)
    holder_division: Mapped[str | None] = mapped_column(String(12), info=PARTY)
    holder_uscc: Mapped[str | None] = mapped_column(String(18), info=PARTY)
    holder_login: Mapped[str | None] = mapped_column(String(32), info=STAFF)
    above_role: Mapped[str | None] = mapped_column(String(16), info=STAFF)
    above_division: Mapped[str | None] = mapped_column(String(12), info=STAFF)
    level: Mapped[int] = mapped_column(default=0, info=STAFF)
    started_on: Mapped[date] = mapped_column(info=PARTY)
    started_at: Mapped[datetime] = mapped_column(info=PARTY)
    terms: Mapped[str] = mapped_column(info=PARTY)
    pauses: Mapped[str] = mapped_column(default="[]", info=PARTY)
    due_at: Mapped[datetime] = mapped_column(info=PARTY)
    paused_at: Mapped[datetime | None] = mapped_column(info=PARTY)
    closed_at: Mapped[datetime | None] = mapped_column(info=PARTY)
    outcome: Mapped[str] = mapped_column(String(24), default="", info=PARTY)
    step: Mapped[str] = mapped_column(String(12), info=PARTY)
    reason: Mapped[str] = mapped_column(default="", info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)
    superseded_at: Mapped[datetime | None] = mapped_column(info=STAFF)


class CalendarDay(Base):
    """A day that differs from its weekday: ``off`` (holiday on a weekday) or ``work`` (make-up day). One live row a day."""

    __tablename__ = "calendar_day"
    __table_args__ = (
        Index("uq_calendar_day_live", "day", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        CheckConstraint("kind IN ('off', 'work')", name="kind_known"),
    )

    day: Mapped[date] = mapped_column(primary_key=True, info=PUBLIC)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    kind: Mapped[str] = mapped_column(String(4), info=PUBLIC)
    source: Mapped[str] = mapped_column(info=PUBLIC)
    actor: Mapped[str] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)
    superseded_at: Mapped[datetime | None] = mapped_column(info=STAFF)


class CalendarYear(Base):
    """A year whose holidays have been announced: its days are certain, those of any other year provisional."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PUBLIC)
    source: Mapped[str] = mapped_column(info=PUBLIC)
    actor: Mapped[str] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)
