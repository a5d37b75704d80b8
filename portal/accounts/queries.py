"""Reads of people and sessions, always ordered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.accounts.models import Person, SignInSession
from portal.kernel.access import Role
from portal.kernel.divisions import prefix
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _

IDLE = timedelta(hours=2)


@dataclass(frozen=True)
class PersonView:
    """Somebody who acts on the portal. ``state``: active, new (has not yet set a password) or disabled."""

    login: str
    name: str
    role: str
    division_code: str
    uscc: str | None
    state: str


def view_of(person: Person) -> PersonView:
    """A person without anything secret."""
    if person.disabled_at is not None:
        state = "disabled"
    else:
        state = "active" if person.password_hash else "new"
    name = person.name or _("（已按期清除）")
    return PersonView(person.login, name, person.role, person.division_code, person.uscc, state)


def find_person(db: Session, login: str) -> Person:
    """The record of a person; NotFound."""
    person = db.get(Person, login)
    if person is None:
        raise NotFound(_("没有登录名为“%(login)s”的人员。请核对登录名，或先导入该人员。", login=login))
    return person


def _within(query: Select[Person], division_code: str | None) -> Select[Person]:
    return query.where(Person.division_code.startswith(prefix(division_code))) if division_code else query


def people_in(db: Session, role: Role | str | None = None, within: str | None = None) -> list[PersonView]:
    """People who can act, by login; ``role`` and ``within`` (a division code) narrow."""
    query = _within(select(Person).where(Person.disabled_at.is_(None)), within)
    if role is not None:
        query = query.where(Person.role == str(role))
    return [view_of(person) for person in db.scalars(query.order_by(Person.login))]


def search(
    db: Session, within: str | None, text: str = "", role: str = "", limit: int = 50, offset: int = 0
) -> tuple[list[PersonView], int]:
    """People of a jurisdiction whose login or name holds the text, disabled ones too; and how many there are in all."""
    query = _within(select(Person), within)
    if text.strip():
        query = query.where(or_(_holds(Person.login, text), _holds(Person.name, text)))
    if role:
        query = query.where(Person.role == role)
    total = db.scalar(select(func.count()).select_from(query.subquery())) or 0
    found = db.scalars(query.order_by(Person.login).limit(limit).offset(offset))
    return [view_of(person) for person in found], total


def _holds(column: InstrumentedAttribute[str], text: str) -> ColumnElement[bool]:
    return func.lower(column).contains(text.strip().lower(), autoescape=True)


def open_sessions(db: Session, login: str, now: datetime) -> Sequence[SignInSession]:
    """Sessions that still open the door, newest first."""
    query = select(SignInSession).where(
        SignInSession.login == login,
        SignInSession.revoked_at.is_(None),
        SignInSession.expires_at > now,
        SignInSession.last_seen_at > now - IDLE,
    )
    return db.scalars(query.order_by(SignInSession.created_at.desc(), SignInSession.token_hash)).all()


def active_admins(db: Session) -> int:
    """How many administrators can act."""
    query = select(func.count()).where(Person.role == str(Role.ADMIN), Person.disabled_at.is_(None))
    return db.scalar(query) or 0
