"""A year's ratings: components, total, stars, status (contract, section 3, "Total" and "Eligible")."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from . import limiters
from .components import OK, collection, comprehensive, management, survey_component
from .errors import DuplicateFact, MissingFact, UnknownEstate
from .groups import nullable, positions
from .rounding import half_up
from .rulesets import COMPONENTS, RuleSet, all_rule_sets, rule_set_for
from .service import served_six_months

RATED = "rated"
PENDING = "pending"
VETOED = "vetoed"
NOT_ELIGIBLE = "not_eligible"
NOBODY_SERVING = "nobody_serving"
SERVED_TOO_SHORT = "served_too_short"


@dataclass(frozen=True)
class YearFacts:
    """The facts of one year, each frame as the functions of ``components`` take it.

    ``estates``: ``estate_code`` (unique), ``kind``, ``service_start`` (ISO date from ``service.service_on`` on 31
    December; empty when nobody serves). ``quarters``: ``estate_code, score_cp`` of published scores. ``surveys``:
    ``estate_code, households, valid_responses, score_cp``. ``indicators``: ``estate_code, indicator_code, score_cp``.
    ``collection_rates``: ``estate_code, rate_cp``. ``vetoes``: ``estate_code, veto_code``, decided ones only.
    ``categories`` and ``limits`` (the facts of limiters): as ``limiters.Parts`` takes them; needed only where a rule set has a
    limiter that looks at them.
    """

    estates: pd.DataFrame
    quarters: pd.DataFrame
    surveys: pd.DataFrame
    indicators: pd.DataFrame
    collection_rates: pd.DataFrame
    vetoes: pd.DataFrame
    categories: pd.DataFrame | None = None
    limits: pd.DataFrame | None = None


@dataclass(frozen=True)
class YearResult:
    """``ratings``: one row per estate in the order given; ``components``: one row per estate and component."""

    ratings: pd.DataFrame
    components: pd.DataFrame


_RULES: dict[str, tuple[Callable[[pd.DataFrame, pd.Series, RuleSet], pd.DataFrame], str]] = {
    "survey": (survey_component, "surveys"),
    "management": (management, "quarters"),
    "comprehensive": (comprehensive, "indicators"),
    "collection": (collection, "collection_rates"),
}


def ratings(facts: YearFacts, year: int, rule_sets: Iterable[RuleSet] | None = None) -> YearResult:
    """Rate every estate of a year.

    Returns ratings with ``estate_code, rule_set, survey_cp, management_cp, comprehensive_cp, collection_cp, total_cp,
    stars`` (Int64), ``status``, ``reason``; and components with ``estate_code, component, score_cp`` (Int64),
    ``status`` (``ok``/``pending``), ``reason``, in the order of the rule set. Components and total are given whenever
    they can be computed; stars only with the status ``rated``. ``reason`` of a rating: ``nobody_serving`` or
    ``served_too_short``; the veto codes (``V01,V03``); what is pending (``survey:sample; management:quarters``); or, of a
    rated estate, what caps its stars (``limiter:component_below:survey:3``).

    Raises ``UnknownKind``, ``NoRuleSetInForce``, ``UnknownEstate`` (a fact of an estate that is not in ``estates``),
    ``DuplicateFact`` and what the components raise.
    """
    sets = tuple(all_rule_sets() if rule_sets is None else rule_sets)
    estates = facts.estates.reset_index(drop=True)
    _refuse_strangers(facts, estates["estate_code"])
    chosen = {kind: rule_set_for(kind, year, sets) for kind in pd.unique(estates["kind"])}
    code = estates["kind"].map({kind: rules.code for kind, rules in chosen.items()})
    rows, parts = [], []
    for rules in {rules.code: rules for rules in chosen.values()}.values():
        scope = estates[(code == rules.code).to_numpy(bool)]
        own = _components(facts, scope["estate_code"].reset_index(drop=True), rules)
        parts.append(own.assign(_place=np.tile(scope.index, len(rules.weights))))
        rows.append(_totals(own, scope, rules))
    if not rows:
        return YearResult(_empty_ratings(), _empty_components())
    table = _with_status(pd.concat(rows).sort_index(), facts, estates, year, chosen)
    table = _limited(table.reset_index(drop=True), facts, {rules.code: rules for rules in chosen.values()})
    order = pd.concat(parts, ignore_index=True).sort_values("_place", kind="stable")
    return YearResult(table, order.drop(columns="_place").reset_index(drop=True))


def total(component_cp: dict[str, np.ndarray], rules: RuleSet) -> np.ndarray:
    """half_up(sum of weight x component / 100) in centipoints; int64 arrays in, one per component of the rule set."""
    weighted: Any = sum(weight * component_cp[name] for name, weight in rules.weights.items())
    rounded: np.ndarray = half_up(weighted, 100)
    return rounded


def stars(total_cp: np.ndarray, rules: RuleSet) -> np.ndarray:
    """Stars of totals by the rule set's lower bounds; 0 below the lowest."""
    rising = np.array([bound for _, bound in reversed(rules.star_bounds)])
    return np.searchsorted(rising, total_cp, side="right").astype(np.int64)


def _components(facts: YearFacts, codes: pd.Series, rules: RuleSet) -> pd.DataFrame:
    parts = []
    for name in rules.weights:
        rule, source = _RULES[name]
        frame = getattr(facts, source)
        mine = frame[frame["estate_code"].isin(codes).to_numpy(bool)].reset_index(drop=True)
        part = rule(mine, codes, rules)
        part.insert(1, "component", name)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _totals(own: pd.DataFrame, scope: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Component columns, total and the pending reason of one rule set's estates, on the index of ``scope``."""
    size, count = len(scope), len(rules.weights)
    known = (own["status"] == OK).to_numpy(bool).reshape(count, size)
    points = own["score_cp"].to_numpy(np.int64, na_value=0).reshape(count, size)
    place = {name: number for number, name in enumerate(rules.weights)}
    absent = np.zeros(size, dtype=np.int64)
    columns = {
        f"{name}_cp": nullable(points[place[name]], known[place[name]])
        if name in place
        else nullable(absent, absent > 0)
        for name in COMPONENTS
    }
    summed = total({name: points[number] for name, number in place.items()}, rules)
    waits = np.full(size, "", dtype=object)
    reasons = own["reason"].to_numpy(object).reshape(count, size)
    for estate in np.flatnonzero(~known.all(axis=0)):
        waits[estate] = "; ".join(f"{name}:{reasons[n, estate]}" for name, n in place.items() if not known[n, estate])
    out = pd.DataFrame(
        {
            "estate_code": scope["estate_code"].to_numpy(),
            "rule_set": rules.code,
            **columns,
            "total_cp": nullable(summed, known.all(axis=0)),
            "stars": nullable(stars(summed, rules), known.all(axis=0)),
            "reason": waits,
        }
    )
    return out.set_index(scope.index)


def _with_status(
    table: pd.DataFrame, facts: YearFacts, estates: pd.DataFrame, year: int, chosen: dict[str, RuleSet]
) -> pd.DataFrame:
    """Status in the order not_eligible, vetoed, pending, rated; the first that applies gives the reason."""
    barred = [
        _why_not_eligible(start, year, chosen[kind].months_of_service)
        for kind, start in zip(estates["kind"], estates["service_start"], strict=True)
    ]
    veto = facts.vetoes.drop_duplicates(["estate_code", "veto_code"]).sort_values(["estate_code", "veto_code"])
    vetoes = {str(estate): ",".join(group) for estate, group in veto.groupby("estate_code")["veto_code"]}
    decided = [vetoes.get(str(estate), "") for estate in table["estate_code"]]
    status, reason = [], []
    for unfit, vetoed, waits in zip(barred, decided, table["reason"], strict=True):
        tests = ((NOT_ELIGIBLE, unfit), (VETOED, vetoed), (PENDING, waits))
        name, why = next(((name, why) for name, why in tests if why), (RATED, ""))
        status.append(name)
        reason.append(why)
    rated = np.array(status, dtype=object) == RATED
    out = table.assign(status=status, reason=reason)
    out["stars"] = out["stars"].where(rated)
    return out[["estate_code", "rule_set", *(f"{n}_cp" for n in COMPONENTS), "total_cp", "stars", "status", "reason"]]


def _limited(table: pd.DataFrame, facts: YearFacts, sets: dict[str, RuleSet]) -> pd.DataFrame:
    """The stars of rated estates under the caps of their rule set, and what caps them as the reason."""
    table = table.copy()
    for code, rules in sets.items():
        own = ((table["rule_set"] == code) & (table["status"] == RATED)).to_numpy(bool)
        if not rules.limiters or not own.any():
            continue
        scope = table[own]
        known = {name: scope[f"{name}_cp"] for name in rules.weights}
        parts = limiters.Parts(
            scope["estate_code"].reset_index(drop=True),
            {
                name: (points.to_numpy(np.int64, na_value=0), points.notna().to_numpy())
                for name, points in known.items()
            },
            _categories(facts, scope["estate_code"], rules),
            _limits(facts, scope["estate_code"], rules),
        )
        done = limiters.apply(scope["stars"].to_numpy(np.int64), parts, rules.limiters)
        table.loc[own, "stars"] = done.stars
        table.loc[own, "reason"] = done.reasons
    return table


def _categories(facts: YearFacts, codes: pd.Series, rules: RuleSet) -> pd.DataFrame:
    if not limiters.needs_categories(rules.limiters):
        return pd.DataFrame(columns=["estate_code", "category_code", "earned_cp", "applicable_cp"])
    if facts.categories is None:
        raise MissingFact(f"{rules.code}: categories")
    return facts.categories[facts.categories["estate_code"].isin(codes).to_numpy(bool)]


def _limits(facts: YearFacts, codes: pd.Series, rules: RuleSet) -> pd.DataFrame:
    if not limiters.facts_needed(rules.limiters):
        return pd.DataFrame(columns=["estate_code", "fact", "value"])
    if facts.limits is None:
        raise MissingFact(f"{rules.code}: limits")
    return facts.limits[facts.limits["estate_code"].isin(codes).to_numpy(bool)]


def _why_not_eligible(service_start: object, year: int, months: int) -> str:
    if service_start is None or service_start != service_start or service_start == "":
        return NOBODY_SERVING
    return "" if served_six_months(service_start, year, months) else SERVED_TOO_SHORT


def _refuse_strangers(facts: YearFacts, codes: pd.Series) -> None:
    if codes.duplicated().any():
        raise DuplicateFact(codes[codes.duplicated()])
    for frame in (facts.quarters, facts.surveys, facts.indicators, facts.collection_rates, facts.vetoes):
        positions(codes, frame["estate_code"], UnknownEstate)


def _empty_ratings() -> pd.DataFrame:
    points = {f"{name}_cp": pd.Series(dtype="Int64") for name in COMPONENTS}
    numbers = {**points, "total_cp": pd.Series(dtype="Int64"), "stars": pd.Series(dtype="Int64")}
    text = pd.Series(dtype="str")
    return pd.DataFrame({"estate_code": text, "rule_set": text, **numbers, "status": text, "reason": text})


def _empty_components() -> pd.DataFrame:
    text = pd.Series(dtype="str")
    return pd.DataFrame(
        {"estate_code": text, "component": text, "score_cp": pd.Series(dtype="Int64"), "status": text, "reason": text}
    )
