"""What a person may wish of a task that was started: that it stops, or that it runs once more.

Both open their own transaction, and none to stop a running task, whose own may hold the only write lock.
"""

from sqlalchemy import update

from portal.kernel import audit, clock
from portal.kernel.access import Actor, Permission
from portal.kernel.db import reading, transaction
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.jobs_record import Task
from portal.kernel.tasks import TaskView, view, wish_file


def _visible(actor: Actor, task_id: str) -> TaskView:
    with reading() as db:
        found = view(db, task_id)
    if found.person != actor.login and not actor.may(Permission.JOBS_READ):
        raise NotFound(_("没有找到这个任务，可能已经过期清理。"))
    return found


def cancel(actor: Actor, task_id: str) -> TaskView:
    """Stop a task: one that waits at once, one that runs at its next step. Its person may, and who keeps the portal running.

    Opens its own transaction, and none for a running task, whose own may hold the only write lock. NotFound; DomainError for one
    that is over.
    """
    found = _visible(actor, task_id)
    if found.status == "queued":
        with transaction() as db:
            query = update(Task).where(Task.id == task_id, Task.status == "queued")
            stopped = db.execute(query.values(status="cancelled", finished_at=clock.now()))
            if stopped.rowcount:  # type: ignore[attr-defined]
                audit.record(db, actor, "task.cancelled", f"task:{task_id}", {"kind": found.kind})
        found = _visible(actor, task_id)
    if found.status == "running":
        wish_file(task_id).write_text(actor.audit_name)
    elif found.status != "cancelled":
        raise DomainError(_("这个任务已经结束，不能取消。"))
    return _visible(actor, task_id)


def again(actor: Actor, task_id: str) -> TaskView:
    """Queue a failed or cancelled task once more. Opens its own transaction; NotFound; DomainError for any other, and for a deed
    that asks for a look and a proof each time (``once`` in its request)."""
    found = _visible(actor, task_id)
    if found.request.get("once"):
        raise DomainError(_("这件事不能直接重新办理，请回到原来的页面，核对后再提交。"))
    with transaction() as db:
        query = update(Task).where(Task.id == task_id, Task.status.in_(["failed", "cancelled"]))
        fresh = {"started_at": None, "finished_at": None, "not_before": None, "result": "", "attempts": 0}
        queued = db.execute(query.values(status="queued", **fresh))
        if not queued.rowcount:  # type: ignore[attr-defined]
            raise DomainError(_("只有没有办成或者已经取消的任务可以重新办理。"))
        audit.record(db, actor, "task.queued-again", f"task:{task_id}", {"kind": found.kind})
    return _visible(actor, task_id)
