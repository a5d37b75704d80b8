"""How the story acts: sheets through the import verb, people through the services, each at its moment of the story."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import update

from portal.accounts.models import Person
from portal.kernel import clock
from portal.kernel.access import Actor, Role, person_actor
from portal.kernel.db import transaction
from portal.kernel.importing import Counts, ImportContext
from portal.shell import wiring
from portal.shell.demo.plan import Plan
from portal.shell.importing import run_import


class Cast:
    """The people of the story, by login."""

    def __init__(self, plan: Plan):
        self.people = {row[0]: row for row in plan.people}

    def actor(self, login: str) -> Actor:
        """A person as an actor."""
        _login, name, role, division, uscc = self.people[login]
        return person_actor(login, Role(role), division, uscc or None, name)


def bring(actor: Actor, kind: str, header: Sequence[str], rows: Iterable[Sequence[Any]], name: str = "") -> Counts:
    """Import rows as the sheet that somebody would upload."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    context = ImportContext(on=clock.today(), past_months=True)
    return run_import(actor, wiring.kinds()[kind], text.getvalue().encode(), name or f"{kind}.csv", context)


def moment(day: date, hour: int = 10, minute: int = 0) -> datetime:
    """An hour of a day of the story."""
    return clock.day_start(day, hour, minute)


def set_passwords(logins: Iterable[str], password_hash: str) -> None:
    """Let the named people of the demo sign in with the demo's password."""
    with transaction() as db:
        db.execute(
            update(Person).where(Person.login.in_(list(logins))).values(password_hash=password_hash, code_hash=None)
        )
