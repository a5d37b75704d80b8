"""Who is supervised. Estates' facts and contracts are versioned; other records are audited, old and new."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import PUBLIC, STAFF
from portal.kernel.db import Base
from portal.kernel.versions import Versioned
from portal.registry.kinds import KINDS

LIVE = text("superseded_at IS NULL")


class Division(Base):
    """An area: district, street or community, by its 12-digit code."""

    __tablename__ = "division"
    __table_args__ = (CheckConstraint("level IN ('district', 'street', 'community')", name="level_known"),)

    code: Mapped[str] = mapped_column(String(12), primary_key=True, info=PUBLIC)
    name: Mapped[str] = mapped_column(info=PUBLIC)
    level: Mapped[str] = mapped_column(String(10), info=PUBLIC)
    parent_code: Mapped[str] = mapped_column(String(12), info=PUBLIC)


class Enterprise(Base):
    """A property management company, by its unified social credit code. ``search_key`` holds pinyin and initials. The phone is
    sealed (``registry.sealed``)."""

    __tablename__ = "enterprise"

    uscc: Mapped[str] = mapped_column(String(18), primary_key=True, info=PUBLIC)
    name: Mapped[str] = mapped_column(index=True, info=PUBLIC)
    legal_representative: Mapped[str | None] = mapped_column(info=STAFF)
    phone_sealed: Mapped[str | None] = mapped_column(info=STAFF)
    address: Mapped[str | None] = mapped_column(info=PUBLIC)
    search_key: Mapped[str] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class Manager(Base):
    """A project manager: public by code only. Name and phone are sealed (``registry.sealed``), ``search_key`` holds keyed hashes
    (``search.people``). The ID number is kept as a keyed hash and its last four characters."""

    __tablename__ = "manager"

    code: Mapped[str] = mapped_column(String(32), primary_key=True, info=PUBLIC)
    name_sealed: Mapped[str] = mapped_column(info=STAFF)
    id_hash: Mapped[str] = mapped_column(unique=True, info=STAFF)
    id_hash_key: Mapped[str] = mapped_column(info=STAFF)
    id_last4: Mapped[str] = mapped_column(String(4), info=STAFF)
    phone_sealed: Mapped[str | None] = mapped_column(info=STAFF)
    search_key: Mapped[str] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class Estate(Base):
    """The identity of a housing estate: a code that never changes or returns."""

    __tablename__ = "estate"

    code: Mapped[str] = mapped_column(String(32), primary_key=True, info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class EstateFacts(Versioned, Base):
    """What is true of an estate for a time. Areas are hundredths of m², coordinates millionths of a degree (WGS84)."""

    __tablename__ = "estate_facts"
    __table_args__ = (
        CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in KINDS)})", name="kind_known"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_period"),
        Index(
            "uq_estate_facts_live", "estate_code", "valid_from", unique=True, sqlite_where=LIVE, postgresql_where=LIVE
        ),
        Index(None, "division_code"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, info=STAFF)
    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), index=True, info=PUBLIC)
    name: Mapped[str] = mapped_column(info=PUBLIC)
    kind: Mapped[str] = mapped_column(String(12), info=PUBLIC)
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"), info=PUBLIC)
    address: Mapped[str | None] = mapped_column(info=PUBLIC)
    households: Mapped[int] = mapped_column(info=PUBLIC)
    floor_area_centi: Mapped[int | None] = mapped_column(info=PUBLIC)
    delivered_on: Mapped[date | None] = mapped_column(info=PUBLIC)
    latitude_e6: Mapped[int | None] = mapped_column(info=PUBLIC)
    longitude_e6: Mapped[int | None] = mapped_column(info=PUBLIC)
    search_key: Mapped[str] = mapped_column(info=STAFF)


class Contract(Versioned, Base):
    """A service contract: valid from its start to its last day. Two of one estate never overlap (under a lock)."""

    __tablename__ = "contract"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="valid_period"),
        Index("uq_contract_live", "estate_code", "valid_from", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index(None, "uscc"),
        Index(None, "manager_code"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, info=STAFF)
    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), index=True, info=PUBLIC)
    uscc: Mapped[str] = mapped_column(ForeignKey("enterprise.uscc"), info=PUBLIC)
    manager_code: Mapped[str] = mapped_column(ForeignKey("manager.code"), info=PUBLIC)
