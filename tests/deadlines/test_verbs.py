"""The verbs of deadlines, the queue, the rate, escalation; and what the database itself refuses."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from portal.deadlines import api
from portal.deadlines.models import Deadline
from portal.deadlines.rules import rules
from portal.kernel import clock, hooks
from portal.kernel.db import reading, transaction
from portal.kernel.errors import Conflict, DomainError, NotFound
from tests.deadlines.acts import (
    COMPANY,
    DISTRICT,
    HELD,
    JOB,
    LEAD,
    OFFICER,
    OTHER,
    OTHER_STREET,
    REVIEWER,
    RULE,
    STREET,
    USCC,
    do,
    last_day,
    seen,
    start,
)

MONDAY = date(2026, 3, 2)
NEXT_MONDAY = date(2026, 3, 9)


def steps(subject: str) -> list[tuple[str, str]]:
    """(step, pauses) of every version."""
    with reading() as db:
        own = select(Deadline.step, Deadline.pauses).where(Deadline.subject == subject)
        return [(step, pauses) for step, pauses in db.execute(own.order_by(Deadline.started_at, Deadline.version))]


@pytest.mark.both_databases
def test_start_close_and_start_again(instance):
    first = start("check:a", MONDAY)
    assert start("check:a", MONDAY) == first
    assert [one.last_day for one in seen("check:a", MONDAY)] == [NEXT_MONDAY]
    assert do(NEXT_MONDAY, "close", RULE, "check:a", outcome="returned", hour=23)
    assert not do(NEXT_MONDAY, "close", RULE, "check:a")
    assert start("check:a", MONDAY) == first, "the same start again does nothing"
    second = start("check:a", NEXT_MONDAY)
    assert second != first
    assert [(one.outcome, one.overdue) for one in seen("check:a", NEXT_MONDAY)] == [("returned", False), ("", False)]
    with pytest.raises(Conflict):
        start("check:a", NEXT_MONDAY + timedelta(days=1))


def test_late_begins_at_midnight(instance):
    start("check:a", MONDAY)
    assert not seen("check:a", NEXT_MONDAY, 23)[0].overdue
    assert seen("check:a", NEXT_MONDAY + timedelta(days=1), 0)[0].overdue
    do(NEXT_MONDAY + timedelta(days=1), "close", RULE, "check:a", hour=0)
    assert seen("check:a", NEXT_MONDAY)[0].overdue, "what was done late stays late"


@pytest.mark.both_databases
def test_a_right_that_is_let_pass_makes_nobody_late(instance):
    held = api.Holder(COMPANY.role, uscc=USCC)
    start("list:1", MONDAY, "notice.response", held)
    start("list:2", MONDAY, "notice.response", held)
    start("order:b", MONDAY, "finding.B", held)
    last = last_day("list:1", MONDAY)

    def standing(day):
        with clock.on(day), reading() as db:
            queue = sorted(one.subject for one in api.waiting_for(db, COMPANY))
            rate = api.on_time(db, uscc=USCC)
            return queue, api.counts_for(db, COMPANY), (rate.on_time, rate.late, rate.open_overdue)

    assert standing(MONDAY) == (["list:1", "list:2", "order:b"], (3, 0), (0, 0, 0))
    after = last + timedelta(days=1)
    assert not seen("list:1", after)[0].overdue
    assert standing(after) == (["order:b"], (1, 1), (0, 0, 1)), "only what it has to do waits, and is late"
    with clock.on(after), transaction() as db:
        assert api.escalate(db, JOB) == 1, "the finding, not the right"
    do(after, "close", "notice.response", "list:1", outcome="silent")
    do(last, "close", "notice.response", "list:2", outcome="answered")
    assert [seen(name, after)[0].overdue for name in ("list:1", "list:2")] == [False, False]
    assert standing(after)[2] == (0, 0, 1)


def test_hours(instance):
    start("order:c", MONDAY, "finding.C")
    assert seen("order:c", MONDAY)[0].due_at == clock.day_start(MONDAY + timedelta(days=1), 10)
    with clock.on(NEXT_MONDAY), transaction() as db:
        api.start(db, OFFICER, "finding.C", "order:past", holder=HELD, title="x", endpoint="x", on=MONDAY)
        found = api.of_subjects(db, ["order:past"])["order:past"][0]
    assert found.due_at == clock.day_start(MONDAY + timedelta(days=2)), "a start known by its day loses nobody an hour"


@pytest.mark.both_databases
def test_pause_resume_and_its_reasons(instance):
    start("check:a", MONDAY)
    with pytest.raises(DomainError):
        do(MONDAY, "pause", RULE, "check:a", reason=" ")
    do(date(2026, 3, 4), "pause", RULE, "check:a", reason="等补充材料")
    with pytest.raises(Conflict):
        do(date(2026, 3, 4), "pause", RULE, "check:a", reason="又一次")
    assert not seen("check:a", date(2026, 4, 1))[0].overdue, "a paused deadline does not run out"
    do(date(2026, 3, 5), "hand_over", RULE, "check:a", holder=api.Holder(REVIEWER.role, OTHER_STREET))
    do(date(2026, 3, 10), "resume", RULE, "check:a")
    assert last_day("check:a", date(2026, 3, 10)) == date(2026, 3, 13)
    with pytest.raises(Conflict):
        do(date(2026, 3, 11), "resume", RULE, "check:a")
    assert [step for step, _pauses in steps("check:a")] == ["started", "paused", "handed_over", "resumed"]
    assert "等补充材料" in steps("check:a")[-1][1]
    with pytest.raises(NotFound):
        do(MONDAY, "pause", RULE, "check:none", reason="x")


def test_extend_once_and_in_time(instance):
    start("objection:1", MONDAY, "objection.decide")
    with pytest.raises(DomainError):
        do(MONDAY, "extend", "objection.decide", "objection:1", by_rule="objection.extension", reason="")
    do(MONDAY, "extend", "objection.decide", "objection:1", by_rule="objection.extension", reason="案情复杂")
    assert last_day("objection:1", MONDAY) == NEXT_MONDAY
    with pytest.raises(Conflict):
        do(MONDAY, "extend", "objection.decide", "objection:1", by_rule="objection.extension", reason="再来")
    start("objection:2", MONDAY, "objection.decide")
    with pytest.raises(DomainError, match="期限已过"):
        do(NEXT_MONDAY, "extend", "objection.decide", "objection:2", by_rule="objection.extension", reason="晚了")


def test_a_changed_rule_moves_no_running_deadline(instance, monkeypatch):
    start("check:a", MONDAY)
    longer = {**rules(), RULE: rules()[RULE].__class__(**{**vars(rules()[RULE]), "length": 50})}
    monkeypatch.setattr("portal.deadlines.rules.rules", lambda: longer)
    do(MONDAY, "pause", RULE, "check:a", reason="x")
    do(MONDAY, "resume", RULE, "check:a")
    assert last_day("check:a", MONDAY) == NEXT_MONDAY


def _names(actor) -> list[str]:
    with clock.on(date(2026, 4, 1)), reading() as db:
        return [one.subject for one in api.waiting_for(db, actor)]


def test_the_queue_of_each(instance):
    start("a", MONDAY)
    start("b", date(2026, 3, 3), holder=api.Holder(REVIEWER.role, OTHER_STREET))
    start("c", date(2026, 2, 27), "finding.B", api.Holder(COMPANY.role, STREET, USCC))
    start("d", MONDAY, holder=api.Holder(OFFICER.role, DISTRICT, login="officer-2"))
    start("e", date(2026, 2, 2), holder=api.Holder(REVIEWER.role, "440306017010"))
    assert _names(REVIEWER) == ["e", "a"], "the street's own and its communities', what is due first coming first"
    assert _names(OTHER) == ["b"]
    assert _names(COMPANY) == ["c"]
    assert _names(OFFICER) == []
    with clock.on(date(2026, 4, 1)), reading() as db:
        assert api.counts_for(db, REVIEWER) == (2, 2)
        assert api.counts_by_rule(db, COMPANY) == {"finding.B": (1, 1)}


@pytest.mark.both_databases
def test_the_rate_is_computed_in_one_place(instance):
    start("in time", MONDAY)
    do(NEXT_MONDAY, "close", RULE, "in time")
    start("late", MONDAY)
    do(date(2026, 3, 11), "close", RULE, "late")
    start("open late", MONDAY)
    start("open", date(2026, 3, 30))
    start("cancelled", MONDAY)
    do(date(2026, 3, 20), "cancel", "cancelled", reason="检查撤销")
    start("elsewhere", MONDAY, holder=api.Holder(REVIEWER.role, OTHER_STREET))
    with clock.on(date(2026, 4, 1)), reading() as db:
        here = api.on_time(db, within=STREET)
        assert (here.on_time, here.late, here.open_overdue, here.rate_bp) == (1, 1, 1, 3333)
        assert api.on_time(db).open_overdue == 2
        assert api.on_time(db, subjects=["in time"]).rate_bp == 10000
        assert api.on_time(db, subjects=["open"]).rate_bp is None
        assert api.on_time(db, within=STREET, since=date(2026, 3, 10)).rate_bp is None
        assert api.on_time(db, within=STREET, until=NEXT_MONDAY) == here
        standing = api.standing(db, within=STREET)
        assert (standing.open, standing.overdue, standing.on_time) == (2, 1, here)


@pytest.mark.both_databases
def test_many_at_once(instance):
    wanted = [api.NewDeadline(f"check:{n:05d}", HELD, "x", "x", on=MONDAY) for n in range(3000)]
    with clock.on(MONDAY), transaction() as db:
        assert api.start_many(db, OFFICER, RULE, wanted) == 3000
        assert api.start_many(db, OFFICER, RULE, wanted) == 0
    with clock.on(NEXT_MONDAY), transaction() as db:
        assert api.close_many(db, OFFICER, RULE, [one.subject for one in wanted[:2999]], outcome="confirmed") == 2999
    with clock.on(NEXT_MONDAY), reading() as db:
        assert api.on_time(db).on_time == 2999
        assert api.counts_for(db, REVIEWER) == (1, 0)
        assert len(api.of_subjects(db, ["check:00000", "check:02999"])) == 2


def _escalate(day: date, hour: int = 7) -> int:
    with clock.on(day, hour), transaction() as db:
        return api.escalate(db, JOB)


def test_escalation_goes_up_level_by_level_and_once(instance, monkeypatch):
    told = []
    hear = lambda _db, actor, escalated: told.extend(escalated)  # noqa: E731, ARG005
    monkeypatch.setitem(hooks._subscribers, "deadlines.escalated", [hear])
    start("check:a", MONDAY)
    assert _escalate(NEXT_MONDAY, 23) == 0
    assert _escalate(date(2026, 3, 10)) == 0, "the rule gives the street one working day more"
    assert _escalate(date(2026, 3, 11)) == 1
    assert _escalate(date(2026, 3, 11)) == 0
    assert [(view.subject, role, place) for view, role, place in told] == [("check:a", OFFICER.role, DISTRICT)]
    assert _names(OFFICER) == ["check:a"]
    assert _names(REVIEWER) == ["check:a"], "the holder keeps it"
    assert _names(LEAD) == []
    assert _escalate(date(2026, 3, 17)) == 1
    assert _names(LEAD) == ["check:a"]
    assert seen("check:a", date(2026, 3, 17))[0].level == 2
    start("check:rests", MONDAY)
    do(date(2026, 3, 3), "pause", RULE, "check:rests", reason="x")
    assert _escalate(date(2026, 4, 20)) == 0, "what rests is not late"


def test_hours_go_up_at_once(instance):
    start("order:c", MONDAY, "finding.C", api.Holder(COMPANY.role, "440306017010", USCC))
    assert _escalate(date(2026, 3, 3), 9) == 0
    assert _escalate(date(2026, 3, 3), 10) == 1
    assert _names(REVIEWER) == ["order:c"]


REFUSED = (
    "UPDATE deadline SET due_at = recorded_at",
    "UPDATE deadline SET closed_at = recorded_at",
    "UPDATE deadline SET superseded_at = NULL",
    "DELETE FROM deadline",
    "UPDATE calendar_day SET kind = 'work'",
    "DELETE FROM calendar_day",
    "DELETE FROM calendar_year",
    "UPDATE calendar_year SET year = 2030",
)


@pytest.mark.both_databases
def test_the_database_refuses(instance):
    start("check:a", MONDAY)
    do(MONDAY, "close", RULE, "check:a")
    for statement in REFUSED:
        with pytest.raises(DBAPIError):
            _run(statement)


def _run(statement: str) -> None:
    with transaction() as db:
        done = db.execute(text(statement))
        assert done.rowcount, f"found no row to refuse: {statement}"


def test_one_open_deadline_for_a_rule_and_subject(instance):
    start("check:a", MONDAY)
    with reading() as db:
        assert db.scalar(select(func.count()).select_from(Deadline)) == 1
    names = ", ".join(column.key for column in Deadline.__mapper__.columns if column.key != "id")
    with pytest.raises(DBAPIError):
        _run(f"INSERT INTO deadline (id, {names}) SELECT 'other', {names} FROM deadline")


def test_the_job_takes_up_what_is_overdue(instance):
    start("check:a", MONDAY)
    job = next(job for job in api.jobs() if job.name == "deadline-escalation")
    with clock.on(date(2026, 3, 11), 7):
        assert job.run() == {"escalated": 1}
        assert job.run() == {"escalated": 0}


def test_every_rule_is_told_in_both_languages():
    assert [one.code for one in rules().values() if not one.source_en] == []
