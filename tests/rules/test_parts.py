"""A year rated in parts is the year rated whole, whichever estates go together: components, stars, reasons, and ranks over all."""

from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.rules.parts import YearPart, rated_part, together
from scoring.rules.rulesets import rule_set_for
from scoring.rules.standard import ChecklistItem, standard_frame
from scoring.rules.years import YearFacts

YEAR, ESTATES = 2025, 18
STANDARD = standard_frame(
    [
        ChecklistItem("A1", 4000, "P1", "A", "A"),
        ChecklistItem("B1", 3000, "T", "B", "B"),
        ChecklistItem("B2", 3000, "BIN", "B", "C"),
    ]
)
WORDS = {"A1": ["1", "2", "na"], "B1": ["half", "zero"], "B2": ["fail", "na"]}


def year(seed: int) -> YearPart:
    """Two districts of two streets: some estates with too few checks, some without a survey."""
    random = np.random.default_rng(seed)
    codes = [f"E{number:02d}" for number in range(ESTATES)]
    kinds = [("commodity", "village")[number % 2] for number in range(ESTATES)]
    checks = [
        (code, f"{YEAR}-{month:02d}")
        for code in codes
        for month in range(1, 13)
        if random.random() < (0.9 if code != "E03" else 0.2)
    ]
    table = pd.DataFrame(checks, columns=["estate_code", "month"]).assign(standard="1")
    table.insert(0, "check", range(len(table)))
    rows = [
        (check, item, random.choice(WORDS[item])) for check in table["check"] for item in WORDS if random.random() < 0.3
    ]
    surveyed = [code for code in codes if code != "E05"]
    indicators = [(c, i) for c, k in zip(codes, kinds, strict=True) for i in rule_set_for(k, YEAR).indicators]
    villages = [code for code, kind in zip(codes, kinds, strict=True) if kind == "village"]

    def points(count: int) -> np.ndarray:
        return random.integers(6000, 10000, count)

    facts = YearFacts(
        estates=pd.DataFrame({"estate_code": codes, "kind": kinds, "service_start": "2020-01-01"}),
        quarters=pd.DataFrame(),
        surveys=pd.DataFrame(
            {"estate_code": surveyed, "households": 800, "valid_responses": 120, "score_cp": points(len(surveyed))}
        ),
        indicators=pd.DataFrame(indicators, columns=["estate_code", "indicator_code"]).assign(
            score_cp=points(len(indicators))
        ),
        collection_rates=pd.DataFrame({"estate_code": villages, "rate_cp": points(len(villages))}),
        vetoes=pd.DataFrame({"estate_code": ["E07"], "veto_code": ["V01"]}),
    )
    places = pd.DataFrame(
        {"estate_code": codes, "street_code": [f"44030{6 + n % 2}00{1 + n % 4 // 2}000" for n in range(ESTATES)]}
    )
    return YearPart(table, pd.DataFrame(rows, columns=["check", "item_code", "result"]), {"1": STANDARD}, facts, places)


def only(whole: YearPart, codes: set[str]) -> YearPart:
    """The part of some estates."""

    def own(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["estate_code"].isin(codes)].reset_index(drop=True)

    checks, facts = own(whole.checks), whole.facts
    frames = {
        name: own(getattr(facts, name)) for name in ("estates", "surveys", "indicators", "collection_rates", "vetoes")
    }
    results = whole.results[whole.results["check"].isin(checks["check"])].reset_index(drop=True)
    return replace(whole, checks=checks, results=results, places=own(whole.places), facts=replace(facts, **frames))


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 3), st.lists(st.integers(0, 3), min_size=ESTATES, max_size=ESTATES))
def test_any_parts_give_the_whole(seed, homes):
    whole = year(seed)
    at_once = together([rated_part(whole, YEAR, score_quarters=True)])
    groups = [{f"E{n:02d}" for n, home in enumerate(homes) if home == number} for number in sorted(set(homes))]
    parted = together([rated_part(only(whole, codes), YEAR, score_quarters=True) for codes in groups])
    pd.testing.assert_frame_equal(parted.year.ratings, at_once.year.ratings)
    pd.testing.assert_frame_equal(parted.year.components, at_once.year.components)
    pd.testing.assert_frame_equal(
        parted.quarters.reset_index(drop=True), at_once.quarters.reset_index(drop=True), check_like=True
    )
    assert set(at_once.year.ratings["status"]) == {"rated", "pending", "vetoed"}
    assert at_once.quarters["rank_district"].max() > 1
