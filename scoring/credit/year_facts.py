"""What a year's ratings and lists ask of the credit record: points lost by acts of a year, penalties for safety."""

from collections.abc import Collection, Mapping
from datetime import date

import pandas as pd
from sqlalchemy.orm import Session

from scoring.credit import queries
from scoring.rules import credit as rules

SAFETY = frozenset({"B01"})  # 因安全管理违法受行政处罚


def lost_between(db: Session, first: date, last: date, usccs: Collection[str]) -> dict[str, int]:
    """Centipoints that acts which began within a period took off each enterprise, its share of its managers' acts included;
    one act takes off its highest item only."""
    return _lost(queries.events_between(db, first, last, usccs), last, usccs)


def _lost(begun: pd.DataFrame, last: date, usccs: Collection[str]) -> dict[str, int]:
    tariff = rules.tariff_on(last.isoformat())
    adverse = begun[begun["points_cp"] < 0]
    is_own = adverse["subject_type"] == "enterprise"
    own = adverse[is_own].groupby(["subject", "act"])["points_cp"].min()
    lost = dict.fromkeys(usccs, 0)
    for (uscc, _act), points in own.items():
        if uscc in lost:
            lost[uscc] -= int(points)
    theirs = adverse[~is_own].groupby(["uscc", "subject", "act"])["points_cp"].min()
    for (uscc, _subject, act), points in theirs.items():
        if uscc in lost and (uscc, act) not in own.index:
            lost[uscc] += rules.manager_share(-int(points), tariff)
    return lost


def rating_facts(
    db: Session, *, year: int, companies: Mapping[str, str | None], wanted: Collection[str]
) -> dict[str, dict[str, int]]:
    """Hears ``rating.facts``: what limiters ask of the company that serves an estate on 31 December.

    A penalty for safety that names an estate concerns that estate; one that names none, every estate of the company.
    """
    usccs = sorted({uscc for uscc in companies.values() if uscc is not None})
    found: dict[str, dict[str, int]] = {}
    for name, back in (("demerits_cp", 0), ("demerits_before_cp", 1)):
        if name in wanted:
            lost = lost_between(db, date(year - back, 1, 1), date(year - back, 12, 31), usccs)
            found[name] = {estate: lost[uscc] for estate, uscc in companies.items() if uscc is not None}
    if "safety_penalties" in wanted:
        begun = queries.events_between(db, date(year, 1, 1), date(year, 12, 31), usccs)
        found["safety_penalties"] = _penalties(begun[begun["code"].isin(SAFETY)], companies)
    return found


def _penalties(events: pd.DataFrame, companies: Mapping[str, str | None]) -> dict[str, int]:
    acts: dict[tuple[str, str | None], set[str]] = {}  # one act on company and manager is one penalty
    for row in events.itertuples(index=False):
        company = str(row.subject if row.subject_type == "enterprise" else row.uscc)
        place = None if pd.isna(row.estate_code) else str(row.estate_code)
        acts.setdefault((company, place), set()).add(str(row.act))
    return {
        estate: len(acts.get((uscc, estate), set()) | acts.get((uscc, None), set()))
        for estate, uscc in companies.items()
        if uscc is not None
    }
