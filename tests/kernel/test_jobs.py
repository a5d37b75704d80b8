"""Scheduled jobs: one lead, one run for each firing, failures kept."""

import json
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text

from portal.kernel import audit, clock, jobs
from portal.kernel.access import Actor
from portal.kernel.db import engine, reading, transaction
from portal.kernel.jobs import Job, JobFailed
from portal.kernel.jobs_record import JobRun
from tests.databases import Place, command_environment

MOMENT = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)  # 02:30 in the district


def runs() -> list[JobRun]:
    with reading() as db:
        found = list(db.scalars(select(JobRun).order_by(JobRun.fire_time, JobRun.job)))
        db.expunge_all()
    return found


@pytest.mark.parametrize(
    ("cron", "now", "expected"),
    [
        ("30 2 * * *", datetime(2026, 11, 20, 18, 30, tzinfo=UTC), MOMENT),
        ("30 2 * * *", datetime(2026, 11, 21, 18, 29, 59, tzinfo=UTC), MOMENT),
        ("* * * * *", datetime(2026, 11, 20, 18, 30, 59, tzinfo=UTC), MOMENT),
        ("30 2 21 11 *", datetime(2027, 11, 1, tzinfo=UTC), MOMENT),
    ],
)
def test_latest_fire_is_in_the_district_s_time(cron, now, expected):
    assert jobs.latest_fire(cron, now) == expected


@pytest.mark.both_databases
def test_two_workers_one_tick_one_run(instance):
    ran, ready = [], threading.Barrier(2)
    job = Job("count", lambda: ran.append(1) or {"rows": 1}, cron="* * * * *")
    answers = []

    def tick() -> None:
        ready.wait(10)
        answers.append(jobs.fire(job, MOMENT))

    threads = [threading.Thread(target=tick) for _i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answers) == [False, True]
    assert ran == [1]
    assert [(run.job, run.fire_time, run.outcome) for run in runs()] == [("count", MOMENT, "ok")]


def test_next_firing_runs_again(instance):
    job = Job("count", lambda: {}, cron="* * * * *")
    assert jobs.fire(job, MOMENT)
    assert not jobs.fire(job, MOMENT)
    assert jobs.fire(job, MOMENT.replace(minute=31))


def test_failure_is_recorded_and_not_raised(instance):
    def broken() -> dict[str, int]:
        raise ValueError("secret detail")

    def finds() -> dict[str, int]:
        raise JobFailed({"seq": 7})

    assert jobs.fire(Job("broken", broken, cron="* * * * *"), MOMENT)
    assert jobs.fire(Job("finds", finds, cron="* * * * *"), MOMENT)
    assert [(run.outcome, json.loads(run.message)) for run in runs()] == [
        ("failed", {"error": "ValueError"}),
        ("failed", {"seq": 7}),
    ]


@pytest.mark.both_databases
def test_nightly_check_names_the_wrong_row(instance):
    job = next(job for job in jobs.standard_jobs() if job.name == jobs.AUDIT_CHECK)
    assert job.cron == "30 2 * * *"
    with transaction() as db:
        audit.record(db, Actor("zhang", None, None), "test.done", "a:1")
    jobs.fire(job, MOMENT)
    with engine().begin() as connection:
        on = " ON audit_log" if connection.dialect.name == "postgresql" else ""
        connection.execute(text(f"DROP TRIGGER audit_log_no_update{on}"))
        connection.execute(text("UPDATE audit_log SET actor = 'li' WHERE action = 'test.done'"))
        row = connection.scalar(text("SELECT seq FROM audit_log WHERE action = 'test.done'"))
    jobs.fire(job, MOMENT.replace(day=21))
    whole, broken = runs()
    assert whole.outcome == "ok"
    assert (broken.outcome, json.loads(broken.message)["seq"]) == ("failed", row)


@pytest.mark.both_databases
def test_one_leader_at_a_time(instance):
    first, second = jobs.Lead(), jobs.Lead()
    try:
        assert first.take()
        assert first.holds()
        assert not second.take()
        assert not second.holds()
        first.give_back()
        assert second.take()
    finally:
        first.give_back()
        second.give_back()


@pytest.mark.postgres
def test_lead_is_lost_with_the_connection(instance):
    lead = jobs.Lead()
    assert lead.take()
    with engine().connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"))
    assert not lead.holds()
    other = jobs.Lead()
    assert other.take()
    other.give_back()
    lead.give_back()


def test_what_fell_due_without_a_leader_is_made_up_for(instance):
    ran = []
    job = Job("count", lambda: ran.append(1) or {}, cron="30 2 * * *")
    with clock.at(MOMENT.replace(hour=20)):
        jobs._catch_up([job])
    assert ran == [], "a job that never ran has missed nothing"
    with clock.at(MOMENT):
        jobs.fire(job, MOMENT)
    with clock.at(MOMENT.replace(day=21, hour=20)):
        jobs._catch_up([job])
        jobs._catch_up([job])
    assert ran == [1, 1]


def test_run_of_a_dead_leader_is_closed(instance):
    with transaction() as db:
        db.add(JobRun(job="count", fire_time=MOMENT, claimed_by="gone:1", started_at=MOMENT, message=""))
    jobs._catch_up([])
    assert runs()[0].outcome == "interrupted"


def test_worker_leads_runs_and_stops(instance):
    ran, stop = threading.Event(), threading.Event()
    job = Job("often", lambda: ran.set() or {}, every=1)
    worker = threading.Thread(target=jobs.run, args=([job], stop))
    worker.start()
    try:
        assert ran.wait(20)
        assert not jobs.Lead().take()
    finally:
        stop.set()
        worker.join(20)
    assert not worker.is_alive()
    after = jobs.Lead()
    assert after.take()
    after.give_back()


WORKER = """
import sys
from portal.kernel import jobs
from portal.kernel.jobs import Job
print("up", flush=True)
jobs.run([Job("often", lambda: print("ran", flush=True) or {}, every=1)])
print("down", flush=True)
"""


def test_sigterm_ends_a_worker_cleanly(instance: Place):
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER], env=command_environment(instance), stdout=subprocess.PIPE, text=True
    )
    try:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "up\n"
        assert worker.stdout.readline() == "ran\n"
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0
        assert worker.stdout.read().splitlines()[-1] == "down"
    finally:
        worker.kill()
        worker.wait()
        worker.stdout.close()
