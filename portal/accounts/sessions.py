"""The door: tries, sessions, and the limits on both. Nothing here commits; a sign-in takes two transactions.

A try is counted before the password is looked at (`knock`) and struck out when it was right (`enter`), so that a
hundred tries at once are counted as a hundred, and no write transaction waits while a password is hashed.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from portal.accounts import passwords
from portal.accounts.models import Person, SignInAttempt, SignInSession, SpentChallenge
from portal.accounts.queries import IDLE, open_sessions
from portal.kernel import audit, clock
from portal.kernel.access import Actor, Role, person_actor
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, NotFound
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from portal.kernel.keys import key_ring
from portal.kernel.marks import at_once
from portal.kernel.sources import source

ABSOLUTE = timedelta(hours=12)
WINDOW = timedelta(minutes=15)
TRIES_PER_LOGIN = 5
TRIES_PER_ADDRESS = 30
TRIES_FROM_EVERYWHERE = 50
CODES_FROM_EVERYWHERE = 10  # of a second factor: the password is known already
FRESH = timedelta(minutes=15)
_SEEN_EVERY = timedelta(minutes=5)
# asked in every request of everybody who is signed in: put together once, and of plain columns
_S, _P = SignInSession.__table__.c, Person.__table__.c
_HOLDER = (
    select(_S.last_seen_at, _P.login, _P.role, _P.division_code, _P.uscc, _P.name)
    .join_from(SignInSession.__table__, Person.__table__, _P.login == _S.login)
    .where(_S.token_hash == bindparam("token"), _S.revoked_at.is_(None))
    .where(_S.expires_at > bindparam("now"), _S.last_seen_at > bindparam("idle_since"))
    .where(_P.disabled_at.is_(None), or_(_P.password_hash.is_not(None), _S.opened_by == "unified"))
)


@dataclass(frozen=True)
class Knock:
    """A counted try. ``wait_minutes`` above 0: the door stays shut and nothing was counted."""

    attempt: str
    login: str
    wait_minutes: int
    password_hash: str | None = None
    code_hash: str | None = None
    everywhere: int = TRIES_FROM_EVERYWHERE


def _hidden(kind: str, value: str) -> str:
    return key_ring().identity_hash(f"sign-in {kind}:{value}")[1]


def knock(db: Session, login: str, address: str, device: str = "", what: str = "login") -> Knock:
    """Count a try, unless too many failed within the last 15 minutes: for the login from this address (5), from the address
    (30), or for the login from everywhere (50). A stranger's five wrong tries shut the stranger out, not the person.

    ``device``: the mark of a device on which this person has signed in (`trusted.known`); it counts its own tries (5) and none
    of the others. ``what``: ``login`` for passwords, ``factor`` for codes of a second factor (from everywhere: 10).
    """
    login = login.strip()[:64]
    kind = f"{what} on device" if device else what
    hidden_login = _hidden(kind, login.casefold())
    hidden_address = _hidden("device", device) if device else _hidden("address", source(address))
    for name in sorted((hidden_login, hidden_address)):
        lock(db, f"sign-in:{name}")
    everywhere = CODES_FROM_EVERYWHERE if what == "factor" else TRIES_FROM_EVERYWHERE
    wait = max(_login_wait(db, hidden_login, hidden_address, everywhere),
               _wait(db, TRIES_PER_ADDRESS, SignInAttempt.address_hash == hidden_address))  # fmt: skip
    if wait:
        return Knock("", login, wait)
    attempt = SignInAttempt(id=new_id(), login_hash=hidden_login, address_hash=hidden_address, at=clock.now())
    db.add(attempt)
    person = db.get(Person, login)
    if person is None or person.disabled_at is not None:
        return Knock(attempt.id, login, 0, everywhere=everywhere)
    return Knock(attempt.id, login, 0, person.password_hash, person.code_hash, everywhere)


def _login_wait(db: Session, login: str, address: str, everywhere: int = TRIES_FROM_EVERYWHERE) -> int:
    whose = SignInAttempt.login_hash == login
    here = _wait(db, TRIES_PER_LOGIN, whose, SignInAttempt.address_hash == address)
    return max(here, _wait(db, everywhere, whose))


def _wait(db: Session, allowed: int, *whose: ColumnElement[bool]) -> int:
    """Minutes until the next try is allowed; 0 = now."""
    since = clock.now() - WINDOW
    query = select(SignInAttempt.at).where(*whose, SignInAttempt.at > since).order_by(SignInAttempt.at.desc())
    times = db.scalars(query.limit(allowed)).all()
    if len(times) < allowed:
        return 0
    left = times[-1] + WINDOW - clock.now()
    return max(1, -int(-left.total_seconds() // 60))


def proof(found: Knock, secret: str) -> str:
    """``password``, ``code`` or an empty text. Slow on purpose: call it outside a transaction."""
    by_password = passwords.verify_password(found.password_hash, secret)
    if by_password:
        return "password"
    return "code" if passwords.verify_code(found.code_hash, secret) else ""


def ticket(found: Knock) -> str:
    """What a person carries from the right code to the first password: it is void once the code is."""
    return hashlib.sha256((found.code_hash or "").encode()).hexdigest()


def ticket_holds(person: Person, given: str) -> bool:
    """Whether the ticket was given for the code the person still has."""
    if person.code_hash is None:
        return False
    return hmac.compare_digest(hashlib.sha256(person.code_hash.encode()).hexdigest(), given)


def refused(db: Session, found: Knock) -> None:
    """A try was wrong: it stays counted. The one that shuts the door of an existing person goes into the audit log."""
    tried = db.get(SignInAttempt, found.attempt)
    shut = tried and _login_wait(db, tried.login_hash, tried.address_hash, found.everywhere)
    if shut and db.get(Person, found.login):
        door = Actor("portal", None, None)
        audit.record(
            db, door, "sign-in.locked", f"person:{found.login}", {"minutes": int(WINDOW.total_seconds()) // 60}
        )


def still_the_same(db: Session, found: Knock) -> Person:
    """The person whose password was right, unless it changed or they were disabled while it was looked at; Conflict."""
    person = db.get(Person, found.login, with_for_update=True)
    if person is None or person.disabled_at is not None or person.password_hash != found.password_hash:
        raise Conflict(_("登录名或密码不对，请重新输入。"))
    return person


def forgive(db: Session, found: Knock) -> None:
    """The person proved who they are: earlier failures of this login at this address no longer count, those elsewhere do."""
    tried = db.get(SignInAttempt, found.attempt)
    if tried is not None:
        same = (SignInAttempt.login_hash == tried.login_hash, SignInAttempt.address_hash == tried.address_hash)
        db.execute(delete(SignInAttempt).where(*same))


def token_hash(token: str) -> str:
    """What is stored of a session's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(db: Session, person: Person, device: str = "", by: str = "password") -> str:
    """A new session's token: 256 random bits, told to the browser once. Valid 12 hours, 2 without use; a fresh proof for 15
    minutes. ``by``: what proved the person: password, totp, recovery, passkey, unified."""
    token, now = secrets.token_urlsafe(32), clock.now()
    db.add(
        SignInSession(
            token_hash=token_hash(token),
            login=person.login,
            created_at=now,
            last_seen_at=now,
            expires_at=now + ABSOLUTE,
            device=device[:200],
            proved_at=now,
            opened_by=by,
        )
    )
    told = {"session": token_hash(token)[:12], "by": by}
    audit.record(db, _actor(person), "session.opened", f"person:{person.login}", told)
    return token


def _actor(person: Person) -> Actor:
    return person_actor(person.login, Role(person.role), person.division_code, person.uscc, person.name)


def actor_for_session(db: Session, token: str) -> Actor | None:
    """Who holds this token; None when the session is unknown, over, idle or revoked, or its person may not act."""
    now, hashed = clock.now(), token_hash(token)
    row = db.execute(_HOLDER, {"token": hashed, "now": now, "idle_since": now - IDLE}).one_or_none()
    if row is None:
        return None
    last_seen_at, login, role, *place = row
    if now - last_seen_at > _SEEN_EVERY:
        _touch(hashed, now)
    return person_actor(login, Role(role), *place)


def _touch(hashed: str, now: datetime) -> None:
    """Note that a session is in use; missed when the database is busy, the next request will do."""
    at_once(update(SignInSession).where(SignInSession.token_hash == hashed).values(last_seen_at=now))


def is_fresh(db: Session, token: str) -> bool:
    """Whether the holder of this session proved to be there within the last 15 minutes."""
    session = db.get(SignInSession, token_hash(token))
    return session is not None and clock.now() - (session.proved_at or session.created_at) <= FRESH


def prove(db: Session, actor: Actor, token: str, by: str) -> None:
    """Note that the holder of a session has proved again who acts; NotFound when the session is over."""
    session = db.get(SignInSession, token_hash(token), with_for_update=True)
    if session is None or session.revoked_at is not None or session.login != actor.login:
        raise NotFound(_("没有找到这次登录，可能已经退出。"))
    session.proved_at = clock.now()
    detail = {"session": session.token_hash[:12], "by": by}
    audit.record(db, actor, "session.proved", f"person:{actor.login}", detail)


def revoke_others(db: Session, actor: Actor, token: str) -> int:
    """End all of one's own sessions but the one with this token; says how many."""
    here = token_hash(token)
    others = [session for session in open_sessions(db, actor.login, clock.now()) if session.token_hash != here]
    for session in others:
        session.revoked_at = clock.now()
    if others:
        audit.record(db, actor, "session.others-revoked", f"person:{actor.login}", {"sessions": len(others)})
    return len(others)


def revoke(db: Session, actor: Actor, short: str) -> None:
    """End one of one's own sessions, known by the first 12 digits of its token's hash; NotFound."""
    for session in open_sessions(db, actor.login, clock.now()):
        if session.token_hash[:12] == short:
            session.revoked_at = clock.now()
            audit.record(db, actor, "session.revoked", f"person:{actor.login}", {"session": short})
            return
    raise NotFound(_("没有找到这次登录，可能已经退出。"))


def close(db: Session, actor: Actor, token: str) -> None:
    """Sign out."""
    session = db.get(SignInSession, token_hash(token))
    if session is not None and session.revoked_at is None and session.login == actor.login:
        session.revoked_at = clock.now()
        audit.record(db, actor, "session.closed", f"person:{actor.login}", {"session": session.token_hash[:12]})


def revoke_all(db: Session, login: str, keep: str = "") -> None:
    """End every session of a person (but the one with the token ``keep``). The caller's deed is what is audited."""
    query = update(SignInSession).where(SignInSession.login == login, SignInSession.revoked_at.is_(None))
    if keep:
        query = query.where(SignInSession.token_hash != token_hash(keep))
    db.execute(query.values(revoked_at=clock.now()).execution_options(synchronize_session=False))


def prune(db: Session) -> int:
    """Forget tries outside the window, answered challenges that have run out and sessions that ended a month ago; says how
    many rows went."""
    now = clock.now()
    tries = db.execute(delete(SignInAttempt).where(SignInAttempt.at < now - WINDOW))
    ended = db.execute(delete(SignInSession).where(SignInSession.expires_at < now - timedelta(days=30)))
    spent = db.execute(delete(SpentChallenge).where(SpentChallenge.at < now - timedelta(days=1)))
    return int(tries.rowcount) + int(ended.rowcount) + int(spent.rowcount)  # type: ignore[attr-defined]
