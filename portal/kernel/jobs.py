"""Scheduled jobs: one worker leads, every firing is claimed by a row: a job runs once however many workers live.

The scheduler keeps nothing: jobs are listed in code, what ran stands in ``job_run``. APScheduler's own stores run a
job once for each living process, so the lead is a lock: an advisory lock on a connection of its own (PostgreSQL) or a
locked file in the instance folder (SQLite).
"""

import fcntl
import json
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from portal.kernel import audit, clock, copies
from portal.kernel.cron import latest_fire as latest_fire
from portal.kernel.cron import next_fire as next_fire
from portal.kernel.cron import trigger
from portal.kernel.db import engine, reading, transaction
from portal.kernel.held import held
from portal.kernel.jobs_record import JobRun
from portal.kernel.settings import settings

log = logging.getLogger(__name__)

AUDIT_CHECK, COPIES = "audit-check", "photo-copies"
_LOCK = 7_011_306_502  # any number, the same for all workers of the portal
_LATE = timedelta(hours=24)
_LOOK_AFTER = 30  # seconds between two looks for what is left over
ATTEMPTS = 3  # of one firing: a job that takes three processes with it is left alone

Facts = Mapping[str, Any]


class JobFailed(Exception):
    """A job did its work and found something wrong; ``facts`` (JSON) say what."""

    def __init__(self, facts: Facts):
        self.facts = facts
        super().__init__(json.dumps(dict(facts), ensure_ascii=False))


@dataclass(frozen=True)
class Job:
    """A scheduled job: ``cron`` (five fields, district time) is claimed in ``job_run``; ``every`` (seconds) is for
    work that claims what it does by itself. ``run`` gives facts for the record (JSON), or raises.
    """

    name: str
    run: Callable[[], Facts]
    cron: str = ""
    every: int = 0


def check_audit() -> Facts:
    """The nightly check of the audit log; JobFailed names the first row that is wrong."""
    with reading() as db:
        rows, found = audit.verify(db)
    if found is not None:
        raise JobFailed({"rows": rows, "seq": found.seq, "found": found.message})
    return {"rows": rows}


def make_copies() -> Facts:
    """Copies of photos that wait for one."""
    return {"photos": copies.make_waiting()}


def standard_jobs() -> list[Job]:
    """The kernel's own jobs."""
    return [Job(AUDIT_CHECK, check_audit, cron="30 2 * * *"), Job(COPIES, make_copies, every=2)]


def _me() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _claim(job: Job, fire_time: datetime) -> bool:
    try:
        with transaction() as db:
            db.add(JobRun(job=job.name, fire_time=fire_time, claimed_by=_me(), started_at=clock.now(), message=""))
        return True
    except IntegrityError:
        return False


def _finish(job: Job, fire_time: datetime, outcome: str, facts: Facts) -> None:
    told = json.dumps(dict(facts), ensure_ascii=False, sort_keys=True)
    with transaction() as db:
        query = update(JobRun).where(JobRun.job == job.name, JobRun.fire_time == fire_time)
        db.execute(query.values(outcome=outcome, message=told, finished_at=clock.now()))


def _lock(name: str) -> Path:
    folder = settings().instance / "jobs"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{name}.lock"


def fire(job: Job, fire_time: datetime) -> bool:
    """Run a job for an instant unless somebody has claimed it, or still runs it for an earlier one; says whether it ran here.

    Its failure is recorded, not raised.
    """
    with held(_lock(job.name)) as mine:
        if not mine or not _claim(job, fire_time):
            return False
        _work(job, fire_time)
    return True


def _work(job: Job, fire_time: datetime) -> None:
    try:
        facts = job.run()
    except JobFailed as found:
        log.error("job_failed name=%s facts=%s", job.name, found)
        _finish(job, fire_time, "failed", found.facts)
    except Exception as error:
        log.exception("job_failed name=%s", job.name)
        _finish(job, fire_time, "failed", {"error": type(error).__name__})
    else:
        _finish(job, fire_time, "ok", facts)


def _tick(job: Job) -> None:
    """What the scheduler calls. Nothing may escape: the scheduler goes on whatever a job does."""
    try:
        if job.every:
            job.run()
        elif (fire_time := latest_fire(job.cron, clock.now())) is not None:
            fire(job, fire_time)
    except Exception:
        log.exception("job_tick_failed name=%s", job.name)


def last_run(db: Session, name: str) -> JobRun | None:
    """The newest firing of a job."""
    return db.scalars(select(JobRun).where(JobRun.job == name).order_by(JobRun.fire_time.desc()).limit(1)).first()


def recent_runs(db: Session, limit: int = 100) -> list[JobRun]:
    """The newest firings of all jobs, newest first."""
    return list(db.scalars(select(JobRun).order_by(JobRun.fire_time.desc(), JobRun.job).limit(limit)))


def _take_up(jobs: Iterable[Job]) -> None:
    """Firings that a dead process left open: run again here, or closed when too old or begun too often."""
    by_name = {job.name: job for job in jobs}
    with reading() as db:
        query = select(JobRun).where(JobRun.finished_at.is_(None)).order_by(JobRun.fire_time, JobRun.job)
        left = list(db.scalars(query))
        db.expunge_all()
    for run in left:
        with held(_lock(run.job)) as is_dead:  # else its process lives
            job = by_name.get(run.job)
            if is_dead and job is not None and clock.now() - run.fire_time < _LATE and _retaken(run):
                log.warning("job_taken_up name=%s", job.name)
                _work(job, run.fire_time)
            elif is_dead:
                _close(run)


def _retaken(run: JobRun) -> bool:
    with transaction() as db:
        as_seen = (JobRun.job == run.job, JobRun.fire_time == run.fire_time, JobRun.attempts == run.attempts)
        query = update(JobRun).where(*as_seen, JobRun.finished_at.is_(None), JobRun.attempts < ATTEMPTS)
        mine = db.execute(query.values(attempts=run.attempts + 1, claimed_by=_me(), started_at=clock.now()))
        return bool(mine.rowcount)  # type: ignore[attr-defined]


def _close(run: JobRun) -> None:
    with transaction() as db:
        query = update(JobRun).where(
            JobRun.job == run.job, JobRun.fire_time == run.fire_time, JobRun.attempts == run.attempts,
            JobRun.finished_at.is_(None),
        )  # fmt: skip
        db.execute(query.values(outcome="interrupted", finished_at=clock.now()))


def _catch_up(jobs: Iterable[Job]) -> None:
    """Take up what a dead process left open, and run what fell due while nobody led, was busy, or the clock was set forward
    (within a day; once for each job)."""
    jobs = list(jobs)
    _take_up(jobs)
    with reading() as db:
        known = set(db.scalars(select(JobRun.job).group_by(JobRun.job).having(func.count() > 0)))
    for job in jobs:
        due = latest_fire(job.cron, clock.now()) if job.cron and job.name in known else None
        if due is not None and clock.now() - due < _LATE:
            fire(job, due)


def _look_after(jobs: list[Job]) -> None:
    try:
        _catch_up(jobs)
    except Exception:
        log.exception("job_look_after_failed")


class Lead:
    """The right to run the jobs: held by one worker at a time, given back by the system when its process dies."""

    def __init__(self) -> None:
        self._file: IO[str] | None = None
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Try to become the leader."""
        if engine().dialect.name == "postgresql":
            return self._take_on_postgres()
        file = open(settings().instance / "worker.lock", "w")  # noqa: SIM115  held as long as the lead
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True

    def _take_on_postgres(self) -> bool:
        connection = engine().connect().execution_options(isolation_level="AUTOCOMMIT")
        if connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK}):
            self._connection = connection
            return True
        connection.close()
        return False

    def holds(self) -> bool:
        """Whether the lead is still ours: PostgreSQL takes it away with the connection."""
        if self._connection is None:
            return self._file is not None
        try:
            self._connection.execute(text("SELECT 1"))
            return True
        except DBAPIError:
            return False

    def give_back(self) -> None:
        """Let another worker lead."""
        if self._file is not None:
            self._file.close()
        if self._connection is not None:
            with suppress(
                SQLAlchemyError
            ):  # said aloud: the server notices a closed connection only some moments later
                self._connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
            self._connection.invalidate()  # closed for good: a pooled connection would keep the lock
            self._connection.close()
        self._file = self._connection = None


def _stop_on_signals(stop: threading.Event) -> None:
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())


def run(jobs: Iterable[Job], stop: threading.Event | None = None, wait: float = 5) -> None:
    """Stand by until nobody leads, then lead until ``stop`` is set, a signal (SIGTERM, SIGINT) or the loss of the lead.

    A running job is finished before the return.
    """
    jobs, stop, lead = list(jobs), stop or threading.Event(), Lead()
    _stop_on_signals(stop)
    while not stop.is_set():
        if not _may_lead(lead):
            stop.wait(wait)
            continue
        log.info("worker_leads pid=%s", os.getpid())
        try:
            _look_after(jobs)
            _lead(jobs, lead, stop)
        finally:
            lead.give_back()


def _may_lead(lead: Lead) -> bool:
    """Try to become the leader; a database that is away is asked again later."""
    try:
        return lead.take()
    except SQLAlchemyError:
        log.exception("worker_without_database")
        return False


def _lead(jobs: list[Job], lead: Lead, stop: threading.Event) -> None:
    scheduler = BlockingScheduler(
        timezone=clock.DISTRICT,
        executors={"default": ThreadPoolExecutor(4)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600},
    )
    for job in jobs:
        when = {"trigger": "interval", "seconds": job.every} if job.every else {"trigger": trigger(job.cron)}
        scheduler.add_job(_tick, args=[job], id=job.name, **when)
    scheduler.add_job(_look_after, args=[jobs], id="look-after", trigger="interval", seconds=_LOOK_AFTER)

    def watch() -> None:
        while lead.holds() and not stop.wait(1):
            pass
        scheduler.shutdown(wait=True)

    scheduler.add_job(threading.Thread(target=watch, daemon=True).start, id="watch")
    scheduler.start()
