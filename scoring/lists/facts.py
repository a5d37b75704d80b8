"""Gathers the facts that the list conditions ask for, from ratings, vetoes and credit records, in a few queries."""

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from portal.kernel import hooks
from portal.kernel.points import print_cp
from scoring.credit import api as credit
from scoring.lists.conditions import EnterpriseFacts, EstateFacts
from scoring.ratings import api as ratings
from scoring.surveys import api as surveys

YEARS_LOOKED_BACK = 4


def _whole(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)


def _stars_before(db: Session, year: int, as_of: date) -> dict[tuple[str, str], list[int | None]]:
    """Stars of the years before, newest first, by estate and enterprise; the row ends where the enterprise changes."""
    found: dict[tuple[str, str], list[int | None]] = {}
    public = {view.year for view in ratings.years(db, as_of)}
    for back in range(1, YEARS_LOOKED_BACK):
        if year - back not in public:
            break
        for row in ratings.rating_rows(db, year - back, as_of).itertuples(index=False):
            held = found.setdefault((row.estate_code, _text(row.uscc) or ""), [])
            if len(held) == back - 1:
                held.append(_whole(row.stars))
    return found


def _vetoes(db: Session, year: int) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for row in surveys.facts(db, year).vetoes.itertuples(index=False):
        fact = {"veto_code": row.veto_code, "decision": row.decision, "decided_on": str(row.decided_on)}
        found.setdefault(row.estate_code, []).append(fact)
    return found


def _other(db: Session, year: int) -> dict[str, dict[str, Any]]:
    """Facts that higher rooms hold (disclosure, rectification), by name and estate; absent ones are not on record."""
    found: dict[str, dict[str, Any]] = {}
    for answer in hooks.announce("lists.facts", db, year=year):
        found.update(answer)
    return found


def enterprises(db: Session, year: int, usccs: list[str]) -> dict[str, EnterpriseFacts]:
    """Grade and score on 31 December, and what was taken off in the year, of each enterprise."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    lost = credit.lost_between(db, first, last, usccs)
    codes = credit.counted_codes(db, usccs, last)
    found = {}
    for row in credit.scores(db, "enterprise", usccs, last).itertuples(index=False):
        uscc = str(row.subject)
        found[uscc] = EnterpriseFacts(
            year, uscc, str(row.grade), int(row.score_cp), lost[uscc], sorted(codes.get(uscc, set()))
        )
    return found


def estates(db: Session, year: int, as_of: date, companies: dict[str, EnterpriseFacts]) -> list[EstateFacts]:
    """The facts of every estate with a public rating of the year."""
    before, vetoes, other = _stars_before(db, year, as_of), _vetoes(db, year), _other(db, year)
    begun = credit.events_between(db, date(year, 1, 1), date(year, 12, 31), list(companies))
    adverse = begun[begun["points_cp"] < 0]
    tiers: dict[str, set[str]] = {}
    for row in adverse.itertuples(index=False):
        tiers.setdefault(str(row.uscc or row.subject), set()).add(str(row.tier))
    disclosure, findings = other.get("disclosure_on_time"), other.get("open_findings")
    found = []
    for row in ratings.rating_rows(db, year, as_of).sort_values("estate_code").itertuples(index=False):
        uscc = _text(row.uscc)
        found.append(
            EstateFacts(
                year=year,
                estate_code=row.estate_code,
                rule_set=row.rule_set,
                stars=_whole(row.stars),
                status=row.status,
                total_cp=_whole(row.total_cp),
                uscc=uscc,
                manager_code=_text(row.manager_code),
                stars_before=before.get((row.estate_code, uscc or ""), []),
                vetoes=vetoes.get(row.estate_code, []),
                grade=companies[uscc].grade if uscc in companies else None,
                tiers=sorted(tiers.get(uscc or "", set())),
                disclosure_cp=None if disclosure is None else disclosure.get(row.estate_code),
                open_findings=None if findings is None else findings.get(row.estate_code, {}),
            )
        )
    return found


def plain(facts: EstateFacts | EnterpriseFacts) -> dict[str, Any]:
    """The facts as kept with a case: JSON, points printed."""
    kept = dict(vars(facts))
    return {key: print_cp(value) if key.endswith("_cp") and value is not None else value for key, value in kept.items()}
