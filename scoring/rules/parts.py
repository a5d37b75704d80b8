"""A year of one division rated by itself, and the divisions put together again.

All that is rated belongs to one estate, save the ranks: they are made once more over the whole. So the result is that of one
run over everything, whatever the divisions are and wherever they were rated.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from .limiters import needs_categories
from .months import category_totals, month_scores
from .quarters import PUBLISHED, quarter_scores, ranked
from .rulesets import rule_set_for
from .years import YearFacts, YearResult, ratings

QUARTERS = (1, 2, 3, 4)
_QUARTER_OF = {f"{3 * quarter - back:02d}": quarter for quarter in QUARTERS for back in (2, 1, 0)}
CATEGORY_COLUMNS = ["estate_code", "category_code", "earned_cp", "applicable_cp"]


@dataclass(frozen=True)
class YearPart:
    """What the rating of some estates starts from: the checks of the year and their results as ``months.month_scores`` takes them,
    and the facts of the year. ``places``: ``estate_code, street_code`` in the order of ``facts.estates``; asked for when the
    quarters are to be scored. ``checks`` are those that count: with quarters given, those that entered them."""

    checks: pd.DataFrame
    results: pd.DataFrame
    standards: Mapping[str, pd.DataFrame]
    facts: YearFacts
    places: pd.DataFrame | None = None


@dataclass(frozen=True)
class RatedPart:
    """``year``: the ratings. ``quarters``: as ``quarters.quarter_scores`` with ``quarter`` (1 to 4), ``kind`` and ``street_code``;
    None where the quarters were given. Ranks are those within the part until ``together``."""

    year: YearResult
    quarters: pd.DataFrame | None = None


def rated_part(part: YearPart, year: int, score_quarters: bool = False) -> RatedPart:
    """Rate the estates of a part; with ``score_quarters`` from the results of their checks on, else from the quarters of
    ``part.facts``. Raises what the rules raise."""
    facts, quarters = part.facts, None
    if score_quarters:
        quarters = _quarters(part)
        scored = quarters.loc[(quarters["status"] == PUBLISHED).to_numpy(bool), ["estate_code", "score_cp", "quarter"]]
        facts = replace(facts, quarters=scored.reset_index(drop=True))
    if facts.categories is None and _needs_categories(facts.estates["kind"], year):
        facts = replace(facts, categories=_categories(part, facts.quarters))
    return RatedPart(ratings(facts, year), quarters)


def together(parts: Iterable[RatedPart]) -> RatedPart:
    """The parts as one, rows by estate code; ranks over all of them."""
    found = list(parts)
    rated = pd.concat([part.year.ratings for part in found], ignore_index=True)
    components = pd.concat([part.year.components for part in found], ignore_index=True)
    year = YearResult(
        rated.sort_values("estate_code", kind="stable", ignore_index=True),
        components.sort_values("estate_code", kind="stable", ignore_index=True),
    )
    scored = [part.quarters for part in found if part.quarters is not None]
    if not scored:
        return RatedPart(year)
    rows = pd.concat(scored, ignore_index=True).sort_values(
        ["quarter", "estate_code"], kind="stable", ignore_index=True
    )
    return RatedPart(year, pd.concat([_ranked_again(group) for _quarter, group in rows.groupby("quarter")]))


def _ranked_again(rows: pd.DataFrame) -> pd.DataFrame:
    district, street = ranked(rows["kind"], rows["street_code"], rows["score_cp"])
    return rows.assign(rank_district=district.to_numpy(), rank_street=street.to_numpy())


def _quarters(part: YearPart) -> pd.DataFrame:
    assert part.places is not None
    estates = part.facts.estates[["estate_code", "kind"]].assign(street_code=part.places["street_code"].to_numpy())
    months = month_scores(part.checks, part.results, part.standards)
    number = months["month"].astype("str").str.slice(5, 7).map(_QUARTER_OF)
    found = []
    for quarter in QUARTERS:
        own = months.loc[(number == quarter).to_numpy(bool), ["estate_code", "score_cp"]]
        scored = quarter_scores(own, estates).assign(quarter=quarter)
        found.append(scored.assign(kind=estates["kind"].to_numpy(), street_code=estates["street_code"].to_numpy()))
    return pd.concat(found, ignore_index=True)


def _needs_categories(kinds: pd.Series, year: int) -> bool:
    return any(needs_categories(rule_set_for(kind, year).limiters) for kind in kinds.unique())


def _categories(part: YearPart, quarters: pd.DataFrame) -> pd.DataFrame:
    """Points by category of the checks in quarters that count."""
    checks = part.checks.reset_index(drop=True)
    quarter = checks["month"].astype("str").str.slice(5, 7).map(_QUARTER_OF).astype("str")
    key = checks["estate_code"].astype("str") + " " + quarter
    counted = set(quarters["estate_code"].astype("str") + " " + quarters["quarter"].astype("str").str.slice(-1))
    own = checks[key.isin(counted).to_numpy(bool)].reset_index(drop=True)
    results = part.results[part.results["check"].isin(own["check"]).to_numpy(bool)].reset_index(drop=True)
    made = category_totals(own, results, part.standards)
    return made.merge(own[["check", "estate_code"]], on="check")[CATEGORY_COLUMNS]
