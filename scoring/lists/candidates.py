"""Candidates by rule: who meets the conditions of a list, from public ratings, vetoes and credit records."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.registry import api as registry
from scoring.lists import facts as gathered
from scoring.lists.conditions import EnterpriseFacts, EstateFacts, Outcome, apply, reason_of
from scoring.ratings import api as ratings
from scoring.rules.rulesets import RuleSet, rule_set


@dataclass(frozen=True)
class Candidate:
    """A subject that meets the conditions of a list, with what was found."""

    kind: str
    subject_type: str
    subject: str
    reason: str
    uscc: str | None
    manager_code: str | None
    rule_set: str
    facts: dict[str, Any]
    outcomes: tuple[Outcome, ...]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes a case of a year unique."""
        return self.kind, self.subject_type, self.subject, self.reason


def candidates(db: Session, year: int, as_of: date) -> list[Candidate]:
    """Every candidate of a year by rule, from the public ratings and the credit records."""
    rows = ratings.rating_rows(db, year, as_of)
    if rows.empty:
        raise DomainError(_("%(year)s年度星级评定结果还没有公布，不能提出红榜、黑榜建议。", year=year))
    usccs = sorted(registry.enterprise_codes(db))  # a company that serves no estate any more keeps its record
    companies = gathered.enterprises(db, year, usccs)
    found: list[Candidate] = []
    for estate in gathered.estates(db, year, as_of, companies):
        found += _of_estate(estate, rule_set(estate.rule_set))
    sets = [rule_set(code) for code in sorted(set(rows["rule_set"]))]
    for company in companies.values():
        found += _of_enterprise(company, sets)
    return sorted({candidate.key: candidate for candidate in found}.values(), key=lambda candidate: candidate.key)


def _of_estate(facts: EstateFacts, rules: RuleSet) -> list[Candidate]:
    found = []
    outcomes = tuple(apply(rule, facts) for rule in rules.list_rules("red")["all_of"])
    if facts.uscc and all(outcome.met is not False for outcome in outcomes):
        found.append(_estate_candidate("red", "rating", facts, rules, outcomes))
    for rule in rules.list_rules("black")["any_of"]:
        if rule["subject"] == "estate" and facts.uscc and (outcome := apply(rule, facts)).met:
            found.append(_estate_candidate("black", reason_of(rule), facts, rules, (outcome,)))
    return found


def _estate_candidate(
    kind: str, reason: str, facts: EstateFacts, rules: RuleSet, outcomes: tuple[Outcome, ...]
) -> Candidate:
    plain = gathered.plain(facts)
    return Candidate(
        kind, "estate", facts.estate_code, reason, facts.uscc, facts.manager_code, rules.code, plain, outcomes
    )


def _of_enterprise(facts: EnterpriseFacts, sets: list[RuleSet]) -> list[Candidate]:
    found: dict[str, Candidate] = {}
    for rules in sets:
        for rule in rules.list_rules("black")["any_of"]:
            if rule["subject"] != "enterprise" or reason_of(rule) in found:
                continue
            if (outcome := apply(rule, facts)).met:
                plain, reason = gathered.plain(facts), reason_of(rule)
                found[reason] = Candidate(
                    "black", "enterprise", facts.uscc, reason, facts.uscc, None, rules.code, plain, (outcome,)
                )
    return list(found.values())
