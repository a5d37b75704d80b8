"""The components of a year's rating (contract, section 3, "Management" to "Comprehensive").

Every function answers one row per estate of ``estate_codes`` (unique), in that order: ``estate_code``, ``score_cp``
(Int64, ``<NA>`` while pending), ``status`` (``ok`` or ``pending``), ``reason`` (empty when ok).
"""

import numpy as np
import pandas as pd

from .errors import DuplicateFact, UnknownEstate, UnknownIndicator
from .groups import group_count, group_sum, nullable, positions
from .quarters import whole_points
from .rounding import half_up
from .rulesets import RuleSet

OK = "ok"
PENDING = "pending"
MISSING = "missing"
SAMPLE = "sample"
QUARTERS = "quarters"
INDICATORS = "indicators:"


def management(quarters: pd.DataFrame, estate_codes: pd.Series, rules: RuleSet) -> pd.DataFrame:
    """Mean of the year's published quarter scores; under ``quarters_needed`` pending with the reason ``quarters``.

    ``quarters``: ``estate_code``, ``score_cp``: one row per published quarter score of the year (none for a quarter
    of insufficient data). Raises ``UnknownEstate``, ``BadPoints``.
    """
    row = positions(estate_codes, quarters["estate_code"], UnknownEstate)
    points = whole_points(quarters["score_cp"], quarters["estate_code"])
    count = group_count(row, len(estate_codes))
    score = half_up(group_sum(row, points, len(estate_codes)), np.maximum(count, 1))
    return _component(estate_codes, score, np.where(count >= rules.quarters_needed, "", QUARTERS))


def survey_component(surveys: pd.DataFrame, estate_codes: pd.Series, rules: RuleSet) -> pd.DataFrame:
    """The survey's score where its sample is enough, else pending: ``sample``, or ``missing`` without a survey.

    ``surveys``: ``estate_code`` (once), ``households``, ``valid_responses``, ``score_cp``. Raises ``UnknownEstate``,
    ``DuplicateFact``, ``BadPoints``.
    """
    row = _once(surveys, estate_codes)
    points = whole_points(surveys["score_cp"], surveys["estate_code"])
    homes = surveys["households"].to_numpy(np.int64)
    replies = surveys["valid_responses"].to_numpy(np.int64)
    sample = rules.sample
    small = homes < sample.small_estate_under
    enough = np.where(
        small,
        replies * sample.small_one_in >= homes,
        (replies >= sample.min_responses) & (replies * sample.one_in >= homes),
    )
    reason = np.full(len(estate_codes), MISSING, dtype=object)
    reason[row] = np.where(enough, "", SAMPLE)
    return _component(estate_codes, _placed(row, points, len(estate_codes)), reason)


def comprehensive(indicators: pd.DataFrame, estate_codes: pd.Series, rules: RuleSet) -> pd.DataFrame:
    """Weighted mean of the rule set's indicators; pending with ``indicators:`` and the codes that are missing.

    ``indicators``: ``estate_code``, ``indicator_code``, ``score_cp``, each pair once. Raises ``UnknownEstate``,
    ``UnknownIndicator``, ``DuplicateFact``, ``BadPoints``.
    """
    codes = list(rules.indicators)
    row = positions(estate_codes, indicators["estate_code"], UnknownEstate)
    column = positions(pd.Series(codes, dtype="str"), indicators["indicator_code"], UnknownIndicator)
    points = whole_points(indicators["score_cp"], indicators["estate_code"])
    size = len(estate_codes) * len(codes)
    cell = row * len(codes) + column
    counts = group_count(cell, size)
    if (counts > 1).any():
        twice = indicators[counts[cell] > 1]
        raise DuplicateFact(twice["estate_code"].astype("str") + " " + twice["indicator_code"].astype("str"))
    weights = np.array(list(rules.indicators.values()), dtype=np.int64)
    table = group_sum(cell, points, size).reshape(len(estate_codes), len(codes))
    there = counts.reshape(table.shape) == 1
    reason = np.full(len(estate_codes), "", dtype=object)
    for place in np.flatnonzero(~there.all(axis=1)):
        reason[place] = INDICATORS + ",".join(code for code, has in zip(codes, there[place], strict=True) if not has)
    return _component(estate_codes, half_up((table * weights).sum(axis=1), int(weights.sum())), reason)


def collection(rates: pd.DataFrame, estate_codes: pd.Series, rules: RuleSet) -> pd.DataFrame:
    """The collection rate as a score; pending with ``missing`` without one.

    ``rates``: ``estate_code`` (once), ``rate_cp`` (hundredths of a percent). Raises as ``survey_component``.
    """
    row = _once(rates, estate_codes)
    points = whole_points(rates["rate_cp"], rates["estate_code"])
    reason = np.full(len(estate_codes), MISSING, dtype=object)
    reason[row] = ""
    return _component(estate_codes, _placed(row, points, len(estate_codes)), reason)


def _once(facts: pd.DataFrame, estate_codes: pd.Series) -> np.ndarray:
    twice = facts["estate_code"].duplicated()
    if twice.any():
        raise DuplicateFact(facts.loc[twice, "estate_code"])
    return positions(estate_codes, facts["estate_code"], UnknownEstate)


def _placed(row: np.ndarray, points: np.ndarray, size: int) -> np.ndarray:
    placed = np.zeros(size, dtype=np.int64)
    placed[row] = points
    return placed


def _component(estate_codes: pd.Series, score: np.ndarray, reason: np.ndarray) -> pd.DataFrame:
    known = reason == ""
    return pd.DataFrame(
        {
            "estate_code": estate_codes.to_numpy(),
            "score_cp": nullable(score, known),
            "status": np.where(known, OK, PENDING),
            "reason": reason,
        }
    )
