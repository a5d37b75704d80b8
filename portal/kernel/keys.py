"""The key ring (``PORTAL_KEYS``): data, mediation, identity-hash, audit and signing keys, one file
each, in a folder of mode 0700.

Each key has an id that is stored beside every ciphertext, hash and signature. The newest key of a purpose is used for new
values, older ones stay for reading; the identity-hash key is never rotated. Personal values are sealed under a key of their
own subject (person or case), itself wrapped by the data key: destroying the subject's key deletes them everywhere at once,
also in the audit log, whose chain stays whole.
"""

import base64
import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kernel import clock
from portal.kernel.bulk import insert_rows
from portal.kernel.classes import STAFF
from portal.kernel.db import Base
from portal.kernel.settings import settings

PURPOSES = ("data", "mediation", "identity", "audit", "signing")
WRAPPED_BY = {
    "mediation": "mediation"
}  # subjects ``mediation:…`` have a wrapping key of their own; all others that of data


class SubjectKey(Base):
    """The wrapped key of one person or case. ``wrapped`` is emptied when the key is destroyed."""

    __tablename__ = "subject_key"

    subject: Mapped[str] = mapped_column(primary_key=True, info=STAFF)
    key_id: Mapped[str] = mapped_column(info=STAFF)
    wrapped: Mapped[str | None] = mapped_column(info=STAFF)
    created_at: Mapped[datetime] = mapped_column(info=STAFF)
    destroyed_at: Mapped[datetime | None] = mapped_column(info=STAFF)


@dataclass(frozen=True)
class Key:
    """One key of the ring: its id and its 32 secret bytes."""

    key_id: str
    secret: bytes


class KeyRing:
    """The keys in one folder. A purpose without a key gets one when first needed."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._loaded: dict[str, Key] = {}

    def _draft(self, key_id: str) -> Path:
        draft = self.folder / f".{key_id}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(32)))
            file.flush()
            os.fsync(file.fileno())
        return draft

    def _make(self, purpose: str) -> None:
        key_id = f"{purpose}-{clock.today():%Y%m%d}-{secrets.token_hex(3)}"
        draft = self._draft(key_id)
        # One process makes the first key of a purpose, the others find it there.
        try:
            os.link(draft, self.folder / f"{purpose}.first")
        except FileExistsError:
            draft.unlink()
            return
        draft.rename(self.folder / f"{key_id}.key")

    def rotate(self, purpose: str) -> str:
        """A new key for a purpose: it signs and seals from now on, the old ones stay for reading. Returns its id.

        Ids sort by age, so a second key of a day, or one made while the clock stands back, is named after the newest.
        """
        if purpose == "identity":
            raise ValueError("the identity-hash key is not rotated: equal numbers must hash alike for good")
        newest = self.ids(purpose)[-1]
        key_id = f"{purpose}-{clock.today():%Y%m%d}-{secrets.token_hex(3)}"
        if key_id <= newest:
            key_id = f"{newest}-{secrets.token_hex(3)}"
        self._draft(key_id).rename(self.folder / f"{key_id}.key")
        return key_id

    def ids(self, purpose: str) -> list[str]:
        """Ids of a purpose, oldest first."""
        found = sorted(path.stem for path in self.folder.glob(f"{purpose}-*.key"))
        if not found:
            self._make(purpose)
            for _attempt in range(200):
                found = sorted(path.stem for path in self.folder.glob(f"{purpose}-*.key"))
                if found:
                    break
                time.sleep(0.01)  # another process is between link and rename
        return found

    def key(self, key_id: str) -> Key:
        """A key by its id; KeyError when the ring does not hold it."""
        if key_id not in self._loaded:
            path = self.folder / f"{key_id}.key"
            if not path.exists():
                raise KeyError(key_id)
            self._loaded[key_id] = Key(key_id, base64.b64decode(path.read_bytes()))
        return self._loaded[key_id]

    def current(self, purpose: str) -> Key:
        """The newest key of a purpose."""
        return self.key(self.ids(purpose)[-1])

    def mac(self, key_id: str, data: bytes) -> str:
        """HMAC-SHA256 under a key, hexadecimal."""
        return hmac.new(self.key(key_id).secret, data, hashlib.sha256).hexdigest()

    def identity_hash(self, value: str) -> tuple[str, str]:
        """(key id, keyed hash) of an ID number: equal numbers hash alike, the number cannot be read back."""
        key = self.key(self.ids("identity")[0])
        return key.key_id, self.mac(key.key_id, value.encode())

    def signing_key(self, key_id: str | None = None) -> tuple[str, Ed25519PrivateKey]:
        """(key id, private key) for Ed25519 signatures."""
        key = self.key(key_id) if key_id else self.current("signing")
        return key.key_id, Ed25519PrivateKey.from_private_bytes(key.secret)

    def public_pem(self, key_id: str | None = None) -> bytes:
        """The public half of a signing key."""
        public = self.signing_key(key_id)[1].public_key()
        return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


@cache
def _ring(folder: Path) -> KeyRing:
    return KeyRing(folder)


def key_ring() -> KeyRing:
    """The configured key ring."""
    return _ring(settings().keys)


def _encrypt(secret: bytes, text: bytes, bound_to: str) -> str:
    nonce = secrets.token_bytes(12)
    return base64.urlsafe_b64encode(nonce + AESGCM(secret).encrypt(nonce, text, bound_to.encode())).decode()


def _decrypt(secret: bytes, token: str, bound_to: str) -> bytes:
    raw = base64.urlsafe_b64decode(token)
    return AESGCM(secret).decrypt(raw[:12], raw[12:], bound_to.encode())


def _wrapping(subject: str) -> Key:
    return key_ring().current(WRAPPED_BY.get(subject.partition(":")[0], "data"))


def _new_key(subject: str, wrapping: Key) -> tuple[dict[str, Any], bytes]:
    """The row of a subject's new key, and its secret."""
    secret = secrets.token_bytes(32)
    wrapped = _encrypt(wrapping.secret, secret, subject)
    made = {"subject": subject, "key_id": wrapping.key_id, "wrapped": wrapped, "created_at": clock.now()}
    return {**made, "destroyed_at": None}, secret


def _subject_secret(db: Session, subject: str, make: bool) -> bytes | None:
    row = db.get(SubjectKey, subject)
    if row is None:
        if not make:
            return None
        made, secret = _new_key(subject, _wrapping(subject))
        db.add(SubjectKey(**made))
        db.flush()
        return secret
    if row.wrapped is None:
        return None
    return _decrypt(key_ring().key(row.key_id).secret, row.wrapped, subject)


def seal(db: Session, subject: str, text: str) -> str:
    """Ciphertext of a personal value under the key of its subject, for example ``person:zhangsan``."""
    return _seal(db, subject, text.encode())


def _seal(db: Session, subject: str, data: bytes) -> str:
    secret = _subject_secret(db, subject, make=True)
    if secret is None:
        raise KeyError(f"the key of {subject} has been destroyed")
    return _encrypt(secret, data, subject)


def seal_many(db: Session, new: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Ciphertexts for subjects that have no key yet, each under a key of its own: what an import brings by the thousand."""
    rows, found = [], {}
    by_prefix: dict[str, Key] = {}  # the folder of keys is read once for each
    for subject, texts in new.items():
        prefix = subject.partition(":")[0]
        if prefix not in by_prefix:
            by_prefix[prefix] = _wrapping(subject)
        row, secret = _new_key(subject, by_prefix[prefix])
        rows.append(row)
        found[subject] = [_encrypt(secret, text.encode(), subject) for text in texts]
    db.flush()
    insert_rows(db, SubjectKey.__table__, rows)
    return found


def seal_bytes(db: Session, subject: str, data: bytes) -> bytes:
    """Ciphertext of a file under the key of its subject."""
    return base64.urlsafe_b64decode(_seal(db, subject, data))


def unseal_bytes(db: Session, subject: str, sealed: bytes) -> bytes | None:
    """The file again, or None once the subject's key is destroyed."""
    secret = _subject_secret(db, subject, make=False)
    return _decrypt(secret, base64.urlsafe_b64encode(sealed).decode(), subject) if secret else None


def unseal(db: Session, subject: str, token: str) -> str | None:
    """The personal value again, or None once the subject's key is destroyed."""
    secret = _subject_secret(db, subject, make=False)
    return _decrypt(secret, token, subject).decode() if secret else None


def destroy(db: Session, subject: str, at: datetime) -> None:
    """Destroy a subject's key: everything sealed under it is unreadable from the commit on."""
    row = db.get_one(SubjectKey, subject)
    row.wrapped, row.destroyed_at = None, at
