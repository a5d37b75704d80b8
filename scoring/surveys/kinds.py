"""The four kinds of fact of a year, in one table: what names a fact and what it says.

Everything that stores, compares or reads them works from here, so that a fifth kind is one more row.
"""

from dataclasses import dataclass
from typing import Any

from scoring.surveys.models import CollectionRate, IndicatorScore, SurveyResult, Veto


@dataclass(frozen=True)
class FactKind:
    """``key`` names a fact, ``values`` are what can change; ``silent`` values do not make a fact another one."""

    name: str
    model: Any
    key: tuple[str, ...]
    values: tuple[str, ...]
    silent: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Key and values."""
        return (*self.key, *self.values)


SURVEYS = FactKind("surveys", SurveyResult, ("year", "estate_code"), ("households", "valid_responses", "score_cp"))
INDICATORS = FactKind(
    "indicators", IndicatorScore, ("year", "estate_code", "indicator_code"), ("score_cp", "evidence"), ("source",)
)
COLLECTION_RATES = FactKind("collection-rates", CollectionRate, ("year", "estate_code"), ("rate_cp",))
VETOES = FactKind(
    "vetoes", Veto, ("year", "estate_code", "veto_code", "decision"), ("decided_on", "evidence"), ("decided_by",)
)
KINDS = (SURVEYS, INDICATORS, COLLECTION_RATES, VETOES)
