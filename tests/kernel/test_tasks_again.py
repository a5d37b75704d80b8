"""Tasks that are cancelled, tried again, or taken up from a process that died: once, and only by who may."""

import json
import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from portal.kernel import clock, task_wishes, tasks
from portal.kernel.access import Actor, Permission
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading, transaction
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.held import held
from tests.databases import Place, command_environment

ME, OTHER = Actor("zhang", None, None), Actor("li", None, None)
ADMIN = Actor("admin", None, None, frozenset({Permission.JOBS_READ}))


def queued() -> str:
    with transaction() as db:
        return tasks.start(db, ME, "sum", {}).id


def seen(task_id: str) -> tasks.TaskView:
    with reading() as db:
        return tasks.view(db, task_id)


def log_of(task_id: str) -> list[tuple[str, str]]:
    with reading() as db:
        rows = db.execute(select(AuditEntry.actor, AuditEntry.action).where(AuditEntry.subject == f"task:{task_id}"))
        return [tuple(row) for row in rows]


@pytest.mark.both_databases
def test_waiting_task_is_cancelled_and_queued_again(instance):
    task_id, ran = queued(), []
    with pytest.raises(NotFound):
        task_wishes.cancel(OTHER, task_id)
    assert task_wishes.cancel(ADMIN, task_id).status == "cancelled"
    task_wishes.cancel(ADMIN, task_id)  # again: nothing more happens
    runners = {"sum": lambda task, progress: ran.append(task.attempts) or {}}
    assert not tasks.run_next(runners)
    assert task_wishes.again(ME, task_id).status == "queued"
    assert tasks.run_next(runners)
    assert (ran, seen(task_id).status) == ([1], "done")
    assert log_of(task_id) == [("admin", "task.cancelled"), ("zhang", "task.queued-again")]
    for deed in (task_wishes.cancel, task_wishes.again):
        with pytest.raises(DomainError):
            deed(ME, task_id)


@pytest.mark.both_databases
def test_running_task_stops_at_its_next_step_and_keeps_nothing(instance):
    """On SQLite the task's own transaction holds the only write lock: the wish must not wait for it."""
    task_id, begun, go_on = queued(), threading.Event(), threading.Event()

    def work(_task, progress):
        with transaction() as db:
            tasks.start(db, ME, "never", {})
            begun.set()
            assert go_on.wait(20)
            progress("store", 1, 2)
        return {}

    thread = tasks.run_in_background(task_id, {"sum": work})
    assert begun.wait(20)
    assert task_wishes.cancel(ME, task_id).is_stopping
    go_on.set()
    thread.join(20)
    assert seen(task_id).status == "cancelled"
    assert log_of(task_id) == [("zhang", "task.cancelled")]
    with reading() as db:
        assert [task.kind for task in tasks.of_person(db, "zhang")] == ["sum"]
    assert [path.name for path in tasks.folder().iterdir() if path.suffix != ".lock"] == []


def test_passing_failures_are_tried_again_later_and_not_for_ever(instance):
    task_id, tried = queued(), []

    def fail(task, _progress):
        tried.append(task.attempts)
        raise OperationalError("INSERT", {}, Exception("the database is away"))

    moment = clock.now()
    for wait in (timedelta(0), timedelta(seconds=31), timedelta(seconds=121)):
        moment += wait
        with clock.at(moment - timedelta(seconds=5)):
            assert wait == timedelta(0) or not tasks.run_next({"sum": fail}), "not before its time"
        with clock.at(moment):
            assert tasks.run_next({"sum": fail})
    assert (tried, seen(task_id).status) == ([1, 2, 3], "failed")


def test_other_failures_are_not_tried_again(instance):
    task_id = queued()
    tasks.run_one(task_id, {"sum": lambda task, progress: {}["missing"]})
    assert (seen(task_id).status, seen(task_id).attempts) == ("failed", 1)


HANGING = """
import sys, time
from portal.kernel import tasks
def hang(task, progress):
    print("begun", flush=True)
    time.sleep(60)
tasks.run_one(sys.argv[1], {"sum": hang})
"""


@pytest.mark.both_databases
def test_task_of_a_killed_worker_is_taken_up_once(instance: Place):
    task_id, ran = queued(), []
    worker = subprocess.Popen(
        [sys.executable, "-c", HANGING, task_id], env=command_environment(instance), stdout=subprocess.PIPE, text=True
    )
    try:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "begun\n"
        assert tasks.take_up_interrupted() == 0, "it lives"
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    finally:
        worker.kill()
        worker.stdout.close()
    ready = threading.Barrier(3)

    def work() -> None:
        ready.wait(10)
        for _round in range(3):
            tasks.take_up_interrupted()
            tasks.run_next({"sum": lambda task, progress: ran.append(task.attempts) or {}})

    threads = [threading.Thread(target=work) for _i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (ran, seen(task_id).status) == ([2], "done")


def test_one_that_takes_its_process_with_it_is_left_alone_in_the_end(instance):
    from sqlalchemy import update

    from portal.kernel.jobs_record import Task

    task_id = queued()
    with transaction() as db:
        db.execute(update(Task).where(Task.id == task_id).values(status="running", attempts=tasks.ATTEMPTS))
    assert tasks.take_up_interrupted() == 1
    assert seen(task_id).status == "failed"


def test_an_attempt_that_was_taken_over_notes_nothing(instance):
    task_id = queued()
    first = tasks._claim(task_id)
    assert first is not None
    tasks._finish(first, "queued", {})
    tasks._claim(task_id)
    tasks._finish(first, "done", {"late": True})
    assert (seen(task_id).status, json.loads(json.dumps(seen(task_id).result))) == ("running", {})


def test_lock_of_a_removed_file_is_no_lock(tmp_path):
    path, inside = tmp_path / "one.lock", []
    with held(path, remove=True) as first:
        assert first
        with held(path) as second:
            assert not second
    assert not path.exists()
    gate = path.open("w")  # somebody waits at the old file while it is removed and made anew
    path.unlink()
    path.touch()
    with held(path) as other:
        inside.append(other)
    gate.close()
    assert inside == [True]
