"""The shapes of an explanation: a published figure opened down to the finding, each part with its sentence."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from scoring.checks import api as checks
from scoring.rules.explain import Line
from scoring.rules.rulesets import RuleSet
from scoring.standards import api as standards


@dataclass(frozen=True)
class ItemExplained:
    """An item that was no plain pass. ``finding`` holds origin and photos as the reader may see them."""

    item: standards.ItemView
    name: str
    result: str
    lost_cp: int
    line: Line
    sentence: str
    finding: checks.FindingView


@dataclass(frozen=True)
class CategoryExplained:
    """A category of a month with the items that lost points or did not apply."""

    code: str
    name: str
    earned_cp: int
    applicable_cp: int
    lost_cp: int
    line: Line
    sentence: str
    items: tuple[ItemExplained, ...]


@dataclass(frozen=True)
class MonthExplained:
    """A month that entered the quarter: sums as published, categories as recomputed."""

    month: str
    check_id: str
    standard_version: str
    inspected_on: date
    earned_cp: int
    applicable_cp: int
    score_cp: int
    line: Line
    sentence: str
    categories: tuple[CategoryExplained, ...]


@dataclass(frozen=True)
class QuarterExplained:
    """A published quarter score. ``row`` has the columns of ``quarter_rows`` as plain values."""

    quarter: str
    estate_code: str
    row: dict[str, Any]
    line: Line
    sentence: str
    months: tuple[MonthExplained, ...]


@dataclass(frozen=True)
class ComponentExplained:
    """A component: what it adds to the total (``weighted``: centipoints x percent) or why it is pending."""

    component: str
    name: str
    weight: int
    score_cp: int | None
    status: str
    reason: str
    line: Line
    sentence: str


@dataclass(frozen=True)
class RatingExplained:
    """A published rating. ``sentences`` say the result and, for a total, its sum; ``waterfall`` where the points
    between 100 and the total went (hundredths of a centipoint). Facts are plain rows as known at the publication."""

    year: int
    estate_code: str
    row: dict[str, Any]
    rules: RuleSet
    sentences: tuple[str, ...]
    components: tuple[ComponentExplained, ...]
    waterfall: tuple[Line, ...]
    quarters: tuple[dict[str, Any], ...]
    survey: dict[str, Any] | None
    indicators: tuple[dict[str, Any], ...]
    collection_rate_cp: int | None
    vetoes: tuple[dict[str, Any], ...]
