"""Explanation lines carry what their sentences print, and add up to the figures they explain."""

import pandas as pd
import pytest

from scoring.rules import explain
from scoring.rules.rulesets import rule_set
from scoring.rules.standard import ChecklistItem
from scoring.rules.years import YearFacts, ratings

ITEMS = [
    ChecklistItem("A1", 200, "P0.5", "A", "A"),
    ChecklistItem("A2", 200, "T", "A", "B"),
    ChecklistItem("B1", 300, "P1", "B", "C"),
]


@pytest.mark.parametrize(
    ("item", "result", "key", "lost", "values"),
    [
        (ITEMS[0], "0", "score.item_clean", 0, {"max": 200, "score": 200}),
        (ITEMS[0], "2", "score.item_count", 100, {"n": 2, "step": 50, "lost": 100, "score": 100}),
        (ITEMS[0], "4", "score.item_capped", 200, {"n": 4, "max": 200, "score": 0}),
        (ITEMS[1], "half", "score.item_grade", 100, {"grade": "half", "score": 100}),
        (ITEMS[2], "na", "score.item_na", 0, {"score": 0}),
    ],
)
def test_an_item_says_why(item, result, key, lost, values):
    line = explain.item_line(item, result, "2025.1")
    assert (line.key, line.centipoints, line.sign, line.reference) == (key, lost, -1 if lost else 0, "2025.1")
    assert values.items() <= line.values.items()
    assert line.as_row()["values"] == line.values


def test_a_check_adds_up_from_items_to_the_month():
    month, first, second, *items = explain.check_lines(
        "2025-03", ITEMS, {"A1": "1", "A2": "zero", "B1": "na"}, "2025.1"
    )
    assert first.values == {"applicable": 400, "earned": 150, "item": "A2", "lost": 200}
    assert (second.centipoints, second.values["applicable"], second.values["item"]) == (0, 0, "")
    assert (month.key, month.centipoints) == ("score.month", 3750)
    assert month.values == {"score": 3750, "earned": 150, "applicable": 400}
    assert sum(line.centipoints for line in items) == first.centipoints


def test_a_quarter_names_its_months_or_what_is_missing():
    line = explain.quarter_line("2025Q1", {"2025-02": 9000, "2025-01": 9001}, 9001)
    assert (line.key, list(line.values["months"])) == ("score.quarter", ["2025-01", "2025-02"])
    missing = explain.quarter_line("2025Q1", {"2025-02": 9000}, None)
    assert (missing.key, missing.values) == ("status.insufficient_data", {"n": 1, "needed": 2})


def test_a_year_adds_up_and_its_waterfall_reaches_the_total():
    rules = rule_set("commodity-2018")
    empty = pd.DataFrame({"estate_code": []}, dtype="str")
    facts = YearFacts(
        pd.DataFrame({"estate_code": ["E"], "kind": ["commodity"], "service_start": ["2020-01-01"]}),
        pd.DataFrame({"estate_code": ["E", "E"], "score_cp": [5000, 5501]}),
        pd.DataFrame({"estate_code": ["E"], "households": [300], "valid_responses": [50], "score_cp": [5203]}),
        pd.DataFrame({"estate_code": "E", "indicator_code": list(rules.indicators), "score_cp": 6001}),
        empty.assign(rate_cp=[]),
        empty.assign(veto_code=[]),
    )
    result = ratings(facts, 2025)
    rating = next(result.ratings.itertuples(index=False))
    year, *parts = explain.year_lines(2025, rating, result.components, rules)
    assert (year.key, year.values["threshold"], year.centipoints) == ("status.zero_stars", 6000, int(rating.total_cp))
    assert [part.centipoints for part in parts] == [5203, 5251, 6001]
    lost = sum(line.centipoints for line in explain.waterfall(result.components, rules))
    assert 100 * 10000 - lost == sum(part.values["weighted"] for part in parts)
    few = YearFacts(**{**vars(facts), "surveys": facts.surveys.assign(valid_responses=49)})
    waiting = ratings(few, 2025)
    rating = next(waiting.ratings.itertuples(index=False))
    lines = explain.year_lines(2025, rating, waiting.components, rules)
    assert [line.key for line in lines[:2]] == ["status.pending", "status.pending_sample"]
