"""Three workers on one database, one of them killed in the middle of a job, clocks set forward and back: each firing runs once."""

import multiprocessing
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.kernel import clock, db, jobs
from portal.kernel.jobs import Job
from portal.kernel.jobs_record import JobRun

START = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
# minutes: on, a step back of three, forward again, a step of half an hour ahead, back, and on
COURSE = [0, 1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 36, 37, 7, 8, 37, 38, 38]
FATAL = 3  # the minute whose first run never ends


def _job(folder: Path) -> Job:
    """Does nothing, except once: then it never ends."""

    def run() -> dict[str, int]:
        if clock.now() == START + timedelta(minutes=FATAL) and not (folder / "killed").exists():
            (folder / "draft").write_text(str(os.getpid()))
            (folder / "draft").rename(folder / "killed")
            time.sleep(60)
        return {}

    return Job("count", run, cron="* * * * *")


def _noted(folder: Path, work: Callable[..., None]) -> Callable[..., None]:
    """The work on a firing, with a line when it begins and one when it has ended."""

    def deed(job: Job, fire_time: datetime) -> None:
        for name, part in (("begun", None), ("ended", work)):
            if part is not None:
                part(job, fire_time)
            with (folder / name).open("a") as file:
                file.write(f"{fire_time:%H:%M}\n")

    return deed


def _wait_for(path: Path) -> None:
    for _try in range(3000):
        if path.exists():
            return
        time.sleep(0.01)
    raise TimeoutError(path.name)


def _worker(folder: Path, gate: "multiprocessing.synchronize.Barrier") -> None:
    db.dispose()
    job = _job(folder)
    gate.wait(30)
    for minute in COURSE:
        with clock.at(START + timedelta(minutes=minute)):
            jobs._tick(job)
            if minute == FATAL:
                _wait_for(folder / "dead")
            if minute > FATAL:
                jobs._look_after([job])


@pytest.mark.both_databases
def test_each_firing_runs_once(instance, tmp_path, monkeypatch):
    context, folder = multiprocessing.get_context("fork"), tmp_path / "notes"
    folder.mkdir()
    monkeypatch.setattr(jobs, "_work", _noted(folder, jobs._work))
    db.dispose()  # connections must not cross a fork
    gate = context.Barrier(3)
    workers = [context.Process(target=_worker, args=(folder, gate)) for _i in range(3)]
    for worker in workers:
        worker.start()
    _wait_for(folder / "killed")
    os.kill(int((folder / "killed").read_text()), signal.SIGKILL)
    (folder / "dead").touch()
    for worker in workers:
        worker.join(60)
    assert sorted(worker.exitcode or 0 for worker in workers) == [-9, 0, 0]
    with clock.at(START + timedelta(minutes=max(COURSE))):
        jobs._look_after([_job(folder)])  # whoever leads next: nothing is left
    with db.reading() as session:
        runs = {run.fire_time: run for run in session.scalars(select(JobRun))}
        session.expunge_all()
    ended = Counter((folder / "ended").read_text().split())
    begun = Counter((folder / "begun").read_text().split())
    assert set(ended.values()) == {1}, "no firing was worked twice"
    assert {run.outcome for run in runs.values()} == {"ok"}
    assert len(ended) == len(runs)
    fatal = runs[START + timedelta(minutes=FATAL)]
    assert fatal.attempts == 2, "the one that was killed was begun again, by another"
    assert sum(begun.values()) == sum(ended.values()) + 1
    assert {START, START + timedelta(minutes=max(COURSE))} <= set(runs)
