"""Open orders for what checks report, and cancel those whose finding is gone. Hears ``checks.reported``.

A class C finding is put to the enterprise when the check is submitted: 24 hours cannot wait for the street. The other classes
wait for the confirmation, which may still change them. Which classes open orders is rule-set data.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.deadlines import api as deadlines
from portal.kernel import audit, clock, ids
from portal.kernel.access import Actor, Role
from portal.kernel.divisions import street_of
from portal.kernel.i18n import _
from portal.registry import api as registry
from scoring.checks import api as checks
from scoring.rectification import queries
from scoring.rectification.models import RectificationOrder, RectificationStep
from scoring.rectification.moves import BEGUN
from scoring.rectification.places import Place, places_of
from scoring.rectification.service import news
from scoring.rectification.service.record import add_step, finding_rule, moment_of
from scoring.rules.deductions import CLEAN, NOT_APPLICABLE
from scoring.rules.rulesets import rule_set_for
from scoring.standards import api as standards

AT_ONCE_CLASS = "C"
NO_FINDING = (*CLEAN, NOT_APPLICABLE)
Key = tuple[str, str]


@dataclass(frozen=True)
class Finding:
    """A finding that has to be put right."""

    check: checks.ReportedCheck
    item: standards.ItemView
    result: str
    place: str
    note: str


def on_checks_reported(
    db: Session, *, actor: Actor, on: date, months: Sequence[str], checks: Sequence[str]
) -> tuple[int, int]:
    """Bring the orders of checks to what these report now; (opened, cancelled). A returned check leaves them as they are."""
    return sync(db, actor, on, months, checks)


def sync(db: Session, actor: Actor, on: date, months: Sequence[str], check_ids: Sequence[str]) -> tuple[int, int]:
    """See ``on_checks_reported``."""
    reported = {
        check.id: check
        for check in checks.reported_in_time(db, months, check_ids)
        if check.state in ("submitted", "confirmed")
    }
    if not reported:
        return 0, 0
    wanted = _wanted(db, reported)
    known: dict[Key, queries.OrderRow] = {
        (row.check_id, row.item_code): row for row in queries.of_checks(db, list(reported))
    }
    gone = [row for key, row in known.items() if row.state in BEGUN and key not in wanted]
    new = [(found, known.get(key)) for key, found in wanted.items() if _is_missing(known.get(key))]
    _cancel(db, actor, on, gone)
    return _open(db, actor, on, new), len(gone)


def _is_missing(row: queries.OrderRow | None) -> bool:
    return row is None or row.state == "cancelled"


def _wanted(db: Session, reported: dict[str, checks.ReportedCheck]) -> dict[Key, Finding]:
    """(check, item) to the findings that have to be put right by now."""
    items = {version: standards.view(db, version).items for version in {c.standard_version for c in reported.values()}}
    classes = _classes(db, reported.values())
    columns = ("check_id", "item_code", "result", "place", "note")
    found: dict[Key, Finding] = {}
    for row in checks.results_frame(db, sorted(reported), columns=columns).itertuples(index=False):
        check = reported[str(row.check_id)]
        item = items[check.standard_version][str(row.item_code)]
        due_now = check.state == "confirmed" or item.hazard_class == AT_ONCE_CLASS
        if row.result not in NO_FINDING and due_now and item.hazard_class in classes[check.id]:
            found[check.id, item.item_code] = Finding(check, item, str(row.result), str(row.place), str(row.note))
    return found


def _classes(db: Session, reported: Collection[checks.ReportedCheck]) -> dict[str, tuple[str, ...]]:
    """Check to the classes of findings that its estate's rule set wants put right."""
    places = places_of(db, {check.estate_code for check in reported})
    return {
        check.id: rule_set_for(places[check.estate_code].kind, int(check.month[:4])).order_classes for check in reported
    }


def _open(
    db: Session, actor: Actor, on: date, new: Sequence[tuple[Finding, queries.OrderRow | None]]
) -> int:  # fmt: skip
    estates = {found.check.estate_code for found, _before in new}
    serving = registry.companies_serving(db, on, estates)
    if not new:
        return 0
    asked = {code: uscc for code, (uscc, _name) in serving.items()}  # nobody serves: the street sees to it
    orders = [_order(found, before, asked.get(found.check.estate_code), on) for found, before in new]
    db.execute(insert(RectificationOrder.__table__), orders)  # type: ignore[arg-type]
    db.execute(insert(RectificationStep.__table__), [_first_step(actor, row) for row in orders])  # type: ignore[arg-type]
    places = places_of(db, {order["estate_code"] for order in orders})
    _start(db, actor, orders, [found for found, _before in new], places)
    _note(db, actor, "orders.opened", orders, places, on)
    news.opened(db, orders, places, on)
    return len(orders)


def _order(found: Finding, before: queries.OrderRow | None, uscc: str | None, on: date) -> dict[str, Any]:
    check = found.check
    return {
        "id": ids.new_id(), "check_id": check.id, "item_code": found.item.item_code,
        "round": before.round + 1 if before else 1, "estate_code": check.estate_code, "month": check.month, "uscc": uscc,
        "standard_version": check.standard_version, "hazard_class": found.item.hazard_class, "result": found.result,
        "place": found.place, "note": found.note, "found_on": check.inspected_on, "opened_on": on,
        "opened_at": moment_of(on), "recorded_at": clock.now(),
    }  # fmt: skip


def _first_step(actor: Actor, order: dict[str, Any]) -> dict[str, Any]:
    return {
        "order_id": order["id"], "seq": 1, "step": "opened", "was_seq": None, "was": None, "state": "open",
        "actor": actor.audit_name, "on": order["opened_on"], "happened_at": order["opened_at"],
        "at": order["recorded_at"], "text": "",
    }  # fmt: skip


def _start(
    db: Session, actor: Actor, orders: list[dict[str, Any]], findings: list[Finding], places: dict[str, Place]
) -> None:
    by_class: dict[str, list[deadlines.NewDeadline]] = {}
    for order, found in zip(orders, findings, strict=True):
        place = places[order["estate_code"]]
        holder = deadlines.Holder(Role.ENTERPRISE, place.division_code, order["uscc"])
        if order["uscc"] is None:
            holder = deadlines.Holder(Role.REVIEWER, street_of(place.division_code))
        title = f"{place.name} {order['item_code']} {found.item.item_zh}"
        new = deadlines.NewDeadline(
            queries.subject_of(order["id"]), holder, title, "rectification.order", {"order_id": order["id"]},
            on=order["opened_on"], at=order["opened_at"],
        )  # fmt: skip
        by_class.setdefault(order["hazard_class"], []).append(new)
    for hazard_class, rows in sorted(by_class.items()):
        deadlines.start_many(db, actor, finding_rule(hazard_class), rows)


def _note(
    db: Session, actor: Actor, verb: str, orders: list[dict[str, Any]], places: dict[str, Place], on: date
) -> None:
    """One audit row for one check, else one for each community."""
    groups: dict[str, list[dict[str, Any]]] = {}
    single = len({order["check_id"] for order in orders}) == 1
    for order in orders:
        name = f"check:{order['check_id']}" if single else f"division:{places[order['estate_code']].division_code}"
        groups.setdefault(name, []).append(order)
    for name, rows in sorted(groups.items()):
        audit.record(db, actor, verb, name, {"on": on, "orders": {row["id"]: row["item_code"] for row in rows}})


def _cancel(db: Session, actor: Actor, on: date, rows: Sequence[queries.OrderRow]) -> None:
    names = places_of(db, {row.estate_code for row in rows})
    for row in rows:
        reason = _("检查结果已更正，不再认定为问题。")
        add_step(db, actor, row, "cancelled", on, reason)
        deadlines.cancel(db, actor, row.subject, reason=reason)
        audit.record(
            db, actor, "order.cancelled", row.subject, {"on": on, "check": row.check_id, "item": row.item_code}
        )
        news.cancelled(db, row, names[row.estate_code].name, on)
