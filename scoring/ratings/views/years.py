"""Public pages of years: the list, the table of one year with the distribution of its stars, and its files."""

from typing import Any

from flask import Response, render_template, url_for

from portal.kernel import charts, clock
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _, language
from portal.kernel.periods import Year
from portal.kernel.table_files import ENDINGS, Sheet, sent
from portal.kernel.web import public, request_session
from scoring.ratings import api
from scoring.ratings.queries.releases import shown
from scoring.ratings.queries.summaries import star_counts
from scoring.ratings.sentences import bands_sentence, stars_name
from scoring.ratings.views import tables, year_table
from scoring.ratings.views.blueprint import Areas, asked, asked_moment, bp, query_text, year_of
from scoring.ratings.views.words import reason_text, status_name
from scoring.ratings.views.year_table import Wanted
from scoring.rules.rulesets import rule_set

UNRATED = ("vetoed", "pending", "not_eligible")
Counts = dict[tuple[str, int | None], int]


@bp.get("/ratings")
@public
def years() -> str:
    """Every published year, the latest first."""
    db = request_session()
    shown = [(view, star_counts(db, view.year, clock.today())) for view in api.years(db)]
    return render_template("ratings/years.html", years=shown, coming=tables.coming(db, "year"))


@bp.get("/ratings.json")
@public
def years_json() -> Response:
    """The list of published years for programs."""
    return tables.periods_json(api.years(request_session()), "year", "year")


def _wanted() -> Wanted:
    return Wanted(**asked("street", "community", "kind", "result", "q"), sort=asked("sort")["sort"] or "stars")


def _public_frame(year: Year) -> Any:
    table = year_table.year_frame(request_session(), year, asked_moment())
    if table.empty:
        raise NotFound(_("%(year)s年度还没有公布结果。", year=year))
    return table


@bp.get("/ratings/<year>")
@public
def year(year: str) -> str:
    """The ratings of one year: headline, distribution, filters, one page of the table, rules."""
    db, period, wanted, areas = request_session(), year_of(year), _wanted(), Areas()
    table = _public_frame(period)
    rows = year_table.chosen(db, table, period, wanted)
    made, counted = (
        api.releases(db, str(period), asked_moment().as_of, asked_moment().known_at),
        star_counts(db, period.number, asked_moment().as_of or clock.today(), asked_moment().known_at),
    )
    return render_template(
        "ratings/year.html",
        **tables.paged(rows, year_table.rows_of, areas, wanted, "ratings.year", year=year),
        year=str(period),
        moment=asked_moment(),
        filter_link=lambda result: url_for("ratings.year", year=year) + query_text(result=result),
        results=_results(),
        distribution=_distribution(counted),
        picture=_picture(counted),
        estates=len(table),
        rated=sum(count for (status, _stars), count in counted.items() if status == "rated"),
        first=made[0],
        releases=shown(made),
        rules=[_rules(code) for code in sorted(set(table["rule_set"]))],
        reason_text=reason_text,
        has_collection=bool(table["collection_cp"].notna().any()),
    )


@bp.get(f"/ratings/<year>.<any({ENDINGS}):ending>")
@public
def year_file(year: str, ending: str) -> Response:
    """The rows that the filters choose, all pages of them."""
    db, period = request_session(), year_of(year)
    rows = year_table.chosen(db, _public_frame(period), period, _wanted())
    return sent(year_table.sheet(db, period, rows, Areas()), ending)


@bp.get(f"/ratings/<year>/distribution.<any({ENDINGS}):ending>")
@public
def year_distribution(year: str, ending: str) -> Response:
    """The table twin of the distribution."""
    period, moment = year_of(year), asked_moment()
    _public_frame(period)
    counted = star_counts(request_session(), period.number, moment.as_of or clock.today(), moment.known_at)
    rows = [{"result": value, "name": words, "estates": count} for value, words, count in _distribution(counted)]
    return sent(Sheet(f"stars-{period}", ("result", "name", "estates"), rows, {"year": period.number}), ending)


def _results() -> list[tuple[str, str]]:
    """The choices of the filter: stars from five to none, then the other statuses."""
    stars = [(str(number), stars_name(number)) for number in range(5, -1, -1)]
    return stars + [(status, status_name(status)) for status in UNRATED]


def _distribution(counted: Counts) -> list[tuple[str, str, int]]:
    """Filter value, words and number of estates, from five stars to not rated."""
    rows = [(str(n), stars_name(n), counted.get(("rated", n), 0)) for n in range(5, -1, -1)]
    return rows + [(status, status_name(status), counted.get((status, None), 0)) for status in UNRATED]


def _picture(counted: Counts) -> Any:
    """The distribution as bars; the title says the finding."""
    rows = _distribution(counted)
    high, total = sum(count for value, _words, count in rows if value in ("5", "4")), sum(row[2] for row in rows)
    title = _("%(total)s个小区中，%(high)s个评为四星及以上", total=f"{total:,}", high=f"{high:,}")
    return charts.counts(title, [(words, count) for _value, words, count in rows])


def _rules(code: str) -> dict[str, Any]:
    """A rule set in words: name, kinds, weights, bands, basis and reading."""
    rules = rule_set(code)
    texts = {key: rules.text(key, language()) for key in ("name", "reference", "reading")}
    return {**texts, "weights": rules.weights, "bands": bands_sentence(rules), "kinds": rules.kinds}
