"""Sessions of owners: a token that the browser holds, valid while its holder is an owner of the unit."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from disclosure.owners import queries
from disclosure.owners.models import OwnerRequest, OwnerSession, OwnerTry
from portal.kernel import audit, clock, keys
from portal.kernel.access import Actor
from portal.kernel.marks import at_once

DOOR = Actor("owners-door", None, None)
SESSION_LIFE, IDLE, SEEN_EVERY = timedelta(days=7), timedelta(days=1), timedelta(minutes=5)
KEPT = timedelta(days=30)


def hashed(kind: str, value: str) -> str:
    """A keyed hash: what is compared and cannot be read back."""
    return keys.key_ring().identity_hash(f"owner-{kind}:{value}")[1]


def token_hash(token: str) -> str:
    """What is kept of a session's token (256 random bits)."""
    return hashed("session", token)


def open_session(db: Session, holding: str, opened_by: str) -> str:
    token, now = secrets.token_urlsafe(32), clock.now()
    db.add(OwnerSession(
        token_hash=token_hash(token), holding_id=holding, opened_by=opened_by, created_at=now, last_seen_at=now,
        expires_at=now + SESSION_LIFE,
    ))  # fmt: skip
    db.flush()
    audit.record(db, DOOR, "owner.entered", f"owner:{holding}", {"by": opened_by.partition(":")[0]})
    return token


def owner_for_session(db: Session, token: str) -> queries.Owner | None:
    """Who holds a token; None when it is unknown, over, idle or left, or its holder is no owner of the unit any more."""
    if not token:
        return None
    now, hashed_token = clock.now(), token_hash(token)
    found = queries.owner_of_session(db, hashed_token, now, now - IDLE, clock.today())
    if found is not None:
        _note_use(db, hashed_token, now)
    return found


def _note_use(db: Session, hashed_token: str, now: datetime) -> None:
    """Every five minutes; missed when the database is busy."""
    seen = db.scalar(select(OwnerSession.last_seen_at).where(OwnerSession.token_hash == hashed_token))
    if seen is not None and now - seen > SEEN_EVERY:
        at_once(update(OwnerSession).where(OwnerSession.token_hash == hashed_token).values(last_seen_at=now))


def leave(db: Session, token: str) -> bool:
    """End a session; false when there is none."""
    session = db.get(OwnerSession, token_hash(token)) if token else None
    if session is None or session.revoked_at is not None:
        return False
    session.revoked_at = clock.now()
    audit.record(db, DOOR, "owner.left", f"owner:{session.holding_id}")
    return True


def end_sessions(db: Session, holding: str) -> None:
    """End every session of a holding; the caller's deed is what is audited."""
    open_ones = select(OwnerSession).where(OwnerSession.holding_id == holding, OwnerSession.revoked_at.is_(None))
    for session in db.scalars(open_ones):
        session.revoked_at = clock.now()


def prune(db: Session) -> int:
    """Forget tries, requests and sessions that ended a month ago; says how many rows went."""
    before = clock.now() - KEPT
    gone = [
        db.execute(delete(OwnerTry).where(OwnerTry.at < before)),
        db.execute(delete(OwnerRequest).where(OwnerRequest.at < before)),
        db.execute(delete(OwnerSession).where(OwnerSession.expires_at < before)),
    ]
    return sum(int(one.rowcount) for one in gone)  # type: ignore[attr-defined, misc]
