"""A case, its parties and the journal of its steps. Names, phones, claims and reasons are ciphertext under the case's key.

A table with ``superseded_at`` keeps versions: a change closes the row in force and inserts its successor. The state of a
case is the step in force; ``superseded_at`` of a step is the instant at which the case left it.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import PARTY, STAFF
from portal.kernel.db import Base

LIVE = text("superseded_at IS NULL")
TRACKS = ("dispute", "petition")
CHANNELS = ("owner", "committee", "enterprise", "community", "court", "street", "hotline", "register")
KINDS = ("fees", "repair", "fitout", "parking", "noise", "common_parts", "funds", "committee", "handover", "other")
SIDES = ("applicant", "respondent")
PARTY_KINDS = ("owner", "committee", "enterprise", "community", "other")
POWERS = ("none", "general", "special")
FLAGS = ("complex", "major", "priority")
PURPOSES = ("mediate", "mediator", "extension", "recording")

NEXT_STEPS: dict[str, tuple[str, ...]] = {
    "": ("submitted",),
    "submitted": ("acceptance_check", "transferred", "withdrawn"),
    "acceptance_check": ("rejected", "transferred", "consent_pending", "handling", "withdrawn"),
    "consent_pending": ("declined", "mediating", "withdrawn"),
    "mediating": ("extended", "agreed", "partial", "terminated"),
    "extended": ("extended", "agreed", "partial", "terminated"),
    "agreed": ("signed", "terminated"),
    "partial": ("signed", "terminated"),
    "signed": ("judicial_window",),
    "judicial_window": ("confirmed", "window_lapsed"),
    "confirmed": ("performing",),
    "window_lapsed": ("performing",),
    "performing": ("performed", "breached"),
    "breached": ("performed", "archived"),
    "handling": ("answered", "withdrawn"),
    "answered": ("review", "archived"),
    "review": ("reviewed",),
    "reviewed": ("archived",),
    "rejected": ("archived",),
    "transferred": ("archived",),
    "declined": ("archived",),
    "withdrawn": ("archived",),
    "terminated": ("archived",),
    "performed": ("archived",),
    "archived": ("deleted",),
}
STEPS = tuple(dict.fromkeys(step for steps in NEXT_STEPS.values() for step in steps))
ENDED = (
    "rejected",
    "transferred",
    "declined",
    "withdrawn",
    "terminated",
    "performed",
    "reviewed",
    "archived",
    "deleted",
)
OPEN_STEPS = tuple(step for step in STEPS if step not in ENDED)
TALKING = ("mediating", "extended", "agreed", "partial")
IN_FORCE = ("signed", "judicial_window", "confirmed", "window_lapsed", "performing", "breached")


def one_of(column: str, values: tuple[str, ...]) -> str:
    """A constraint: the column holds one of the values."""
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class MediationCase(Base):
    """What never changes of a case: its code, where, what kind, when it was filed, by which way it came."""

    __tablename__ = "mediation_case"
    __table_args__ = (
        Index(None, "estate_code"),
        Index(None, "division_code"),
        Index("ix_mediation_case_filed", "filed_on", "division_code", "estate_code", "kind"),
        CheckConstraint(one_of("track", TRACKS), name="track_known"),
        CheckConstraint(one_of("channel", CHANNELS), name="channel_known"),
        CheckConstraint(one_of("kind", KINDS), name="kind_known"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PARTY)
    code: Mapped[str] = mapped_column(String(32), unique=True, info=PARTY)
    track: Mapped[str] = mapped_column(String(8), info=PARTY)
    channel: Mapped[str] = mapped_column(String(10), info=PARTY)
    estate_code: Mapped[str] = mapped_column(String(32), info=PARTY)
    division_code: Mapped[str] = mapped_column(String(12), info=PARTY)
    kind: Mapped[str] = mapped_column(String(12), info=PARTY)
    filed_on: Mapped[date] = mapped_column(info=PARTY)
    contract_starts_on: Mapped[date | None] = mapped_column(info=PARTY)
    actor: Mapped[str] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class MediationClaim(Base):
    """What the applicants ask for, version by version; ciphertext."""

    __tablename__ = "mediation_claim"
    __table_args__ = (
        Index("uq_mediation_claim_live", "case_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
    )

    case_id: Mapped[str] = mapped_column(ForeignKey("mediation_case.id"), primary_key=True, info=PARTY)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PARTY)
    text: Mapped[str] = mapped_column(info=PARTY)
    actor: Mapped[str] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=PARTY)
    superseded_at: Mapped[datetime | None] = mapped_column(info=STAFF)


class MediationParty(Base):
    """A party, version by version. ``person`` is ciphertext (JSON: name, phone, unit, representative). ``spoken_for_by``:
    the party of the same side whose word counts for this one (a special power)."""

    __tablename__ = "mediation_party"
    __table_args__ = (
        Index("uq_mediation_party_live", "id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_mediation_party_case", "case_id"),
        Index("ix_mediation_party_uscc", "uscc", sqlite_where=LIVE, postgresql_where=LIVE),
        CheckConstraint(one_of("side", SIDES), name="side_known"),
        CheckConstraint(one_of("kind", PARTY_KINDS), name="kind_known"),
        CheckConstraint(one_of("power", POWERS), name="power_known"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PARTY)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PARTY)
    case_id: Mapped[str] = mapped_column(ForeignKey("mediation_case.id"), info=PARTY)
    side: Mapped[str] = mapped_column(String(10), info=PARTY)
    kind: Mapped[str] = mapped_column(String(10), info=PARTY)
    uscc: Mapped[str | None] = mapped_column(String(18), info=PARTY)
    person: Mapped[str] = mapped_column(info=PARTY)
    power: Mapped[str] = mapped_column(String(8), default="none", info=PARTY)
    spoken_for_by: Mapped[str | None] = mapped_column(String(20), info=PARTY)
    joined_on: Mapped[date] = mapped_column(info=PARTY)
    left_on: Mapped[date | None] = mapped_column(info=PARTY)
    actor: Mapped[str] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=PARTY)
    superseded_at: Mapped[datetime | None] = mapped_column(info=STAFF)


class MediationStep(Base):
    """Journal of a case. ``code``: coded reason, ground or outcome; ``reason``: the same in writing, ciphertext."""

    __tablename__ = "mediation_step"
    __table_args__ = (
        CheckConstraint(one_of("step", STEPS), name="step_known"),
        Index("uq_mediation_step_live", "case_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_mediation_step_state", "step", "on", sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_mediation_step_course", "case_id", "seq", "step", "on"),
    )

    case_id: Mapped[str] = mapped_column(ForeignKey("mediation_case.id"), primary_key=True, info=PARTY)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PARTY)
    step: Mapped[str] = mapped_column(String(16), info=PARTY)
    on: Mapped[date] = mapped_column(info=PARTY)
    at: Mapped[datetime] = mapped_column(info=PARTY)
    code: Mapped[str] = mapped_column(String(24), default="", info=PARTY)
    reason: Mapped[str] = mapped_column(default="", info=PARTY)
    actor: Mapped[str] = mapped_column(info=STAFF)
    superseded_at: Mapped[datetime | None] = mapped_column(info=STAFF)


class MediationFlag(Base):
    """Journal of marks of a case (complex, major, priority), each with the rule that set it."""

    __tablename__ = "mediation_flag"
    __table_args__ = (CheckConstraint(one_of("flag", FLAGS), name="flag_known"),)

    case_id: Mapped[str] = mapped_column(ForeignKey("mediation_case.id"), primary_key=True, info=STAFF)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    flag: Mapped[str] = mapped_column(String(8), info=STAFF)
    is_set: Mapped[bool] = mapped_column(info=STAFF)
    rule: Mapped[str] = mapped_column(String(24), info=STAFF)
    on: Mapped[date] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)


class MediationCode(Base):
    """A code that lets somebody in without signing in: to the progress (no party), or a party to its case, once. Kept as a
    keyed hash; superseded when used or replaced."""

    __tablename__ = "mediation_code"
    __table_args__ = (
        UniqueConstraint("code_hash"),
        Index(None, "case_id"),
        Index("ix_mediation_code_party", "party_id"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    case_id: Mapped[str] = mapped_column(ForeignKey("mediation_case.id"), info=STAFF)
    party_id: Mapped[str | None] = mapped_column(String(20), info=STAFF)
    code_hash: Mapped[str] = mapped_column(String(64), info=STAFF)
    key_id: Mapped[str] = mapped_column(info=STAFF)
    expires_at: Mapped[datetime | None] = mapped_column(info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)
    superseded_at: Mapped[datetime | None] = mapped_column(info=STAFF)


class MediationAsk(Base):
    """A question that needs every party of a side, or of both: to mediate, this mediator, more time, a recording. Each
    question is answered afresh; an answer to an earlier one never counts."""

    __tablename__ = "mediation_ask"
    __table_args__ = (Index(None, "case_id"), CheckConstraint(one_of("purpose", PURPOSES), name="purpose_known"))

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PARTY)
    case_id: Mapped[str] = mapped_column(ForeignKey("mediation_case.id"), info=PARTY)
    purpose: Mapped[str] = mapped_column(String(10), info=PARTY)
    ref: Mapped[str] = mapped_column(String(32), info=PARTY)
    sides: Mapped[str] = mapped_column(String(24), info=PARTY)
    on: Mapped[date] = mapped_column(info=PARTY)
    at: Mapped[datetime] = mapped_column(info=PARTY)
    actor: Mapped[str] = mapped_column(info=STAFF)


class MediationAnswer(Base):
    """A party's own answer to a question, once."""

    __tablename__ = "mediation_answer"

    ask_id: Mapped[str] = mapped_column(ForeignKey("mediation_ask.id"), primary_key=True, info=PARTY)
    party_id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PARTY)
    yes: Mapped[bool] = mapped_column(info=PARTY)
    on: Mapped[date] = mapped_column(info=PARTY)
    at: Mapped[datetime] = mapped_column(info=PARTY)
    actor: Mapped[str] = mapped_column(info=STAFF)


class MediationAssignment(Base):
    """Who mediates or advises, version by version: ``chosen_by`` the parties or the office; ``ended`` says why it ended."""

    __tablename__ = "mediation_assignment"
    __table_args__ = (
        Index(
            "uq_mediation_assignment_live", "case_id", "login", unique=True, sqlite_where=LIVE, postgresql_where=LIVE
        ),
        Index("ix_mediation_assignment_login", "login", sqlite_where=LIVE, postgresql_where=LIVE),
        CheckConstraint("part IN ('mediator', 'lawyer')", name="part_known"),
        CheckConstraint("chosen_by IN ('parties', 'office')", name="chosen_by_known"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PARTY)
    case_id: Mapped[str] = mapped_column(ForeignKey("mediation_case.id"), info=PARTY)
    login: Mapped[str] = mapped_column(String(32), info=PARTY)
    part: Mapped[str] = mapped_column(String(8), info=PARTY)
    chosen_by: Mapped[str] = mapped_column(String(8), info=PARTY)
    on: Mapped[date] = mapped_column(info=PARTY)
    actor: Mapped[str] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=PARTY)
    superseded_at: Mapped[datetime | None] = mapped_column(info=STAFF)


class MediationWithdrawal(Base):
    """A mediator who left a case: of the person's own accord, or because a party demanded it; the person never returns."""

    __tablename__ = "mediation_withdrawal"
    __table_args__ = (CheckConstraint("cause IN ('own', 'demand', 'conflict')", name="cause_known"),)

    case_id: Mapped[str] = mapped_column(ForeignKey("mediation_case.id"), primary_key=True, info=STAFF)
    login: Mapped[str] = mapped_column(String(32), primary_key=True, info=STAFF)
    cause: Mapped[str] = mapped_column(String(8), info=STAFF)
    on: Mapped[date] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
