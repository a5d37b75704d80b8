"""My work: the figures of the person's role, then what waits, by the slices' own account, the nearest deadline first."""

from typing import Any

from flask import g, render_template
from sqlalchemy.orm import Session

from portal.kernel import hooks, jobs, tasks
from portal.kernel.access import Actor, Permission, Role
from portal.kernel.web import actor, needs, request_session
from portal.kernel.work import WorkFigure
from portal.registry.api import areas
from portal.shell.office import district, oddities, queue, standing
from portal.shell.office.blueprint import work_bp

FEW = 10


def _cards(db: Session, person: Actor, first: list[WorkFigure]) -> list[standing.Card]:
    told = [figure for answer in hooks.announce("work.figures", db, actor=person) for figure in answer or []]
    return standing.cards([*first, *told])


def _told(db: Session, person: Actor) -> queue.Waiting:
    """What waits, asked once in a request."""
    if "work_waiting" not in g:
        g.work_waiting = queue.waiting(db, person)
    found: queue.Waiting = g.work_waiting
    return found


def waiting(db: Session, person: Actor) -> int:
    """How many things wait, for the count in the staff row."""
    return _told(db, person).total


def _failed_check(db: Session, person: Actor) -> Any:
    """The last nightly check of the audit log, if it failed and the person is to know."""
    if not (person.may(Permission.AUDIT_READ) or person.may(Permission.JOBS_READ)):
        return None
    last = jobs.last_run(db, jobs.AUDIT_CHECK)
    return last if last is not None and last.outcome == "failed" else None


def _place(db: Session, person: Actor) -> str:
    """The name of the person's area; empty while the area is not in the register."""
    found = queue.places(db).get(person.division_code or "")
    return areas.shown(found.name) if found else ""


@work_bp.get("/work")
@needs(Permission.WORK)
def index() -> str:
    """The first screen after signing in."""
    db, me = request_session(), actor()
    told = _told(db, me)
    whole = district.shown(db) if district.is_for(me) else None
    return render_template(
        "office/work.html",
        rows=queue.rows(db, me, told),
        total=told.total,
        late=told.late,
        cards=_cards(db, me, [*standing.figures(db, me), *(whole.figures if whole else [])]),
        tasks=list(tasks.of_person(db, me.login, 5)),
        failed_check=_failed_check(db, me),
        me=me,
        place=_place(db, me),
        district=whole,
        per_month=district.per_month,
        odd=oddities.found(db, me.division_code) if oddities.keeps_register(me) else None,
        few=FEW,
        is_mediator=me.role is Role.MEDIATOR,
    )
