"""Propose, decide, publish: windows, persons, documents, and what a second run does."""

from datetime import date
from itertools import pairwise

import pytest

from portal.kernel import clock
from portal.kernel.access import Role, person_actor, system_actor
from portal.kernel.db import reading, transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from portal.kernel.periods import Year
from scoring.lists import api, queries, service
from scoring.lists.journal import journal
from scoring.lists.models import NEXT_STEPS
from tests.lists.year import LEAD, LEAD_2, OFFICER, OFFICER_2, audit_rows, rate, veto
from tests.ratings.district import USCC

YEAR = Year(2025)
PROPOSED = date(2026, 2, 10)  # a Tuesday; Spring Festival 2026 is off from 15 to 23 February
LAST_RESPONSE = date(2026, 3, 2)  # the 10th working day after it (14 and 28 February are worked)
DECIDED, SERVED = date(2026, 3, 3), date(2026, 3, 5)


def _do(verb: str, actor, on: date, year: Year = YEAR) -> tuple[int, int]:
    with transaction() as db:
        done = getattr(api, verb)(db, actor, year, on=on)
    return done.red, done.black


def _steps(subject: str) -> list[str]:
    with reading() as db:
        cases = [case for case, _last in queries.cases(db) if case.subject == subject]
        return [step.step for case in cases for step in queries.steps_of(db, case.id)]


def _in_force(day: date, **which) -> list[tuple]:
    with reading() as db:
        return [(e.kind, e.subject) for e in api.in_force(db, day, **which)]


@pytest.fixture
def year(district):
    """E1 is fit for red, E2 was vetoed."""
    rate("E1", 5)
    rate("E2", None, status="vetoed")
    veto("E2")


def test_the_windows_follow_the_working_days_of_spring_festival(year):
    assert _do("propose", OFFICER, PROPOSED) == (1, 1)
    with reading() as db:
        due = {case.kind: last.due_on for case, last in queries.cases(db)}
    assert due == {"black": LAST_RESPONSE, "red": date(2026, 2, 24)}


@pytest.mark.both_databases
def test_the_whole_way(year):
    assert _do("propose", OFFICER, PROPOSED) == (1, 1)
    assert _do("decide", LEAD, DECIDED) == (1, 1)
    assert _in_force(DECIDED) == []
    assert _do("publish", LEAD, SERVED) == (1, 1)
    assert _steps("E2") == ["candidate", "notice_served", "response_open", "review", "decided_list", "decision_served",
                            "effective"]  # fmt: skip
    assert _steps("E1") == ["candidate", "review", "public_notice", "decided_list", "effective"]
    assert _in_force(SERVED) == [("black", "E2"), ("red", "E1")]
    assert _in_force(date(2026, 3, 4)) == []


def test_nothing_is_decided_on_the_last_day_of_the_window(year):
    _do("propose", OFFICER, PROPOSED)
    before = audit_rows()
    for day in (PROPOSED, date(2026, 2, 25), LAST_RESPONSE):
        with pytest.raises(DomainError, match="2026年3月2日"):
            _do("decide", LEAD, day)
    assert audit_rows() == before
    assert _do("decide", LEAD, DECIDED) == (1, 1)


def test_running_again_changes_nothing_and_leaves_no_audit_row(year):
    for verb, actor, day in (("propose", OFFICER, PROPOSED), ("decide", LEAD, DECIDED), ("publish", LEAD, SERVED)):
        assert _do(verb, actor, day) == (1, 1)
        before = audit_rows()
        assert _do(verb, actor, day) == (0, 0)
        assert audit_rows() == before
    assert _do("propose", OFFICER_2, SERVED) == (0, 0)


def test_publication_is_not_before_the_decision(year):
    _do("propose", OFFICER, PROPOSED)
    _do("decide", LEAD, DECIDED)
    with pytest.raises(DomainError):
        _do("publish", LEAD, LAST_RESPONSE)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OFFICER])
def test_only_officers_propose(year, role):
    with pytest.raises(NotAllowed):
        _do("propose", person_actor("p", role, "440306000000"), PROPOSED)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.LEAD])
def test_only_leads_decide_and_publish(year, role):
    _do("propose", OFFICER, PROPOSED)
    with pytest.raises(NotAllowed):
        _do("decide", person_actor("p", role, "440306000000"), DECIDED)
    _do("decide", LEAD, DECIDED)
    with pytest.raises(NotAllowed):
        _do("publish", person_actor("p", role, "440306000000"), SERVED)


def test_the_proposer_decides_through_no_channel(year):
    everything = system_actor("same")
    _do("propose", everything, PROPOSED)
    promoted = person_actor("same", Role.LEAD, "440306000000")
    by_command = person_actor("same", Role.LEAD, "440306000000", via="cli:root")
    for actor in (everything, promoted, by_command):
        with pytest.raises(NotAllowed):
            _do("decide", actor, DECIDED)
    _do("decide", LEAD, DECIDED)
    for actor in (everything, promoted, by_command):
        with pytest.raises(NotAllowed):
            _do("publish", actor, SERVED)
    assert _in_force(SERVED) == []


def test_a_case_whose_ground_fell_away_is_dropped_and_may_come_again(year):
    _do("propose", OFFICER, PROPOSED)
    rate("E1", 3, public_from=date(2026, 2, 20))
    assert _do("decide", LEAD, DECIDED) == (0, 1)
    assert _steps("E1")[-1] == "dropped"
    assert _do("propose", OFFICER, DECIDED) == (0, 0)
    rate("E1", 5, public_from=DECIDED)
    assert _do("propose", OFFICER, DECIDED) == (1, 0)
    assert _do("propose", OFFICER, DECIDED) == (0, 0)


def test_what_fell_away_after_the_decision_is_not_published(year):
    _do("propose", OFFICER, PROPOSED)
    _do("decide", LEAD, DECIDED)
    rate("E1", 3, public_from=SERVED)
    assert _do("publish", LEAD, SERVED) == (0, 1)
    assert _steps("E1")[-1] == "exited"
    assert _in_force(SERVED, kind="red") == []


def test_black_holds_twelve_months_and_both_ends_count(year):
    for verb, actor, day in (("propose", OFFICER, PROPOSED), ("decide", LEAD, DECIDED), ("publish", LEAD, SERVED)):
        _do(verb, actor, day)
    assert _in_force(date(2027, 3, 4), kind="black") == [("black", "E2")]
    assert _in_force(date(2027, 3, 5), kind="black") == []


def test_red_holds_until_the_next_list(year):
    for verb, actor, day in (("propose", OFFICER, PROPOSED), ("decide", LEAD, DECIDED), ("publish", LEAD, SERVED)):
        _do(verb, actor, day)
    assert _in_force(date(2027, 3, 9), kind="red") == [("red", "E1")]
    rate("E3", 5, year=2026, uscc=USCC[1])
    rate("E1", 3, year=2026)
    _do("propose", OFFICER, date(2027, 3, 1), Year(2026))
    _do("decide", LEAD, date(2027, 3, 9), Year(2026))
    _do("publish", LEAD, date(2027, 3, 10), Year(2026))
    assert _in_force(date(2027, 3, 9), kind="red") == [("red", "E1")]
    assert _in_force(date(2027, 3, 10), kind="red") == [("red", "E3")]
    assert _steps("E1")[-1] == "exited"
    assert _do("propose", OFFICER, date(2027, 3, 11)) == (0, 0), "the list of 2025 is over"


@pytest.mark.parametrize(("stars", "uscc"), [(3, USCC[0]), (None, USCC[0]), (5, USCC[1])])
def test_a_red_entry_ends_at_once_when_its_rating_no_longer_carries_it(year, stars, uscc):
    for verb, actor, day in (("propose", OFFICER, PROPOSED), ("decide", LEAD, DECIDED), ("publish", LEAD, SERVED)):
        _do(verb, actor, day)
    falls = date(2026, 6, 1)
    change = rate("E1", stars, status="vetoed", uscc=uscc, public_from=falls)
    with transaction() as db:
        assert api.on_ratings_published(db, actor=LEAD, on=falls, changes=[change]) == 1
    assert _in_force(date(2026, 5, 31), kind="red") == [("red", "E1")]
    assert _in_force(falls, kind="red") == []
    before = audit_rows()
    with transaction() as db:
        assert api.on_ratings_published(db, actor=LEAD, on=falls, changes=[change]) == 0
    assert audit_rows() == before


def test_a_rating_that_stays_high_keeps_its_red_entry(year):
    for verb, actor, day in (("propose", OFFICER, PROPOSED), ("decide", LEAD, DECIDED), ("publish", LEAD, SERVED)):
        _do(verb, actor, day)
    change = rate("E1", 4, public_from=date(2026, 6, 1))
    with transaction() as db:
        assert api.on_ratings_published(db, actor=LEAD, on=date(2026, 6, 1), changes=[change]) == 0
    assert _in_force(date(2026, 6, 1), kind="red") == [("red", "E1")]


def _black_case() -> str:
    with reading() as db:
        return next(case.id for case, _last in queries.cases(db) if case.kind == "black")


def test_a_person_takes_an_entry_off_with_a_reason(year):
    for verb, actor, day in (("propose", OFFICER, PROPOSED), ("decide", LEAD, DECIDED), ("publish", LEAD, SERVED)):
        _do(verb, actor, day)
    case, on = _black_case(), date(2026, 9, 4)

    def take_off(actor=LEAD, reason="repaired", why="已经改正", day=on) -> None:
        with transaction() as db:
            api.take_off(db, actor, case, reason=reason, why=why, on=day)

    with pytest.raises(NotAllowed):
        take_off(OFFICER)
    for refused in ({}, {"reason": "bored"}, {"why": " "}):  # the first six months end on 4 September
        with pytest.raises(DomainError):
            take_off(**refused)
    take_off(day=date(2026, 9, 5))
    assert (_in_force(date(2026, 9, 4), kind="black"), _in_force(date(2026, 9, 5), kind="black")) == (
        [("black", "E2")],
        [],
    )
    with pytest.raises(NotFound):
        take_off(reason="revoked", day=date(2026, 9, 6))


def test_numbers_of_documents_run_on_and_are_never_used_twice(district):
    for code in ("E1", "E2"):
        rate(code, 5)
    rate("E3", 5, uscc=USCC[1])
    _do("propose", OFFICER, PROPOSED)
    _do("decide", LEAD, DECIDED)
    _do("publish", LEAD, SERVED)
    rate("E1", 5, year=2024)
    _do("propose", OFFICER, SERVED, Year(2024))
    with reading() as db:
        steps = [s for case, _last in queries.cases(db) for s in queries.steps_of(db, case.id)]
        decisions = sorted(entry.decision for entry in api.in_force(db, SERVED))
        opened = sorted(step.document for step in steps if step.step == "public_notice")
    assert opened == [f"宝住建榜示〔2026〕{number}号" for number in (1, 2, 3, 4)]
    assert decisions == [f"宝住建榜决〔2026〕{number}号" for number in (1, 2, 3)]


@pytest.mark.both_databases
def test_numbers_of_before_documents_were_kept_run_on(district):
    """An upgraded portal has steps with numbers and no documents to them: the numbers after them are new."""
    for code in ("E1", "E2"):
        rate(code, 5)
    _do("propose", OFFICER, PROPOSED)
    with transaction() as db:
        case, last = next((case, last) for case, last in queries.cases(db) if case.subject == "E1")
        journal(db, LEAD, case, DECIDED, last).add("decided_list", document="宝住建榜决〔2026〕17号")
    _do("decide", LEAD, DECIDED)
    with reading() as db:
        case = next(case for case, _last in queries.cases(db) if case.subject == "E2")
        assert queries.steps_of(db, case.id)[-1].document == "宝住建榜决〔2026〕18号"
        assert api.highest_number(db, series="宝住建信决", year=2026) == 0
        assert api.highest_number(db, series="宝住建榜决", year=2025) == 0


@pytest.mark.parametrize("kind", ["red", "black"])
def test_no_step_can_be_skipped(year, kind):
    _do("propose", OFFICER, PROPOSED)
    with transaction() as db:
        case, last = next((case, last) for case, last in queries.cases(db) if case.kind == kind)
        for step in set(NEXT_STEPS["red"]) | set(NEXT_STEPS["black"]) | {"exited"}:
            if step and step not in NEXT_STEPS[kind][last.step]:
                with pytest.raises(Conflict):
                    journal(db, LEAD, case, DECIDED, last).add(step)


def test_every_step_of_the_rules_can_be_reached():
    for steps in NEXT_STEPS.values():
        reached, ways = {""}, [""]
        while ways:
            for step in steps.get(ways.pop(), ()):
                if step not in reached:
                    reached.add(step)
                    ways.append(step)
        assert reached >= set(steps)


def test_public_notices_are_shown_while_they_last(year):
    _do("propose", OFFICER, PROPOSED)
    with reading() as db:
        shown = {day: [n["subject"] for n in api.public_notices(db, day)] for day in (
            date(2026, 2, 9), PROPOSED, date(2026, 2, 24), date(2026, 2, 25))}  # fmt: skip
    assert list(shown.values()) == [[], ["E1"], ["E1"], []]


def test_what_waits_for_a_lead(year):
    def waiting(actor, day):
        with clock.on(day), reading() as db:
            items = api.work_items(db, actor=actor)
            return [(item.count, bool(item.note)) for item in items], api.waiting_count(db, actor)

    _do("propose", OFFICER, PROPOSED)
    assert waiting(LEAD_2, LAST_RESPONSE) == ([(2, True)], 0), "named with the day from which it can be decided"
    assert waiting(LEAD_2, DECIDED) == ([(2, False)], 2)
    assert waiting(OFFICER, DECIDED) == ([], None)
    _do("decide", LEAD, DECIDED)
    assert waiting(LEAD_2, DECIDED) == ([(2, False)], 2)
    _do("publish", LEAD, DECIDED)
    assert waiting(LEAD_2, DECIDED) == ([], 0)


def test_dates_of_the_windows_are_in_order(year):
    _do("propose", OFFICER, PROPOSED)
    with reading() as db:
        for case, _last in queries.cases(db):
            steps = queries.steps_of(db, case.id)
            assert all(a.seq + 1 == b.seq and a.on <= b.on for a, b in pairwise(steps))


def test_the_case_keeps_facts_and_conditions(year):
    _do("propose", OFFICER, PROPOSED)
    with reading() as db:
        cases = {case.kind: service.case_detail(case) for case, _last in queries.cases(db)}
    assert cases["red"][0]["total_cp"] == "95.00"
    assert [c["met"] for c in cases["red"][1]] == [True, True, True, None, None]
    assert cases["black"][0]["vetoes"][0]["veto_code"] == "V02"
