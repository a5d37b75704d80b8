"""The conditions of the lists. Which of them apply, and with which numbers, is rule-set data (``lists`` of a rule set).

A condition answers met, not met, or not on record (None): a fact that the portal does not hold for the subject is shown
as 未采集 and does not exclude. A new condition is a function here and a line in a rule set.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from scoring.rules import credit as credit_rules


@dataclass
class EstateFacts:
    """What is known of an estate and of the enterprise its rating was recorded on, for one year."""

    year: int
    estate_code: str
    rule_set: str
    stars: int | None
    status: str
    total_cp: int | None
    uscc: str | None
    manager_code: str | None
    stars_before: list[int | None] = field(default_factory=list)
    vetoes: list[dict[str, str]] = field(default_factory=list)
    grade: str | None = None
    tiers: list[str] = field(default_factory=list)
    disclosure_cp: int | None = None
    open_findings: dict[str, int] | None = None


@dataclass
class EnterpriseFacts:
    """What is known of an enterprise at the end of the year."""

    year: int
    uscc: str
    grade: str
    score_cp: int
    demerits_cp: int
    codes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Outcome:
    """One condition applied to one subject: ``met`` is None when the fact is not on record."""

    condition: str
    met: bool | None
    zh: str
    en: str
    fact: dict[str, Any]


Condition = Callable[[Any, dict[str, Any]], tuple[bool | None, dict[str, Any]]]


def min_stars(facts: EstateFacts, rule: dict[str, Any]) -> tuple[bool | None, dict[str, Any]]:
    """Rated with at least so many stars."""
    return facts.stars is not None and facts.stars >= rule["stars"], {"stars": facts.stars, "total_cp": facts.total_cp}


def min_grade(facts: EstateFacts, rule: dict[str, Any]) -> tuple[bool | None, dict[str, Any]]:
    """The enterprise's grade at the end of the year is at least so good."""
    if facts.grade is None:
        return None, {}
    tariff = credit_rules.tariff_on(f"{facts.year}-12-31")
    return credit_rules.at_least(facts.grade, rule["grade"], tariff), {"grade": facts.grade}


def no_events(facts: EstateFacts, rule: dict[str, Any]) -> tuple[bool | None, dict[str, Any]]:
    """No adverse event of these tiers in the year."""
    found = sorted(set(facts.tiers) & set(rule["tiers"]))
    return not found, {"tiers": found}


def disclosure_on_time(facts: EstateFacts, rule: dict[str, Any]) -> tuple[bool | None, dict[str, Any]]:
    """Fund information was published on time."""
    if facts.disclosure_cp is None:
        return None, {}
    return facts.disclosure_cp >= rule["at_least_cp"], {"on_time_cp": facts.disclosure_cp}


def no_open_findings(facts: EstateFacts, rule: dict[str, Any]) -> tuple[bool | None, dict[str, Any]]:
    """No finding of these hazard classes is still open."""
    if facts.open_findings is None:
        return None, {}
    found = sum(facts.open_findings.get(name, 0) for name in rule["hazard_classes"])
    return found == 0, {"open": found}


def veto(facts: EstateFacts, rule: dict[str, Any]) -> tuple[bool | None, dict[str, Any]]:
    """A one-vote veto was decided."""
    found = [veto for veto in facts.vetoes if veto["veto_code"] in rule["codes"]]
    return bool(found), {"vetoes": found}


def low_stars(facts: EstateFacts, rule: dict[str, Any]) -> tuple[bool | None, dict[str, Any]]:
    """At most so many stars, so many years running, under the same enterprise."""
    stars = [facts.stars, *facts.stars_before][: rule["years"]]
    low = [number is not None and number <= rule["at_most"] for number in stars]
    return len(low) == rule["years"] and all(low), {"stars": stars}


def grade(facts: EnterpriseFacts, rule: dict[str, Any]) -> tuple[bool | None, dict[str, Any]]:
    """The grade at the end of the year is one of these."""
    return facts.grade in rule["grades"], {"grade": facts.grade, "score_cp": facts.score_cp}


def demerits(facts: EnterpriseFacts, rule: dict[str, Any]) -> tuple[bool | None, dict[str, Any]]:
    """So many credit points or more were taken off in the year."""
    return facts.demerits_cp >= rule["at_least_cp"], {"demerits_cp": facts.demerits_cp}


def event(facts: EnterpriseFacts, rule: dict[str, Any]) -> tuple[bool | None, dict[str, Any]]:
    """One of these events is on the enterprise's record."""
    found = sorted(set(facts.codes) & set(rule["codes"]))
    return bool(found), {"codes": found}


CONDITIONS: dict[str, Condition] = {
    "min_stars": min_stars,
    "min_grade": min_grade,
    "no_events": no_events,
    "disclosure_on_time": disclosure_on_time,
    "no_open_findings": no_open_findings,
    "veto": veto,
    "low_stars": low_stars,
    "grade": grade,
    "demerits": demerits,
    "event": event,
}
# What an entry gives as its reason, by condition; an event gives its code.
REASONS = {"veto": "veto", "low_stars": "rating", "grade": "grade", "demerits": "demerits"}


def apply(rule: dict[str, Any], facts: EstateFacts | EnterpriseFacts) -> Outcome:
    """One rule of a rule set on one subject. KeyError names a condition that does not exist."""
    met, fact = CONDITIONS[rule["condition"]](facts, rule)
    return Outcome(rule["condition"], met, rule["zh"], rule["en"], fact)


def reason_of(rule: dict[str, Any]) -> str:
    """The reason code of an entry that a black condition leads to."""
    return REASONS.get(rule["condition"]) or "-".join(rule.get("codes", [rule["condition"]]))
