"""The dated catalogue of one-vote vetoes, and the indicators that the rule sets know. Data, never literals in code."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from scoring.rules.rulesets import all_rule_sets


@dataclass(frozen=True)
class Ground:
    """A ground for a veto, or an indicator: its code and its name in both languages."""

    code: str
    zh: str
    en: str

    def name(self, language: str) -> str:
        """``zh`` or ``en``."""
        return self.en if language == "en" else self.zh


@cache
def _editions() -> tuple[tuple[int, tuple[Ground, ...]], ...]:
    found = []
    for entry in files(__package__).joinpath("data").iterdir():
        if entry.name.startswith("vetoes-"):
            data = json.loads(entry.read_text(encoding="utf-8"))
            found.append((int(data["in_force_from"][:4]), tuple(Ground(**row) for row in data["vetoes"])))
    return tuple(sorted(found))


def veto_grounds(year: int) -> tuple[Ground, ...]:
    """The grounds in force in a year, by code; the first edition for earlier years."""
    begun = [grounds for first, grounds in _editions() if first <= year]
    return begun[-1] if begun else _editions()[0][1]


@cache
def indicators() -> tuple[Ground, ...]:
    """Every indicator that some rule set knows, in the order of the rule sets."""
    found: dict[str, Ground] = {}
    for rules in all_rule_sets():
        for row in rules.data["indicators"]:
            found.setdefault(row["code"], Ground(row["code"], row["zh"], row["en"]))
    return tuple(found.values())
