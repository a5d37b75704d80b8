"""Find an estate, and the page of one estate."""

from flask import Response, redirect, render_template, url_for

from portal.kernel import clock
from portal.kernel.formats import quarter_text
from portal.kernel.points import print_cp
from portal.kernel.web import public, request_session
from portal.registry import api as registry
from portal.registry.api import areas
from portal.shell.public import estate, fields, search, spread
from portal.shell.public.answers import Table, json_answer, query_text, table_answer
from portal.shell.public.standing import rank_sentence
from portal.shell.public.views import pictures
from portal.shell.public.views.blueprint import PAGE, TABLES, asked, bp, file_stamp, page_number, pages_of
from scoring.rules.rulesets import rule_set


def _wanted() -> dict[str, str]:
    sort = asked("sort")
    return {
        "q": asked("q"),
        "division": asked("division") if asked("division").isdigit() and len(asked("division")) == 12 else "",
        "kind": asked("kind") if asked("kind") in registry.KINDS else "",
        "sort": sort if sort in search.SORTS else "match",
    }


@bp.get("/estates", endpoint="search")
@public
def search_page() -> str:
    """Search by name, pinyin, initials or address; filters by area and kind."""
    db, wanted, page = request_session(), _wanted(), page_number()
    hits, total, standing = search.estates(db, wanted, limit=PAGE, offset=(page - 1) * PAGE)
    found, companies_total = search.companies(db, wanted["q"], limit=5) if wanted["q"] and page == 1 else ([], 0)
    names = registry.divisions(db)
    return render_template(
        "public/estates.html", wanted=wanted, hits=hits, total=total, page=page, pages=pages_of(total), names=names,
        standing=standing, companies=found, companies_total=companies_total, choices=areas.choices(names),
        rank_of=lambda row: rank_sentence(standing, row, names), link=lambda n: query_text(page=n),
        shown_query=query_text(), code_help=registry.credit_code_help(wanted["q"]),
    )  # fmt: skip


@bp.get(f"/estates.<{TABLES}:ending>")
@public
def search_table(ending: str) -> Response:
    """Every estate that the search finds."""
    wanted = _wanted()
    hits, total, _standing = search.estates(request_session(), wanted)
    about = {"total": total, **{name: value or None for name, value in wanted.items()}}
    rows = [hit.row for hit in hits]
    return table_answer(Table(f"estates-{file_stamp()}", search.COLUMNS, rows, about), ending)


@bp.get("/estates/<code>", endpoint="estate")
@public
def estate_page(code: str) -> str | Response:
    """One estate, top to bottom."""
    if code != code.upper():
        return redirect(url_for("public.estate", code=code.upper()))  # type: ignore[return-value]
    db = request_session()
    found = estate.dossier(db, code)
    shown = estate.quarter_opened(db, found)
    band = estate.band(db, found.view.kind, [row.quarter for row in found.quarters]) if found.quarters else []
    return render_template(
        "public/estate.html", found=found, shown=shown, trend=pictures.trend(found, band), band=dict_of(band),
        year_chart=pictures.year(found), rules=rule_set(found.rating.rule_set) if found.rating else None,
        rank=lambda row, in_street=True: rank_sentence(found.standing, row, found.names, in_street),
        corrections=estate.revised(db, found), points=fields.points, whole=fields.whole, on=clock.today(),
        quarter_text=quarter_text, print_cp=print_cp, spread=spread.spread(found),
    )  # fmt: skip


def dict_of(band: estate.Band) -> dict[str, tuple[int, int]]:
    """Quarter to the edges of the middle half."""
    return {quarter: (low, high) for quarter, low, high in band}


@bp.get("/estates/<code>.json")
@public
def estate_json(code: str) -> Response:
    """The same record as JSON."""
    db = request_session()
    return json_answer(estate.content(db, estate.dossier(db, code.upper())))


@bp.get("/estates/<code>.<any(csv, xlsx):ending>")
@public
def estate_table(code: str, ending: str) -> Response:
    """The quarters of the estate: the table twin of the trend."""
    found = estate.dossier(request_session(), code.upper())
    rows = [fields.quarter_score(row) for row in found.quarters]
    return table_answer(Table(f"quarter_scores-{found.view.code}", fields.QUARTER, rows, {}), ending)


@bp.get("/estates/<code>/distribution.<any(json, csv, xlsx):ending>", endpoint="estate_distribution")
@public
def estate_distribution(code: str, ending: str) -> Response:
    """Where the estate stands among its kind: the table twin of the distribution."""
    found = estate.dossier(request_session(), code.upper())
    held = spread.spread(found)
    rows = [part.row for part in held.parts] if held else []
    about = {"estate_code": found.view.code, "about": held.title if held else None}
    return table_answer(Table(f"distribution-{found.view.code}", spread.COLUMNS, rows, about), ending)
