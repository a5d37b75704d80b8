"""Reads of conferences: what waits for one, those of an office, one with all in it, summaries for everybody."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from mediation.cases import api as cases
from mediation.conferences import policy
from mediation.conferences.models import (
    Conference,
    ConferenceItem,
    ConferenceMember,
    ConferenceStep,
    ConferenceTask,
    ConferenceTaskStep,
)
from portal.kernel import keys
from portal.kernel.access import Actor, covers
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _


@dataclass(frozen=True)
class ConferenceLine:
    """A conference with its last step."""

    id: str
    number: str
    level: str
    division_code: str
    meets_on: date
    step: str
    seq: int
    summary: str


@dataclass(frozen=True)
class TaskView:
    """A resolution: ``done_on`` None while it is open."""

    id: str
    seq: int
    deed: str
    body: str
    due_on: date
    done_on: date | None
    note: str


@dataclass(frozen=True)
class ConferenceView:
    """All of one conference. ``items``: (case id or None, case code or topic)."""

    line: ConferenceLine
    items: tuple[tuple[str | None, str], ...]
    members: tuple[str, ...]
    minutes: str
    tasks: tuple[TaskView, ...]


def subject(conference_id: str) -> str:
    """The name of a conference's key."""
    return f"mediation:conference-{conference_id}"


def agenda(db: Session, actor: Actor, division_code: str) -> list[cases.CaseLine]:
    """What waits for a conference of a place: open major cases, and petitions under review."""
    found = {one.id: one for one in cases.flagged(db, "major", within=division_code) if one.state not in cases.ENDED}
    reviews, _total = cases.queue(db, actor, states=("review",), limit=100)
    found.update({one.id: one for one in reviews if covers(division_code, one.division_code)})
    return sorted(found.values(), key=lambda one: (one.filed_on, one.code))


def _lines() -> Select[Conference, ConferenceStep]:
    last = (
        select(ConferenceStep.conference_id, func.max(ConferenceStep.seq).label("seq"))
        .group_by(ConferenceStep.conference_id)
        .subquery()
    )
    return (
        select(Conference, ConferenceStep)
        .join(last, last.c.conference_id == Conference.id)
        .join(ConferenceStep, (ConferenceStep.conference_id == Conference.id) & (ConferenceStep.seq == last.c.seq))
        .order_by(Conference.meets_on.desc(), Conference.number.desc())
    )


def _line(row: Conference, step: ConferenceStep) -> ConferenceLine:
    return ConferenceLine(
        row.id, row.number, row.level, row.division_code, row.meets_on, step.step, step.seq, step.summary
    )


def conferences(db: Session, actor: Actor) -> list[ConferenceLine]:
    """The conferences of an office's place, the latest first."""
    found = [_line(row, step) for row, step in db.execute(_lines().limit(500))]
    return [one for one in found if policy.may_hold(actor, one.division_code)]


def summaries(db: Session) -> list[ConferenceLine]:
    """Closed conferences with a summary for everybody."""
    query = _lines().where(ConferenceStep.step == "closed", ConferenceStep.summary != "")
    return [_line(row, step) for row, step in db.execute(query.limit(100))]


def line(db: Session, actor: Actor, conference_id: str) -> ConferenceLine:
    """One conference of the actor's place. ``NotFound``."""
    row = db.execute(_lines().where(Conference.id == conference_id)).first()
    if row is None or not policy.may_hold(actor, row[0].division_code):
        raise NotFound(_("没有找到这次联席会议。"))
    return _line(row[0], row[1])


def conference(db: Session, actor: Actor, conference_id: str) -> ConferenceView:
    """One conference with its agenda, members, minutes and tasks. ``NotFound``."""
    one, key = line(db, actor, conference_id), subject(conference_id)

    def opened(token: str) -> str:
        return (keys.unseal(db, key, token) or "") if token else ""

    items = db.scalars(
        select(ConferenceItem).where(ConferenceItem.conference_id == conference_id).order_by(ConferenceItem.seq)
    )
    members = db.scalars(
        select(ConferenceMember.body)
        .where(ConferenceMember.conference_id == conference_id)
        .order_by(ConferenceMember.body)
    )
    held = db.scalar(
        select(ConferenceStep.minutes).where(
            ConferenceStep.conference_id == conference_id, ConferenceStep.step == "held"
        )
    )
    return ConferenceView(
        one, tuple((item.case_id, opened(item.topic)) for item in items), tuple(members), opened(held or ""),
        tuple(
            TaskView(task.id, task.seq, opened(task.deed), task.body, task.due_on, done.on if done else None,
                     opened(done.note) if done else "")
            for task, done in _tasks(db, conference_id)
        ),
    )  # fmt: skip


def _tasks(db: Session, conference_id: str) -> list[tuple[ConferenceTask, ConferenceTaskStep | None]]:
    query = (
        select(ConferenceTask, ConferenceTaskStep)
        .outerjoin(
            ConferenceTaskStep, (ConferenceTaskStep.task_id == ConferenceTask.id) & (ConferenceTaskStep.step == "done")
        )
        .where(ConferenceTask.conference_id == conference_id)
    )
    return [(task, done) for task, done in db.execute(query.order_by(ConferenceTask.seq))]


def open_tasks(db: Session, conference_id: str) -> int:
    """How many resolutions are not carried out yet."""
    return sum(done is None for _task, done in _tasks(db, conference_id))
