"""Mediators and lawyers of the centre, their ties that bar them from a case, and the rooms in which people meet."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import PARTY, STAFF
from portal.kernel.db import Base
from portal.kernel.versions import Versioned

OPEN = text("superseded_at IS NULL AND valid_to IS NULL")
PARTS = ("mediator", "lawyer")
LANGUAGES = ("zh", "yue", "hakka", "teochew", "en", "sign")
TIES = ("employer", "kinship", "owner", "adviser", "other")


class Mediator(Base):
    """Somebody on the roster, known by the login with which the person acts."""

    __tablename__ = "mediator"

    login: Mapped[str] = mapped_column(String(32), primary_key=True, info=PARTY)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class MediatorFacts(Versioned, Base):
    """What is known of a mediator: ``body`` that commissions or employs the person, ``languages`` and ``kinds`` of disputes
    (codes, separated by blanks), how many open cases the person takes at most."""

    __tablename__ = "mediator_facts"
    __table_args__ = (
        Index("uq_mediator_facts_open", "login", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        CheckConstraint("part IN ('mediator', 'lawyer')", name="part_known"),
        CheckConstraint("capacity > 0", name="capacity_positive"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    login: Mapped[str] = mapped_column(ForeignKey("mediator.login"), info=PARTY)
    name: Mapped[str] = mapped_column(info=PARTY)
    part: Mapped[str] = mapped_column(String(8), info=PARTY)
    body: Mapped[str] = mapped_column(info=PARTY)
    employer_uscc: Mapped[str | None] = mapped_column(String(18), info=PARTY)
    qualification: Mapped[str] = mapped_column(info=PARTY)
    languages: Mapped[str] = mapped_column(info=PARTY)
    kinds: Mapped[str] = mapped_column(info=PARTY)
    capacity: Mapped[int] = mapped_column(info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)


class MediatorTie(Versioned, Base):
    """A declared tie to an estate or a company (employment, kinship, a flat of one's own): it bars from cases of both."""

    __tablename__ = "mediator_tie"
    __table_args__ = (
        Index("ix_mediator_tie_login", "login"),
        CheckConstraint("(estate_code IS NULL) <> (uscc IS NULL)", name="estate_or_company"),
        CheckConstraint(f"kind IN {TIES}", name="kind_known"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    login: Mapped[str] = mapped_column(ForeignKey("mediator.login"), info=STAFF)
    kind: Mapped[str] = mapped_column(String(8), info=STAFF)
    estate_code: Mapped[str | None] = mapped_column(String(32), info=STAFF)
    uscc: Mapped[str | None] = mapped_column(String(18), info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)


class MeetingPlace(Versioned, Base):
    """A room of the centre or of a street in which sessions take place."""

    __tablename__ = "meeting_place"
    __table_args__ = (Index("uq_meeting_place_open", "code", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    code: Mapped[str] = mapped_column(String(32), info=PARTY)
    name: Mapped[str] = mapped_column(info=PARTY)
    division_code: Mapped[str] = mapped_column(String(12), info=PARTY)
    actor: Mapped[str] = mapped_column(info=STAFF)
