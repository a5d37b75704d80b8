"""Signed receipts, who asked when, and the tries that are counted while they matter."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import PARTY, PUBLIC, STAFF
from portal.kernel.db import Base

CHANNELS = ("page", "sheet", "api", "cli")


class Receipt(Base):
    """One signed answer. ``sealed`` is its payload, packed and enciphered under the key of its month: an id alone tells
    nobody what was asked. ``series`` and ``seq`` number certificates; ``ref`` names the record that one certifies."""

    __tablename__ = "receipt"
    __table_args__ = (
        CheckConstraint("(series IS NULL) = (seq IS NULL)", name="numbered"),
        Index("uq_receipt_number", "series", "seq", unique=True),
        Index("uq_receipt_ref", "type", "ref", unique=True),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True, info=PARTY)
    type: Mapped[str] = mapped_column(String(32), info=PUBLIC)
    issued_at: Mapped[datetime] = mapped_column(index=True, info=PUBLIC)
    as_of: Mapped[date] = mapped_column(info=PUBLIC)
    known_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    snapshot: Mapped[str] = mapped_column(info=PUBLIC)
    rows: Mapped[int] = mapped_column(info=PUBLIC)
    key_id: Mapped[str] = mapped_column(info=PUBLIC)
    signature: Mapped[str] = mapped_column(info=PARTY)
    sealed: Mapped[str] = mapped_column(info=STAFF)
    sealed_under: Mapped[str] = mapped_column(info=STAFF)
    ref: Mapped[str | None] = mapped_column(info=PUBLIC)
    series: Mapped[str | None] = mapped_column(String(32), info=PUBLIC)
    seq: Mapped[int | None] = mapped_column(info=PUBLIC)


class Query(Base):
    """Journal of queries: when, who, on what authority, how many; never what was asked about, which only the receipt holds.

    Source: Shenzhen social credit regulation, art. 45 (time, querier and authorisation, kept for 5 years or more).
    """

    __tablename__ = "query_log"
    __table_args__ = (
        Index(None, "address_hash", "at"),
        CheckConstraint(f"channel IN ({', '.join(repr(name) for name in CHANNELS)})", name="channel_known"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    at: Mapped[datetime] = mapped_column(index=True, info=STAFF)
    kind: Mapped[str] = mapped_column(String(32), info=STAFF)
    channel: Mapped[str] = mapped_column(String(8), info=STAFF)
    login: Mapped[str | None] = mapped_column(String(32), info=STAFF)
    address_hash: Mapped[str] = mapped_column(info=STAFF)
    authorisation: Mapped[str] = mapped_column(info=STAFF)
    rows: Mapped[int] = mapped_column(info=STAFF)
    receipt_id: Mapped[str | None] = mapped_column(String(26), info=STAFF)


class Look(Base):
    """One try to look a code up, kept as a keyed hash of the address for as long as it is counted."""

    __tablename__ = "receipt_look"
    __table_args__ = (Index(None, "address_hash", "at"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    address_hash: Mapped[str] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(index=True, info=STAFF)


class PublicKey(Base):
    """The public half of a signing key, kept for good: what it signed stays verifiable when the private half is gone."""

    __tablename__ = "public_key"

    key_id: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    x: Mapped[str] = mapped_column(info=PUBLIC)
    first_used_at: Mapped[datetime] = mapped_column(info=PUBLIC)
