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
from tests.rules.sample_export import CAPS, PART_FIELD, read_table, write_export, write_manifest
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


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(
            {"limiter": "open_finding", "max_stars": 2, "zh": "x", "en": "x"}, id="facts not in the open data"
        ),
        pytest.param({"limiter": "moon_phase", "max_stars": 2, "zh": "x", "en": "x"}, id="unknown"),
        pytest.param(
            {"limiter": "component_below", "max_stars": 5, "below_cp": 6000, "zh": "x", "en": "x"}, id="no cap"
        ),
        pytest.param(
            {"limiter": "component_below", "max_stars": 3, "below_cp": 0, "zh": "x", "en": "x"}, id="no bound"
        ),
        pytest.param({"limiter": "component_below", "max_stars": 3, "below_cp": 1, "zh": "", "en": "x"}, id="no text"),
        pytest.param(
            {"limiter": "component_below", "max_stars": 3, "below_cp": 1, "zh": "x", "en": "x", "components": ["moon"]},
            id="unknown component",
        ),
        pytest.param(
            {"limiter": "component_below", "max_stars": 3, "below_cp": 1, "zh": "x", "en": "x", "categories": ["XF"]},
            id="another limiter's field",
        ),
    ],
)
def test_a_limiter_that_cannot_be_worked_out_from_the_export_is_refused(row):
    with pytest.raises(BadRuleSet):
        rulesets.rule_set_from({**BASE, "limiters": [row]})


def test_a_set_that_looks_at_categories_refuses_to_rate_without_them():
    rules = rulesets.rule_set_from({**BASE, "limiters": listed([("category_below", "XF", 7000, 3)])})
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
    st.tuples(
        st.sampled_from(["component_below", "category_below"]),
        st.just(""),
        st.integers(1, 10000),
        st.integers(0, 4),
    ),
    max_size=4,
)
points = st.tuples(st.integers(0, 4000), st.integers(0, 4000)).map(lambda pair: (min(pair), max(pair)))


@given(st.integers(0, 5), part, part, st.lists(points, max_size=6), caps)
def test_any_caps_on_any_estate_are_those_of_the_oracle(stars, survey, management, months, asked):
    scores = {"survey": survey, "management": management}
    frame = pd.DataFrame(
        [("E", "AB"[n % 2], earned, applicable) for n, (earned, applicable) in enumerate(months)],
        columns=["estate_code", "category_code", "earned_cp", "applicable_cp"],
    )
    known = {n: (np.array([v or 0]), np.array([v is not None])) for n, v in scores.items()}
    done = limiters.apply(np.array([stars]), limiters.Parts(pd.Series(["E"]), known, frame), listed(asked))
    shares = {
        name: oracle.Fraction(int(own["earned_cp"].sum()), int(own["applicable_cp"].sum()))
        for name, own in frame.groupby("category_code")
        if own["applicable_cp"].sum()
    }
    assert done.stars[0] == oracle.capped(stars, scores, shares, asked)
    assert bool(done.reasons[0]) == (done.stars[0] < stars)
    assert set(PART_FIELD) == set(limiters.TESTS)
