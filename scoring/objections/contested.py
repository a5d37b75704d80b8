"""What can be contested, read from the rooms that hold it: its figures now, whom it concerns, who had a hand in it.

A reference names the record: ``check:ID/ITEM``, ``quarter:2025Q1/ESTATE``, ``rating:2025/ESTATE``, ``credit:CASE``,
``list:CASE``, ``affiliation:ID``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.periods import Month, Quarter, Year
from portal.kernel.settings import settings
from portal.registry import api as registry
from scoring.checks import api as checks
from scoring.credit import api as credit
from scoring.lists import api as lists
from scoring.ratings import api as ratings

HELD_TOO = date.max  # figures that were announced and are not public yet can be contested as well


@dataclass(frozen=True)
class Contested:
    """A record that can be contested. ``facts`` (plain values) are its figures now; ``parties`` the companies it
    concerns; ``hands``: login to what that person did to it; ``closed``: why it cannot be contested now, if so."""

    ref: str
    kind: str
    estate_code: str | None
    division_code: str
    parties: frozenset[str]
    hands: Mapping[str, str]
    facts: Mapping[str, Any]
    closed: str = ""


def contested(db: Session, ref: str) -> Contested:
    """The record that a reference names. ``NotFound`` when there is none."""
    kind, _colon, key = ref.partition(":")
    if kind not in _READERS:
        raise _nothing()
    return _READERS[kind](db, ref, key)


def _nothing() -> NotFound:
    return NotFound(_("没有找到可以提出异议的结果。"))


def _parts(key: str) -> tuple[str, str]:
    first, slash, second = key.partition("/")
    if not slash or not first or not second:
        raise _nothing()
    return first, second


# --- a check item -----------------------------------------------------------------------------------------------------


def _check(db: Session, ref: str, key: str) -> Contested:
    check_id, item_code = _parts(key)
    view = checks.check_view(db, check_id)
    line = view.lines.get(item_code)
    if line is None:
        raise _nothing()
    quarter = Month.parse(view.month).quarter
    row = quarter_row(db, quarter, view.estate.code)
    serving = registry.companies_serving(db, view.inspected_on, [view.estate.code])
    parties = {uscc for uscc, _name in serving.values()} | ({row["uscc"]} if row and row["uscc"] else set())
    hands = {**ratings.hands_on_quarter(db, quarter, view.estate.code), **checks.hands_on(db, [check_id])}
    is_clean = line.result in ("", "pass")
    closed = "" if view.state == "confirmed" else _("这份检查还没有确认，确认以后才能提出异议。")
    facts = {
        "estate": view.estate.name,
        "month": view.month,
        "item_code": item_code,
        "item_zh": line.item.item_zh,
        "item_en": line.item.item_en,
        "result": line.result,
        "lost_cp": line.lost_cp,
        "standard": view.standard.version,
        "quarter": str(quarter),
        "quarter_cp": row["score_cp"] if row else None,
    }
    return Contested(
        ref, "check", view.estate.code, view.estate.division_code, frozenset(parties),
        hands, facts, closed or (_("这一项没有扣分，不用提出异议。") if is_clean else ""),
    )  # fmt: skip


# --- figures ----------------------------------------------------------------------------------------------------------


def quarter_row(db: Session, quarter: Quarter | str, estate_code: str) -> dict[str, Any] | None:
    """The released row of an estate's quarter, held ones included; None before the first release."""
    return ratings.quarter_of_estate(db, quarter, estate_code, as_of=HELD_TOO)


def rating_row(db: Session, year: int, estate_code: str) -> dict[str, Any] | None:
    """The released rating of an estate, held ones included."""
    return ratings.rating_of_estate(db, year, estate_code, as_of=HELD_TOO)


def quarter_checks(db: Session, quarter: Quarter | str, estate_code: str) -> list[str]:
    """The checks that entered an estate's quarter as released."""
    months = ratings.quarter_months(db, quarter, as_of=HELD_TOO, estate_code=estate_code)
    return [str(check_id) for check_id in months["check_id"]]


def _quarter(db: Session, ref: str, key: str) -> Contested:
    period, estate_code = _parts(key)
    try:
        quarter = Quarter.parse(period)
    except DomainError as error:
        raise _nothing() from error
    row = quarter_row(db, quarter, estate_code)
    if row is None:
        raise _nothing()
    hands = checks.hands_on(db, quarter_checks(db, quarter, estate_code))
    hands |= ratings.hands_on_quarter(db, quarter, estate_code)
    shown = ("score_cp", "status", "months", "rank_district", "rank_street", "revision")
    facts = {"estate": _estate_name(db, estate_code), "quarter": str(quarter), **{name: row[name] for name in shown}}
    return Contested(ref, "quarter", estate_code, row["division_code"], _party(row["uscc"]), hands, facts)


def _rating(db: Session, ref: str, key: str) -> Contested:
    period, estate_code = _parts(key)
    try:
        year = Year.parse(period)
    except DomainError as error:
        raise _nothing() from error
    row = rating_row(db, year.number, estate_code)
    if row is None:
        raise _nothing()
    shown = (
        "total_cp",
        "stars",
        "status",
        "survey_cp",
        "management_cp",
        "comprehensive_cp",
        "collection_cp",
        "revision",
    )
    facts = {"estate": _estate_name(db, estate_code), "year": year.number, **{name: row[name] for name in shown}}
    hands = ratings.hands_on_rating(db, year.number, estate_code)
    return Contested(ref, "rating", estate_code, row["division_code"], _party(row["uscc"]), hands, facts)


def _party(uscc: Any) -> frozenset[str]:
    return frozenset({str(uscc)} if uscc else ())


def _estate_name(db: Session, code: str) -> str:
    return registry.estate_names(db, [code]).get(code, code)


# --- credit events and list entries -----------------------------------------------------------------------------------


def _credit(db: Session, ref: str, case_id: str) -> Contested:
    said = credit.said_now(db, case_id)
    if said is None:
        raise _nothing()
    party = said["subject"] if said["subject_type"] == "enterprise" else said["uscc"]
    facts = {
        **{name: said[name] for name in ("code", "points_cp", "subject_type", "subject", "document")},
        **{name: said[name].isoformat() if said[name] else None for name in ("valid_from", "valid_to")},
        "name": credit.event_name(said["code"]),
        "estate": _estate_name(db, said["estate_code"]) if said["estate_code"] else "",
    }
    closed = (
        "" if said["step"] == "confirmed" and said["is_live"] else _("这一信用事项现在不计入信用记录，不用提出异议。")
    )
    district = settings().division
    return Contested(
        ref, "credit", said["estate_code"], district, _party(party), credit.hands_on(db, case_id), facts, closed
    )


def _subject_name(db: Session, subject_type: str, subject: str) -> str:
    """An estate or a company by name, a manager by code."""
    if subject_type == "estate":
        return _estate_name(db, subject)
    return registry.enterprise(db, subject).name if subject_type == "enterprise" else subject


def _list(db: Session, ref: str, case_id: str) -> Contested:
    said = lists.said_now(db, case_id)
    if said is None:
        raise _nothing()
    facts = {
        **{name: said[name] for name in ("year", "kind", "subject_type", "subject", "reason", "decision", "rule_set")},
        **{name: said[name].isoformat() if said[name] else None for name in ("valid_from", "valid_to")},
        "estate": _subject_name(db, said["subject_type"], said["subject"]),
    }
    party = said["uscc"] or (said["subject"] if said["subject_type"] == "enterprise" else None)
    is_over = not said["is_live"] or (said["valid_to"] is not None and said["valid_to"] < clock.today())
    estate_code = said["subject"] if said["subject_type"] == "estate" else None
    closed = _("这一条目已经移出，不用提出异议。") if is_over else ""
    district = settings().division
    return Contested(ref, "list", estate_code, district, _party(party), lists.hands_on(db, case_id), facts, closed)


def _affiliation(db: Session, ref: str, link_id: str) -> Contested:
    link = credit.link(db, link_id)
    if link.step == "proposed" or link.step == "refused":  # nobody was told of it
        raise _nothing()
    names = {code: registry.enterprise(db, code).name for code in (link.former, link.later)}
    facts = {
        "rule": link.rule,
        "former": names[link.former],
        "later": names[link.later],
        "since": link.since.isoformat(),
    }
    closed = "" if link.step == "confirmed" else _("这条关联已经撤销，不用提出异议。")
    parties, hands = frozenset(names), credit.hands_on_link(db, link_id)
    return Contested(ref, "affiliation", None, settings().division, parties, hands, facts, closed)


_READERS: dict[str, Callable[[Session, str, str], Contested]] = {
    "check": _check,
    "quarter": _quarter,
    "rating": _rating,
    "credit": _credit,
    "list": _list,
    "affiliation": _affiliation,
}
