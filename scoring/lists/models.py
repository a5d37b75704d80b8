"""Red and black lists: cases with their steps, and the entries that are in force for a time."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import PUBLIC, STAFF
from portal.kernel.db import Base
from portal.kernel.versions import Versioned
from scoring.adverse.api import CHAINS, StepColumns, one_of, steps_of

LIVE = text("superseded_at IS NULL")
NEXT_STEPS = {"black": CHAINS["list-black"], "red": CHAINS["list-red"]}  # what may follow each step
ALL_STEPS = tuple(dict.fromkeys(steps_of("list-black") + steps_of("list-red")))


class ListCase(Base):
    """One subject proposed for one list of a year. ``facts`` and ``conditions`` (JSON) say why, down to the facts."""

    __tablename__ = "list_case"
    __table_args__ = (
        Index("uq_list_case_subject", "year", "kind", "subject_type", "subject", "reason", "attempt", unique=True),
        CheckConstraint("kind IN ('red', 'black')", name="kind_known"),
        CheckConstraint("subject_type IN ('estate', 'enterprise', 'manager')", name="subject_type_known"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    year: Mapped[int] = mapped_column(info=PUBLIC)
    kind: Mapped[str] = mapped_column(String(8), info=PUBLIC)
    subject_type: Mapped[str] = mapped_column(String(10), info=PUBLIC)
    subject: Mapped[str] = mapped_column(String(32), info=PUBLIC)
    reason: Mapped[str] = mapped_column(String(32), info=PUBLIC)
    attempt: Mapped[int] = mapped_column(default=1, info=STAFF)
    uscc: Mapped[str | None] = mapped_column(String(18), info=PUBLIC)
    manager_code: Mapped[str | None] = mapped_column(String(32), info=PUBLIC)
    facts: Mapped[str] = mapped_column(info=STAFF)
    conditions: Mapped[str] = mapped_column(info=STAFF)
    rule_set: Mapped[str] = mapped_column(info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class ListStep(StepColumns, Base):
    """Journal of a case; the state is the last step, and no step can be skipped."""

    __tablename__ = "list_step"
    __table_args__ = (CheckConstraint(one_of("step", ALL_STEPS), name="step_known"),)

    case_id: Mapped[str] = mapped_column(ForeignKey("list_case.id"), primary_key=True, info=STAFF)


class ListEntry(Versioned, Base):
    """An entry on a list: in force from ``valid_from`` to ``valid_to``, both included; never by a stored flag."""

    __tablename__ = "list_entry"
    __table_args__ = (
        Index("uq_list_entry_live", "case_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index(None, "uscc"),
        Index(None, "subject"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    case_id: Mapped[str] = mapped_column(ForeignKey("list_case.id"), info=STAFF)
    year: Mapped[int] = mapped_column(info=PUBLIC)
    kind: Mapped[str] = mapped_column(String(8), info=PUBLIC)
    subject_type: Mapped[str] = mapped_column(String(10), info=PUBLIC)
    subject: Mapped[str] = mapped_column(String(32), info=PUBLIC)
    uscc: Mapped[str | None] = mapped_column(String(18), info=PUBLIC)
    manager_code: Mapped[str | None] = mapped_column(String(32), info=PUBLIC)
    reason: Mapped[str] = mapped_column(String(32), info=PUBLIC)
    decision: Mapped[str] = mapped_column(info=PUBLIC)
    exit_reason: Mapped[str] = mapped_column(default="", info=PUBLIC)
