"""The figures of a year from published quarters and the facts of the year."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from sqlalchemy.orm import Session

from portal.kernel import hooks
from portal.kernel.periods import Year
from portal.registry import api as registry
from scoring.checks import api as checks
from scoring.ratings.figures.limits import limit_facts
from scoring.ratings.figures.quarter import rule_sets_of
from scoring.ratings.queries.current import RELEASED
from scoring.ratings.queries.quarters import published_scores, quarter_months
from scoring.rectification import api as rectification
from scoring.rules.limiters import needs_categories
from scoring.rules.months import category_totals
from scoring.rules.rulesets import rule_set
from scoring.rules.service import service_on
from scoring.rules.years import NOT_ELIGIBLE, VETOED, YearFacts, ratings
from scoring.standards import api as standards
from scoring.surveys import api as surveys


@dataclass(frozen=True)
class YearFigures:
    """``ratings``: one row per estate, by code: ``estate_code, rule_set, survey_cp, management_cp, comprehensive_cp,
    collection_cp, total_cp, stars, status, reason`` and the pins ``kind, division_code, uscc, manager_code``.
    ``components``: ``estate_code, component, score_cp, status, reason``. ``limits``: what the limiters looked at, as
    ``limits.COLUMNS``; None where no limiter asks for facts.
    """

    ratings: pd.DataFrame
    components: pd.DataFrame
    limits: pd.DataFrame | None = None


def year_figures(
    db: Session,
    year: Year,
    known_at: datetime | None = None,
    estates: Collection[str] | None = None,
) -> YearFigures:
    """Rate a year from the quarters that are released, held or not, and what is known at an instant (default now); all
    estates of the register on 31 December, or the given ones of them."""
    register = registry.estates_frame(db, year.last, known_at)
    if estates is not None:
        register = register[register["estate_code"].isin(set(estates))]
    register = register[["estate_code", "kind", "division_code"]].reset_index(drop=True)
    rule_sets_of(register["kind"], year.number)  # a sentence for people when a kind has no rules
    contracts = registry.contracts_frame(db, known_at)
    contracts = contracts[contracts["estate_code"].isin(register["estate_code"])]
    service = service_on(contracts, year.last).set_index("estate_code")
    for name in ("service_start", "uscc", "manager_code"):
        register[name] = register["estate_code"].map(service[name].astype("object")).astype("object")
    limits = limit_facts(db, year, register, contracts)
    made = ratings(_facts(db, year, register, known_at, limits), year.number)
    table = made.ratings
    for name in ("kind", "division_code", "uscc", "manager_code"):
        table[name] = register[name].to_numpy()
    return YearFigures(table, made.components, limits)


def _facts(
    db: Session, year: Year, register: pd.DataFrame, known_at: datetime | None, limits: pd.DataFrame | None
) -> YearFacts:
    codes = register["estate_code"]
    known = surveys.facts(db, year.number, known_at)
    quarters = published_scores(db, year, RELEASED, known_at)
    indicators = known.indicators if known_at is not None else with_computed(db, year, known.indicators, codes)

    def of_register(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["estate_code"].isin(codes)].reset_index(drop=True)

    return YearFacts(
        estates=register[["estate_code", "kind", "service_start"]],
        quarters=of_register(quarters),
        surveys=of_register(known.surveys),
        indicators=_of_rule_sets(of_register(indicators), register, year.number),
        collection_rates=of_register(known.collection_rates),
        vetoes=of_register(known.vetoes),
        categories=_categories(db, year, register, known_at),
        limits=limits,
    )


def _categories(db: Session, year: Year, register: pd.DataFrame, known_at: datetime | None) -> pd.DataFrame | None:
    """Points by category of the checks that entered the year's quarter scores, where a rule set has a limiter that looks at
    them; results as they were known when their quarter was published."""
    sets = [rule_set(code) for code in set(rule_sets_of(register["kind"], year.number).values())]
    if not any(needs_categories(rules.limiters) for rules in sets):
        return None
    found = [pd.DataFrame(columns=["estate_code", "category_code", "earned_cp", "applicable_cp"])]
    scored = published_scores(db, year, RELEASED, known_at)
    for quarter in year.quarters:
        codes = set(scored.loc[scored["quarter"] == str(quarter), "estate_code"]) & set(register["estate_code"])
        months = quarter_months(db, quarter, RELEASED, known_at)
        months = months[months["estate_code"].isin(codes)]
        for instant, group in months.groupby("recorded_at", sort=False):
            found.append(category_points(db, group, instant))
    return pd.concat(found, ignore_index=True)


def category_points(db: Session, months: pd.DataFrame, known_at: datetime) -> pd.DataFrame:
    """Points by category of the checks under some months, as their results were known at an instant: ``estate_code,
    category_code, earned_cp, applicable_cp``, one row for each check and category."""
    table = months[["check_id", "estate_code", "month", "standard_version"]].reset_index(drop=True)
    table = table.rename(columns={"check_id": "check", "standard_version": "standard"})
    rows = checks.results_frame(
        db, check_ids=table["check"].tolist(), known_at=known_at, columns=("check_id", "item_code", "result")
    )
    rows = rows.rename(columns={"check_id": "check"}).astype({"check": "object"})
    frames = standards.frames(db, list(table["standard"].unique()))
    made = category_totals(table, rows, frames)
    return made.merge(table[["check", "estate_code"]], on="check")[
        ["estate_code", "category_code", "earned_cp", "applicable_cp"]
    ]


@dataclass(frozen=True)
class ComputedIndicator:
    """An indicator that the portal works out itself: estate to centipoints, and the sentence that stands as evidence."""

    name: str
    scores: dict[str, int]
    evidence: str


def computed(
    db: Session, year: Year, indicators: pd.DataFrame, codes: Collection[str]
) -> list[ComputedIndicator]:  # fmt: skip
    """The indicators that the portal computes, as they stand now, each of estates for which neither a sheet nor an earlier
    publication gives it. Rooms above answer ``indicators.computed`` (year, estates) with ``indicator``, ``scores`` and
    ``evidence``."""
    own = rectification.computed_indicators(db, year.number, set(codes))
    found = [ComputedIndicator(rectification.INDICATOR, own, "按期整改率（平台计算）")]
    for answer in hooks.announce("indicators.computed", db, year=year.number, estates=set(codes)):
        found.append(ComputedIndicator(answer["indicator"], answer["scores"], answer["evidence"]))
    left = []
    for one in found:
        given = set(indicators.loc[indicators["indicator_code"] == one.name, "estate_code"])
        scores = {code: cp for code, cp in one.scores.items() if code not in given}
        left += [ComputedIndicator(one.name, scores, one.evidence)] if scores else []
    return left


def with_computed(db: Session, year: Year, indicators: pd.DataFrame, codes: Collection[str]) -> pd.DataFrame:
    """The indicators of a year, the computed ones among them."""
    frames = [indicators] if not indicators.empty else []
    for one in computed(db, year, indicators, codes):
        rows = {"estate_code": list(one.scores), "score_cp": list(one.scores.values())}
        fixed = {"year": year.number, "indicator_code": one.name, "evidence": "", "source": "computed"}
        frames.append(pd.DataFrame(rows).assign(**fixed)[list(indicators.columns)])
    return pd.concat(frames, ignore_index=True) if frames else indicators


def _of_rule_sets(indicators: pd.DataFrame, register: pd.DataFrame, year: int) -> pd.DataFrame:
    """Only the indicators that the rule set of the estate's kind asks for; another set's are no error."""
    codes = rule_sets_of(register["kind"], year)
    wanted = {(kind, name) for kind, code in codes.items() for name in rule_set(code).indicators}
    kinds = indicators["estate_code"].map(register.set_index("estate_code")["kind"])
    kept = [pair in wanted for pair in zip(kinds, indicators["indicator_code"], strict=True)]
    return indicators[pd.Series(kept, index=indicators.index, dtype=bool)].reset_index(drop=True)


def reasons_of(status: str, reason: str) -> list[str]:
    """The reasons of a status as codes: ``["V01", "V03"]``, ``["survey:sample", "management:quarters"]``,
    ``["nobody_serving"]``; empty for a rated estate.

    >>> reasons_of("pending", "survey:sample; comprehensive:indicators:safety,disclosure")
    ['survey:sample', 'comprehensive:indicators:safety,disclosure']
    """
    if not reason:
        return []
    if status == VETOED:
        return reason.split(",")
    return [reason] if status == NOT_ELIGIBLE else reason.split("; ")
