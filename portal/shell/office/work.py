"""My work: what waits for the person, by the slices' own account, the nearest deadline first."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app, g, render_template, url_for
from sqlalchemy.orm import Session

from portal.kernel import clock, hooks, jobs, tasks
from portal.kernel.access import Actor, Permission
from portal.kernel.web import actor, needs, request_session
from portal.kernel.work import WorkItem
from portal.shell.office.blueprint import work_bp


@dataclass(frozen=True)
class Row:
    """One thing to do, with its address."""

    item: WorkItem
    url: str
    is_late: bool


def items(db: Session, person: Actor) -> list[WorkItem]:
    """Everything the slices say waits for the person: dated things first, nearest first, then the rest in order."""
    found = [item for answer in hooks.announce("work.items", db, actor=person) for item in answer or []]
    return sorted(found, key=lambda item: (item.due_on is None, item.due_on or date.max))


def _row(item: WorkItem) -> Row:
    known = item.endpoint in current_app.view_functions
    return Row(
        item, url_for(item.endpoint, **item.values) if known else "", bool(item.due_on and item.due_on < clock.today())
    )


def waiting(db: Session, person: Actor) -> int:
    """How many things wait, for the count in the staff row; asked once in a request."""
    if "work_items" not in g:
        g.work_items = items(db, person)
    return sum(1 if item.count is None else item.count for item in g.work_items)


def _failed_check(db: Session, person: Actor) -> Any:
    """The last nightly check of the audit log, if it failed and the person is to know."""
    if not (person.may(Permission.AUDIT_READ) or person.may(Permission.JOBS_READ)):
        return None
    last = jobs.last_run(db, jobs.AUDIT_CHECK)
    return last if last is not None and last.outcome == "failed" else None


@work_bp.get("/work")
@needs(Permission.WORK)
def index() -> str:
    """The first screen after signing in."""
    db, me = request_session(), actor()
    total = waiting(db, me)
    rows = [_row(item) for item in g.work_items]
    mine = [task for task in tasks.of_person(db, me.login, 5)]
    late = sum((row.item.count or 1) for row in rows if row.is_late)
    check = _failed_check(db, me)
    return render_template("office/work.html", rows=rows, total=total, late=late, tasks=mine, failed_check=check, me=me)
