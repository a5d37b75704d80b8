"""A year of a district as frames: estates, checks, one row for every item of every check, and the facts of the year."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.rules.rulesets import rule_set_for
from scoring.rules.years import YearFacts

ESTATES, ITEMS = 1500, 68
KINDS = np.array(["commodity", "commodity", "village"], dtype=object)


@dataclass
class District:
    """Everything the scoring of a year starts from."""

    estates: pd.DataFrame
    checks: pd.DataFrame
    results: pd.DataFrame
    standard: pd.DataFrame
    year: YearFacts


def make(standard: pd.DataFrame, estates: int, seed: int = 7) -> District:
    """A district of ``estates`` estates: 12 checks each, a row for each item (about four in five a plain pass)."""
    random = np.random.default_rng(seed)
    codes = np.array([f"E{number:06d}" for number in range(estates)], dtype=object)
    frame = pd.DataFrame(
        {
            "estate_code": codes,
            "kind": KINDS[np.arange(estates) % 3],
            "street_code": np.array([f"4403060{17 + n % 11:02d}000" for n in range(estates)], dtype=object),
        }
    )
    checks = pd.DataFrame(
        {
            "check": np.arange(estates * 12),
            "estate_code": np.repeat(codes, 12),
            "month": np.tile([f"2025-{m:02d}" for m in range(1, 13)], estates),
            "standard": "2025.1",
        }
    )
    return District(frame, checks, _results(random, standard, len(checks)), standard, _year(random, frame))


def _results(random: np.random.Generator, standard: pd.DataFrame, checks: int) -> pd.DataFrame:
    words = {
        "P0.5": ["pass", "1", "2"],
        "P1": ["pass", "1", "2"],
        "T": ["pass", "half", "zero"],
        "BIN": ["pass", "fail", "na"],
    }
    table = np.array([words[rule] for rule in standard["deduction"]], dtype=object)
    items = np.tile(np.arange(len(standard)), checks)
    draw = random.choice(3, size=len(items), p=[0.8, 0.15, 0.05])
    return pd.DataFrame(
        {
            "check": np.repeat(np.arange(checks), len(standard)),
            "item_code": standard.index.to_numpy()[items],
            "result": table[items, draw],
        }
    )


def _year(random: np.random.Generator, estates: pd.DataFrame) -> YearFacts:
    count = len(estates)
    codes = estates["estate_code"]
    indicators = list(rule_set_for("commodity", 2025).indicators)
    village = codes[estates["kind"] == "village"].reset_index(drop=True)
    return YearFacts(
        estates=estates[["estate_code", "kind"]].assign(service_start="2020-01-01"),
        quarters=pd.DataFrame(),
        surveys=pd.DataFrame(
            {
                "estate_code": codes,
                "households": 800,
                "valid_responses": 120,
                "score_cp": random.integers(6000, 10000, count),
            }
        ),
        indicators=pd.DataFrame(
            {
                "estate_code": np.repeat(codes.to_numpy(), len(indicators)),
                "indicator_code": np.tile(indicators, count),
                "score_cp": random.integers(6000, 10000, count * len(indicators)),
            }
        ),
        collection_rates=pd.DataFrame({"estate_code": village, "rate_cp": random.integers(6000, 10000, len(village))}),
        vetoes=pd.DataFrame({"estate_code": pd.Series(dtype=object), "veto_code": pd.Series(dtype=object)}),
    )
