"""The figures of a quarter from the facts: months, scores, ranks, and what is pinned with them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.periods import Quarter
from portal.registry import api as registry
from scoring.checks import api as checks
from scoring.rules.errors import NoRuleSetInForce, UnknownKind
from scoring.rules.months import month_scores
from scoring.rules.quarters import quarter_points, quarter_scores
from scoring.rules.rulesets import rule_set_for
from scoring.standards import api as standards

CONFIRMED = ("confirmed",)
FILED = ("submitted", "confirmed")
MONTH_COLUMNS = ("month", "check_id", "standard_version", "earned_cp", "applicable_cp", "score_cp")


@dataclass(frozen=True)
class QuarterFigures:
    """``scores``: one row per estate of the register, by code: ``estate_code, score_cp, status, months, rank_district,
    rank_street, kind, division_code, uscc, manager_code, rule_set``. ``months``: ``estate_code`` and the months that
    entered: ``month, check_id, standard_version, earned_cp, applicable_cp, score_cp``, by estate and month.
    """

    scores: pd.DataFrame
    months: pd.DataFrame


def quarter_figures(
    db: Session,
    quarter: Quarter,
    states: Collection[str],
    known_at: datetime | None = None,
    within: str | None = None,
) -> QuarterFigures:
    """Score a quarter from the checks in the given states. Ranks hold for the whole district only when ``within`` is
    None. Raises ``DomainError`` when no rule set is in force for a kind of estate."""
    estates = registry.estates_frame(db, quarter.last, known_at, within)
    months = months_of(db, quarter, states, known_at, set(estates["estate_code"]), every=within is None)
    scores = quarter_scores(
        months[["estate_code", "score_cp"]],
        estates[["estate_code", "kind"]].assign(street_code=estates["division_code"]),
    )
    scores["kind"] = estates["kind"].to_numpy()
    scores["division_code"] = estates["division_code"].to_numpy()
    scores["rule_set"] = scores["kind"].map(rule_sets_of(scores["kind"], quarter.year))
    return QuarterFigures(_with_service(db, scores, quarter, known_at), months)


def initial_scores(db: Session, quarter: Quarter, states: Collection[str], within: str | None) -> pd.DataFrame:
    """What the review of a quarter is about: ``estate_code, division_code, months, score_cp, status`` as in
    ``quarter_figures``, without ranks and who serves. Raises the same."""
    estates = registry.estates_frame(db, quarter.last, within=within)
    _rows, scored = _scored(db, quarter, states, None, set(estates["estate_code"]), every=within is None)
    rule_sets_of(estates["kind"], quarter.year)
    scores = quarter_points(scored, estates)
    return scores.assign(division_code=estates["division_code"].to_numpy())


def months_of(
    db: Session,
    quarter: Quarter,
    states: Collection[str],
    known_at: datetime | None,
    estates: Collection[str],
    every: bool = False,
) -> pd.DataFrame:
    """The scored months of some estates, by estate and month; ``every``: they are the whole register."""
    rows, scored = _scored(db, quarter, states, known_at, estates, every)
    if rows.empty:
        return scored
    scored["check_id"] = rows["check_id"].to_numpy()
    scored["standard_version"] = rows["standard_version"].to_numpy()
    return scored[["estate_code", *MONTH_COLUMNS]].sort_values(["estate_code", "month"]).reset_index(drop=True)


def _scored(
    db: Session,
    quarter: Quarter,
    states: Collection[str],
    known_at: datetime | None,
    estates: Collection[str],
    every: bool,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The checks of some estates that count, and their month scores row by row."""
    months = [str(month) for month in quarter.months]
    rows = checks.checks_frame(db, months, known_at=known_at, estates=None if every else estates)
    wanted = rows["state"].isin(list(states)) & rows["estate_code"].isin(list(estates))
    rows = rows[wanted].reset_index(drop=True)
    if rows.empty:
        return rows, pd.DataFrame(columns=["estate_code", *MONTH_COLUMNS])
    columns = ("check_id", "item_code", "result")
    if every:
        found = checks.results_frame(db, months=months, known_at=known_at, columns=columns)
    else:
        found = checks.results_frame(db, rows["check_id"].tolist(), known_at=known_at, columns=columns)
    scored = month_scores(
        pd.DataFrame(
            {
                "check": rows.index.to_numpy(),
                "estate_code": rows["estate_code"],
                "month": rows["month"],
                "standard": rows["standard_version"],
            }
        ),
        _numbered(found, rows["check_id"]),
        standards.frames(db, sorted(set(rows["standard_version"]))),
    )
    return rows, scored


def _numbered(found: pd.DataFrame, check_ids: pd.Series) -> pd.DataFrame:
    """Results with the row number of their check; results of other checks are left out."""
    place = pd.Index(check_ids).get_indexer(pd.Index(found["check_id"].cat.categories))
    numbers = place[found["check_id"].cat.codes.to_numpy()] if len(place) else np.zeros(0, dtype=np.int64)
    results = pd.DataFrame({"check": numbers, "item_code": found["item_code"], "result": found["result"]})
    return results[numbers >= 0].reset_index(drop=True)


def rule_sets_of(kinds: pd.Series, year: int) -> dict[str, str]:
    """Kind of estate -> code of the rule set in force in a year."""
    try:
        return {str(kind): rule_set_for(str(kind), year).code for kind in kinds.unique()}
    except (NoRuleSetInForce, UnknownKind) as error:
        raise DomainError(_("%(year)s年没有适用的评价规则。", year=year)) from error


def _with_service(db: Session, scores: pd.DataFrame, quarter: Quarter, known_at: datetime | None) -> pd.DataFrame:
    """Who serves on the quarter's last day."""
    serving = registry.serving(db, quarter.last, known_at)
    for name in ("uscc", "manager_code"):
        of_estate = dict(zip(serving["estate_code"], serving[name], strict=True))
        scores[name] = pd.Series([of_estate.get(code, np.nan) for code in scores["estate_code"]], dtype="object")
    return scores
