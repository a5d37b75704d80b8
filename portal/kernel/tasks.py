"""Long work a person starts and comes back to: an import, say. A row says what to do, whoever claims it does it.

A web process starts a thread for each task it takes in; a worker drains what is left. The running thread holds a lock
file, so that a task whose process died is told from one that is slow: another process takes it up, three times at most. What
fails for a reason that may pass (the database away, a full disk) is tried again after half a minute, two, and eight. Progress
and the wish to stop go through files beside the database: on SQLite the task's own write transaction shuts out every other.
"""

import json
import logging
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session

from portal.kernel import audit, clock
from portal.kernel.access import Actor
from portal.kernel.db import reading, transaction
from portal.kernel.errors import DomainError, InputRefused, NotFound
from portal.kernel.held import held
from portal.kernel.i18n import _, language, using
from portal.kernel.ids import new_id
from portal.kernel.importing import Progress
from portal.kernel.jobs_record import Task
from portal.kernel.task_progress import Cancelled as Cancelled
from portal.kernel.task_progress import Reporter, minutes_left, progress_of
from portal.kernel.task_progress import folder as folder
from portal.kernel.task_progress import wish_file as wish_file

log = logging.getLogger(__name__)

SHOWN_PROBLEMS = 200
KEPT = timedelta(days=30)
ATTEMPTS = 3  # by a person's one wish; then it takes another
PASSING = (OperationalError, InterfaceError, NoConnection, OSError)  # what may be gone in a minute
_BACK_OFF = timedelta(seconds=30)  # before the second attempt; four times as long before each further one


@dataclass(frozen=True)
class TaskView:
    """A task. ``status``: queued, running, done, refused (the person can mend it), failed or cancelled.

    ``result``: what the runner gave; of a refused task ``summary``, ``problems`` [{cell, text}] (first 200), ``count``.
    ``minutes_left`` is a guess from the pace so far, None when there is none.
    """

    id: str
    kind: str
    person: str
    request: dict[str, Any]
    status: str
    stage: str
    done: int
    total: int
    result: dict[str, Any]
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    minutes_left: int | None
    attempts: int = 0
    not_before: datetime | None = None
    is_stopping: bool = False

    @property
    def is_over(self) -> bool:
        """Nothing more will happen."""
        return self.status in ("done", "refused", "failed", "cancelled")


Runner = Callable[[TaskView, Progress], Mapping[str, Any]]


def start(db: Session, actor: Actor, kind: str, request: dict[str, Any]) -> TaskView:
    """Queue a task; it runs once the caller's transaction is committed. ``request`` is plain JSON."""
    task = Task(
        id=new_id(),
        kind=kind,
        person=actor.login,
        request=json.dumps({"language": language(), **request}, ensure_ascii=False),
        status="queued",
        created_at=clock.now(),
    )
    db.add(task)
    db.flush()
    return _view(task)


def view(db: Session, task_id: str) -> TaskView:
    """A task by its id; NotFound."""
    task = db.get(Task, task_id)
    if task is None:
        raise NotFound(_("没有找到这个任务，可能已经过期清理。"))
    return _view(task)


def of_person(db: Session, login: str, limit: int = 20) -> list[TaskView]:
    """A person's newest tasks, newest first."""
    query = select(Task).where(Task.person == login).order_by(Task.created_at.desc(), Task.id).limit(limit)
    return [_view(task) for task in db.scalars(query)]


def newest(db: Session, limit: int = 50) -> list[TaskView]:
    """Everybody's newest tasks, newest first: how they stand, for who keeps the portal running."""
    query = select(Task).order_by(Task.created_at.desc(), Task.id).limit(limit)
    return [_view(task) for task in db.scalars(query)]


def _view(task: Task) -> TaskView:
    stage, done, total = progress_of(task)
    return TaskView(
        id=task.id,
        kind=task.kind,
        person=task.person,
        request=json.loads(task.request),
        status=task.status,
        stage=stage,
        done=done,
        total=total,
        result=json.loads(task.result) if task.result else {},
        created_at=task.created_at,
        started_at=task.started_at,
        finished_at=task.finished_at,
        minutes_left=minutes_left(task, done, total),
        attempts=task.attempts,
        not_before=task.not_before,
        is_stopping=task.status == "running" and wish_file(task.id).exists(),
    )


def _running(task_id: str) -> AbstractContextManager[bool]:
    """Hold the task's lock file; false when another holds it. The system lets go of it when the process dies."""
    return held(folder() / f"{task_id}.lock", remove=True)


def _claim(task_id: str) -> TaskView | None:
    now = clock.now()
    with transaction() as db:
        due = or_(Task.not_before.is_(None), Task.not_before <= now)
        query = update(Task).where(Task.id == task_id, Task.status == "queued", due)
        claimed = db.execute(query.values(status="running", started_at=now, attempts=Task.attempts + 1, result=""))
        if not claimed.rowcount:  # type: ignore[attr-defined]
            return None
        return view(db, task_id)


def _finish(task: TaskView, status: str, result: Mapping[str, Any], not_before: datetime | None = None) -> None:
    """Note the end of this attempt; nothing of one that another has taken up since, and no failure after a kept deed."""
    told = json.dumps(dict(result), ensure_ascii=False, default=str)
    with transaction() as db:
        query = update(Task).where(Task.id == task.id, Task.status == "running", Task.attempts == task.attempts)
        if status != "done":
            query = query.where(Task.result == "")
        ended = None if status == "queued" else clock.now()
        noted = db.execute(query.values(status=status, result=told, finished_at=ended, not_before=not_before))
        if status == "cancelled" and noted.rowcount:  # type: ignore[attr-defined]
            by = Actor(wish_file(task.id).read_text(), None, None)
            audit.record(db, by, "task.cancelled", f"task:{task.id}", {"kind": task.kind})
    for ending in ("progress", "cancel"):
        (folder() / f"{task.id}.{ending}").unlink(missing_ok=True)


def _refusal(error: DomainError) -> dict[str, Any]:
    if not isinstance(error, InputRefused):
        return {"summary": str(error), "problems": [], "count": 0, "error": type(error).__name__}
    problems = [{"cell": problem.cell, "text": problem.message} for problem in error.problems[:SHOWN_PROBLEMS]]
    return {"summary": error.summary, "problems": problems, "count": error.count}


def run_one(task_id: str, runners: Mapping[str, Runner]) -> bool:
    """Claim a task and do it; false when it is not there to be claimed. What goes wrong stands in its result."""
    with _running(task_id) as mine:
        task = _claim(task_id) if mine else None
        if task is None:
            return False
        with using(str(task.request.get("language", "zh"))):
            try:
                result = runners[task.kind](task, Reporter(task_id))
                _finish(task, "done", result)
            except Cancelled:
                _finish(task, "cancelled", {"summary": _("已取消，没有保存任何内容。")})
            except DomainError as error:
                _finish(task, "refused", _refusal(error))
            except Exception as error:
                log.exception("task_failed id=%s kind=%s attempt=%s", task_id, task.kind, task.attempts)
                _fail(task, isinstance(error, PASSING))
    return True


def _fail(task: TaskView, may_pass: bool) -> None:
    """Put a task back for later when its trouble may pass, else close it."""
    if may_pass and task.attempts < ATTEMPTS:
        later = clock.now() + _BACK_OFF * 4 ** (task.attempts - 1)
        _finish(task, "queued", {"summary": _("暂时办不成，稍后自动重试。")}, not_before=later)
        return
    _finish(task, "failed", {"summary": _("系统出错，没有办理。请稍后重试，仍不成功请联系系统管理员。")})


def run_next(runners: Mapping[str, Runner]) -> bool:
    """Do the oldest queued task of these kinds; false when there is none."""
    with reading() as db:
        due = or_(Task.not_before.is_(None), Task.not_before <= clock.now())
        query = select(Task.id).where(Task.status == "queued", Task.kind.in_(list(runners)), due)
        waiting = list(db.scalars(query.order_by(Task.created_at, Task.id).limit(5)))
    return any(run_one(task_id, runners) for task_id in waiting)


def run_in_background(task_id: str, runners: Mapping[str, Runner]) -> threading.Thread:
    """Do a task beside the requests of this process; a clock that is held stays held."""
    moment = clock.held_at()

    def work() -> None:
        with clock.at(moment) if moment else nullcontext():
            run_one(task_id, runners)

    thread = threading.Thread(target=work, name=f"task-{task_id}", daemon=True)
    thread.start()
    return thread


def take_up_interrupted() -> int:
    """Queue tasks again whose process died; one that took three processes with it is closed as failed. Says how many."""
    with reading() as db:
        running = [_view(task) for task in db.scalars(select(Task).where(Task.status == "running").order_by(Task.id))]
    found = 0
    for task in running:
        with _running(task.id) as is_dead:
            if not is_dead:
                continue
            found += 1
            if task.result:  # its deed is done and kept (kernel.task_deeds)
                _finish(task, "done", task.result)
            elif wish_file(task.id).exists():
                _finish(task, "cancelled", {"summary": _("已取消，没有保存任何内容。")})
            elif task.attempts < ATTEMPTS:
                _finish(task, "queued", {"summary": _("办理中断了，即将自动重新办理。")})
            else:
                _finish(task, "failed", {"summary": _("办理中断了。请核对结果后重新提交。")})
    return found


def prune(db: Session) -> int:
    """Forget tasks a month old, and files that a task left behind a day ago; says how many rows went."""
    gone = db.execute(
        delete(Task).where(Task.created_at < clock.now() - KEPT, Task.status.not_in(["queued", "running"]))
    )
    for path in folder().iterdir():
        if clock.now().timestamp() - os.stat(path).st_mtime > 24 * 3600:
            path.unlink(missing_ok=True)
    return int(gone.rowcount)  # type: ignore[attr-defined]
