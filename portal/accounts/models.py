"""People who sign in, their sessions, the attempts that guard the door, and what proves them besides a password."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
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
    proved_at: Mapped[datetime | None] = mapped_column(info=STAFF)  # None: when it was opened
    opened_by: Mapped[str | None] = mapped_column(String(12), info=STAFF)  # None: password


class SignInAttempt(Base):
    """One failed try, counted by login and by address; both are kept as keyed hashes only."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index(None, "login_hash", "at"), Index(None, "address_hash", "at"))

    id: Mapped[str] = mapped_column(primary_key=True, info=STAFF)
    login_hash: Mapped[str] = mapped_column(info=STAFF)
    address_hash: Mapped[str] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)


class Totp(Base):
    """The authenticator app of a person: its secret, sealed under the person's key, and the last time step that was used."""

    __tablename__ = "totp"

    login: Mapped[str] = mapped_column(ForeignKey("person.login"), primary_key=True, info=STAFF)
    sealed: Mapped[str] = mapped_column(info=STAFF)
    last_step: Mapped[int] = mapped_column(BigInteger, info=STAFF)
    added_at: Mapped[datetime] = mapped_column(info=STAFF)


class RecoveryCode(Base):
    """One of ten codes for the day the phone is gone; kept as a keyed hash, good once."""

    __tablename__ = "recovery_code"
    __table_args__ = (Index(None, "login"),)

    code_hash: Mapped[str] = mapped_column(primary_key=True, info=STAFF)
    login: Mapped[str] = mapped_column(ForeignKey("person.login"), info=STAFF)
    made_at: Mapped[datetime] = mapped_column(info=STAFF)
    used_at: Mapped[datetime | None] = mapped_column(info=STAFF)


class Passkey(Base):
    """The public half of a passkey (WebAuthn); ``credential_id`` and ``public_key`` in base64url."""

    __tablename__ = "passkey"
    __table_args__ = (Index(None, "login"),)

    id: Mapped[str] = mapped_column(primary_key=True, info=STAFF)
    login: Mapped[str] = mapped_column(ForeignKey("person.login"), info=STAFF)
    credential_id: Mapped[str] = mapped_column(unique=True, info=STAFF)
    public_key: Mapped[str] = mapped_column(info=STAFF)
    sign_count: Mapped[int] = mapped_column(BigInteger, info=STAFF)
    name: Mapped[str] = mapped_column(info=STAFF)
    transports: Mapped[str] = mapped_column(info=STAFF)
    added_at: Mapped[datetime] = mapped_column(info=STAFF)
    used_at: Mapped[datetime | None] = mapped_column(info=STAFF)


class SpentChallenge(Base):
    """A challenge that a passkey has answered: it is not taken again."""

    __tablename__ = "spent_challenge"

    digest: Mapped[str] = mapped_column(primary_key=True, info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)
