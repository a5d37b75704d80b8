"""Limiters 限评条件: caps on the stars of an estate whose good total would hide one bad part (rules.md 1.3). Rule-set data.

A rule set lists them under ``limiters``; one without the list has none. Each is an object with ``limiter`` (a key of ``TESTS``),
``max_stars``, its text in ``zh`` and ``en``, and what its test wants:

- ``component_below``: ``below_cp``; a component of the rule set (or of those in ``components``) has fewer centipoints.
- ``category_below``: ``below_cp``; a category of the checklist (or of those in ``categories``) earned fewer of 10000 applicable
  centipoints over the checked months of the year's published quarters, half_up.

A limiter is worked out from facts that the open data hold, so that anybody can recompute it. Those of ``NOT_IN_THE_OPEN_DATA``
are known by name and cannot be on: a rule set with one of them is refused.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from .errors import UnknownEstate
from .groups import group_sum, positions
from .rounding import half_up

MARK = "limiter"
NOT_IN_THE_OPEN_DATA = (
    "open_finding", "safety_penalty", "manager_vacant", "self_report_missing", "disclosure_overdue", "demerits",
)  # fmt: skip
_FIELDS = {"component_below": "components", "category_below": "categories"}


@dataclass(frozen=True)
class Parts:
    """What limiters look at, of the estates ``codes`` in that order. ``components``: name to (centipoints, which are known).
    ``categories``: ``estate_code, category_code, earned_cp, applicable_cp``, any number of rows of each pair."""

    codes: pd.Series
    components: Mapping[str, tuple[np.ndarray, np.ndarray]]
    categories: pd.DataFrame


@dataclass(frozen=True)
class Applied:
    """Stars after the caps, and of each estate what capped them: ``limiter:component_below:survey:3``."""

    stars: np.ndarray
    reasons: list[str]


def faults(rows: Sequence[Mapping[str, Any]], components: Iterable[str], top: int) -> list[str]:
    """What is wrong with the limiters of a rule set, as sentences; empty when they can be used."""
    wrong = []
    for row in rows:
        name = str(row.get("limiter"))
        if name in NOT_IN_THE_OPEN_DATA:
            wrong.append(f"limiter {name}: its facts are not in the open data")
            continue
        if name not in TESTS:
            wrong.append(f"limiter {name}: unknown")
            continue
        bound, cap = row.get("below_cp"), row.get("max_stars")
        if not (isinstance(bound, int) and 0 < bound <= 10000 and isinstance(cap, int) and 0 <= cap < top):
            wrong.append(f"limiter {name}: below_cp or max_stars")
        if not set(row.get("components", components)) <= set(components):
            wrong.append(f"limiter {name}: unknown component")
        if not (row.get("zh") and row.get("en")) or set(row) - {
            "limiter",
            "below_cp",
            "max_stars",
            "zh",
            "en",
            _FIELDS[name],
        }:
            wrong.append(f"limiter {name}: texts or fields")
    return wrong


def needs_categories(rows: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the categories of the checklist are asked for."""
    return any(row["limiter"] == "category_below" for row in rows)


def apply(stars: np.ndarray, parts: Parts, rows: Sequence[Mapping[str, Any]]) -> Applied:
    """Cap the stars (int64, one for each estate of ``parts``).

    Only what caps below the stars of the total is a reason; several may. Raises ``UnknownEstate``.
    """
    capped, reasons = stars.copy(), [[] for _star in stars]  # type: ignore[var-annotated]
    for row in rows:
        for what, met in TESTS[row["limiter"]](parts, row):
            bites = met & (stars > row["max_stars"])
            capped = np.where(bites, np.minimum(capped, row["max_stars"]), capped)
            for place in np.flatnonzero(bites):
                reasons[place].append(f"{MARK}:{row['limiter']}:{what}:{row['max_stars']}")
    return Applied(capped, ["; ".join(found) for found in reasons])


Test = Callable[[Parts, Mapping[str, Any]], Iterable[tuple[str, np.ndarray]]]


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


TESTS: Mapping[str, Test] = {"component_below": _component_below, "category_below": _category_below}
