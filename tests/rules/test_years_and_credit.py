"""Components, totals, stars, status and credit against the oracle."""

import datetime
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.rules import credit, errors
from scoring.rules.components import comprehensive
from scoring.rules.rulesets import all_rule_sets, export, load, rule_set, rule_set_for, rule_set_from
from scoring.rules.years import YearFacts, ratings, stars, total
from tests.rules import oracle

CP = st.one_of(st.sampled_from([9099, 9100, 8599, 8600, 5999, 6000, 8999, 9000]), st.integers(0, 10000))
HOMES = st.one_of(st.sampled_from([1, 2, 48, 49, 50, 51, 499, 500, 501, 1000, 1001]), st.integers(1, 6000))


@st.composite
def estates(draw):
    homes = draw(HOMES)
    edges = [homes // 2, (homes + 1) // 2, homes // 10, (homes + 9) // 10, 24, 25, 49, 50]
    points = draw(CP)
    values = {code: draw(st.one_of(st.just(points), CP)) for code in oracle.INDICATORS}
    if draw(st.booleans()) and draw(st.booleans()):
        values = {code: value for code, value in values.items() if draw(st.booleans())}
    return {
        "kind": draw(st.sampled_from(["commodity", "village", "affordable"])),
        "start": draw(
            st.sampled_from(["2019-03-01", "2025-06-30", "2025-07-01", "2025-07-02", "2025-08-31", "", None])
        ),
        "quarters": draw(st.lists(st.one_of(st.just(points), CP), max_size=4)),
        "survey": draw(st.none()) if draw(st.integers(0, 5)) == 0 else (homes, draw(st.sampled_from(edges)), points),
        "indicators": values,
        "rate": draw(st.one_of(st.just(points), st.none(), CP)),
        "vetoes": sorted(draw(st.sets(st.sampled_from(["V01", "V06"]), max_size=2)))
        if draw(st.integers(0, 4)) == 0
        else [],
    }


def facts_of(district):
    codes = [f"E{number}" for number in range(len(district))]
    named = list(zip(codes, district, strict=True))

    def frame(rows, columns):
        return pd.DataFrame(list(rows), columns=["estate_code", *columns]).sample(frac=1, random_state=5)

    return YearFacts(
        pd.DataFrame([(c, e["kind"], e["start"]) for c, e in named], columns=["estate_code", "kind", "service_start"]),
        frame(((c, q) for c, e in named for q in e["quarters"]), ["score_cp"]),
        frame(((c, *e["survey"]) for c, e in named if e["survey"]), ["households", "valid_responses", "score_cp"]),
        frame(((c, i, v) for c, e in named for i, v in e["indicators"].items()), ["indicator_code", "score_cp"]),
        frame(((c, e["rate"]) for c, e in named if e["rate"] is not None), ["rate_cp"]),
        frame(((c, v) for c, e in named for v in e["vetoes"]), ["veto_code"]),
    )


def expected_of(estate):
    average = oracle.mean(estate["quarters"])
    parts = {
        "survey": oracle.survey(estate["survey"]),
        "management": (average, "" if average is not None else "quarters"),
        "comprehensive": oracle.comprehensive(estate["indicators"]),
        "collection": (estate["rate"], "" if estate["rate"] is not None else "missing"),
    }
    start = estate["start"]
    eligible = bool(start) and oracle.six_months_by_year_end(datetime.date.fromisoformat(start), 2025)
    return parts, oracle.rating(estate["kind"], parts, eligible, estate["vetoes"])


def plain(value):
    return None if pd.isna(value) else int(value)


@settings(max_examples=70, deadline=None)
@given(st.lists(estates(), max_size=30))
def test_ratings_agree_with_the_oracle(district):
    result = ratings(facts_of(district), 2025)
    assert result.ratings["estate_code"].tolist() == [f"E{number}" for number in range(len(district))]
    lines = {(row.estate_code, row.component): row for row in result.components.itertuples(index=False)}
    wanted = 0
    for number, estate in enumerate(district):
        parts, expected = expected_of(estate)
        row = result.ratings.iloc[number]
        assert row.rule_set == expected["rule_set"]
        got = {name: plain(row[f"{name}_cp"]) for name in ("survey", "management", "comprehensive", "collection")}
        assert got == {"collection": None, **expected["scores"]}
        assert (plain(row.total_cp), plain(row.stars), row.status) == (
            expected["total"],
            expected["stars"],
            expected["status"],
        )
        assert (row.reason == "") == (row.status == "rated")
        if row.status == "vetoed":
            assert row.reason == ",".join(estate["vetoes"])
        for name in expected["scores"]:
            wanted += 1
            line = lines[f"E{number}", name]
            score, reason = parts[name]
            assert (plain(line.score_cp), line.reason) == (score, reason)
            assert line.status == ("pending" if reason else "ok")
            if row.status == "pending" and reason:
                assert f"{name}:{reason}" in row.reason
    assert len(lines) == wanted


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(oracle.SETS)), st.lists(st.tuples(CP, CP, CP, CP), min_size=1, max_size=20))
def test_totals_and_stars_agree_with_the_oracle(code, cases):
    rules = rule_set(code)
    names = ("survey", "management", "comprehensive", "collection")
    arrays = {name: np.array(column) for name, column in zip(names, zip(*cases, strict=True), strict=True)}
    totals = total(arrays, rules)
    weights, bands = oracle.SETS[code]
    for number, case in enumerate(cases):
        points = dict(zip(names, case, strict=True))
        summed = sum(Fraction(weight * points[name], 100) for name, weight in weights.items())
        assert totals[number] == oracle.nearest(summed)
        assert stars(totals, rules)[number] == max((n for n, bound in bands if totals[number] >= bound), default=0)


@pytest.mark.parametrize(
    ("code", "points", "number"),
    [
        *[("commodity-2018", p, s) for p, s in [(9100, 5), (9099, 4), (8600, 4), (8599, 3), (8100, 3), (8099, 2)]],
        *[("commodity-2018", p, s) for p, s in [(7100, 2), (7099, 1), (6000, 1), (5999, 0), (0, 0), (10000, 5)]],
        *[("village-2021", p, s) for p, s in [(9000, 5), (8999, 4), (8500, 4), (8499, 3), (8000, 3), (7999, 2)]],
        *[("village-2021", p, s) for p, s in [(7000, 2), (6999, 1), (6000, 1), (5999, 0)]],
    ],
)
def test_stars_turn_on_the_lower_bound(code, points, number):
    assert stars(np.array([points]), rule_set(code)).tolist() == [number]


@pytest.mark.parametrize(
    ("households", "required"), [(1, 1), (48, 24), (49, 25), (50, 50), (500, 50), (501, 51), (1001, 101)]
)
def test_the_sample_that_counts(households, required):
    sample = rule_set("village-2021").sample
    assert sample.required(households) == required
    assert sample.is_enough(households, required)
    assert not sample.is_enough(households, required - 1)


def test_a_rating_refuses_what_it_does_not_know():
    good = {"kind": "village", "start": "2020-01-01", "quarters": [], "survey": None, "indicators": {}, "rate": None}
    with pytest.raises(errors.UnknownKind, match="castle"):
        ratings(facts_of([{**good, "kind": "castle", "vetoes": []}]), 2025)
    with pytest.raises(errors.NoRuleSetInForce, match="village 2019"):
        ratings(facts_of([{**good, "vetoes": []}]), 2019)
    with pytest.raises(errors.UnknownIndicator, match="kindness"):
        ratings(facts_of([{**good, "indicators": {"kindness": 1}, "vetoes": []}]), 2025)
    facts = facts_of([{**good, "vetoes": []}])
    stranger = pd.DataFrame({"estate_code": ["E9"], "veto_code": ["V01"]})
    with pytest.raises(errors.UnknownEstate, match="E9"):
        ratings(YearFacts(**{**vars(facts), "vetoes": stranger}), 2025)
    twice = pd.DataFrame({"estate_code": ["E0", "E0"], "rate_cp": [1, 2]})
    with pytest.raises(errors.DuplicateFact, match="E0"):
        ratings(YearFacts(**{**vars(facts), "collection_rates": twice}), 2025)


def test_indicator_weights_count():
    data = {**rule_set("village-2021").data}
    data["indicators"] = [{"code": "a", "weight": 3}, {"code": "b", "weight": 1}]
    rows = pd.DataFrame({"estate_code": ["E", "E"], "indicator_code": ["a", "b"], "score_cp": [9000, 1001]})
    assert comprehensive(rows, pd.Series(["E"]), rule_set_from(data))["score_cp"].tolist() == [7000]


def test_rule_sets_say_what_the_contract_says():
    assert {r.code: (r.weights, list(r.star_bounds)) for r in all_rule_sets()} == oracle.SETS
    assert {kind: rule_set_for(kind, 2025).code for kind in oracle.SET_OF_KIND} == oracle.SET_OF_KIND
    for rules in all_rule_sets():
        assert rules.indicators == dict.fromkeys(oracle.INDICATORS, 1)
        assert rules.text("reference", "zh")
        assert rules.text("reading", "en")
        assert rules.list_rules("red")["all_of"]
        assert rules.list_rules("black")["any_of"]
    assert "90.99" in rule_set("commodity-2018").text("reading", "zh")
    assert load(export()) == all_rule_sets()


def test_sentences_say_what_the_rule_sets_ask():
    """The pages say "6 months" and "2 quarters" in words (docs/architecture.md, A third rule set)."""
    assert {(rules.quarters_needed, rules.months_of_service) for rules in all_rule_sets()} == {(2, 6)}


def test_a_further_rule_set_is_chosen_from_its_first_year_on():
    older = rule_set("commodity-2018")
    sets = (older, rule_set_from({**older.data, "code": "commodity-2027", "first_year": 2027}))
    assert [rule_set_for("commodity", year, sets).code for year in (2026, 2027, 2030)] == [
        "commodity-2018",
        "commodity-2027",
        "commodity-2027",
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"weights": {"survey": 50, "management": 49}},
        {"weights": {"charm": 100}},
        {"stars": [{"stars": 1, "from_cp": 1}, {"stars": 2, "from_cp": 2}]},
        {"stars": [{"stars": stars, "from_cp": 2000 * stars} for stars in (4, 3, 2, 1)]},
        {"indicators": []},
        {"kinds": []},
        {"sample": {}},
        {"first_year": "soon"},
    ],
)
def test_a_faulty_rule_set_is_refused(change):
    with pytest.raises(errors.BadRuleSet, match="commodity-2018"):
        rule_set_from({**rule_set("commodity-2018").data, **change})


TARIFF = credit.tariff_on("2026-06-01")
EVENT = st.tuples(st.sampled_from(["G02", "B01", "B07", "B13"]), st.integers(0, 2200))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.lists(EVENT, max_size=8), st.lists(st.integers(1, 1801), max_size=4)), min_size=1, max_size=20
    )
)
def test_credit_agrees_with_the_oracle(records):
    own, shared, expected = [], [], []
    for number, (events, of_managers) in enumerate(records):
        signed = [(code, points if code[0] == "G" else -points) for code, points in events]
        own += [(f"U{number}", f"act{number}-{n}", code, points) for n, (code, points) in enumerate(signed)]
        shared += [(f"U{number}", f"person{number}-{n}", "B13", -points) for n, points in enumerate(of_managers)]
        both = signed[0] if signed and signed[0][1] < 0 else None
        if both:
            shared.append((f"U{number}", f"act{number}-0", *both))
        expected.append(oracle.credit(signed, [-points for points in of_managers]))
    own_frame = pd.DataFrame(own, columns=["subject", "act", "code", "points_cp"])
    of_managers = pd.DataFrame(shared, columns=["uscc", "act", "code", "points_cp"])
    keep = of_managers[of_managers["points_cp"] < 0]
    rows = pd.concat([own_frame, credit.shares_of_managers(own_frame, keep, TARIFF)])
    scores = credit.credit_scores(rows, pd.Series([f"U{number}" for number in range(len(records))]), TARIFF)
    assert list(scores[["score_cp", "grade"]].itertuples(index=False, name=None)) == expected
    for number, (events, of_managers) in enumerate(records):
        good = sum(points for code, points in events if code[0] == "G")
        bad = sum(points for code, points in events if code[0] == "B")
        bad += sum(credit.manager_share(points, TARIFF) for points in of_managers)
        score = credit.credit_score(good, bad, TARIFF)
        assert (score, credit.grade(score, [code for code, _ in events], TARIFF)) == expected[number]


def test_shares_round_event_by_event_and_gains_are_no_shares():
    assert [credit.manager_share(points, TARIFF) for points in (1, 2, 3, 1800)] == [1, 1, 2, 900]
    own = pd.DataFrame(columns=["subject", "act"])
    gain = pd.DataFrame({"uscc": ["U"], "act": ["a"], "code": ["G02"], "points_cp": [100]})
    with pytest.raises(errors.BadPoints, match="G02"):
        credit.shares_of_managers(own, gain, TARIFF)


@pytest.mark.parametrize(
    ("points", "name"),
    [(9000, "AAA"), (8999, "AA"), (8500, "AA"), (8499, "A"), (7500, "A"), (7499, "B"), (6000, "B"), (5999, "C")]
    + [(4000, "C"), (3999, "D"), (0, "D")],
)
def test_grades_turn_on_the_lower_bound(points, name):
    assert credit.grade(points, [], TARIFF) == name
    assert credit.grade(points, ["B07"], TARIFF) == "D"


def test_grades_have_an_order_and_refuse_strangers():
    assert credit.at_least("AA", "A", TARIFF)
    assert credit.at_least("A", "A", TARIFF)
    assert not credit.at_least("B", "A", TARIFF)
    with pytest.raises(errors.UnknownGrade, match="Z"):
        credit.at_least("Z", "A", TARIFF)


def test_a_published_rating_gives_the_events_of_the_contract():
    events = {number: credit.rating_event(number, TARIFF) for number in (None, 0, 1, 2, 3, 4, 5)}
    told = {number: (e.code, e.points_cp, e.months) for number, e in events.items() if e}
    assert told == {5: ("G02", 300, 12), 4: ("G02", 100, 12), 0: ("B41", -300, 12)}
    assert credit.counts_until("2026-01-25", 12) == "2027-01-24"


def test_credit_never_falls_below_zero():
    events = pd.DataFrame({"subject": ["U"] * 5, "code": ["B01"] * 5, "points_cp": [-1800] * 5})
    scores = credit.credit_scores(events, pd.Series(["U", "V"]), TARIFF)
    assert scores[["score_cp", "grade"]].values.tolist() == [[0, "D"], [8000, "A"]]
    assert credit.credit_score(0, 9000, TARIFF) == 0
