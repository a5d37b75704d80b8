"""My work: the figures of the person's role, then what waits, by the slices' own account, the nearest deadline first."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app, g, render_template, url_for
from sqlalchemy.orm import Session

from portal.kernel import clock, hooks, jobs, tasks
from portal.kernel.access import Actor, Permission, Role
from portal.kernel.errors import NotFound
from portal.kernel.web import actor, needs, request_session
from portal.kernel.work import WorkFigure, WorkItem
from portal.registry import api as registry
from portal.shell.office import district, oddities
from portal.shell.office.blueprint import work_bp
from portal.shell.public import areas

FEW = 10


@dataclass(frozen=True)
class Row:
    """One thing to do, with its address."""

    item: WorkItem
    url: str
    is_late: bool


@dataclass(frozen=True)
class Card:
    """One figure, with the address of the page that explains it."""

    figure: WorkFigure
    url: str


def items(db: Session, person: Actor) -> list[WorkItem]:
    """Everything the slices say waits for the person: dated things first, nearest first, then the rest in order."""
    found = [item for answer in hooks.announce("work.items", db, actor=person) for item in answer or []]
    return sorted(found, key=lambda item: (item.due_on is None, item.due_on or date.max))


def _address(endpoint: str | None, values: dict[str, Any]) -> str:
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else ""


def _row(item: WorkItem) -> Row:
    is_late = bool(item.due_on and item.due_on < clock.today())
    return Row(item, _address(item.endpoint, item.values), is_late)


def _cards(db: Session, person: Actor, first: list[WorkFigure]) -> list[Card]:
    told = [figure for answer in hooks.announce("work.figures", db, actor=person) for figure in answer or []]
    return [Card(figure, _address(figure.endpoint, figure.values)) for figure in (*first, *told)]


def waiting(db: Session, person: Actor) -> int:
    """How many things wait, for the count in the staff row; asked once in a request."""
    if "work_items" not in g:
        g.work_items = items(db, person)
    return _number(g.work_items)


def _number(found: list[WorkItem]) -> int:
    return sum(1 if item.count is None else item.count for item in found)


def _failed_check(db: Session, person: Actor) -> Any:
    """The last nightly check of the audit log, if it failed and the person is to know."""
    if not (person.may(Permission.AUDIT_READ) or person.may(Permission.JOBS_READ)):
        return None
    last = jobs.last_run(db, jobs.AUDIT_CHECK)
    return last if last is not None and last.outcome == "failed" else None


def _place(db: Session, person: Actor) -> str:
    """The name of the person's area; empty while the area is not in the register."""
    try:
        return areas.shown(registry.division_name(db, person.division_code or ""))
    except NotFound:
        return ""


@work_bp.get("/work")
@needs(Permission.WORK)
def index() -> str:
    """The first screen after signing in."""
    db, me = request_session(), actor()
    total = waiting(db, me)
    rows = [_row(item) for item in g.work_items]
    whole = district.shown(db) if district.is_for(me) else None
    return render_template(
        "office/work.html",
        rows=rows,
        total=total,
        late=_number([row.item for row in rows if row.is_late]),
        cards=_cards(db, me, whole.figures if whole else []),
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
