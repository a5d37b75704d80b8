"""What is said: three rooms of a case with a wall each, messages, files, offers, sessions and the slots they hold.

A message carries room, wall and case; the database refuses one whose wall is not its room's, and one of a party in the
other side's room. Everything said is ciphertext under the case's key, bound to its wall.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mediation.cases.models.record import LIVE, one_of
from portal.kernel.classes import PARTY, STAFF
from portal.kernel.db import Base

WALLS = ("joint", "applicant", "respondent")
OWN_SIDE = "side = '' OR wall = 'joint' OR wall = side"
SESSION_STEPS = ("booked", "moved", "cancelled", "held")
VERDICTS = ("accepted", "rejected", "withdrawn")


class MediationRoom(Base):
    """One of three rooms of a case: both sides together, or one side alone with the mediator."""

    __tablename__ = "mediation_room"
    __table_args__ = (
        UniqueConstraint("case_id", "wall"),
        UniqueConstraint("id", "case_id", "wall"),
        CheckConstraint(one_of("wall", WALLS), name="wall_known"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PARTY)
    case_id: Mapped[str] = mapped_column(ForeignKey("mediation_case.id"), info=PARTY)
    wall: Mapped[str] = mapped_column(String(10), info=PARTY)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class Walled:
    """Columns of what is said in a room, numbered ``seq`` from 1 in its kind.

    ``side`` is empty for the office; ``author`` is a login or a party's id.
    """

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PARTY)
    case_id: Mapped[str] = mapped_column(String(20), info=PARTY)
    room_id: Mapped[str] = mapped_column(String(20), info=PARTY)
    wall: Mapped[str] = mapped_column(String(10), info=PARTY)
    side: Mapped[str] = mapped_column(String(10), info=PARTY)
    author: Mapped[str] = mapped_column(String(32), info=PARTY)
    seq: Mapped[int] = mapped_column(info=PARTY)
    at: Mapped[datetime] = mapped_column(info=PARTY)


def _in_room() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["room_id", "case_id", "wall"], ["mediation_room.id", "mediation_room.case_id", "mediation_room.wall"]
    )


class MediationMessage(Walled, Base):
    """A message in a room."""

    __tablename__ = "mediation_message"
    __table_args__ = (_in_room(), UniqueConstraint("room_id", "seq"), CheckConstraint(OWN_SIDE, name="own_side"))

    body: Mapped[str] = mapped_column(info=PARTY)


class MediationFile(Walled, Base):
    """A file in a room. ``sha256`` is that of the file as handed in, ``stored`` that of its ciphertext in the store."""

    __tablename__ = "mediation_file"
    __table_args__ = (_in_room(), UniqueConstraint("room_id", "seq"), CheckConstraint(OWN_SIDE, name="own_side"))

    name: Mapped[str] = mapped_column(info=PARTY)
    media_type: Mapped[str] = mapped_column(String(40), info=PARTY)
    size: Mapped[int] = mapped_column(info=PARTY)
    sha256: Mapped[str] = mapped_column(String(64), info=PARTY)
    stored: Mapped[str] = mapped_column(String(64), info=STAFF)


class MediationOffer(Walled, Base):
    """Terms that somebody offers in a room (ciphertext, JSON); ``answers``: the offer it counters."""

    __tablename__ = "mediation_offer"
    __table_args__ = (
        _in_room(),
        UniqueConstraint("room_id", "seq"),
        Index(None, "case_id"),
        CheckConstraint(OWN_SIDE, name="own_side"),
    )

    terms: Mapped[str] = mapped_column(info=PARTY)
    answers: Mapped[str | None] = mapped_column(ForeignKey("mediation_offer.id"), info=PARTY)
    expires_on: Mapped[date | None] = mapped_column(info=PARTY)
    on: Mapped[date] = mapped_column(info=PARTY)


class MediationVerdict(Base):
    """What a party says to an offer, once."""

    __tablename__ = "mediation_verdict"
    __table_args__ = (CheckConstraint(one_of("verdict", VERDICTS), name="verdict_known"),)

    offer_id: Mapped[str] = mapped_column(ForeignKey("mediation_offer.id"), primary_key=True, info=PARTY)
    party_id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PARTY)
    verdict: Mapped[str] = mapped_column(String(10), info=PARTY)
    on: Mapped[date] = mapped_column(info=PARTY)
    at: Mapped[datetime] = mapped_column(info=PARTY)


class MediationSession(Base):
    """A session, version by version; ``version - 1`` is the SEQUENCE of its invitation. ``is_recorded`` is false unless
    everybody said yes to that."""

    __tablename__ = "mediation_session"
    __table_args__ = (
        Index("uq_mediation_session_live", "id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_mediation_session_case", "case_id"),
        Index("ix_mediation_session_starts", "starts_at", sqlite_where=LIVE, postgresql_where=LIVE),
        CheckConstraint(one_of("wall", WALLS), name="wall_known"),
        CheckConstraint(one_of("step", SESSION_STEPS), name="step_known"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PARTY)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PARTY)
    case_id: Mapped[str] = mapped_column(ForeignKey("mediation_case.id"), info=PARTY)
    wall: Mapped[str] = mapped_column(String(10), info=PARTY)
    place_code: Mapped[str] = mapped_column(String(32), info=PARTY)
    starts_at: Mapped[datetime] = mapped_column(info=PARTY)
    ends_at: Mapped[datetime] = mapped_column(info=PARTY)
    step: Mapped[str] = mapped_column(String(10), info=PARTY)
    is_recorded: Mapped[bool] = mapped_column(default=False, info=PARTY)
    actor: Mapped[str] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=PARTY)
    superseded_at: Mapped[datetime | None] = mapped_column(info=STAFF)


class MediationSlot(Base):
    """A quarter of an hour that a session holds of a mediator, a place or a party (``what``): its primary key makes a
    double booking impossible, whoever comes first. The slots of a session that is moved or cancelled are given back."""

    __tablename__ = "mediation_slot"
    __table_args__ = (Index(None, "session_id"),)

    what: Mapped[str] = mapped_column(String(80), primary_key=True, info=STAFF)
    slot: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, info=STAFF)
    session_id: Mapped[str] = mapped_column(String(20), info=STAFF)
