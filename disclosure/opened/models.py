"""What is opened beside the money: contracts and fees, notices, votes, safety, audits. Never edited; withdrawn with a reason."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import PUBLIC, STAFF
from portal.kernel.db import Base

SOURCES = ("enterprise", "committee", "office")


class OpenedEntry(Base):
    """One entry, public from the moment it is recorded. ``facts`` is JSON by the fields of its kind (``kinds.json``);
    ``source`` says whose words they are; the file is a public copy without personal data."""

    __tablename__ = "opened_entry"
    __table_args__ = (
        Index(None, "estate_code", "kind"),
        CheckConstraint("source IN ('enterprise', 'committee', 'office')", name="source_known"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PUBLIC)
    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), info=PUBLIC)
    kind: Mapped[str] = mapped_column(String(32), info=PUBLIC)
    title: Mapped[str] = mapped_column(info=PUBLIC)
    happened_on: Mapped[date] = mapped_column(info=PUBLIC)
    facts: Mapped[str] = mapped_column(info=PUBLIC)
    source: Mapped[str] = mapped_column(String(12), info=PUBLIC)
    uscc: Mapped[str | None] = mapped_column(String(18), info=PUBLIC)
    file_sha256: Mapped[str | None] = mapped_column(String(64), info=PUBLIC)
    file_type: Mapped[str | None] = mapped_column(String(40), info=PUBLIC)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class OpenedWithdrawal(Base):
    """An entry that does not count any more, with the public reason. It stays readable, marked."""

    __tablename__ = "opened_withdrawal"

    entry_id: Mapped[str] = mapped_column(ForeignKey("opened_entry.id"), primary_key=True, info=PUBLIC)
    reason: Mapped[str] = mapped_column(info=PUBLIC)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)
