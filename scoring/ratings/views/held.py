"""What is told and not public yet: the notice of coming results for everybody (no figures), the rows for the staff."""

from typing import Any

from flask import Response, render_template

from portal.kernel.access import Permission
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.table_files import sent_json
from portal.kernel.web import actor, needs, public, request_session
from scoring.ratings import api
from scoring.ratings.views import quarter_table, tables, year_table
from scoring.ratings.views.blueprint import Areas, bp, quarter_of, year_of
from scoring.ratings.views.quarter_work import see_other
from scoring.ratings.views.tables import Filters


@bp.get("/forthcoming")
@public
def forthcoming() -> str:
    """Results that enterprises have been told, and from when they are public."""
    return render_template("ratings/forthcoming.html", held=api.held(request_session()))


@bp.get("/forthcoming.json")
@public
def forthcoming_json() -> Response:
    """The same for programs."""
    items = [
        {"kind": made.kind, "period": made.period, "announced_on": made.on, "public_from": made.public_from}
        for made in api.held(request_session())
    ]
    return sent_json({"items": items, "total": len(items)})


@bp.get("/ratings/held/<period>")
@needs(Permission.CHECK_READ)
def held(period: str) -> str | Response:
    """The held rows of a quarter or a year in my area, marked as not public; the public page once it is there."""
    db, areas = request_session(), Areas()
    made = next(iter(api.held(db, period)), None)
    if made is None:
        return _public_page(period)
    area = Filters(street=actor().division_code or "")
    table = _quarter(period, area) if made.kind == "quarter" else _year(period, area)
    shown = tables.paged(table[0], table[1], areas, area, "ratings.held", period=period)
    given = len(api.waivers(db, period))
    return render_template("ratings/held.html", made=made, is_quarter=made.kind == "quarter", waived=given, **shown)


def _public_page(period: str) -> Response:
    public_now = next(iter(api.releases(request_session(), period)), None)
    if public_now is None:
        raise NotFound(_("这一期没有等待公布的结果。"))
    return see_other(f"ratings.{public_now.kind}", **{public_now.kind: period})


def _quarter(period: str, area: Filters) -> tuple[Any, Any]:
    db, quarter = request_session(), quarter_of(period)
    rows = api.quarter_rows(db, quarter, api.RELEASED)
    table = tables.with_names(
        db, rows.merge(api.movement(db, quarter, api.RELEASED, rows=rows), on="estate_code"), quarter.last
    )
    table = table[tables.kept(db, table, quarter.last, area)]
    return table.sort_values(["kind", "rank_district", "estate_code"], na_position="last"), quarter_table.rows_of


def _year(period: str, area: Filters) -> tuple[Any, Any]:
    db, year = request_session(), year_of(period)
    table = tables.with_names(db, api.rating_rows(db, year, api.RELEASED), year.last)
    table = table[tables.kept(db, table, year.last, area)]
    return table.sort_values(
        ["total_cp", "estate_code"], ascending=[False, True], na_position="last"
    ), year_table.rows_of
