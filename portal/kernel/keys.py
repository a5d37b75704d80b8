"""The key ring (``PORTAL_KEYS``): data, mediation, identity-hash, audit and signing keys, one file
each, in a folder of mode 0700.

Each key has an id that is stored beside every ciphertext, hash and signature. The newest key of a purpose is used for new
values, older ones stay for reading; the identity-hash key is never rotated. Personal values are sealed under a key of their
own subject (person or case), itself wrapped by the data key: destroying the subject's key deletes them everywhere at once,
also in the audit log, whose chain stays whole.
"""

import base64
import secrets
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kernel import clock
from portal.kernel.bulk import insert_rows
from portal.kernel.classes import STAFF
from portal.kernel.db import Base
from portal.kernel.key_ring import Key, decrypt, encrypt
from portal.kernel.key_ring import KeyRing as KeyRing
from portal.kernel.key_ring import decrypt_file as decrypt_file
from portal.kernel.key_ring import encrypt_file as encrypt_file
from portal.kernel.key_ring import key_ring as key_ring

_AT_ONCE = 500  # subjects of one statement
_HELD = 32  # keys that a session remembers
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


def _wrapping(subject: str) -> Key:
    return key_ring().current(WRAPPED_BY.get(subject.partition(":")[0], "data"))


def _new_key(subject: str, wrapping: Key) -> tuple[dict[str, Any], bytes]:
    """The row of a subject's new key, and its secret."""
    secret = secrets.token_bytes(32)
    wrapped = encrypt(wrapping.secret, secret, subject)
    made = {"subject": subject, "key_id": wrapping.key_id, "wrapped": wrapped, "created_at": clock.now()}
    return {**made, "destroyed_at": None}, secret


def _subject_secret(db: Session, subject: str, make: bool) -> bytes | None:
    row = db.get(SubjectKey, subject)
    if row is None:
        if not make:
            return None
        made, secret = _new_key(subject, _wrapping(subject))
        row = SubjectKey(**made)
        db.add(row)
        db.flush()
        _hold(db, row)
        return secret
    _hold(db, row)
    if row.wrapped is None:
        return None
    return decrypt(key_ring().key(row.key_id).secret, row.wrapped, subject)


def _hold(db: Session, row: SubjectKey) -> None:
    """A session forgets at once what nobody holds: name, phone and text of a case would each read the same key again."""
    db.info.setdefault("subject_keys", deque(maxlen=_HELD)).append(row)


def seal(db: Session, subject: str, text: str) -> str:
    """Ciphertext of a personal value under the key of its subject, for example ``person:zhangsan``."""
    return _seal(db, subject, text.encode())


def _seal(db: Session, subject: str, data: bytes) -> str:
    secret = _subject_secret(db, subject, make=True)
    if secret is None:
        raise KeyError(f"the key of {subject} has been destroyed")
    return encrypt(secret, data, subject)


def seal_many(db: Session, new: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Ciphertexts for subjects that have no key yet, each under a key of its own: what an import brings by the thousand."""
    rows: list[dict[str, Any]] = []
    found: dict[str, list[str]] = {}
    by_prefix: dict[str, Key] = {}  # the folder of keys is read once for each
    for subject, texts in new.items():
        prefix = subject.partition(":")[0]
        if prefix not in by_prefix:
            by_prefix[prefix] = _wrapping(subject)
        row, secret = _new_key(subject, by_prefix[prefix])
        rows.append(row)
        found[subject] = [encrypt(secret, text.encode(), subject) for text in texts]
    db.flush()
    insert_rows(db, SubjectKey.__table__, rows)
    return found


def seal_bytes(db: Session, subject: str, data: bytes) -> bytes:
    """Ciphertext of a file under the key of its subject."""
    return base64.urlsafe_b64decode(_seal(db, subject, data))


def unseal_bytes(db: Session, subject: str, sealed: bytes) -> bytes | None:
    """The file again, or None once the subject's key is destroyed."""
    secret = _subject_secret(db, subject, make=False)
    return decrypt(secret, base64.urlsafe_b64encode(sealed).decode(), subject) if secret else None


def unseal(db: Session, subject: str, token: str) -> str | None:
    """The personal value again, or None once the subject's key is destroyed."""
    secret = _subject_secret(db, subject, make=False)
    return decrypt(secret, token, subject).decode() if secret else None


def unseal_many(db: Session, wanted: Mapping[str, Sequence[str | None]]) -> dict[str, list[str | None]]:
    """Subject to its personal values, for lists: keys are read in one statement for many. None stays None; what a destroyed key
    sealed is None, and so is what a key sealed that the ring lacks: a list shows what can be read."""
    subjects = [subject for subject, tokens in wanted.items() if any(token is not None for token in tokens)]
    found: dict[str, list[str | None]] = {subject: [None] * len(tokens) for subject, tokens in wanted.items()}
    for start in range(0, len(subjects), _AT_ONCE):
        rows = select(SubjectKey.subject, SubjectKey.key_id, SubjectKey.wrapped).where(
            SubjectKey.subject.in_(subjects[start : start + _AT_ONCE]), SubjectKey.wrapped.is_not(None)
        )
        for subject, key_id, wrapped in db.execute(rows):
            try:
                secret = decrypt(key_ring().key(key_id).secret, wrapped or "", subject)
            except KeyError:
                continue
            found[subject] = [
                None if token is None else decrypt(secret, token, subject).decode() for token in wanted[subject]
            ]
    return found


def destroy(db: Session, subject: str, at: datetime) -> None:
    """Destroy a subject's key: everything sealed under it is unreadable from the commit on."""
    row = db.get_one(SubjectKey, subject)
    row.wrapped, row.destroyed_at = None, at


def bury(db: Session, subjects: Sequence[str], at: datetime) -> int:
    """Destroy the keys of subjects whose time is over; how many. One that never had a key gets a destroyed one: nothing is
    sealed under its name again."""
    gone = 0
    for subject in subjects:
        row = db.get(SubjectKey, subject)
        if row is None:
            made = _new_key(subject, _wrapping(subject))[0]
            db.add(SubjectKey(**{**made, "wrapped": None, "destroyed_at": at}))
        elif row.wrapped is not None:
            row.wrapped, row.destroyed_at = None, at
            gone += 1
    db.flush()
    return gone


def is_destroyed(db: Session, subject: str) -> bool:
    """Whether the key of a subject was destroyed: nothing is read or sealed under it any more."""
    row = db.get(SubjectKey, subject)
    return row is not None and row.wrapped is None


def destroyed(db: Session, subjects: Sequence[str]) -> set[str]:
    """Of many subjects, those whose key was destroyed."""
    found: set[str] = set()
    for start in range(0, len(subjects), _AT_ONCE):
        part = subjects[start : start + _AT_ONCE]
        found |= set(
            db.scalars(select(SubjectKey.subject).where(SubjectKey.subject.in_(part), SubjectKey.wrapped.is_(None)))
        )
    return found


def _wrapped_by(purpose: str) -> ColumnElement[bool]:
    """The clause of the subjects that a purpose wraps."""
    own = [SubjectKey.subject.like(f"{prefix}:%") for prefix, by in WRAPPED_BY.items() if by == purpose]
    if own:
        return or_(*own)
    return and_(*(SubjectKey.subject.not_like(f"{prefix}:%") for prefix in WRAPPED_BY))


def rewrap(db: Session, purpose: str, most: int) -> int:
    """Wrap up to ``most`` subject keys of a purpose under its newest key; how many. What they sealed is not touched and
    stays readable. 0: nothing is wrapped by an older key any more."""
    newest = key_ring().current(purpose)
    old = select(SubjectKey).where(
        _wrapped_by(purpose), SubjectKey.key_id != newest.key_id, SubjectKey.wrapped.is_not(None)
    )
    rows = list(db.scalars(old.order_by(SubjectKey.subject).limit(most).with_for_update()))
    for row in rows:
        secret = decrypt(key_ring().key(row.key_id).secret, row.wrapped or "", row.subject)
        row.key_id, row.wrapped = newest.key_id, encrypt(newest.secret, secret, row.subject)
    db.flush()
    return len(rows)
