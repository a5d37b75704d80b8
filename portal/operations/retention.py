"""What is deleted when its time is over: technical records of the portal itself. Rooms above answer ``retention.due`` for theirs."""

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.kernel import clock, hooks
from portal.kernel.jobs_record import JobRun

JOB_RUNS_KEPT = timedelta(days=400)


def clear(db: Session) -> dict[str, int]:
    """Delete what is due; counts by kind of record."""
    now = clock.now()
    old_runs = delete(JobRun).where(JobRun.fire_time < now - JOB_RUNS_KEPT, JobRun.finished_at.is_not(None))
    gone = {"job_run": int(db.execute(old_runs).rowcount)}  # type: ignore[attr-defined]
    for answer in hooks.announce("retention.due", db, now=now):
        gone.update(answer)
    return gone
