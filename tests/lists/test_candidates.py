"""Who becomes a candidate, condition by condition."""

from datetime import date

import pytest

from portal.kernel import hooks
from portal.kernel.db import reading
from portal.kernel.errors import DomainError
from scoring.lists.candidates import Candidate, candidates
from scoring.lists.conditions import CONDITIONS, EstateFacts, apply
from scoring.rules.rulesets import all_rule_sets
from tests.lists.year import PUBLISHED, rate, record_event, veto
from tests.ratings.district import MANAGERS, USCC

ON = date(2026, 2, 2)


def _found(year: int = 2025, on: date = ON) -> dict[tuple, Candidate]:
    with reading() as db:
        return {candidate.key: candidate for candidate in candidates(db, year, on)}


def _red(found) -> set[str]:
    return {subject for kind, _type, subject, _reason in found if kind == "red"}


def _black(found) -> set[tuple]:
    return {(kind_of, subject, reason) for kind, kind_of, subject, reason in found if kind == "black"}


def test_every_condition_of_every_rule_set_exists():
    used = {rule["condition"] for rules in all_rule_sets() for colour, key in (("red", "all_of"), ("black", "any_of"))
            for rule in rules.list_rules(colour)[key]}  # fmt: skip
    assert used <= set(CONDITIONS)


def test_nothing_is_proposed_before_the_year_is_public(district):
    with pytest.raises(DomainError):
        _found()
    rate("E1", 5)
    with pytest.raises(DomainError):
        _found(on=date(2026, 1, 19))
    assert _red(_found(on=PUBLISHED)) == {"E1"}


@pytest.mark.parametrize(("stars", "is_red"), [(5, True), (4, True), (3, False), (0, False)])
def test_red_needs_four_stars(district, stars, is_red):
    rate("E1", stars)
    assert _red(_found()) == ({"E1"} if is_red else set())


def test_facts_that_nobody_collects_are_named_and_do_not_exclude(district):
    rate("E1", 5)
    outcomes = {o.condition: o.met for o in _found()["red", "estate", "E1", "rating"].outcomes}
    assert outcomes == {"min_stars": True, "min_grade": True, "no_events": True, "disclosure_on_time": None,
                        "no_open_findings": None}  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "is_red"),
    [
        ({"disclosure_on_time": {"E1": 10000}, "open_findings": {"E1": {"C": 0, "A": 3}}}, True),
        ({"disclosure_on_time": {"E1": 9999}}, False),
        ({"open_findings": {"E1": {"C": 1}}}, False),
        ({"open_findings": {}}, True),
        ({"disclosure_on_time": {}}, True),
    ],
)
def test_facts_of_higher_rooms_decide_where_they_are_on_record(district, monkeypatch, facts, is_red):
    monkeypatch.setitem(hooks._subscribers, "lists.facts", [lambda _db, year: facts])
    rate("E1", 5)
    assert _red(_found()) == ({"E1"} if is_red else set())


@pytest.mark.parametrize(
    ("code", "kind", "is_red"),
    [
        ("B34", "enterprise", True),
        ("B11", "enterprise", False),
        ("B11", "manager", False),
        ("B01", "enterprise", False),
    ],
)
def test_a_moderate_or_major_event_of_the_year_excludes_from_red(district, code, kind, is_red):
    rate("E1", 5)
    record_event(code, USCC[0] if kind == "enterprise" else MANAGERS[0], kind=kind, uscc=USCC[0], on=date(2025, 6, 2))
    assert ("E1" in _red(_found())) is is_red


def test_events_of_another_year_do_not_exclude(district):
    rate("E1", 5)
    record_event("B11", on=date(2026, 1, 5))
    assert _red(_found()) == {"E1"}


def test_a_grade_below_a_excludes_from_red(district):
    rate("E1", 5)
    for _number in range(2):
        record_event("B34", on=date(2025, 11, 3))
    assert _red(_found()) == set(), "80 - 6 = 74 points at the end of the year: grade B"


def test_a_veto_makes_the_estate_black_and_carries_company_and_manager(district):
    rate("E1", None, status="vetoed")
    veto("E1")
    found = _found()
    assert _black(found) == {("estate", "E1", "veto")}
    candidate = found["black", "estate", "E1", "veto"]
    assert (candidate.uscc, candidate.manager_code) == (USCC[0], MANAGERS[0])
    assert candidate.facts["vetoes"][0]["decision"] == "宝住建否决〔2026〕1号"


@pytest.mark.parametrize(
    ("before", "now", "is_black"),
    [((1, USCC[0]), 1, True), ((0, USCC[0]), 1, True), ((2, USCC[0]), 1, False), ((1, USCC[0]), 2, False),
     ((1, USCC[1]), 1, False), ((None, USCC[0]), 0, False)],
)  # fmt: skip
def test_low_stars_two_years_running_under_one_company_are_black(district, before, now, is_black):
    stars, uscc = before
    rate("E1", stars, year=2024, uscc=uscc, status="pending")
    rate("E1", now)
    assert (("estate", "E1", "rating") in _black(_found())) is is_black


def test_low_stars_in_the_first_year_are_not_black(district):
    rate("E1", 0)
    assert _black(_found()) == set()


def test_a_year_between_breaks_the_row(district):
    rate("E1", 1, year=2023)
    rate("E1", 1)
    assert _black(_found()) == set()


def test_grade_d_and_eighteen_points_make_the_company_black(district):
    rate("E1", 3)
    for _number in range(3):
        record_event("B01", on=date(2025, 5, 6))
    assert _black(_found()) == {("enterprise", USCC[0], "grade"), ("enterprise", USCC[0], "demerits")}


def test_shares_of_managers_enter_the_points_taken_off(district):
    rate("E1", 3)
    record_event("B11", on=date(2025, 5, 6))
    record_event("B11", on=date(2025, 5, 7))
    record_event("B11", MANAGERS[0], kind="manager", uscc=USCC[0], on=date(2025, 5, 8))
    assert _black(_found()) == set(), "6 + 6 + 3 = 15 points"
    record_event("B34", on=date(2025, 12, 31))
    assert _black(_found()) == {("enterprise", USCC[0], "demerits")}


def test_misuse_of_funds_makes_the_company_black_also_when_it_serves_nobody_any_more(district):
    rate("E1", 3)
    record_event("B07", USCC[1], on=date(2025, 5, 6))
    assert ("enterprise", USCC[1], "B07") in _black(_found())
    assert ("enterprise", USCC[1], "grade") in _black(_found())


def test_an_estate_that_nobody_served_is_on_no_list(district):
    rate("E1", None, uscc=None, manager=None, status="not_eligible")
    veto("E1")
    assert _found() == {}


def test_a_list_condition_that_does_not_exist_is_named():
    with pytest.raises(KeyError, match="no_such"):
        apply({"condition": "no_such"}, EstateFacts(2025, "E1", "commodity-2018", 5, "rated", 9500, USCC[0], None))
