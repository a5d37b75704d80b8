"""People who sign in, for tests of pages: made with their role, place and session; no password is typed or hashed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Person, SignInSession
from portal.accounts.sessions import ABSOLUTE, open_session, token_hash
from portal.kernel import clock
from portal.kernel.access import Role
from portal.kernel.db import transaction
from portal.shell.app import SESSION_COOKIE

DISTRICT, STREET, COMMUNITY = "440306000000", "440306017000", "440306017010"
PLACES = {Role.INSPECTOR: COMMUNITY, Role.REVIEWER: STREET}


def make_person(role: Role, division: str | None = None, uscc: str | None = None, login: str | None = None) -> str:
    """Login of a person of that role, made when missing; an enterprise's person needs its ``uscc``.

    Inspectors belong to a community, reviewers to its street, all others to the district; ``division`` overrules.
    """
    place = division or PLACES.get(role, DISTRICT)
    name = login or "-".join(str(part).lower() for part in ("t", role, place, uscc) if part)[:32]
    with transaction() as db:
        if db.get(Person, name) is None:
            person = Person(login=name, name="测试人员", role=role.value, division_code=place, uscc=uscc)
            person.password_hash, person.recorded_at = "not a hash: no password opens it", clock.now()
            db.add(person)
    return name


def session_cookie(role: Role, division: str | None, uscc: str | None, login: str | None) -> tuple[str, str]:
    """Name and value of a fresh session's cookie. Open it inside ``clock.at`` when the test holds the clock."""
    return cookie_of(make_person(role, division, uscc, login))


def cookie_of(name: str) -> tuple[str, str]:
    """Name and value of the cookie of a fresh session of somebody who is there."""
    with transaction() as db:
        person = db.get(Person, name)
        assert person is not None
        return SESSION_COOKIE, _open(db, person)


def _open(db: Session, person: Person) -> str:
    """A session that stays freshly proved while it lives, whatever the test does with the clock: step-up has tests of its own."""
    token = open_session(db, person, "test")
    db.flush()
    db.get_one(SignInSession, token_hash(token)).proved_at = clock.now() + ABSOLUTE
    return token


def demo_session_cookie(role: Role) -> tuple[str, str]:
    """Name and value of the cookie of a fresh session of the demo district's first person with that role."""
    with transaction() as db:
        query = select(Person).where(Person.role == role.value, Person.password_hash.is_not(None))
        person = db.scalars(query.where(Person.disabled_at.is_(None)).order_by(Person.login).limit(1)).one()
        return SESSION_COOKIE, _open(db, person)
