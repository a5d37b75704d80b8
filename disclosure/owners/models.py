"""The owners' register, the way in for an owner, balances of units, and questions about lines of the common funds.

A unit 户 is known by estate, building and number; who holds it is a versioned fact, name and phone sealed. Tries at the door
and sessions are working papers that are forgotten; what happened stands in the audit log, without names.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import OWNER, PARTY, PUBLIC, STAFF
from portal.kernel.db import Base
from portal.kernel.versions import Versioned

LIVE = text("superseded_at IS NULL")
KINDS = ("owner", "tenant")
QUESTION_KINDS = ("question", "objection")
OUTCOMES = ("explained", "accepted", "rejected")


class OwnerUnit(Base):
    """A home. The keys are how a person's writing is compared (``3栋`` and ``3`` are one building)."""

    __tablename__ = "owner_unit"
    __table_args__ = (UniqueConstraint("estate_code", "building_key", "unit_key", name="uq_owner_unit_place"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), info=PUBLIC)
    building: Mapped[str] = mapped_column(String(40), info=PARTY)
    unit: Mapped[str] = mapped_column(String(40), info=PARTY)
    building_key: Mapped[str] = mapped_column(String(40), info=STAFF)
    unit_key: Mapped[str] = mapped_column(String(40), info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class OwnerHolding(Base):
    """One person's holding of one unit: its identity. A unit may have several at once."""

    __tablename__ = "owner_holding"
    __table_args__ = (Index(None, "unit_id"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    unit_id: Mapped[str] = mapped_column(ForeignKey("owner_unit.id"), info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class OwnerFacts(Versioned, Base):
    """What is known of a holding. ``valid_to`` is the last day; ``name_hash`` is keyed and bound to the unit."""

    __tablename__ = "owner_facts"
    __table_args__ = (
        Index("uq_owner_facts_live", "holding_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index(None, "unit_id"),
        CheckConstraint("kind IN ('owner', 'tenant')", name="kind_known"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    holding_id: Mapped[str] = mapped_column(ForeignKey("owner_holding.id"), info=STAFF)
    unit_id: Mapped[str] = mapped_column(ForeignKey("owner_unit.id"), info=STAFF)
    kind: Mapped[str] = mapped_column(String(8), info=PARTY)
    name_sealed: Mapped[str] = mapped_column(info=STAFF)
    name_hash: Mapped[str] = mapped_column(String(64), info=STAFF)
    phone_sealed: Mapped[str] = mapped_column(info=STAFF)
    phone_last4: Mapped[str] = mapped_column(String(4), info=STAFF)


class UnitBalance(Base):
    """Journal: the maintenance-fund balance of a unit at the end of a day, in fen; the newest ``seq`` of a day counts."""

    __tablename__ = "unit_balance"

    unit_id: Mapped[str] = mapped_column(ForeignKey("owner_unit.id"), primary_key=True, info=STAFF)
    as_of: Mapped[date] = mapped_column(primary_key=True, info=PARTY)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    balance_fen: Mapped[int] = mapped_column(BigInteger, info=PARTY)
    actor: Mapped[str] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class OwnerRequest(Base):
    """Somebody asked to be let in. Without ``holding_id`` what was said fits nobody: its code opens nothing, and
    nobody outside can tell."""

    __tablename__ = "owner_request"
    __table_args__ = (Index(None, "holding_id", "at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, info=STAFF)
    household_hash: Mapped[str] = mapped_column(String(64), info=STAFF)
    estate_code: Mapped[str] = mapped_column(String(32), info=STAFF)
    holding_id: Mapped[str | None] = mapped_column(ForeignKey("owner_holding.id"), info=STAFF)
    code_hash: Mapped[str] = mapped_column(String(64), info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)


class OwnerTry(Base):
    """A try at the door, counted for the household that was named and for the address it came from (keyed hashes).

    ``unit_id`` with a wrong code that was given for a real request.
    """

    __tablename__ = "owner_try"
    __table_args__ = (
        Index(None, "household_hash", "source_hash", "at"),
        Index(None, "source_hash", "at"),
        Index(None, "unit_id", "at"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    household_hash: Mapped[str] = mapped_column(String(64), info=STAFF)
    source_hash: Mapped[str] = mapped_column(String(64), info=STAFF)
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("owner_unit.id"), info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)


class OwnerPaperCode(Base):
    """Journal: a one-time code given out on paper. The newest of a holding counts, for two weeks."""

    __tablename__ = "owner_paper_code"
    __table_args__ = (Index(None, "holding_id", "issued_at"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    holding_id: Mapped[str] = mapped_column(ForeignKey("owner_holding.id"), info=STAFF)
    code_hash: Mapped[str] = mapped_column(String(64), info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    issued_at: Mapped[datetime] = mapped_column(info=STAFF)


class OwnerSession(Base):
    """A session of an owner, known by the hash of its token. ``opened_by`` names the code, which opens but one."""

    __tablename__ = "owner_session"
    __table_args__ = (Index(None, "holding_id"), UniqueConstraint("opened_by"))

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True, info=STAFF)
    holding_id: Mapped[str] = mapped_column(ForeignKey("owner_holding.id"), info=STAFF)
    opened_by: Mapped[str] = mapped_column(String(40), info=STAFF)
    created_at: Mapped[datetime] = mapped_column(info=STAFF)
    last_seen_at: Mapped[datetime] = mapped_column(info=STAFF)
    expires_at: Mapped[datetime] = mapped_column(info=STAFF)
    revoked_at: Mapped[datetime | None] = mapped_column(info=STAFF)


class FundQuestion(Base):
    """An owner asks about, or objects to, a line of the common funds (or the funds as a whole: no line).

    What was written is private to its writer and those who answer; the public copy stands with the answer.
    """

    __tablename__ = "fund_question"
    __table_args__ = (
        Index(None, "estate_code", "on"),
        Index(None, "year", "line_id"),
        CheckConstraint("kind IN ('question', 'objection')", name="kind_known"),
        CheckConstraint("(year IS NULL) = (line_id IS NULL)", name="line_whole"),
        CheckConstraint("kind = 'question' OR line_id IS NOT NULL", name="objection_to_line"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PUBLIC)
    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), info=PUBLIC)
    kind: Mapped[str] = mapped_column(String(10), info=PUBLIC)
    year: Mapped[int | None] = mapped_column(info=OWNER)
    line_id: Mapped[int | None] = mapped_column(BigInteger, info=OWNER)
    text: Mapped[str] = mapped_column(info=PARTY)
    holding_id: Mapped[str] = mapped_column(ForeignKey("owner_holding.id"), info=STAFF)
    unit_id: Mapped[str] = mapped_column(ForeignKey("owner_unit.id"), info=STAFF)
    on: Mapped[date] = mapped_column(info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class FundAnswer(Base):
    """Journal: public answers to a question; ``public_text`` is the question as the public reads it, empty when it holds
    something personal."""

    __tablename__ = "fund_answer"
    __table_args__ = (
        CheckConstraint("outcome IN ('explained', 'accepted', 'rejected')", name="outcome_known"),
        CheckConstraint("speaker IN ('enterprise', 'committee')", name="speaker_known"),
    )

    question_id: Mapped[str] = mapped_column(ForeignKey("fund_question.id"), primary_key=True, info=PUBLIC)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PUBLIC)
    outcome: Mapped[str] = mapped_column(String(10), info=PUBLIC)
    text: Mapped[str] = mapped_column(info=PUBLIC)
    public_text: Mapped[str] = mapped_column(info=PUBLIC)
    speaker: Mapped[str] = mapped_column(String(12), info=PUBLIC)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)
