"""Limiters 限评条件: caps on the stars of an estate whose good total would hide one bad part (rules.md 1.3). Rule-set data.

A rule set lists them under ``limiters``; one without the list has none. Each is an object with ``limiter`` (a key of ``TESTS``),
its cap (``max_stars``: at most so many; or ``minus_stars``: so many fewer than the total gives), its text in ``zh`` and ``en``,
and what its test wants:

- ``component_below``: ``below_cp``; a component of the rule set (or of those in ``components``) has fewer centipoints.
- ``category_below``: ``below_cp``; a category of the checklist (or of those in ``categories``) earned fewer of 10000 applicable
  centipoints over the checked months of the year's published quarters, half_up.
- ``open_finding``, ``safety_penalty``, ``manager_vacant``, ``self_report_missing``, ``disclosure_overdue``, ``demerits``,
  ``demerits_before``: ``at_least``; the fact of ``FACTS`` is so great. A fact that is not on record caps nothing.

A limiter is worked out from facts that the open data hold, so that anybody can recompute it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from .errors import DuplicateFact, UnknownEstate
from .groups import group_sum, positions
from .rounding import half_up

MARK = "limiter"
FACTS: Mapping[str, str] = {
    "open_finding": "overdue_c",  # requests to fix a class C hazard that are past their deadline at the end of 31 December
    "safety_penalty": "safety_penalties",  # penalties for safety on the company at this estate, in the year
    "manager_vacant": "manager_vacant_days",  # most days on end in the year without a registered project manager
    "self_report_missing": "reports_missing",  # reports of the company that the year asked for and that did not come
    "disclosure_overdue": "disclosure_overdue_quarters",  # quarters of the year whose fund report was overdue
    "demerits": "demerits_cp",  # centipoints taken off the company by acts of the year
    "demerits_before": "demerits_before_cp",  # centipoints taken off it by acts of the year before
}
_BOUND = {"component_below": "below_cp", "category_below": "below_cp"} | dict.fromkeys(FACTS, "at_least")
_PARTS = {"component_below": "components", "category_below": "categories"}
_TEXTS = {"limiter", "zh", "en"}


@dataclass(frozen=True)
class Parts:
    """What limiters look at, of the estates ``codes`` in that order. ``components``: name to (centipoints, which are known).
    ``categories``: ``estate_code, category_code, earned_cp, applicable_cp``, any number of rows of each pair.
    ``facts``: ``estate_code, fact, value`` (int64), at most one row of each pair, facts that are on record only."""

    codes: pd.Series
    components: Mapping[str, tuple[np.ndarray, np.ndarray]]
    categories: pd.DataFrame
    facts: pd.DataFrame


@dataclass(frozen=True)
class Applied:
    """Stars after the caps, and of each estate what capped them: ``limiter:component_below:survey:3``,
    ``limiter:open_finding:2:2`` (two of them, at most two stars)."""

    stars: np.ndarray
    reasons: list[str]


def faults(rows: Sequence[Mapping[str, Any]], components: Iterable[str], top: int) -> list[str]:
    """What is wrong with the limiters of a rule set, as sentences; empty when they can be used."""
    return [f"limiter {row.get('limiter')}: {fault}" for row in rows for fault in _faults(row, set(components), top)]


def _faults(row: Mapping[str, Any], components: set[str], top: int) -> Iterable[str]:
    name = str(row.get("limiter"))
    if name not in TESTS:
        yield "unknown"
        return
    if not _within(row.get(_BOUND[name]), 1, 10000 if _BOUND[name] == "below_cp" else None):
        yield _BOUND[name]
    cap, lowest = ("max_stars", 0) if "max_stars" in row else ("minus_stars", 1)
    if ("max_stars" in row and "minus_stars" in row) or not _within(row.get(cap), lowest, top - 1):
        yield "max_stars or minus_stars"
    if name == "component_below" and not set(row.get("components", components)) <= components:
        yield "unknown component"
    if not (row.get("zh") and row.get("en")):
        yield "texts"
    if set(row) - {*_TEXTS, "max_stars", "minus_stars", _BOUND[name], _PARTS.get(name, "limiter")}:
        yield "fields"


def _within(value: Any, lowest: int, highest: int | None) -> bool:
    """A whole number, and neither too small nor too great."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return whole and lowest <= value and (highest is None or value <= highest)


def needs_categories(rows: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the categories of the checklist are asked for."""
    return any(row["limiter"] == "category_below" for row in rows)


def facts_needed(rows: Iterable[Mapping[str, Any]]) -> set[str]:
    """Names of the facts that limiters ask for."""
    return {FACTS[row["limiter"]] for row in rows if row["limiter"] in FACTS}


def apply(stars: np.ndarray, parts: Parts, rows: Sequence[Mapping[str, Any]]) -> Applied:
    """Cap the stars (int64, one for each estate of ``parts``).

    Every cap looks at the stars of the total, the lowest one counts: two of them do not add up. Only what caps below the stars
    of the total is a reason; several may. Raises ``UnknownEstate``, ``DuplicateFact``.
    """
    capped, reasons = stars.copy(), [[] for _star in stars]  # type: ignore[var-annotated]
    for row in rows:
        fewer = np.maximum(stars - row.get("minus_stars", 0), 0)
        most = np.full(len(stars), row["max_stars"]) if "max_stars" in row else fewer
        for what, met in TESTS[row["limiter"]](parts, row):
            bites = met & (stars > most)
            capped = np.where(bites, np.minimum(capped, most), capped)
            words = np.broadcast_to(np.asarray(what), stars.shape)
            for place in np.flatnonzero(bites):
                reasons[place].append(f"{MARK}:{row['limiter']}:{words[place]}:{most[place]}")
    return Applied(capped, ["; ".join(found) for found in reasons])


Test = Callable[[Parts, Mapping[str, Any]], Iterable[tuple[str | np.ndarray, np.ndarray]]]


def _component_below(parts: Parts, row: Mapping[str, Any]) -> Iterable[tuple[str, np.ndarray]]:
    """Each component with the estates for which it is too low; one that is not known caps nothing."""
    for name in row.get("components", list(parts.components)):
        points, known = parts.components[name]
        yield name, known & (points < row["below_cp"])


def _category_below(parts: Parts, row: Mapping[str, Any]) -> Iterable[tuple[str, np.ndarray]]:
    """Each category with the estates for which it is too low; one without applicable points caps nothing."""
    table = parts.categories
    place = positions(parts.codes, table["estate_code"], UnknownEstate)
    for name in sorted(row.get("categories", set(table["category_code"]))):
        own = (table["category_code"] == name).to_numpy(bool)
        earned = group_sum(place[own], table["earned_cp"].to_numpy(np.int64)[own], len(parts.codes))
        applicable = group_sum(place[own], table["applicable_cp"].to_numpy(np.int64)[own], len(parts.codes))
        share = half_up(10000 * earned, np.maximum(applicable, 1))
        yield name, (applicable > 0) & (share < row["below_cp"])


def _fact_reached(parts: Parts, row: Mapping[str, Any]) -> Iterable[tuple[np.ndarray, np.ndarray]]:
    """The estates whose fact is so great, each with its value; one that is not on record caps nothing."""
    own = parts.facts[(parts.facts["fact"] == FACTS[row["limiter"]]).to_numpy(bool)]
    if own["estate_code"].duplicated().any():
        raise DuplicateFact(own.loc[own["estate_code"].duplicated(), "estate_code"])
    place = positions(parts.codes, own["estate_code"], UnknownEstate)
    values = np.zeros(len(parts.codes), dtype=np.int64)
    values[place] = own["value"].to_numpy(np.int64)
    yield values, values >= row["at_least"]


TESTS: Mapping[str, Test] = {
    "component_below": _component_below,
    "category_below": _category_below,
    **dict.fromkeys(FACTS, _fact_reached),
}
