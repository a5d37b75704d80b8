"""What other rooms may ask of accounts: who somebody is, and who holds a session."""

from sqlalchemy.orm import Session

from portal.accounts import queries
from portal.accounts.passwords import hash_password as hash_password
from portal.accounts.queries import PersonView as PersonView
from portal.accounts.queries import people_in as people_in
from portal.accounts.sessions import actor_for_session as actor_for_session
from portal.accounts.sessions import prune as prune
from portal.accounts.words import ROLE_NAMES
from portal.kernel.access import Actor, Role, person_actor
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _


def role_name(role: Role) -> str:
    """The name of a role in the language of the moment."""
    return str(ROLE_NAMES[role])


def person(db: Session, login: str) -> PersonView:
    """A person by login, disabled ones too; NotFound."""
    return queries.view_of(queries.find_person(db, login))


def person_actor_for(db: Session, login: str, via: str = "") -> Actor:
    """The person as an actor; NotFound, or DomainError when disabled. ``via`` names the channel for the audit log."""
    found = person(db, login)
    if found.state == "disabled":
        raise DomainError(_("%(login)s已停用，不能办理事项。", login=login))
    return person_actor(found.login, Role(found.role), found.division_code, found.uscc, found.name, via)
