"""Long tasks: claimed once, progress that is seen, results that say what went wrong."""

import subprocess
import sys
import threading

import pytest

from portal.kernel import clock, tasks
from portal.kernel.access import Actor
from portal.kernel.db import reading, transaction
from portal.kernel.errors import CellError, DomainError, InputRefused, NotFound
from portal.kernel.i18n import language, using
from tests.databases import Place, command_environment

ACTOR = Actor("zhang", None, None)


def queued(**request) -> str:
    with transaction() as db:
        return tasks.start(db, ACTOR, "sum", request).id


def seen(task_id: str) -> tasks.TaskView:
    with reading() as db:
        return tasks.view(db, task_id)


def add(task, _progress):
    return {"sum": sum(task.request["numbers"])}


@pytest.mark.both_databases
def test_task_runs_and_keeps_its_result(instance):
    task_id = queued(numbers=[1, 2])
    assert seen(task_id).status == "queued"
    assert tasks.run_next({"sum": add})
    done = seen(task_id)
    assert (done.status, done.result, done.person, done.is_over) == ("done", {"sum": 3}, "zhang", True)
    assert not tasks.run_next({"sum": add})


def test_oldest_first_and_known_kinds_only(instance):
    with clock.on(clock.today().replace(day=1)):
        first = queued(numbers=[1])
    second = queued(numbers=[2])
    assert not tasks.run_next({"other": add})
    tasks.run_next({"sum": add})
    assert (seen(first).status, seen(second).status) == ("done", "queued")


@pytest.mark.both_databases
def test_two_runners_claim_one_task_once(instance):
    task_id, ran, ready, answers = queued(numbers=[1]), [], threading.Barrier(3), []

    def work() -> None:
        ready.wait(10)
        answers.append(tasks.run_one(task_id, {"sum": lambda task, _progress: ran.append(1) or {}}))

    threads = [threading.Thread(target=work) for _i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert ran == [1]
    assert sorted(answers) == [False, False, True]


@pytest.mark.both_databases
def test_progress_is_seen_while_the_write_transaction_is_open(instance):
    """On SQLite the task's own transaction holds the only write lock: progress must neither wait nor get lost."""
    task_id, noted, go_on, looks = queued(), threading.Event(), threading.Event(), []

    def work(_task, progress):
        with transaction() as db:
            tasks.start(db, ACTOR, "never", {})
            progress("store", 30, 120)
            noted.set()
            assert go_on.wait(20)
        return {}

    thread = tasks.run_in_background(task_id, {"sum": work})
    assert noted.wait(20)
    looks.append(seen(task_id))
    go_on.set()
    thread.join(20)
    look = looks[0]
    assert (look.status, look.stage, look.done, look.total) == ("running", "store", 30, 120)
    assert look.minutes_left is not None
    assert seen(task_id).status == "done"


def test_refusals_and_failures_are_told(instance):
    def refuse(_task, _progress):
        raise InputRefused([CellError(f"people!A{i}", "错") for i in range(300)], "有300处错误", 300)

    def deny(_task, _progress):
        raise DomainError("现在不能办理")

    def crash(_task, _progress):
        raise ZeroDivisionError("secret detail")

    found = []
    for runner in (refuse, deny, crash):
        task_id = queued()
        tasks.run_one(task_id, {"sum": runner})
        found.append(seen(task_id))
    refused, denied, crashed = found
    assert (refused.status, len(refused.result["problems"]), refused.result["count"]) == ("refused", 200, 300)
    assert refused.result["problems"][0] == {"cell": "people!A0", "text": "错"}
    assert (denied.status, denied.result["summary"]) == ("refused", "现在不能办理")
    assert crashed.status == "failed"
    assert "secret" not in str(crashed.result)


def test_task_speaks_the_language_of_who_started_it(instance):
    with using("en"):
        task_id = queued()
    tasks.run_in_background(task_id, {"sum": lambda _task, _progress: {"language": language()}}).join(20)
    assert seen(task_id).result == {"language": "en"}


DYING = """
import os, sys
from portal.kernel import tasks
tasks.run_one(sys.argv[1], {"sum": lambda task, progress: os._exit(9)})
"""


def test_task_of_a_dead_process_is_queued_again_and_a_living_one_is_not(instance: Place):
    dead, alive, go_on, begun = queued(), queued(), threading.Event(), threading.Event()
    subprocess.run([sys.executable, "-c", DYING, dead], env=command_environment(instance), check=False)
    assert seen(dead).status == "running"

    def work(_task, _progress):
        begun.set()
        assert go_on.wait(20)
        return {}

    thread = tasks.run_in_background(alive, {"sum": work})
    assert begun.wait(20)
    assert tasks.take_up_interrupted() == 1
    assert (seen(dead).status, seen(alive).status) == ("queued", "running")
    go_on.set()
    thread.join(20)
    assert seen(alive).status == "done"


def test_old_tasks_are_forgotten(instance):
    task_id = queued()
    tasks.run_one(task_id, {"sum": lambda _task, _progress: {}})
    with clock.at(clock.now() + tasks.KEPT * 2), transaction() as db:
        assert tasks.prune(db) == 1
    with pytest.raises(NotFound):
        seen(task_id)
