"""People who sign in, their sessions, and the attempts that guard the door."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import STAFF
from portal.kernel.db import Base


class Person(Base):
    """Somebody who acts on the portal, in one role (``kernel.access.Role``, held to by sheets and forms) and one jurisdiction."""

    __tablename__ = "person"
    login: Mapped[str] = mapped_column(String(32), primary_key=True, info=STAFF)
    name: Mapped[str] = mapped_column(info=STAFF)
    role: Mapped[str] = mapped_column(String(16), info=STAFF)
    division_code: Mapped[str] = mapped_column(String(12), info=STAFF)
    uscc: Mapped[str | None] = mapped_column(String(18), info=STAFF)
    password_hash: Mapped[str | None] = mapped_column(info=STAFF)
    code_hash: Mapped[str | None] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)
    disabled_at: Mapped[datetime | None] = mapped_column(info=STAFF)


class SignInSession(Base):
    """A session, known by the hash of its token; revoked on sign-out, by the person or by an administrator."""

    __tablename__ = "sign_in_session"
    __table_args__ = (Index(None, "login"),)

    token_hash: Mapped[str] = mapped_column(primary_key=True, info=STAFF)
    login: Mapped[str] = mapped_column(ForeignKey("person.login"), info=STAFF)
    created_at: Mapped[datetime] = mapped_column(info=STAFF)
    last_seen_at: Mapped[datetime] = mapped_column(info=STAFF)
    expires_at: Mapped[datetime] = mapped_column(info=STAFF)
    revoked_at: Mapped[datetime | None] = mapped_column(info=STAFF)
    device: Mapped[str] = mapped_column(default="", info=STAFF)


class SignInAttempt(Base):
    """One failed try, counted by login and by address; both are kept as keyed hashes only."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index(None, "login_hash", "at"), Index(None, "address_hash", "at"))

    id: Mapped[str] = mapped_column(primary_key=True, info=STAFF)
    login_hash: Mapped[str] = mapped_column(info=STAFF)
    address_hash: Mapped[str] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)
