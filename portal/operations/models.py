"""What the nightly work came to."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import STAFF
from portal.kernel.db import Base

KINDS = ("backup", "proof", "integrity", "retention", "partitions")


class OperationOutcome(Base):
    """One outcome of a backup, of its proof, of a check of the evidence files, of clearing. ``facts`` is JSON."""

    __tablename__ = "operation_outcome"
    __table_args__ = (
        Index("ix_operation_outcome_kind", "kind", "at"),
        CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in KINDS)})", name="kind_known"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    kind: Mapped[str] = mapped_column(String(16), info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)
    ok: Mapped[bool] = mapped_column(info=STAFF)
    facts: Mapped[str] = mapped_column(info=STAFF)


class RetentionHold(Base):
    """Journal of holds on clearing: ``subject`` is what stays whatever its term says, as long as its last step is ``held``."""

    __tablename__ = "retention_hold"
    __table_args__ = (CheckConstraint("step IN ('held', 'lifted')", name="step_known"),)

    subject: Mapped[str] = mapped_column(String(80), primary_key=True, info=STAFF)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    step: Mapped[str] = mapped_column(String(8), info=STAFF)
    reason: Mapped[str] = mapped_column(info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)
