"""The journal of list cases: the common writer of steps, told where a list case keeps them."""

from datetime import date

from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from scoring.adverse.api import Journal
from scoring.adverse.api import flush as flush
from scoring.lists.models import ListCase, ListStep


def journal(db: Session, actor: Actor, case: ListCase, on: date, last: ListStep | None = None) -> Journal:
    """The journal of a case on a day, after its last step (None for a new case)."""
    return Journal(db, actor, ListStep, f"list-{case.kind}", case.id, on, last)
