"""The verbs of a conference: call, hold, note a task done, close, cancel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mediation.conferences import policy, queries
from mediation.conferences.models import (
    LEVELS,
    NEXT_STEPS,
    Conference,
    ConferenceItem,
    ConferenceMember,
    ConferenceStep,
    ConferenceTask,
    ConferenceTaskStep,
)
from mediation.conferences.queries import ConferenceLine, subject
from portal.deadlines import api as deadlines
from portal.kernel import audit, clock, ids, keys
from portal.kernel.access import Actor, Role, require
from portal.kernel.db import lock
from portal.kernel.divisions import level_of
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.i18n import _
from portal.registry import api as registry

RULE, LONGEST, MOST = "conference.task", 4000, 30


@dataclass(frozen=True)
class Task:
    """A resolution: what, which body, until when."""

    deed: str
    body: str
    due_on: date


def call(
    db: Session, actor: Actor, level: str, division_code: str, meets_on: date, members: Sequence[str],
    case_ids: Sequence[str], topics: Sequence[str] = (),
) -> str:  # fmt: skip
    """Call a conference; answers its id. Its cases come from the agenda of the place; topics are anything else."""
    require(policy.may_hold(actor, division_code))
    registry.division_name(db, division_code)
    bodies = list(dict.fromkeys(one.strip() for one in members if one.strip()))
    said = [_needed(one) for one in topics if one.strip()]
    if level not in LEVELS or (level == "district" and not actor.has_whole_district):
        raise DomainError(_("请从列表中选择。"))
    if (level == "district") != (level_of(division_code) not in ("street", "community")):
        raise DomainError(_("区级联席会议由全区召开，社区联席会议由街道或者社区召开。"))
    if meets_on < clock.today():
        raise DomainError(_("会议日期不能早于今天。"))
    waiting = {one.id: one.code for one in queries.agenda(db, actor, division_code)}
    if any(one not in waiting for one in case_ids):
        raise DomainError(_("请从待议案件中选择。"))
    if not bodies or max(map(len, bodies)) > 60 or not (case_ids or said) or len(bodies) + len(said) > MOST:
        raise DomainError(_("请填写参会单位（每行一个，不超过60个字）和至少一项议题。"))
    lock(db, "conferences")
    row = Conference(
        id=ids.new_id(), number=_number(db, meets_on.year), level=level, division_code=division_code, meets_on=meets_on,
        actor=actor.audit_name, recorded_at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    key = subject(row.id)
    items: list[tuple[str | None, str]] = [(one, keys.seal(db, key, waiting[one])) for one in dict.fromkeys(case_ids)]
    items += [(None, keys.seal(db, key, one)) for one in said]
    for seq, (case_id, topic) in enumerate(items, 1):
        db.add(ConferenceItem(conference_id=row.id, seq=seq, case_id=case_id, topic=topic))
    for body in bodies:
        db.add(ConferenceMember(conference_id=row.id, body=body))
    _write(db, actor, row.id, row.number, 1, "called")
    return row.id


def _number(db: Session, year: int) -> str:
    start = f"LX-{year}-"
    last = db.scalar(select(func.max(Conference.number)).where(Conference.number.startswith(start)))
    return f"{start}{int(last.removeprefix(start)) + 1 if last else 1:04d}"


def _needed(text: str) -> str:
    said = text.strip()
    if not said:
        raise DomainError(_("请写明内容。"))
    if len(said) > LONGEST:
        raise DomainError(_("内容最多填%(n)s个字。请缩短。", n=LONGEST))
    return said


def _write(
    db: Session,
    actor: Actor,
    conference_id: str,
    number: str,
    seq: int,
    step: str,
    minutes: str = "",
    summary: str = "",
) -> None:
    row = ConferenceStep(conference_id=conference_id, seq=seq, step=step, on=clock.today(), at=clock.now())
    row.minutes, row.summary, row.actor = minutes, summary, actor.audit_name
    db.add(row)
    db.flush()
    audit.record(db, actor, f"conference.{step}", f"conference:{number}", {"seq": seq, "on": row.on})


def _held(db: Session, actor: Actor, conference_id: str, step: str, seen: int | None) -> ConferenceLine:
    lock(db, f"conference:{conference_id}")
    one = queries.line(db, actor, conference_id)
    if (seen is not None and seen != one.seq) or step not in NEXT_STEPS.get(one.step, ()):
        raise Conflict(_("这次联席会议现在不能这样办理。请刷新页面后再看。"))
    return one


def hold(
    db: Session, actor: Actor, conference_id: str, minutes: str, tasks: Sequence[Task], *, seen: int | None = None
) -> None:
    """Write the minutes and the resolutions; each becomes a task with a day in the deadlines of the office."""
    one = _held(db, actor, conference_id, "held", seen)
    if clock.today() < one.meets_on:
        raise DomainError(_("会议还没有召开。"))
    if len(tasks) > MOST or any(task.due_on < clock.today() or not task.body.strip() for task in tasks):
        raise DomainError(_("请写明每项决定的落实单位，期限不能早于今天。"))
    key = subject(conference_id)
    _write(db, actor, conference_id, one.number, one.seq + 1, "held", minutes=keys.seal(db, key, _needed(minutes)))
    for seq, task in enumerate(tasks, 1):
        row = ConferenceTask(
            id=ids.new_id(), conference_id=conference_id, seq=seq, deed=keys.seal(db, key, _needed(task.deed)),
            body=task.body.strip()[:60], due_on=task.due_on,
        )  # fmt: skip
        db.add(row)
        db.flush()
        _task_step(db, actor, row.id, 1, "given", "")
        holder = deadlines.Holder(role=Role.REGISTRAR, division_code=one.division_code)
        deadlines.start(
            db, actor, RULE, f"conference:{one.number}/{seq}", holder=holder, title=f"联席会议{one.number}第{seq}项",
            endpoint="conferences.conference", values={"conference_id": conference_id}, due_on=task.due_on,
        )  # fmt: skip


def _task_step(db: Session, actor: Actor, task_id: str, seq: int, step: str, note: str) -> None:
    row = ConferenceTaskStep(task_id=task_id, seq=seq, step=step, on=clock.today(), at=clock.now(), note=note)
    row.actor = actor.audit_name
    db.add(row)
    db.flush()


def done(db: Session, actor: Actor, task_id: str, note: str) -> str:
    """Note that a task was carried out, and how; answers the conference's id. ``Conflict`` for a second time."""
    task = db.get(ConferenceTask, task_id)
    if task is None:
        raise NotFound(_("没有找到这次联席会议。"))
    lock(db, f"conference:{task.conference_id}")
    one = queries.line(db, actor, task.conference_id)
    if db.get(ConferenceTaskStep, (task_id, 2)) is not None:
        raise Conflict(_("这项决定已经登记为落实。"))
    said = keys.seal(db, subject(task.conference_id), _needed(note))
    _task_step(db, actor, task_id, 2, "done", said)
    audit.record(db, actor, "conference.task-done", f"conference:{one.number}", {"task": task.seq})
    deadlines.close(db, actor, RULE, f"conference:{one.number}/{task.seq}")
    return task.conference_id


def close(db: Session, actor: Actor, conference_id: str, summary: str, *, seen: int | None = None) -> None:
    """Close a conference once every task is done; ``summary`` is published, empty where nothing may be told."""
    one = _held(db, actor, conference_id, "closed", seen)
    if queries.open_tasks(db, conference_id):
        raise DomainError(_("还有议定事项没有落实，不能办结。"))
    if len(summary) > LONGEST:
        raise DomainError(_("内容最多填%(n)s个字。请缩短。", n=LONGEST))
    _write(db, actor, conference_id, one.number, one.seq + 1, "closed", summary=summary.strip())


def cancel(db: Session, actor: Actor, conference_id: str, *, seen: int | None = None) -> None:
    """Call a conference off before it meets."""
    one = _held(db, actor, conference_id, "cancelled", seen)
    _write(db, actor, conference_id, one.number, one.seq + 1, "cancelled")
