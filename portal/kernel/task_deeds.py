"""A deed that a person waits for and that may take long, a publication: it runs as a task, and the request shows its end.

The deed stays one transaction by the person who pressed. ``keep`` writes the task's result in that same transaction, so that a
task whose process dies after the commit is closed as done (``tasks.take_up_interrupted``) and never does its deed twice.
"""

import json
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.kernel import clock, errors, tasks
from portal.kernel.access import Actor
from portal.kernel.db import reading, transaction
from portal.kernel.errors import Conflict, DomainError
from portal.kernel.i18n import _
from portal.kernel.jobs_record import Task
from portal.kernel.tasks import Runner, TaskView

PATIENCE = 8.0  # seconds that a request waits
LAPSES = timedelta(minutes=15)  # as long as a proof of who acts is fresh (kernel.web.fresh)
_LOOK = 0.1


def ask(actor: Actor, kind: str, request: dict[str, Any]) -> TaskView:
    """Queue a deed of this moment. Opens its own transaction; nobody queues it a second time."""
    with transaction() as db:
        return tasks.start(db, actor, kind, {**request, "on": clock.today().isoformat(), "once": True})


def refuse_lapsed(task: TaskView) -> None:
    """Conflict when the deed was asked for too long ago, or on another day: the person looks again first."""
    if task.request["on"] != clock.today().isoformat() or clock.now() - task.created_at > LAPSES:
        raise Conflict(_("提交以后没有及时办成，已经作废，没有公布。请重新打开预览，核对后再公布。"))


def keep(db: Session, task: TaskView, result: Mapping[str, Any]) -> None:
    """Note the result in the transaction of the deed itself."""
    told = json.dumps(dict(result), ensure_ascii=False, default=str)
    db.execute(update(Task).where(Task.id == task.id).values(result=told))


def ended(task_id: str, runners: Mapping[str, Runner], *, apart: bool = True) -> TaskView:
    """Run a queued task and wait a few seconds for its end. ``apart``: beside the request; else within it, whose end is then certain (tests).

    Raises what the deed was refused with, as if the request had done it. A task that is not over, or failed, comes back as it is.
    """
    if not apart:
        tasks.run_one(task_id, runners)
    else:
        tasks.run_in_background(task_id, runners).join(PATIENCE)
    found = _over(task_id)
    if found.status == "refused":
        raise _refused(found.result)
    return found


def _over(task_id: str) -> TaskView:
    """The task, once it is over or time is up: another process may have taken it first."""
    until = time.monotonic() + _LOOK * 5
    while True:
        with reading() as db:
            found = tasks.view(db, task_id)
        if found.status != "running" or time.monotonic() > until:
            return found
        time.sleep(_LOOK)


def _refused(result: Mapping[str, Any]) -> DomainError:
    known = {kind.__name__: kind for kind in (errors.NotFound, errors.NotAllowed, errors.Conflict)}
    return known.get(str(result.get("error")), DomainError)(result["summary"])
