"""Hints that may give reason to propose a veto, and what waits for a lead (announcement ``work.items``)."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.kernel import hooks
from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import _
from portal.kernel.work import WorkItem
from scoring.vetoes import queries


@dataclass(frozen=True)
class Hint:
    """A record that may give reason to propose a veto: a person looks and decides whether to."""

    ref: str
    estate_code: str
    veto_code: str
    year: int
    text: str


def hints(db: Session) -> list[Hint]:
    """Hints that nobody has taken up yet."""
    found = [Hint(**row) for rows in hooks.announce("veto.hints", db) for row in rows]
    taken = queries.hinted(db) if found else set()
    return [hint for hint in found if hint.ref not in taken]


def work_items(db: Session, *, actor: Actor) -> list[WorkItem]:
    """Reviewed cases wait for a lead, hints for an officer."""
    items = []
    if actor.may(Permission.VETO_DECIDE) and (ready := queries.cases(db, ["review"])):
        items.append(WorkItem(_("决定一票否决"), "vetoes.index", count=len(ready)))
    if actor.may(Permission.VETO_PROPOSE) and (open_hints := hints(db)):
        items.append(WorkItem(_("核对一票否决线索"), "vetoes.index", count=len(open_hints)))
    return items
