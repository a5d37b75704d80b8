"""How far a running task has come, and the wish to stop it: files beside the database, and columns on PostgreSQL.

On SQLite the task's own write transaction shuts out every other, so neither may need one.
"""

import json
import time
from pathlib import Path

from sqlalchemy import update

from portal.kernel import clock
from portal.kernel.db import engine
from portal.kernel.jobs_record import Task
from portal.kernel.marks import at_once
from portal.kernel.settings import settings

_EVERY = 0.4  # seconds between two notes of progress


class Cancelled(Exception):
    """Somebody asked the running task to stop; its transaction rolls back."""


def folder() -> Path:
    """Where locks, progress and files of tasks lie, in the instance folder (0700)."""
    path = settings().instance / "tasks"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def wish_file(task_id: str) -> Path:
    """Where the wish to stop a running task is laid down."""
    return folder() / f"{task_id}.cancel"


def minutes_left(task: Task, done: int, total: int) -> int | None:
    """A guess from the pace so far; None when there is none."""
    if task.status != "running" or task.started_at is None or not 0 < done <= total:
        return None
    seconds = (clock.now() - task.started_at).total_seconds()
    return int(seconds * (total - done) / done // 60) + 1


def progress_of(task: Task) -> tuple[str, int, int]:
    """Stage, done and total, as last noted."""
    path = folder() / f"{task.id}.progress"
    if task.status == "running" and path.exists():
        noted = json.loads(path.read_text())
        return str(noted["stage"]), int(noted["done"]), int(noted["total"])
    return task.stage or "", task.done or 0, task.total or 0


class Reporter:
    """Notes progress, at most every 0.4 seconds; a note that cannot be written is dropped. Raises Cancelled when asked to stop."""

    def __init__(self, task_id: str):
        self.task_id = task_id
        self._stage, self._last = "", 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if stage == self._stage and now - self._last < _EVERY:
            return
        if wish_file(self.task_id).exists():
            raise Cancelled
        self._stage, self._last = stage, now
        if engine().dialect.name == "sqlite":
            path = folder() / f"{self.task_id}.progress"
            draft = path.with_suffix(".draft")
            draft.write_text(json.dumps({"stage": stage, "done": done, "total": total}))
            draft.replace(path)
            return
        at_once(update(Task).where(Task.id == self.task_id).values(stage=stage, done=done, total=total))
