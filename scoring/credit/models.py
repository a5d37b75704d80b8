"""Credit events of enterprises and managers. Score and grade are derived for a day, never stored."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import PUBLIC, STAFF
from portal.kernel.db import Base
from portal.kernel.versions import Versioned

LIVE = text("superseded_at IS NULL")


class CreditCase(Base):
    """The identity of a credit event: one act against one subject. ``source_key`` makes an event of a rating unique."""

    __tablename__ = "credit_case"
    __table_args__ = (CheckConstraint("subject_type IN ('enterprise', 'manager')", name="subject_type_known"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PUBLIC)
    source_key: Mapped[str] = mapped_column(unique=True, info=STAFF)
    subject_type: Mapped[str] = mapped_column(String(10), info=PUBLIC)
    subject: Mapped[str] = mapped_column(String(32), index=True, info=PUBLIC)
    act_id: Mapped[str] = mapped_column(index=True, info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class CreditStep(Base):
    """Journal of a credit event: ``proposed``, ``confirmed``, ``refused``, ``withdrawn``; only confirmed ones count."""

    __tablename__ = "credit_step"
    __table_args__ = (CheckConstraint("step IN ('proposed', 'confirmed', 'refused', 'withdrawn')", name="step_known"),)

    case_id: Mapped[str] = mapped_column(primary_key=True, info=STAFF)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    step: Mapped[str] = mapped_column(String(10), info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)
    reason: Mapped[str] = mapped_column(default="", info=STAFF)


class CreditEvent(Versioned, Base):
    """What a credit event says and the days it counts (valid_from to valid_to). Points are signed centipoints."""

    __tablename__ = "credit_event"
    __table_args__ = (
        Index("uq_credit_event_live", "case_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        CheckConstraint("points_cp <> 0", name="points_not_zero"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    case_id: Mapped[str] = mapped_column(index=True, info=PUBLIC)
    code: Mapped[str] = mapped_column(String(8), info=PUBLIC)
    points_cp: Mapped[int] = mapped_column(info=PUBLIC)
    estate_code: Mapped[str | None] = mapped_column(info=PUBLIC)
    uscc: Mapped[str | None] = mapped_column(String(18), info=PUBLIC)
    document: Mapped[str] = mapped_column(default="", info=PUBLIC)
    document_on: Mapped[date | None] = mapped_column(info=PUBLIC)
    issued_by: Mapped[str] = mapped_column(default="", info=PUBLIC)
    document_sha256: Mapped[str] = mapped_column(default="", info=PUBLIC)
    catalogue: Mapped[str] = mapped_column(info=PUBLIC)
    note: Mapped[str] = mapped_column(default="", info=STAFF)
