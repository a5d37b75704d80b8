"""Rule sets and the credit tariff: dated data in ``rulesets/*.json`` and ``tariffs/*.json``; the one reader of files.

A further rule set is a further JSON file in ``rulesets/``; nothing else changes.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from . import limiters
from .errors import BadRuleSet, NoRuleSetInForce, UnknownKind
from .rounding import whole_up

COMPONENTS = ("survey", "management", "comprehensive", "collection")


@dataclass(frozen=True)
class Sample:
    """When a survey counts: enough replies, and enough of the estate's households."""

    min_responses: int
    one_in: int
    small_estate_under: int
    small_one_in: int

    def is_enough(self, households: int, valid_responses: int) -> bool:
        """Whether the sample counts; an estate under ``small_estate_under`` households has the second test only."""
        return valid_responses >= self.required(households)

    def required(self, households: int) -> int:
        """The fewest valid responses that count."""
        if households < self.small_estate_under:
            return whole_up(households, self.small_one_in)
        return max(self.min_responses, whole_up(households, self.one_in))


@dataclass(frozen=True)
class RuleSet:
    """One rule set. Weights in percent (sum 100), bounds in centipoints; ``data`` is the whole file, texts included."""

    code: str
    kinds: tuple[str, ...]
    first_year: int
    weights: dict[str, int]
    star_bounds: tuple[tuple[int, int], ...]
    indicators: dict[str, int]
    sample: Sample
    quarters_needed: int
    months_of_service: int
    data: dict[str, Any]

    def text(self, key: str, language: str) -> str:
        """A text of the file, ``name``, ``reference`` or ``reading``, in ``zh`` or ``en``."""
        return str(self.data[key][language])

    @property
    def order_classes(self) -> tuple[str, ...]:
        """Hazard classes whose findings the enterprise is asked to put right; B and C where a set does not say."""
        return tuple(self.data.get("order_classes", ("B", "C")))

    @property
    def limiters(self) -> tuple[dict[str, Any], ...]:
        """The caps on stars, in the order of the file (see ``limiters``); none where a set does not list any."""
        return tuple(self.data.get("limiters", ()))

    def list_rules(self, colour: str) -> dict[str, Any]:
        """The conditions and times of the ``red`` or ``black`` list."""
        rules: dict[str, Any] = self.data["lists"][colour]
        return rules


def rule_set_from(data: dict[str, Any]) -> RuleSet:
    """Read one rule-set object. Raises ``BadRuleSet`` naming the set and what is wrong."""
    code = str(data.get("code", "(no code)"))
    try:
        made = RuleSet(
            code=code,
            kinds=tuple(data["kinds"]),
            first_year=int(data["first_year"]),
            weights={name: int(weight) for name, weight in data["weights"].items()},
            star_bounds=tuple((int(row["stars"]), int(row["from_cp"])) for row in data["stars"]),
            indicators={row["code"]: int(row["weight"]) for row in data["indicators"]},
            sample=Sample(**data["sample"]),
            quarters_needed=int(data["quarters_needed"]),
            months_of_service=int(data["months_of_service"]),
            data=data,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadRuleSet(f"{code}: {type(error).__name__} {error}") from error
    _verify(made)
    return made


def _verify(rules: RuleSet) -> None:
    bounds = [bound for _, bound in rules.star_bounds]
    faults = {
        "kinds": not rules.kinds,
        "weights do not add up to 100": sum(rules.weights.values()) != 100,
        "weight": any(weight <= 0 for weight in rules.weights.values()),
        "unknown component": not set(rules.weights) <= set(COMPONENTS),
        "stars not 5 to 1": [stars for stars, _ in rules.star_bounds] != [5, 4, 3, 2, 1],
        "bounds not falling": bounds != sorted(set(bounds), reverse=True),
        "order_classes": not set(rules.order_classes) <= {"A", "B", "C"},
        "indicators": not rules.indicators or any(weight <= 0 for weight in rules.indicators.values()),
    }
    wrong = [f"{rules.code}: {fault}" for fault, found in faults.items() if found]
    capped = limiters.faults(rules.limiters, rules.weights, len(rules.star_bounds))
    wrong += [f"{rules.code}: {fault}" for fault in capped]
    if wrong:
        raise BadRuleSet(wrong)


@lru_cache(maxsize=1)
def all_rule_sets() -> tuple[RuleSet, ...]:
    """Every rule set of the package, sorted by code."""
    made = tuple(sorted((rule_set_from(data) for data in _read("rulesets")), key=lambda rules: rules.code))
    if len({rules.code for rules in made}) != len(made):
        raise BadRuleSet("a code is used twice")
    begins = [(kind, rules.first_year) for rules in made for kind in rules.kinds]
    if len(set(begins)) != len(begins):
        raise BadRuleSet("two rule sets for one kind begin in the same year")
    return made


def rule_set(code: str, rule_sets: Iterable[RuleSet] | None = None) -> RuleSet:
    """The rule set of a code; ``BadRuleSet`` when there is none."""
    for rules in all_rule_sets() if rule_sets is None else rule_sets:
        if rules.code == code:
            return rules
    raise BadRuleSet(f"{code}: no such rule set")


def rule_set_for(kind: str, year: int, rule_sets: Iterable[RuleSet] | None = None) -> RuleSet:
    """The latest rule set for a kind of estate in force in a year. Raises ``UnknownKind``, ``NoRuleSetInForce``."""
    known = [r for r in (all_rule_sets() if rule_sets is None else rule_sets) if kind in r.kinds]
    if not known:
        raise UnknownKind(kind)
    in_force = [rules for rules in known if rules.first_year <= year]
    if not in_force:
        raise NoRuleSetInForce(f"{kind} {year}")
    return max(in_force, key=lambda rules: (rules.first_year, rules.code))


def export() -> list[dict[str, Any]]:
    """The list of rule-set objects for ``rule_sets.json`` of the open data, sorted by code."""
    return [rules.data for rules in all_rule_sets()]


def load(exported: list[dict[str, Any]]) -> tuple[RuleSet, ...]:
    """Rule sets from a ``rule_sets.json``: the inverse of ``export``."""
    return tuple(rule_set_from(data) for data in exported)


@lru_cache(maxsize=1)
def credit_tariffs() -> tuple[dict[str, Any], ...]:
    """The credit tariffs of the package as data, sorted by ``in_force_from``."""
    return tuple(sorted(_read("tariffs"), key=lambda data: data["in_force_from"]))


def _read(folder: str) -> list[dict[str, Any]]:
    found = [entry for entry in files(__package__).joinpath(folder).iterdir() if entry.name.endswith(".json")]
    return [json.loads(entry.read_text(encoding="utf-8")) for entry in sorted(found, key=lambda entry: entry.name)]
