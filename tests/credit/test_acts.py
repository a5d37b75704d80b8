"""One act, one deduction; one fact, one commendation; caps; and a manager's record that follows the person."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.db import reading
from scoring.credit import api, catalogue, counting
from tests.lists.year import record_event
from tests.ratings.district import MANAGERS, USCC

DAY = date(2026, 3, 2)


def _score(subject=USCC[0], kind="enterprise", day=DAY):
    with reading() as db:
        return api.score(db, kind, subject, day)


def _rows(entries):
    columns = ["subject_type", "subject", "act", "code", "points_cp"]
    return pd.DataFrame([("enterprise", "A", *row) for row in entries], columns=columns)


@given(st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from(["B01", "B11", "B34", "G01", "G06"]),
                          st.sampled_from([-1800, -600, -300, 100, 300])), max_size=12))  # fmt: skip
def test_what_counts_equals_a_plain_recomputation(rows):
    entries = [(act, code, points if (code[0] == "G") == (points > 0) else -points) for act, code, points in rows]
    found = counting.with_counted(_rows(entries), {"G06": 200})
    bad = sum(max((-p for a, _c, p in entries if a == act and p < 0), default=0) for act in "xyz")
    assert -found["counted_cp"].clip(upper=0).sum() == bad
    best = {}
    for place, (act, code, points) in enumerate(entries):
        if points > 0 and points > best.get(act, (0, 0, ""))[0]:
            best[act] = (points, place, code)
    rescues = sum(points for points, _place, code in best.values() if code == "G06")
    others = sum(points for points, _place, code in best.values() if code != "G06")
    assert found["counted_cp"].clip(lower=0).sum() == others + min(200, rescues)
    assert (found["why"].eq("") | found["counted_cp"].ne(found["points_cp"])).all()


def test_one_act_takes_off_its_highest_item_only(district):
    record_event("B34", on=DAY, act_id="act")
    record_event("B01", on=DAY, act_id="act")
    record_event("B11", on=DAY)
    found = _score()
    assert found.bad_cp == 2400
    assert {e.code: (e.counted_cp, e.why) for e in found.events} == {
        "B34": (0, "same_act"), "B01": (-1800, ""), "B11": (-600, "")}  # fmt: skip
    assert "同一行为" in next(api.explained(e) for e in found.events if e.code == "B34")
    assert _score(day=date(2029, 3, 1)).bad_cp == 1800


def test_commendations_for_one_fact_count_once_at_the_top_level(district):
    for level in ("district", "national", "city"):
        record_event("G01", variant=level, on=DAY, act_id="award")
    assert _score().good_cp == 1000


def test_rescues_count_two_points_at_most(district):
    for _number in range(4):
        record_event("G06", on=DAY)
    found = _score()
    assert (found.good_cp, sorted(e.counted_cp for e in found.events)) == (200, [0, 0, 100, 100])
    assert catalogue.caps(DAY) == {"G06": 200}


def test_misuse_of_funds_holds_grade_d_also_when_another_item_of_the_act_counts(district):
    record_event("B01", on=DAY, act_id="act")
    record_event("B07", on=DAY, act_id="act")
    found = _score()
    assert (found.bad_cp, found.grade) == (1800, "D")


def test_the_share_of_an_act_is_that_of_its_highest_item(district):
    for code in ("B34", "B11"):
        record_event(code, MANAGERS[0], kind="manager", uscc=USCC[0], on=DAY, act_id="act")
    assert (_score(MANAGERS[0], "manager").bad_cp, _score().bad_cp) == (600, 300)


@pytest.mark.both_databases
def test_a_managers_record_follows_the_person_and_the_company_keeps_its_share(district):
    """The manager moves from the first company to the second, where another act falls; the first replaced the person."""
    record_event("B11", MANAGERS[0], kind="manager", uscc=USCC[0], on=DAY)
    move = date(2026, 6, 1)
    record_event("B34", MANAGERS[0], kind="manager", uscc=USCC[1], on=move)
    assert _score(MANAGERS[0], "manager", move).bad_cp == 900, "both acts, whoever employs the person"
    assert _score(USCC[0], day=move).bad_cp == 300, "half of its own time's act, although the person has left"
    assert _score(USCC[1], day=move).bad_cp == 150, "nothing of what fell before"
