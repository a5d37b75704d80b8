"""The reason of an entry in words. The rule that led to it says it: no number of a rule set stands in the code."""

from functools import cache
from typing import Any

from portal.kernel.i18n import _, language
from scoring.credit import api as credit
from scoring.lists.conditions import reason_of
from scoring.rules.rulesets import all_rule_sets


@cache
def _black_rules() -> dict[str, dict[str, Any]]:
    """Each reason's rule, of the latest rule set that has it."""
    sets = sorted(all_rule_sets(), key=lambda rules: rules.first_year)
    return {reason_of(rule): rule for rules in sets for rule in rules.list_rules("black")["any_of"]}


def reason_text(code: str, kind: str) -> str:
    """Why a subject stands on a list: the rule's own words, or the event's name."""
    if kind == "red":
        return _("年度星级评定结果")
    rule = _black_rules().get(code)
    return str(rule[language()]) if rule else credit.event_name(code)
