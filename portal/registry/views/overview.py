"""The registry's front page, its areas, and all contracts."""

from typing import Any

from flask import Response, render_template

from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.web import actor, needs, request_session
from portal.registry import queries, tables
from portal.registry.views.common import asked, bp, page_number, pages_of, place_name, query_text, sent, window

FEW = 8


@bp.get("")
@needs(Permission.REGISTRY_READ)
def index() -> str:
    """How many there are, and one search over estates, companies and managers."""
    db, who, q = request_session(), actor(), asked("q")["q"]
    found: dict[str, tuple[list[Any], int]] = {}
    if q:
        found["estates"] = queries.estates_found(db, clock.today(), q, divisions=(who.division_code,), limit=FEW)
        found["enterprises"] = queries.enterprises_found(db, q, limit=FEW)
        found["managers"] = queries.managers_found(db, q, limit=FEW)
    counts = queries.counts(db, who.division_code, clock.today())
    areas = {row.code: row for row in queries.division_rows(db)} if q else {}
    places = {row.estate_code: place_name(areas, row.division_code) for row in found.get("estates", ([], 0))[0]}
    return render_template("registry/index.html", counts=counts, q=q, found=found, places=places, few=FEW)


@bp.get("/divisions")
@needs(Permission.REGISTRY_READ)
def divisions() -> str:
    """The areas of the reader's jurisdiction."""
    db, who = request_session(), actor()
    areas = [row for row in queries.division_rows(db) if who.covers(row.code)]
    return render_template("registry/divisions.html", areas=areas, held=queries.estates_by_division(db, clock.today()))


@bp.get("/divisions.<any(csv, xlsx):ending>")
@needs(Permission.REGISTRY_READ)
def divisions_file(ending: str) -> Response:
    """The same as a sheet."""
    rows = [row for row in queries.division_rows(request_session()) if actor().covers(row.code)]
    return sent(tables.divisions_table(rows), ending)


@bp.get("/contracts")
@needs(Permission.REGISTRY_READ)
def contracts() -> str:
    """Contracts of the estates in the reader's jurisdiction."""
    db, filters = request_session(), asked("q", "state")
    asked_for = (actor().division_code, filters["q"], filters["state"])
    rows, total = queries.contracts_found(db, clock.today(), *asked_for, **window())
    return render_template(
        "registry/contracts.html",
        rows=rows,
        total=total,
        filters=filters,
        companies=queries.enterprise_names(db, [row.uscc for row in rows]),
        names=queries.estate_names(db, [row.estate_code for row in rows]),
        page=page_number(),
        pages=pages_of(total),
        query=query_text(),
    )


@bp.get("/contracts.<any(csv, xlsx):ending>")
@needs(Permission.REGISTRY_READ)
def contracts_file(ending: str) -> Response:
    """The same rows as a sheet."""
    filters = asked("q", "state")
    asked_for = (actor().division_code, filters["q"], filters["state"])
    rows, _total = queries.contracts_found(request_session(), clock.today(), *asked_for)
    return sent(tables.contracts_table(rows), ending)
