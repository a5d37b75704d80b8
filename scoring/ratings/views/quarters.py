"""Public pages of quarters: the list, the table of one quarter, and its files."""

from typing import Any

from flask import Response, render_template

from portal.kernel import charts
from portal.kernel.errors import NotFound
from portal.kernel.formats import quarter_text
from portal.kernel.i18n import _
from portal.kernel.periods import Quarter
from portal.kernel.points import print_cp
from portal.kernel.table_files import ENDINGS, Sheet, sent
from portal.kernel.web import public, request_session
from scoring.ratings import api
from scoring.ratings.queries.releases import shown
from scoring.ratings.queries.summaries import standards_used, street_averages
from scoring.ratings.views import quarter_table, tables
from scoring.ratings.views.blueprint import Areas, asked, asked_moment, bp, quarter_of
from scoring.ratings.views.quarter_table import Wanted

HEAT_QUARTERS = 8


@bp.get("/quarters")
@public
def quarters() -> str:
    """Every published quarter, the latest first."""
    db = request_session()
    return render_template("ratings/quarters.html", quarters=api.quarters(db), coming=tables.coming(db, "quarter"))


@bp.get("/quarters.json")
@public
def quarters_json() -> Response:
    """The list of published quarters for programs."""
    return tables.periods_json(api.quarters(request_session()), "quarter", "period")


def _wanted() -> Wanted:
    return Wanted(**asked("street", "community", "kind", "q"), sort=asked("sort")["sort"] or "rank")


def _public_frame(quarter: Quarter) -> Any:
    table = quarter_table.quarter_frame(request_session(), quarter, asked_moment())
    if table.empty:
        raise NotFound(_("%(quarter)s还没有公布结果。", quarter=quarter_text(quarter)))
    return table


@bp.get("/quarters/<quarter>")
@public
def quarter(quarter: str) -> str:
    """The scores of one quarter: headline, filters, one page of the table, heat map, corrections."""
    db, period, wanted, areas, moment = request_session(), quarter_of(quarter), _wanted(), Areas(), asked_moment()
    table = _public_frame(period)
    rows = quarter_table.chosen(db, table, period, wanted)
    made = api.releases(db, str(period), moment.as_of, moment.known_at)
    return render_template(
        "ratings/quarter.html",
        **tables.paged(rows, quarter_table.rows_of, areas, wanted, "ratings.quarter", quarter=quarter),
        quarter=str(period),
        moment=moment,
        headline=quarter_table.headline(table),
        heat=_heat(period, wanted.kind, areas),
        first=made[0],
        releases=shown(made),
        standards=standards_used(db, str(period), moment.day, moment.known_at),
    )


@bp.get(f"/quarters/<quarter>.<any({ENDINGS}):ending>")
@public
def quarter_file(quarter: str, ending: str) -> Response:
    """The rows that the filters choose, all pages of them."""
    db, period = request_session(), quarter_of(quarter)
    rows = quarter_table.chosen(db, _public_frame(period), period, _wanted())
    return sent(quarter_table.sheet(db, period, rows, Areas()), ending)


@bp.get(f"/quarters/<quarter>/heat.<any({ENDINGS}):ending>")
@public
def quarter_heat(quarter: str, ending: str) -> Response:
    """The table twin of the heat map: one row for each street, one column for each quarter."""
    period = quarter_of(quarter)
    _public_frame(period)
    shown, means = _means(period, _wanted().kind)
    rows = [
        {"street": code, **{name: print_cp(row[name]) if name in row else None for name in shown}}
        for code, row in means.items()
    ]
    return sent(Sheet(f"street-means-{period}", ("street", *shown), rows, {"quarter": str(period)}), ending)


def _means(quarter: Quarter, kind: str) -> tuple[list[str], dict[str, dict[str, int]]]:
    """The quarters of the map and the means of each street, as they were at the moment asked for."""
    db, moment = request_session(), asked_moment()
    public_then = [view.period for view in reversed(api.quarters(db, moment.as_of)) if view.period <= str(quarter)]
    means = street_averages(db, public_then, moment.day, kind, moment.known_at)
    shown = [name for name in public_then if moment.known_at is None or any(name in row for row in means.values())]
    shown = shown[-HEAT_QUARTERS:]
    return shown, {code: row for code, row in means.items() if any(name in row for name in shown)}


def _heat(quarter: Quarter, kind: str, areas: Areas) -> Any:
    """Street x quarter; the table of numbers is the picture itself."""
    shown, means = _means(quarter, kind)
    rows = [(areas.name(code), [means[code].get(name) for name in shown]) for code in means]
    return charts.heatmap(_heat_title(means, shown, areas), _("街道"), shown, rows)


def _heat_title(means: dict[str, dict[str, int]], shown: list[str], areas: Areas) -> str:
    """The finding: which street has the highest mean in the quarter shown."""
    last = {code: values[shown[-1]] for code, values in means.items() if shown and shown[-1] in values}
    if len(last) < 2:
        return _("各街道平均分")
    best, lowest = max(last, key=lambda code: last[code]), min(last, key=lambda code: last[code])
    return _("各街道平均分：%(best)s最高，%(lowest)s最低", best=areas.name(best), lowest=areas.name(lowest))
