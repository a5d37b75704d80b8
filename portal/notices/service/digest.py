"""The choice of a daily mail: a person gives an address, and may leave by one press without signing in."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel import audit, clock, ids, keys
from portal.kernel.access import Actor, system_actor
from portal.kernel.db import lock
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.i18n import _, language
from portal.notices.models import DigestChoice
from portal.receipts.api import new_code

ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def choice_of(db: Session, login: str) -> DigestChoice | None:
    """A person's choice in force; None: no mail."""
    own = (DigestChoice.login == login, DigestChoice.superseded_at.is_(None))
    return db.scalars(select(DigestChoice).where(*own)).first()


def address_of(db: Session, choice: DigestChoice) -> str | None:
    """The address of a choice, None once the person's key is destroyed."""
    return keys.unseal(db, f"person:{choice.login}", choice.email)


def choose(db: Session, actor: Actor, email: str) -> None:
    """Send the person's digest to an address, in the language of the moment. The same again does nothing."""
    email = email.strip()
    if len(email) > 200 or not ADDRESS.fullmatch(email):
        raise DomainError(_("请填写完整的邮箱地址，例如name@example.com。"))
    lock(db, f"digest:{actor.login}")
    old = choice_of(db, actor.login)
    if old is not None and old.language == language() and address_of(db, old) == email:
        return
    _end(db, old)
    sealed = keys.seal(db, f"person:{actor.login}", email)
    row = DigestChoice(
        id=ids.new_id(), login=actor.login, email=sealed, language=language(), leave_code=new_code(),
        recorded_at=clock.now(), superseded_at=None,
    )  # fmt: skip
    db.add(row)
    db.flush()
    told = {"email": audit.sealed(db, f"person:{actor.login}", email)}
    audit.record(db, actor, "digest.chosen", f"person:{actor.login}", told)


def leave(db: Session, actor: Actor) -> bool:
    """No more mail to the person. False when there was none."""
    lock(db, f"digest:{actor.login}")
    return _left(db, actor, choice_of(db, actor.login))


def by_code(db: Session, code: str) -> DigestChoice:
    """The choice in force that a leave link is of. ``NotFound``."""
    own = (DigestChoice.leave_code == code, DigestChoice.superseded_at.is_(None))
    row = db.scalars(select(DigestChoice).where(*own)).first()
    if row is None:
        raise NotFound(_("这个链接已经失效，不会再给您发邮件。"))
    return row


def leave_by_code(db: Session, code: str) -> None:
    """No more mail: the link in the mail is the right to stop it."""
    row = by_code(db, code)
    _left(db, system_actor(f"mail:{row.login}"), row)


def _left(db: Session, actor: Actor, row: DigestChoice | None) -> bool:
    if row is None:
        return False
    _end(db, row)
    audit.record(db, actor, "digest.left", f"person:{row.login}", {})
    return True


def _end(db: Session, row: DigestChoice | None) -> None:
    if row is not None:
        row.superseded_at = clock.now()
        db.flush()
