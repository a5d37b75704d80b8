"""The rules by which deadlines run: data (``rules.json``), one object each, pinned by a deadline when it starts."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from portal.kernel.i18n import language

UNITS = ("workdays", "days", "hours")
LEVELS = ("street", "district", "lead")


class BadRule(Exception):
    """A rule in the file cannot be used: the portal does not start."""


@dataclass(frozen=True)
class Level:
    """Who is told when a deadline is so many working days overdue (0: at once)."""

    after_workdays: int
    to: str


@dataclass(frozen=True)
class Rule:
    """One rule: how long (``length`` in ``unit``), where it says so, and who is told when nobody acts.
    ``right``: the time of a right, not of a duty: whoever lets it pass is not late, and it waits for nobody once it is over."""

    code: str
    zh: str
    en: str
    length: int
    unit: str
    source: str
    escalate: tuple[Level, ...]
    source_en: str = ""
    right: bool = False

    @property
    def name(self) -> str:
        """Its name in the language of the moment."""
        return self.en if language() == "en" else self.zh

    @property
    def basis(self) -> str:
        """Where it says so, in the language of the moment; Chinese when there is no English."""
        return self.source_en or self.source if language() == "en" else self.source


@cache
def rights() -> tuple[str, ...]:
    """Codes of the rules that give a right and no duty."""
    return tuple(sorted(code for code, rule in rules().items() if rule.right))


@cache
def rules() -> dict[str, Rule]:
    """Every rule by its code. Raises ``BadRule``."""
    text = files("portal.deadlines").joinpath("rules.json").read_text(encoding="utf-8")
    found: dict[str, Rule] = {}
    for row in json.loads(text):
        levels = tuple(Level(**level) for level in row["escalate"])
        rule = Rule(**{**row, "escalate": levels})
        after = [level.after_workdays for level in levels]
        if rule.unit not in UNITS or rule.length < 0 or rule.code in found or not (rule.zh and rule.en and rule.source):
            raise BadRule(rule.code)
        if any(level.to not in LEVELS for level in levels) or after != sorted(after):
            raise BadRule(rule.code)
        found[rule.code] = rule
    return found


def rule(code: str) -> Rule:
    """A rule by its code; an unknown one is a programming error (``BadRule``)."""
    try:
        return rules()[code]
    except KeyError:
        raise BadRule(code) from None
