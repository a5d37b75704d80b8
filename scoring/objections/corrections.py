"""What a decision corrects, carried out through the rooms that hold the facts: only what changed is computed anew.

A correction names one fact: ``check:ID/ITEM`` (the new result), ``survey:2025/E``, ``indicator:2025/E/CODE``,
``collection:2025/E`` (the new points), ``credit:CASE`` and ``list:CASE`` (taken back).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission
from portal.kernel.db import lock
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.periods import Quarter
from portal.kernel.points import parse_cp, print_cp
from scoring.checks import api as checks
from scoring.credit import api as credit
from scoring.lists import api as lists
from scoring.objections.contested import Contested, quarter_checks, quarter_row, rating_row
from scoring.ratings import api as ratings
from scoring.surveys import api as surveys

_DEEDS = (
    Permission.CHECK_READ,
    Permission.CHECK_IMPORT,
    Permission.QUARTER_PUBLISH,
    Permission.YEAR_FACTS_EDIT,
    Permission.YEAR_PUBLISH,
    Permission.CREDIT_CONFIRM,
    Permission.LIST_DECIDE,
)


@dataclass(frozen=True)
class Correction:
    """A fact and what it shall be."""

    target: str
    new: str


@dataclass(frozen=True)
class Corrected:
    """A fact as it was and as it is now."""

    target: str
    old: str
    new: str


def commissioned(actor: Actor) -> Actor:
    """The reviewer as the hand that carries out the decision: the same login in every journal, with the rights that the
    decision itself gives, whatever the role. The independence rules of each verb still hold."""
    return replace(actor, permissions=actor.permissions | set(_DEEDS), division_code=None)


def allowed_targets(db: Session, target: Contested) -> set[str]:
    """The facts that a decision on this record may correct."""
    if target.kind in ("check", "credit", "list", "affiliation"):
        return {target.ref}
    if target.kind == "quarter":
        ids = quarter_checks(db, target.facts["quarter"], target.estate_code or "")
        return {f"check:{one.id}/{line.item.item_code}" for one in _views(db, ids) for line in one.findings}
    return {fact.target for fact in year_facts(db, target)}


def _views(db: Session, ids: Iterable[str]) -> list[checks.CheckView]:
    return [checks.check_view(db, check_id) for check_id in ids]


def lock_for(db: Session, target: Contested) -> None:
    """Take the locks of everything a correction may touch, in the order that every verb keeps: year, then quarter."""
    if target.kind in ("check", "quarter"):
        quarter = Quarter.parse(target.facts["quarter"])
        lock(db, f"year:{quarter.year}")
        lock(db, f"quarter:{quarter}")
    elif target.kind == "rating":
        lock(db, f"year:{target.facts['year']}")


def figures(db: Session, target: Contested) -> dict[str, int | None]:
    """The figures of the objector that a correction must not make worse."""
    if target.kind in ("credit", "list", "affiliation"):
        return {}
    estate = target.estate_code or ""
    found: dict[str, int | None] = {}
    if target.kind == "rating":
        year = int(target.facts["year"])
    else:
        quarter = Quarter.parse(target.facts["quarter"])
        year, row = quarter.year, quarter_row(db, quarter, estate)
        found["quarter_cp"] = row["score_cp"] if row else None
    if target.kind == "check":
        found["month_cp"] = checks.check_view(db, _split(target.ref)[0]).score.score_cp
    rating = rating_row(db, year, estate)
    return {**found, "total_cp": rating["total_cp"] if rating else None, "stars": rating["stars"] if rating else None}


def apply(
    db: Session, actor: Actor, target: Contested, corrections: Sequence[Correction], *, on: date, reason: str
) -> list[Corrected]:
    """Carry out the corrections of a decision. Raises ``DomainError`` for a fact that the objection is not about, or a
    correction that changes nothing."""
    known = allowed_targets(db, target)
    if any(one.target not in known for one in corrections):
        raise DomainError(_("只能更正与这件异议有关的内容。"))
    if target.kind in ("check", "quarter"):
        return _items(db, actor, target, corrections, on, reason)
    if target.kind == "rating":
        return [_year_fact(db, commissioned(actor), target, one, on, reason) for one in corrections]
    return [_taken_back(db, commissioned(actor), one.target, on, reason) for one in corrections]


def _split(target: str) -> tuple[str, str]:
    check_id, _slash, item_code = target.partition(":")[2].partition("/")
    return check_id, item_code


def _items(
    db: Session, actor: Actor, target: Contested, corrections: Sequence[Correction], on: date, reason: str
) -> list[Corrected]:
    hand, done = commissioned(actor), []
    for one in corrections:
        check_id, item_code = _split(one.target)
        old = checks.check_view(db, check_id).lines[item_code].result
        if not checks.correct_item(db, hand, check_id, item_code, one.new, reason, on):
            raise DomainError(_("更正后的结果和原来一样。请核对。"))
        done.append(Corrected(one.target, old, one.new))
    quarter, estate = Quarter.parse(target.facts["quarter"]), target.estate_code or ""
    if quarter_row(db, quarter, estate) is not None:  # else the corrected item enters the first publication
        ratings.publish_quarter(db, hand, quarter, on=on, reason=reason, only=[estate])
    return done


def _taken_back(db: Session, hand: Actor, target: str, on: date, reason: str) -> Corrected:
    kind, _colon, case_id = target.partition(":")
    if kind == "credit":
        credit.withdraw(db, hand, case_id, reason=reason, on=on)
        return Corrected(target, "confirmed", "withdrawn")
    if kind == "affiliation":
        credit.withdraw_link(db, hand, case_id, reason=reason, on=on)
        return Corrected(target, "confirmed", "withdrawn")
    lists.take_off(db, hand, case_id, reason="corrected", why=reason, on=on)
    return Corrected(target, "effective", "corrected")


# --- facts of a year --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class YearFact:
    """A fact behind a rating: what (``survey``, ``indicator``, ``collection``), its code, its points now."""

    target: str
    kind: str
    code: str
    points_cp: int


def year_facts(db: Session, target: Contested) -> list[YearFact]:
    """The facts of a year that an objection to a rating may correct."""
    year, estate = int(target.facts["year"]), target.estate_code or ""
    known, place = surveys.facts(db, year, estates=[estate]), f"{year}/{estate}"
    found = [YearFact(f"survey:{place}", "survey", "", int(row.score_cp)) for row in known.surveys.itertuples()]
    for row in known.indicators.itertuples():
        code = str(row.indicator_code)
        found.append(YearFact(f"indicator:{place}/{code}", "indicator", code, int(row.score_cp)))
    rates = known.collection_rates.itertuples()
    return [*found, *(YearFact(f"collection:{place}", "collection", "", int(row.rate_cp)) for row in rates)]


def _year_fact(db: Session, hand: Actor, target: Contested, one: Correction, on: date, reason: str) -> Corrected:
    year, estate = int(target.facts["year"]), target.estate_code or ""
    fact = next(fact for fact in year_facts(db, target) if fact.target == one.target)
    new_cp = parse_cp(one.new)
    if not _store(db, hand, (year, estate), fact, new_cp, on, reason):
        raise DomainError(_("更正后的结果和原来一样。请核对。"))
    return Corrected(one.target, print_cp(fact.points_cp), print_cp(new_cp))


def _store(
    db: Session, hand: Actor, place: tuple[int, str], fact: YearFact, new_cp: int, on: date, reason: str
) -> bool:
    year, estate = place
    given: dict[str, Any] = {"on": on, "reason": reason}
    if fact.kind == "collection":
        return surveys.record_collection_rate(db, hand, year, estate, rate_cp=new_cp, **given)
    known = surveys.facts(db, year, estates=[estate])
    if fact.kind == "survey":
        row = known.surveys.iloc[0]
        given |= {"households": int(row.households), "valid_responses": int(row.valid_responses)}
        return surveys.record_survey(db, hand, year, estate, score_cp=new_cp, **given)
    evidence = known.indicators.set_index("indicator_code").loc[fact.code, "evidence"]
    given |= {"indicator_code": fact.code, "evidence": str(evidence)}
    return surveys.record_indicator(db, hand, year, estate, score_cp=new_cp, **given)
