"""Explanation lines: where every point went, enough to print a sentence in any language without recomputing.

A line has a ``level`` (item, category, month, quarter, component, year), the ``code`` it speaks of, the ``key`` of its
sentence (``score.item_count`` and so on), a ``sign`` and ``centipoints`` (what it added or took), a ``reference`` (a
standard version or a rule set) and the ``values`` that fill the sentence: centipoints, counts and codes, never text.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from .components import SAMPLE
from .deductions import CLEAN, NOT_APPLICABLE, canonical_result, deduction
from .items import item_score
from .quarters import MONTHS_NEEDED
from .rounding import half_up
from .rulesets import RuleSet
from .standard import ChecklistItem


@dataclass(frozen=True)
class Line:
    """One explanation line; ``as_row`` gives the plain form that can be stored as JSON."""

    level: str
    code: str
    key: str
    sign: int
    centipoints: int
    reference: str
    values: dict[str, Any] = field(default_factory=dict)

    def as_row(self) -> dict[str, Any]:
        """Plain dict of the fields."""
        return asdict(self)


def item_line(item: ChecklistItem, result: str, reference: str) -> Line:
    """One item of one check. Raises ``UnknownResult``, ``UnknownDeduction``."""
    text, score = canonical_result(result, item.deduction), item_score(result, item)
    values: dict[str, Any] = {"max": item.max_cp, "lost": score.lost_cp, "score": score.earned_cp}
    if text == NOT_APPLICABLE:
        key = "score.item_na"
    elif text == CLEAN[0]:
        key = "score.item_clean"
    elif text in deduction(item.deduction).grades:
        key, values["grade"] = "score.item_grade", text
    else:
        step = deduction(item.deduction).step_cp
        values |= {"n": int(text), "step": step}
        key = "score.item_count" if int(text) * step < item.max_cp else "score.item_capped"
    return Line("item", item.item_code, key, -1 if score.lost_cp else 0, score.lost_cp, reference, values)


def category_lines(items: Sequence[ChecklistItem], results: dict[str, str], reference: str) -> list[Line]:
    """One line per category of a check, in the order of the checklist; names the item that lost most (``item``,
    empty when nothing was lost). ``results``: item code -> result of the exceptions.
    """
    lines = []
    for category in dict.fromkeys(item.category_code for item in items):
        own = [item for item in items if item.category_code == category]
        scores = {item.item_code: item_score(results.get(item.item_code, CLEAN[0]), item) for item in own}
        lost = sum(score.lost_cp for score in scores.values())
        worst = max(scores, key=lambda code: scores[code].lost_cp)
        values = {
            "applicable": sum(score.applicable_cp for score in scores.values()),
            "earned": sum(score.earned_cp for score in scores.values()),
            "item": worst if lost else "",
            "lost": scores[worst].lost_cp,
        }
        lines.append(Line("category", category, "score.category", -1 if lost else 0, lost, reference, values))
    return lines


def check_lines(month: str, items: Sequence[ChecklistItem], results: dict[str, str], reference: str) -> list[Line]:
    """The whole check: the month, its categories, then each exception. Raises ``KeyError`` for a foreign item."""
    by_code = {item.item_code: item for item in items}
    categories = category_lines(items, results, reference)
    applicable = sum(line.values["applicable"] for line in categories)
    earned = sum(line.values["earned"] for line in categories)
    top = month_line(month, earned, applicable, reference)
    return [top, *categories, *(item_line(by_code[code], result, reference) for code, result in results.items())]


def month_line(month: str, earned_cp: int, applicable_cp: int, reference: str) -> Line:
    """The month score out of 100."""
    score = half_up(10000 * earned_cp, applicable_cp)
    values = {"score": score, "earned": earned_cp, "applicable": applicable_cp}
    return Line("month", month, "score.month", 1, score, reference, values)


def quarter_line(quarter: str, months: dict[str, int], score_cp: int | None) -> Line:
    """The quarter as the mean of its ``months`` (month -> score), or why there is none."""
    if score_cp is None:
        return Line(
            "quarter", quarter, "status.insufficient_data", 0, 0, "", {"n": len(months), "needed": MONTHS_NEEDED}
        )
    values = {"score": score_cp, "n": len(months), "months": dict(sorted(months.items()))}
    return Line("quarter", quarter, "score.quarter", 1, score_cp, "", values)


def year_lines(year: int, rating: Any, components: pd.DataFrame, rules: RuleSet) -> list[Line]:
    """The rating and its components.

    ``rating``: one row of ``years.ratings(...).ratings`` (attributes ``total_cp, stars, status, reason``);
    ``components``: the rows of the same estate. A component's line says what it adds to the total, before rounding, in
    ``weighted`` (centipoints x weight), and the points lost against 100 in ``lost``.
    """
    lines = [_rating_line(year, rating, components, rules)]
    for part in components.itertuples(index=False):
        weight = rules.weights[part.component]
        if part.status != "ok":
            key = "status.pending_sample" if part.reason == SAMPLE else "status.pending_part"
            lines.append(
                Line("component", part.component, key, 0, 0, rules.code, {"reason": part.reason, "weight": weight})
            )
            continue
        score = int(part.score_cp)
        values = {"score": score, "weight": weight, "weighted": weight * score, "lost": 10000 - score}
        lines.append(Line("component", part.component, "score.component", 1, score, rules.code, values))
    return lines


def _rating_line(year: int, rating: Any, components: pd.DataFrame, rules: RuleSet) -> Line:
    total = None if pd.isna(rating.total_cp) else int(rating.total_cp)
    parts = {p.component: None if pd.isna(p.score_cp) else int(p.score_cp) for p in components.itertuples(index=False)}
    values: dict[str, Any] = {"total": total, "parts": parts, "reason": rating.reason}
    key = f"status.{rating.status}"
    if rating.status == "rated":
        values["stars"] = int(rating.stars)
        if values["stars"] == 0:
            key, values["threshold"] = "status.zero_stars", rules.star_bounds[-1][1]
    return Line("year", str(year), key, 1 if total is not None else 0, total or 0, rules.code, values)


def waterfall(components: pd.DataFrame, rules: RuleSet) -> list[Line]:
    """Where the points between 100 and the total went, component by component: ``centipoints`` x weight, in hundredths
    of a centipoint, so that nothing is rounded away. Pending components are left out.
    """
    return [
        Line(
            "component",
            p.component,
            "waterfall",
            -1,
            rules.weights[p.component] * (10000 - int(p.score_cp)),
            rules.code,
            {"score": int(p.score_cp), "weight": rules.weights[p.component]},
        )
        for p in components.itertuples(index=False)
        if p.status == "ok"
    ]
