"""Numbered documents and their service, confirmations of electronic service, in-app notices, and the choice of a digest."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import PARTY, STAFF
from portal.kernel.db import Base
from portal.kernel.versions import Versioned

LIVE = text("superseded_at IS NULL")
METHODS = ("portal", "in_person", "post", "posted_notice", "recorded")


class Document(Base):
    """A document as issued: never changed. ``content`` is canonical JSON (addressee, title, sections), ciphertext under the
    manager's key when it is addressed to a manager; ``sha256`` is that of the JSON; ``annex`` lists SHA-256 of files."""

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("series", "year", "seq"),
        UniqueConstraint("verify_code"),
        Index(None, "subject"),
        Index(None, "uscc"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PARTY)
    kind: Mapped[str] = mapped_column(String(40), info=PARTY)
    series: Mapped[str] = mapped_column(String(40), info=PARTY)
    year: Mapped[int] = mapped_column(info=PARTY)
    seq: Mapped[int] = mapped_column(info=PARTY)
    number: Mapped[str] = mapped_column(String(60), info=PARTY)
    subject: Mapped[str] = mapped_column(String(80), info=PARTY)
    uscc: Mapped[str | None] = mapped_column(String(18), info=PARTY)
    manager_code: Mapped[str | None] = mapped_column(String(32), info=PARTY)
    estate_code: Mapped[str | None] = mapped_column(String(32), info=PARTY)
    content: Mapped[str] = mapped_column(info=PARTY)
    sha256: Mapped[str] = mapped_column(String(64), info=PARTY)
    annex: Mapped[str] = mapped_column(info=PARTY)
    verify_code: Mapped[str] = mapped_column(String(32), info=PARTY)
    on: Mapped[date] = mapped_column(info=PARTY)
    actor: Mapped[str] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class DocumentService(Base):
    """How and when a document reached its addressee: one row, with its proof. Time runs from ``on``."""

    __tablename__ = "document_service"
    __table_args__ = (CheckConstraint(f"method IN {METHODS}", name="method_known"),)

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True, info=PARTY)
    on: Mapped[date] = mapped_column(info=PARTY)
    method: Mapped[str] = mapped_column(String(16), info=PARTY)
    proof_sha256: Mapped[str | None] = mapped_column(String(64), info=PARTY)
    note: Mapped[str] = mapped_column(default="", info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class ServiceConfirmation(Versioned, Base):
    """An enterprise's signed confirmation that documents may be served in the portal, from a day until it withdraws."""

    __tablename__ = "service_confirmation"
    __table_args__ = (
        Index("uq_service_confirmation_live", "uscc", unique=True,
              sqlite_where=text("superseded_at IS NULL AND valid_to IS NULL"),
              postgresql_where=text("superseded_at IS NULL AND valid_to IS NULL")),
        Index(None, "uscc"),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PARTY)
    uscc: Mapped[str] = mapped_column(String(18), info=PARTY)
    sha256: Mapped[str] = mapped_column(String(64), info=PARTY)
    reason: Mapped[str] = mapped_column(default="", info=PARTY)
    actor: Mapped[str] = mapped_column(info=STAFF)


class Notice(Base):
    """One line in the portal for a company, a role in a place, or a person. ``params`` and ``link`` are JSON."""

    __tablename__ = "notice"
    __table_args__ = (Index(None, "to_uscc"), Index(None, "to_login"), Index(None, "to_role", "to_division"))

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PARTY)
    to_uscc: Mapped[str | None] = mapped_column(String(18), info=PARTY)
    to_role: Mapped[str | None] = mapped_column(String(16), info=PARTY)
    to_division: Mapped[str | None] = mapped_column(String(12), info=PARTY)
    to_login: Mapped[str | None] = mapped_column(String(32), info=STAFF)
    text: Mapped[str] = mapped_column(info=PARTY)
    params: Mapped[str] = mapped_column(info=PARTY)
    endpoint: Mapped[str] = mapped_column(info=PARTY)
    link: Mapped[str] = mapped_column(info=PARTY)
    on: Mapped[date] = mapped_column(info=PARTY)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class NoticeRead(Base):
    """Who has read a notice, and when first."""

    __tablename__ = "notice_read"

    login: Mapped[str] = mapped_column(String(32), primary_key=True, info=STAFF)
    notice_id: Mapped[str] = mapped_column(ForeignKey("notice.id"), primary_key=True, info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)


class DigestChoice(Base):
    """A person's address for the digest, ciphertext under the person's key; ``leave_code`` opens the page that ends it."""

    __tablename__ = "digest_choice"
    __table_args__ = (
        Index("uq_digest_choice_live", "login", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        UniqueConstraint("leave_code"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    login: Mapped[str] = mapped_column(String(32), info=STAFF)
    email: Mapped[str] = mapped_column(info=STAFF)
    language: Mapped[str] = mapped_column(String(2), info=STAFF)
    leave_code: Mapped[str] = mapped_column(String(32), info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)
    superseded_at: Mapped[datetime | None] = mapped_column(info=STAFF)


class DigestSent(Base):
    """One digest a person and day at most: the row is the claim, made before the mail leaves."""

    __tablename__ = "digest_sent"

    login: Mapped[str] = mapped_column(String(32), primary_key=True, info=STAFF)
    on: Mapped[date] = mapped_column(primary_key=True, info=STAFF)
    lines: Mapped[int] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)
