"""Public statistics of objections: by kind and outcome; counts below five are not shown, nor what would give them away."""

from flask import render_template

from portal.deadlines import api as deadlines
from portal.kernel.web import public, request_session
from scoring.objections import queries
from scoring.objections.models import KINDS
from scoring.objections.service.journal import ACCEPT, DECIDE
from scoring.objections.views.blueprint import bp

STATES = ("open", "refused", "withdrawn", "dismissed", "partly_allowed", "allowed")
SMALLEST = 5


def suppressed(table: dict[str, dict[str, int]]) -> dict[str, dict[str, int | None]]:
    """Kind to state to count; None for a count from 1 to 4. A row with a single hidden cell hides its next smallest
    too, and the sums are made of what is shown."""
    shown: dict[str, dict[str, int | None]] = {}
    for kind, counts in table.items():
        row: dict[str, int | None] = {
            state: None if 0 < number < SMALLEST else number for state, number in counts.items()
        }
        hidden = [state for state, number in row.items() if number is None]
        rest = sorted((number, state) for state, number in row.items() if number)
        if len(hidden) == 1 and rest:
            row[rest[0][1]] = None
        shown[kind] = row
    return shown


@bp.get("/statistics/objections")
@public
def statistics() -> str:
    """How many objections there were, how they ended, and how many were handled in time."""
    db = request_session()
    counted = queries.by_kind(db)
    kinds = [kind for kind in KINDS if any(counted.get((kind, state)) for state in STATES)]
    table = {kind: {state: counted.get((kind, state), 0) for state in STATES} for kind in kinds}
    total = sum(counted.values())
    return render_template(
        "objections/statistics.html",
        rows=suppressed(table),
        states=STATES,
        total=total if total >= SMALLEST else None,
        on_time=deadlines.on_time(db, rules=[ACCEPT, DECIDE]),
        smallest=SMALLEST,
    )
