"""The reason of an entry in words. The rule that led to it says it: no number of a rule set stands in the code."""

from functools import cache
from typing import Any

from portal.kernel.i18n import _, language
from scoring.credit import api as credit
from scoring.lists.conditions import reason_of
from scoring.rules.rulesets import all_rule_sets


@cache
def _black_rules() -> dict[tuple[str, str], dict[str, Any]]:
    """(rule set, reason) to the rule that leads to it; under no rule set the first one that had the reason."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for rules in sorted(all_rule_sets(), key=lambda rules: (rules.first_year, rules.code)):
        for rule in rules.list_rules("black")["any_of"]:
            found[rules.code, reason_of(rule)] = rule
            found.setdefault(("", reason_of(rule)), rule)
    return found


def reason_text(code: str, kind: str, rule_set: str) -> str:
    """Why a subject stands on a list: in the words of the rule set that listed it, or the event's name.

    A receipt or an objection of before its rule set was kept with it gives none (``""``).
    """
    if kind == "red":
        return _("年度星级评定结果")
    known = _black_rules()
    rule = known.get((rule_set, code)) or known.get(("", code))
    return str(rule[language()]) if rule else credit.event_name(code)
