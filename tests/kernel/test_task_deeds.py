"""A deed that a request waits for: its end, its refusal, and that a death after the commit does not do it twice."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from portal.kernel import audit, clock, task_deeds, task_wishes, tasks
from portal.kernel.access import Actor
from portal.kernel.db import reading, transaction
from portal.kernel.errors import Conflict, DomainError

ME = Actor("zhang", None, None)


def asked() -> str:
    return task_deeds.ask(ME, "deed", {}).id


def seen(task_id: str) -> tasks.TaskView:
    with reading() as db:
        return tasks.view(db, task_id)


@pytest.mark.both_databases
def test_a_death_after_the_commit_does_not_do_it_twice(instance, monkeypatch):
    done = []
    monkeypatch.setattr(task_deeds, "_LOOK", 0.001)

    def deed(task, _progress):
        with transaction() as db:
            audit.record(db, ME, "deed.done", "deed:1")
            task_deeds.keep(db, task, {"release_id": "r1"})
        done.append(task.id)
        raise OperationalError("UPDATE", {}, Exception("the database is away"))

    task_id = asked()
    found = task_deeds.ended(task_id, {"deed": deed}, apart=False)
    assert found.status == "running"
    tasks.wish_file(task_id).write_text("zhang")  # too late
    assert tasks.take_up_interrupted() == 1
    assert not tasks.run_next({"deed": deed})
    assert (seen(task_id).status, seen(task_id).result, done) == ("done", {"release_id": "r1"}, [task_id])


def test_the_request_shows_the_end_or_goes_on_without_it(instance, monkeypatch):
    assert task_deeds.ended(asked(), {"deed": lambda _task, _progress: {"n": 1}}).result == {"n": 1}
    go_on = threading.Event()
    monkeypatch.setattr(task_deeds, "PATIENCE", 0.01)
    monkeypatch.setattr(task_deeds, "_LOOK", 0.01)
    slow = asked()
    try:
        assert not task_deeds.ended(slow, {"deed": lambda _task, _progress: {"n": int(go_on.wait(20))}}).is_over
    finally:
        go_on.set()
        [thread.join(20) for thread in threading.enumerate() if thread.name == f"task-{slow}"]
    assert seen(slow).result == {"n": 1}


def test_a_refusal_is_the_one_that_the_deed_met(instance):
    def refuse(_task, _progress):
        raise Conflict("有变化")

    with pytest.raises(Conflict, match="有变化"):
        task_deeds.ended(asked(), {"deed": refuse})


def test_a_deed_lapses_and_is_not_queued_again(instance):
    task_id = asked()
    later = seen(task_id).created_at + task_deeds.LAPSES
    with clock.at(seen(task_id).created_at):
        task_deeds.refuse_lapsed(seen(task_id))
    with clock.at(later + timedelta(seconds=1)), pytest.raises(Conflict):
        task_deeds.refuse_lapsed(seen(task_id))
    task_wishes.cancel(ME, task_id)
    with pytest.raises(DomainError, match="重新办理"):
        task_wishes.again(ME, task_id)
    assert seen(task_id).status == "cancelled"
