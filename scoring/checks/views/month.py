"""The month: which estates are due, where their checks stand, and the one tap that starts one."""

from collections import Counter
from typing import Any

from flask import Response, flash, render_template, request, url_for

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.db import transaction
from portal.kernel.errors import Conflict, DomainError
from portal.kernel.periods import Month
from portal.kernel.web import actor, needs, request_session
from portal.registry import api as registry
from scoring.checks import reading, service
from scoring.checks.reading import MonthRow
from scoring.checks.views.blueprint import bp, see_other

PAGE = 50
STATES = ("", "draft", "returned", "submitted", "confirmed")
NOT_STARTED = "none"


def _month() -> Month:
    """The month asked for; a future or unreadable one becomes the present one."""
    present = Month.of(clock.today())
    try:
        return min(Month.parse(request.args.get("month", "")), present)
    except DomainError:
        return present


def _matching(rows: list[MonthRow], state: str, text: str, division: str) -> list[MonthRow]:
    wanted = "" if state == NOT_STARTED else state
    prefix = (division[:9] if division.endswith("000") else division) if division else ""
    return [
        row
        for row in rows
        if (not state or row.state == wanted)
        and row.division_code.startswith(prefix)
        and text.casefold() in f"{row.name} {row.estate_code} {row.address or ''}".casefold()
    ]


@bp.get("/inspections")
@needs(Permission.CHECK_READ)
def inspections() -> str:
    """The estates of my area in a month: for inspectors with a button to start, for others to read."""
    db, month = request_session(), _month()
    rows = reading.inspector_month(db, actor(), str(month))
    asked = {name: request.args.get(name, "").strip() for name in ("state", "q", "division")}
    asked["state"] = asked["state"] if asked["state"] in {*STATES, NOT_STARTED} else ""
    shown = _matching(rows, asked["state"], asked["q"], asked["division"])
    page = max(1, request.args.get("page", 1, int))
    return render_template(
        "checks/inspections.html",
        month=month,
        this_month=Month.of(clock.today()),
        rows=shown[(page - 1) * PAGE : page * PAGE],
        shown=len(shown),
        total=len(rows),
        counts=Counter(row.state for row in rows),
        due=service.due_day(str(month)),
        page=page,
        pages=-(-len(shown) // PAGE),
        files=actor().may(Permission.CHECK_FILE),
        areas=_areas(),
        **asked,
    )


def _areas() -> list[registry.DivisionView]:
    """The divisions one level below mine, to filter by; a community has none."""
    return registry.children(request_session(), actor().division_code or "")


@bp.post("/inspections/start")
@needs(Permission.CHECK_FILE)
def start() -> Response:
    """Begin the check of an estate and month, or go on with it, at its first category."""
    estate, month = request.form.get("estate", ""), request.form.get("month", "")
    try:
        with transaction() as db:
            check_id = service.start_check(db, actor(), estate, month, clock.today())
            first = _first_open(reading.check_view(db, check_id))
    except Conflict as error:  # submitted already, from another device
        flash(str(error), "soon")
        return see_other(url_for("checks.inspections", month=month))
    return see_other(url_for("checks.step", check_id=check_id, category_code=first))


def _first_open(check: Any) -> str:
    """The first category with an open item, else the first."""
    open_items = set(check.open_items)
    for line in check.categories:
        if any(item.item_code in open_items for item in line.category.items):
            return str(line.category.code)
    return str(check.categories[0].category.code)
