"""Joint conferences: who meets when about which cases, what was said there, and the tasks that were given.

What is said of a case is ciphertext under the conference's own key; the summary alone is written for everybody.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import PUBLIC, STAFF
from portal.kernel.db import Base

LEVELS = ("district", "community")
NEXT_STEPS: dict[str, tuple[str, ...]] = {"": ("called",), "called": ("held", "cancelled"), "held": ("closed",)}
TASK_STEPS: dict[str, tuple[str, ...]] = {"": ("given",), "given": ("done",)}


class Conference(Base):
    """A conference of a place: ``number`` names it in public."""

    __tablename__ = "conference"
    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint("level IN ('district', 'community')", name="level_known"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    number: Mapped[str] = mapped_column(String(20), info=PUBLIC)
    level: Mapped[str] = mapped_column(String(10), info=PUBLIC)
    division_code: Mapped[str] = mapped_column(String(12), info=PUBLIC)
    meets_on: Mapped[date] = mapped_column(info=PUBLIC)
    actor: Mapped[str] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class ConferenceStep(Base):
    """Journal of a conference. ``minutes`` is ciphertext; ``summary`` is what everybody may read once it is closed."""

    __tablename__ = "conference_step"
    __table_args__ = (CheckConstraint("step IN ('called', 'held', 'cancelled', 'closed')", name="step_known"),)

    conference_id: Mapped[str] = mapped_column(ForeignKey("conference.id"), primary_key=True, info=STAFF)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    step: Mapped[str] = mapped_column(String(10), info=STAFF)
    on: Mapped[date] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)
    minutes: Mapped[str] = mapped_column(default="", info=STAFF)
    summary: Mapped[str] = mapped_column(default="", info=PUBLIC)
    actor: Mapped[str] = mapped_column(info=STAFF)


class ConferenceItem(Base):
    """One line of the agenda: a case, or a topic (ciphertext)."""

    __tablename__ = "conference_item"
    __table_args__ = (Index(None, "case_id"),)

    conference_id: Mapped[str] = mapped_column(ForeignKey("conference.id"), primary_key=True, info=STAFF)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    case_id: Mapped[str | None] = mapped_column(ForeignKey("mediation_case.id"), info=STAFF)
    topic: Mapped[str] = mapped_column(default="", info=STAFF)


class ConferenceMember(Base):
    """A body that takes part."""

    __tablename__ = "conference_member"

    conference_id: Mapped[str] = mapped_column(ForeignKey("conference.id"), primary_key=True, info=STAFF)
    body: Mapped[str] = mapped_column(String(60), primary_key=True, info=STAFF)


class ConferenceTask(Base):
    """A resolution as a task: ``deed`` (ciphertext), the body that answers for it, and until when."""

    __tablename__ = "conference_task"
    __table_args__ = (UniqueConstraint("conference_id", "seq"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    conference_id: Mapped[str] = mapped_column(ForeignKey("conference.id"), info=STAFF)
    seq: Mapped[int] = mapped_column(info=STAFF)
    deed: Mapped[str] = mapped_column(info=STAFF)
    body: Mapped[str] = mapped_column(String(60), info=STAFF)
    due_on: Mapped[date] = mapped_column(info=STAFF)


class ConferenceTaskStep(Base):
    """Journal of a task: given, done. ``note`` is ciphertext."""

    __tablename__ = "conference_task_step"
    __table_args__ = (CheckConstraint("step IN ('given', 'done')", name="step_known"),)

    task_id: Mapped[str] = mapped_column(ForeignKey("conference_task.id"), primary_key=True, info=STAFF)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    step: Mapped[str] = mapped_column(String(8), info=STAFF)
    on: Mapped[date] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)
    note: Mapped[str] = mapped_column(default="", info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
