"""Caps on stars: off in the district's sets, each switched on by data, the same by hand, and honoured by the recomputation."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import recompute
from scoring.rules import limiters, rulesets
from scoring.rules.errors import BadRuleSet, MissingFact
from scoring.rules.years import YearFacts, ratings
from tests.rules import oracle
from tests.rules.sample_export import CAPS, PART_FIELD, read_table, write_export, write_manifest, write_table
from tests.rules.sample_export import limiters as listed

BASE = rulesets.rule_set("commodity-2018").data


@pytest.mark.parametrize("code", ["commodity-2018", "village-2021"])
def test_the_districts_own_sets_have_no_limiter(code):
    assert rulesets.rule_set(code).limiters == ()
    assert "limiters" not in rulesets.rule_set(code).data


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_with_every_limiter_on_the_oracle_and_the_rules_agree(seed, tmp_path, capsys):
    (tmp_path / "off").mkdir()
    (tmp_path / "on").mkdir()
    write_export(tmp_path / "off", seed)
    write_export(tmp_path / "on", seed, CAPS)
    stars = [[row["stars"] for row in read_table(tmp_path / name / "ratings.csv")] for name in ("off", "on")]
    assert stars[0] != stars[1], "the caps of this test bite nobody"
    assert recompute.main([str(tmp_path / "on")]) == 0, capsys.readouterr().out


FACTS = [
    "overdue_c",
    "safety_penalties",
    "manager_vacant_days",
    "reports_missing",
    "disclosure_overdue_quarters",
    "demerits",
]


@pytest.mark.parametrize("fact", [*FACTS, "demerits_before"])
def test_a_changed_fact_cell_is_named_with_the_stars_that_follow(fact, tmp_path, capsys):
    write_export(tmp_path, 2, [cap for cap in CAPS if cap[0] in oracle.FACTS])
    free = {row["estate_code"]: row["stars"] for row in read_table(tmp_path / "ratings.csv")}
    best = max((stars, code) for code, stars in free.items() if stars and code != "E000")[1]
    rows = read_table(tmp_path / "limiter_facts.csv")
    rows = [row for row in rows if (row["estate_code"], row["fact"]) != (best, fact)]
    value = "99.00" if fact.startswith("demerits") else "99"
    rows.append({"year": "2025", "estate_code": best, "fact": fact, "value": value})
    write_table(tmp_path / "limiter_facts.csv", rows)
    write_manifest(tmp_path)
    assert recompute.main([str(tmp_path)]) == 1
    assert f"ratings.csv 2025 {best} stars: published {free[best]}, recomputed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"value": "two"}, "is not a number"),
        ({"value": ""}, "(empty) is not a number"),
        ({"fact": "moon_phase"}, "unknown fact"),
    ],
)
def test_a_fact_cell_that_makes_no_sense_is_named(change, says, tmp_path, capsys):
    write_export(tmp_path, 1, CAPS)
    rows = read_table(tmp_path / "limiter_facts.csv")
    place = next(n for n, row in enumerate(rows) if row["fact"] == "overdue_c")
    rows[place] = {**rows[place], **change}
    write_table(tmp_path / "limiter_facts.csv", rows)
    write_manifest(tmp_path)
    assert recompute.main([str(tmp_path)]) == 1
    assert says in capsys.readouterr().out


def test_facts_that_nobody_published_leave_the_caps_on_them_without_effect(tmp_path, capsys):
    write_export(tmp_path, 2, [("disclosure_overdue", "", 2, 3)])
    (tmp_path / "limiter_facts.csv").unlink()
    write_manifest(tmp_path)
    assert recompute.main([str(tmp_path)]) == 1, "the stars of those that the cap held down differ"
    assert all(" stars: published " in line for line in capsys.readouterr().out.splitlines()[:-1])


def test_the_recomputation_names_stars_that_a_cap_forbids(tmp_path, capsys):
    (tmp_path / "made").mkdir()
    write_export(tmp_path / "made", 1, CAPS)
    folder = shutil.copytree(tmp_path / "made", tmp_path / "changed")
    sets = json.loads((folder / "rule_sets.json").read_text())
    for rules in sets:
        rules.pop("limiters")
    (folder / "rule_sets.json").write_text(json.dumps(sets, ensure_ascii=False))
    write_manifest(folder)
    assert recompute.main([str(folder)]) == 1
    shown = capsys.readouterr().out.splitlines()
    assert all(" stars: published " in line for line in shown[:-1])
    assert len(shown) > 1


ROW = {"zh": "x", "en": "x"}
BAD = {
    "unknown": {"limiter": "moon_phase", "max_stars": 2},
    "no cap": {"limiter": "component_below", "max_stars": 5, "below_cp": 6000},
    "two caps": {"limiter": "component_below", "max_stars": 3, "minus_stars": 1, "below_cp": 6000},
    "neither cap": {"limiter": "open_finding", "at_least": 1},
    "nothing taken off": {"limiter": "demerits", "minus_stars": 0, "at_least": 1200},
    "no bound": {"limiter": "component_below", "max_stars": 3, "below_cp": 0},
    "every estate reaches it": {"limiter": "open_finding", "max_stars": 2, "at_least": 0},
    "truth is no number": {"limiter": "open_finding", "max_stars": 2, "at_least": True},
    "no text": {"limiter": "component_below", "max_stars": 3, "below_cp": 1, "zh": ""},
    "unknown component": {"limiter": "component_below", "max_stars": 3, "below_cp": 1, "components": ["moon"]},
    "another limiter's part": {"limiter": "component_below", "max_stars": 3, "below_cp": 1, "categories": ["XF"]},
    "another limiter's bound": {"limiter": "open_finding", "max_stars": 3, "at_least": 1, "below_cp": 1},
}


@pytest.mark.parametrize("row", BAD.values(), ids=BAD)
def test_a_limiter_that_cannot_be_worked_out_from_the_export_is_refused(row):
    with pytest.raises(BadRuleSet):
        rulesets.rule_set_from({**BASE, "limiters": [{**ROW, **row}]})


@pytest.mark.parametrize("cap", [("category_below", "XF", 7000, 3), ("open_finding", "", 1, 2)])
def test_a_set_that_looks_at_facts_refuses_to_rate_without_them(cap):
    rules = rulesets.rule_set_from({**BASE, "limiters": listed([cap])})
    estates = pd.DataFrame({"estate_code": ["E"], "kind": ["commodity"], "service_start": ["2020-01-01"]})
    facts = YearFacts(
        estates,
        pd.DataFrame({"estate_code": ["E", "E"], "score_cp": [9500, 9500]}),
        pd.DataFrame({"estate_code": ["E"], "households": [100], "valid_responses": [60], "score_cp": [9500]}),
        pd.DataFrame({"estate_code": "E", "indicator_code": oracle.INDICATORS, "score_cp": 9500}),
        pd.DataFrame({"estate_code": [], "rate_cp": []}),
        pd.DataFrame({"estate_code": [], "veto_code": []}),
    )
    with pytest.raises(MissingFact):
        ratings(facts, 2025, [rules])


part = st.one_of(st.none(), st.integers(0, 10000))
caps = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["component_below", "category_below"]),
            st.just(""),
            st.integers(1, 10000),
            st.integers(0, 4),
        ),
        st.tuples(
            st.sampled_from(sorted(oracle.FACTS)), st.just(""), st.integers(1, 4), st.integers(-4, 4).filter(bool)
        ),
    ),
    max_size=4,
)
points = st.tuples(st.integers(0, 4000), st.integers(0, 4000)).map(lambda pair: (min(pair), max(pair)))
numbers = st.dictionaries(st.sampled_from(sorted(oracle.FACTS.values())), st.integers(0, 5))


@given(st.integers(0, 5), part, part, st.lists(points, max_size=6), numbers, caps)
def test_any_caps_on_any_estate_are_those_of_the_oracle(stars, survey, management, months, facts, asked):
    scores = {"survey": survey, "management": management}
    frame = pd.DataFrame(
        [("E", "AB"[n % 2], earned, applicable) for n, (earned, applicable) in enumerate(months)],
        columns=["estate_code", "category_code", "earned_cp", "applicable_cp"],
    )
    pointed = {name: f"{name}_cp" if name.startswith("demerits") else name for name in facts}
    rows = pd.DataFrame(
        [("E", pointed[name], value) for name, value in facts.items()], columns=["estate_code", "fact", "value"]
    )
    known = {n: (np.array([v or 0]), np.array([v is not None])) for n, v in scores.items()}
    parts = limiters.Parts(pd.Series(["E"]), known, frame, rows)
    done = limiters.apply(np.array([stars]), parts, listed(asked))
    shares = {
        name: oracle.Fraction(int(own["earned_cp"].sum()), int(own["applicable_cp"].sum()))
        for name, own in frame.groupby("category_code")
        if own["applicable_cp"].sum()
    }
    assert done.stars[0] == oracle.capped(stars, scores, shares, asked, facts)
    assert bool(done.reasons[0]) == (done.stars[0] < stars)
    assert {*PART_FIELD, *oracle.FACTS} == set(limiters.TESTS)
