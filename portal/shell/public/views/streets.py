"""The page of one street, and its charts as tables."""

from flask import Response, render_template

from portal.kernel.formats import number_text
from portal.kernel.points import print_cp
from portal.kernel.web import public, request_session
from portal.registry import api as registry
from portal.shell.public import fields
from portal.shell.public import street as streets
from portal.shell.public.answers import Table, table_answer
from portal.shell.public.views.blueprint import TABLES, bp


@bp.get("/streets/<street>")
@public
def street(street: str) -> str:
    """How a street stands: its mean among all streets, lost points, spread, and its estates by rank."""
    db = request_session()
    found = streets.street(db, street)
    return render_template(
        "public/street.html", found=found, trend=streets.trend_picture(found), losses=streets.losses_picture(found),
        spread=streets.spread_picture(found),
        trend_cells=[list(row.values()) for row in reversed(found.rows("trend"))],
        loss_cells=[(name, print_cp(lost)) for _code, name, lost in found.losses],
        spread_cells=[(part.label, number_text(part.estates)) for part in found.parts],
        points=fields.points, whole=fields.whole, names=registry.estate_names(db, [row.estate_code for row in found.estates]),
    )  # fmt: skip


@bp.get(f"/streets/<street>/<any(trend, categories, distribution):chart>.<{TABLES}:ending>")
@public
def street_table(street: str, chart: str, ending: str) -> Response:
    """The table twin of a chart."""
    found = streets.street(request_session(), street)
    about = {"street": found.code, "quarter": found.quarter}
    return table_answer(Table(f"{chart}-{found.code}", streets.COLUMNS[chart], found.rows(chart), about), ending)
