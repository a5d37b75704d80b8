"""Rows of public answers: the column names of the contract (sections 2 and 5), scores as texts with two digits.

One builder for each kind of row serves the page, its .json, .csv and .xlsx twins, and the API.
They are built from the views of the slices, which hold public columns only; a test compares every name with the audience that the models declare.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.flags import flags
from portal.kernel.flags import plain as plain_flags
from portal.kernel.points import print_cp
from portal.registry import api as registry
from scoring.credit import api as credit
from scoring.lists import api as lists
from scoring.rectification import api as rectification

Row = dict[str, Any]
PINS = ("kind", "division_code", "uscc", "manager_code")
ESTATE = ("estate_code", "name", "kind", "division_code", "address", "households", "floor_area_m2", "delivered_on",
          "latitude", "longitude")  # fmt: skip
ENTERPRISE = ("uscc", "name")
QUARTER = ("quarter", "estate_code", "score", "status", "months", "rank_district", "rank_street", "revision", *PINS)
RATING = ("year", "estate_code", "rule_set", "survey", "management", "comprehensive", "collection", "total", "stars",
          "status", "revision", *PINS)  # fmt: skip
LIST = ("kind", "subject_type", "subject", "uscc", "manager_code", "name", "reason", "effective_from", "effective_to",
        "recorded_at", "decision", "rule_set")  # fmt: skip
ORDER = ("number", "month", "item_code", "hazard_class", "uscc", "state", "found_on", "opened_on", "due_at", "protected_on",
         "extended_on", "answered_on", "verified_on", "overdue")  # fmt: skip
EVENT = ("code", "name", "points", "subject_type", "manager_code", "estate_code", "document", "document_on", "issued_by",
         "valid_from", "valid_to", "counted")  # fmt: skip


def points(value: Any) -> str | None:
    """Centipoints as a text with two digits: 8740 -> "87.40"."""
    return None if value is None or pd.isna(value) else print_cp(int(value))


def whole(value: Any) -> int | None:
    """A whole number, None where it is missing."""
    return None if value is None or pd.isna(value) else int(value)


def plain(value: Any) -> Any:
    """Dates and instants as texts, empty values as None."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return None
    if isinstance(value, datetime):
        return clock.instant_text(value)
    return value.isoformat() if isinstance(value, date) else value


def estate(view: registry.EstateView) -> Row:
    """A row of the register of estates."""
    return {
        "estate_code": view.code, "name": view.name, "kind": view.kind, "division_code": view.division_code,
        "address": view.address or None, "households": view.households, "floor_area_m2": view.floor_area,
        "delivered_on": plain(view.delivered_on), "latitude": view.latitude, "longitude": view.longitude,
    }  # fmt: skip


def enterprise(view: registry.EnterpriseView) -> Row:
    """A company: code and name."""
    return {"uscc": view.uscc, "name": view.name}


def quarter_score(row: Any) -> Row:
    """A row of ``ratings.quarter_rows`` (a named tuple)."""
    return {
        "quarter": row.quarter, "estate_code": row.estate_code, "score": points(row.score_cp), "status": row.status,
        "months": int(row.months), "rank_district": whole(row.rank_district), "rank_street": whole(row.rank_street),
        "revision": int(row.revision), **_pins(row),
    }  # fmt: skip


def rating(row: Any) -> Row:
    """A row of ``ratings.rating_rows`` (a named tuple)."""
    return {
        "year": int(row.year), "estate_code": row.estate_code, "rule_set": row.rule_set, "survey": points(row.survey_cp),
        "management": points(row.management_cp), "comprehensive": points(row.comprehensive_cp),
        "collection": points(row.collection_cp), "total": points(row.total_cp), "stars": whole(row.stars),
        "status": row.status, "revision": int(row.revision), **_pins(row),
    }  # fmt: skip


def _pins(row: Any) -> Row:
    return {name: plain(getattr(row, name)) for name in PINS}


def list_entry(view: lists.EntryView) -> Row:
    """An entry of a list; a manager's shows no name."""
    name = None if view.subject_type == "manager" else view.name or None
    return {
        "kind": view.kind, "subject_type": view.subject_type, "subject": view.subject, "uscc": plain(view.uscc),
        "manager_code": plain(view.manager_code), "name": name, "reason": view.reason,
        "effective_from": plain(view.effective_from), "effective_to": plain(view.effective_to),
        "recorded_at": plain(view.recorded_at), "decision": view.decision, "rule_set": view.rule_set,
    }  # fmt: skip


def order(view: rectification.PublicOrder) -> Row:
    """A request to fix with the dates of its life; ``due_at`` is the first instant that is late."""
    return {
        "number": view.number, "month": view.month, "item_code": view.item_code, "hazard_class": view.hazard_class,
        "uscc": view.uscc, "state": view.state, "found_on": plain(view.found_on), "opened_on": plain(view.ordered_on),
        "due_at": clock.instant_text(view.due_at) if view.due_at else None, "protected_on": plain(view.protected_on),
        "extended_on": plain(view.extended_on), "answered_on": plain(view.answered_on),
        "verified_on": plain(view.verified_on), "overdue": view.overdue,
    }  # fmt: skip


def credit_event(view: credit.EventView) -> Row:
    """A credit event of a company; a share of its manager's event names the manager by code."""
    return {
        "code": view.code, "name": view.name, "points": print_cp(view.points_cp), "subject_type": view.subject_type,
        "manager_code": view.subject if view.subject_type == "manager" else None, "estate_code": plain(view.estate_code),
        "document": view.document, "document_on": plain(view.document_on), "issued_by": view.issued_by,
        "valid_from": plain(view.valid_from), "valid_to": plain(view.valid_to), "counted": print_cp(view.counted_cp),
    }  # fmt: skip


def credit_figures(db: Session, view: credit.CreditView, known_at: datetime | None = None) -> Row:
    """Score and grade on a day with the events in force and their flags."""
    refs = [f"credit:{event.case_id}" for event in view.events]
    return {
        "as_of": plain(view.as_of), "known_at": plain(known_at), "score": print_cp(view.score_cp), "grade": view.grade,
        "good": print_cp(view.good_cp), "bad": print_cp(view.bad_cp),
        "events": flagged(db, [credit_event(event) for event in view.events], refs, view.as_of, known_at),
    }  # fmt: skip


def flagged(
    db: Session, rows: Sequence[Row], refs: Sequence[str], as_of: date | None = None, known_at: datetime | None = None
) -> list[Row]:
    """The rows with their ``flags``: under objection, in reconsideration or court, and how that ended."""
    found = flags(db, set(refs), as_of, known_at)
    return [{**row, "flags": plain_flags(found.get(ref, ()))} for row, ref in zip(rows, refs, strict=True)]


def quarter_scores(db: Session, found: Sequence[Any]) -> list[Row]:
    """Rows of quarters with their flags."""
    return flagged(db, [quarter_score(row) for row in found], [f"quarter:{r.quarter}/{r.estate_code}" for r in found])


def ratings(db: Session, found: Sequence[Any]) -> list[Row]:
    """Rows of ratings with their flags."""
    return flagged(db, [rating(row) for row in found], [f"rating:{int(r.year)}/{r.estate_code}" for r in found])


def list_entries(
    db: Session, found: Sequence[lists.EntryView], as_of: date | None = None, known_at: datetime | None = None
) -> list[Row]:
    """List entries with their flags."""
    rows = [{**list_entry(one), "explanation": lists.said(one).row()} for one in found]
    return flagged(db, rows, [f"list:{one.case_id}" for one in found], as_of, known_at)


def tuples(frame: pd.DataFrame) -> list[Any]:
    """The rows of a frame as named tuples."""
    return list(frame.itertuples(index=False))


def by_estate(frame: pd.DataFrame) -> Mapping[str, Any]:
    """Estate code to the row as a named tuple."""
    return {row.estate_code: row for row in frame.itertuples(index=False)}
