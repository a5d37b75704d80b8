"""People who left: after the term their name, factors, sessions and address go; the login stays, since acts name it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.accounts.models import Passkey, Person, RecoveryCode, SignInSession, Totp
from portal.kernel import clock, keys
from portal.kernel.retention import Ended, Keeper


def keepers(_db: Session) -> list[Keeper]:
    """The answer to ``retention.due``."""
    return [Keeper("people-left", _ended, _clear)]


def _ended(db: Session, before: date) -> list[Ended]:
    gone = Person.disabled_at < clock.day_start(before + timedelta(days=1))
    rows = select(Person.login, Person.disabled_at).where(gone, Person.name != "").order_by(Person.login)
    return [Ended(f"person:{login}", clock.district_date(at)) for login, at in db.execute(rows) if at]


def _clear(db: Session, subjects: Sequence[str], at: datetime) -> int:
    logins = [subject.removeprefix("person:") for subject in subjects]
    for table in (Totp, Passkey, RecoveryCode, SignInSession):
        db.execute(delete(table).where(table.login.in_(logins)))
    for person in db.scalars(select(Person).where(Person.login.in_(logins))):
        person.name, person.password_hash, person.code_hash = "", None, None
    keys.bury(db, subjects, at)
    return len(logins)
