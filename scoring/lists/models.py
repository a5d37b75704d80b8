"""Red and black lists: cases with their steps, and the entries that are in force for a time."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import PUBLIC, STAFF
from portal.kernel.db import Base
from portal.kernel.versions import Versioned

LIVE = text("superseded_at IS NULL")
BLACK_STEPS = ("candidate", "notice_served", "response_open", "hearing", "review", "decided_list", "dropped",
               "decision_served", "effective", "exited")  # fmt: skip
RED_STEPS = ("candidate", "review", "public_notice", "decided_list", "dropped", "effective", "exited")
# What may follow each step. A decided case whose facts change before it is published ends as ``exited`` (corrected).
NEXT_STEPS: dict[str, dict[str, tuple[str, ...]]] = {
    "black": {
        "": ("candidate",),
        "candidate": ("notice_served",),
        "notice_served": ("response_open",),
        "response_open": ("hearing", "review"),
        "hearing": ("review",),
        "review": ("decided_list", "dropped"),
        "decided_list": ("decision_served", "exited"),
        "decision_served": ("effective",),
        "effective": ("exited",),
    },
    "red": {
        "": ("candidate",),
        "candidate": ("review",),
        "review": ("public_notice",),
        "public_notice": ("decided_list", "dropped"),
        "decided_list": ("effective", "exited"),
        "effective": ("exited",),
    },
}
ALL_STEPS = tuple(dict.fromkeys(BLACK_STEPS + RED_STEPS))


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


class ListStep(Base):
    """Journal of a case; the state is the last step, and no step can be skipped."""

    __tablename__ = "list_step"
    __table_args__ = (CheckConstraint(f"step IN ({', '.join(repr(step) for step in ALL_STEPS)})", name="step_known"),)

    case_id: Mapped[str] = mapped_column(ForeignKey("list_case.id"), primary_key=True, info=STAFF)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    step: Mapped[str] = mapped_column(String(16), info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)
    due_on: Mapped[date | None] = mapped_column(info=STAFF)
    document: Mapped[str] = mapped_column(default="", info=STAFF)
    reason: Mapped[str] = mapped_column(default="", info=STAFF)


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
