"""The facts that limiters of a year's rule sets look at, gathered from the rooms that hold them, for the end of 31 December.

Rooms above answer ``rating.facts`` (year, companies: estate to the company that serves it on 31 December, wanted: names of
``limiters.FACTS``) with fact to estate to whole number; a fact that nobody answers is not on record.
"""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from portal.kernel import clock, hooks
from portal.kernel.periods import Year
from scoring.ratings.figures.quarter import rule_sets_of
from scoring.rectification import api as rectification
from scoring.rules.limiters import facts_needed
from scoring.rules.rulesets import rule_set

COLUMNS = ["estate_code", "fact", "value"]
Facts = dict[str, dict[str, int]]


def limit_facts(db: Session, year: Year, register: pd.DataFrame, contracts: pd.DataFrame) -> pd.DataFrame | None:
    """``COLUMNS`` of the estates of ``register`` (``estate_code, kind, uscc``), by estate and fact: only the facts that the rule
    set of the estate's kind asks for. None where no rule set asks for any. ``contracts`` as ``registry.contracts_frame``."""
    sets = rule_sets_of(register["kind"], year.number)
    wanted = {kind: facts_needed(rule_set(code).limiters) for kind, code in sets.items()}
    asked = set().union(*wanted.values())
    if not asked:
        return None
    companies = {
        str(code): None if pd.isna(uscc) else str(uscc)
        for code, uscc in zip(register["estate_code"], register["uscc"], strict=True)
    }
    found = _gathered(db, year, companies, contracts, asked)
    kinds = dict(zip(register["estate_code"], register["kind"], strict=True))
    rows = [
        (code, fact, value)
        for fact, values in found.items()
        for code, value in values.items()
        if code in kinds and fact in wanted[kinds[code]]
    ]
    return pd.DataFrame(sorted(rows), columns=COLUMNS)


def _gathered(
    db: Session, year: Year, companies: Mapping[str, str | None], contracts: pd.DataFrame, asked: Collection[str]
) -> Facts:
    found: Facts = {}
    if "overdue_c" in asked:
        end = clock.day_start(year.last + timedelta(days=1))
        found["overdue_c"] = rectification.overdue_at(db, end, "C", companies)
    if "manager_vacant_days" in asked:
        found["manager_vacant_days"] = vacant_days(contracts, companies, year)
    answers: list[Facts] = hooks.announce(
        "rating.facts", db, year=year.number, companies=dict(companies), wanted=frozenset(asked)
    )
    for answer in answers:
        found.update({fact: values for fact, values in answer.items() if fact in asked})
    return found


def vacant_days(contracts: pd.DataFrame, companies: Mapping[str, str | None], year: Year) -> dict[str, int]:
    """Estate to the most days on end, in the year and since its company first served it, on which no contract named a project
    manager. An estate that nobody serves has none."""
    groups = {str(code): group for code, group in contracts.groupby("estate_code", sort=False)}
    found = {}
    for code, uscc in companies.items():
        if uscc is not None:
            rows: list[Any] = sorted(groups[code].itertuples(index=False), key=lambda row: row.starts_on)
            first = min(row.starts_on for row in rows if row.uscc == uscc)
            found[code] = _longest_gap(rows, max(first, year.first), year.last)
    return found


def _longest_gap(rows: list[Any], first: date, last: date) -> int:
    """Days of the longest stretch of ``first`` to ``last`` that none of the periods (by their start) covers."""
    free_from, longest = first, 0
    for row in rows:
        until = min(row.starts_on - timedelta(days=1), last)
        longest = max(longest, (until - free_from).days + 1)
        ends_on = last if row.ends_on is None or pd.isna(row.ends_on) else row.ends_on
        free_from = max(free_from, ends_on + timedelta(days=1))
    return max(longest, (last - free_from).days + 1)
