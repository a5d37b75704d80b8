"""The district: find an estate's funds, who has disclosed and who has not, by street, month and company."""

from flask import Response, render_template, request, url_for

from disclosure.funds import api as funds
from disclosure.public import content, pictures
from disclosure.public.overview import Overview, overview
from disclosure.public.views.blueprint import bp
from disclosure.reports import api as reports
from portal.kernel import clock, table_files
from portal.kernel.divisions import street_of
from portal.kernel.web import page_asked, public, request_session
from portal.registry import api as registry

PAGE, SHOWN, COMPANIES = 50, 20, 10


def _asked(name: str, longest: int = 60) -> str:
    return request.args.get(name, "").strip()[:longest]


@bp.get("/disclosure")
@public
def index() -> str:
    """Search, counts, the calendar by street, who has not disclosed."""
    db, asked, page = request_session(), _asked("q"), page_asked()
    found, names = overview(db), registry.divisions(db)
    hits, total = registry.find_estates(db, asked, limit=SHOWN, offset=(page - 1) * SHOWN) if asked else ([], 0)
    held = {account.estate_code for account in funds.accounts(db, [view.code for view in hits])} if hits else set()
    overdue: dict[str, int] = {}
    for one in found.missing:
        overdue[one.estate_code] = overdue.get(one.estate_code, 0) + 1
    return render_template(
        "disclosure/index.html", found=found, areas=names, asked=asked, hits=hits, total=total, held=held,
        overdue=overdue, calendar=pictures.calendar, companies=found.companies[:COMPANIES],
        page=page, pages=max(1, -(-total // SHOWN)), link=lambda number: url_for("disclosure.index", q=asked, page=number),
    )  # fmt: skip


@bp.get(f"/disclosure.<any({table_files.ENDINGS}):ending>")
@public
def index_file(ending: str) -> Response:
    """The tallies by street; the JSON holds the calendar too."""
    found = overview(request_session())
    about = {"as_of": clock.today().isoformat(), "calendar": content.calendar_json(found)}
    return table_files.sent(table_files.Sheet("disclosure", content.STREETS, content.street_rows(found), about), ending)


def _chosen(found: Overview) -> tuple[str, str, list[reports.Missing]]:
    """Street and company asked for, and what is missing there."""
    street, uscc = _asked("street", 12), _asked("uscc", 18)
    rows = [
        one for one in found.missing
        if (not street or street_of(one.division_code) == street) and (not uscc or one.uscc == uscc)
    ]  # fmt: skip
    return street, uscc, rows


@bp.get("/disclosure/missing")
@public
def missing() -> str:
    """Everything that is due and was not disclosed, the latest first."""
    db, page = request_session(), page_asked()
    found = overview(db)
    street, uscc, rows = _chosen(found)
    return render_template(
        "disclosure/missing.html", rows=rows[(page - 1) * PAGE : page * PAGE], total=len(rows), names=found.names,
        areas=registry.divisions(db), street=street, uscc=uscc, streets=[row.code for row in found.streets], page=page,
        companies=found.companies, pages=max(1, -(-len(rows) // PAGE)), kinds={one.code: one.name for one in reports.kinds()},
        link=lambda number: url_for("disclosure.missing", page=number, street=street or None, uscc=uscc or None),
        query=f"?{request.query_string.decode()}" if request.query_string else "",
    )  # fmt: skip


@bp.get(f"/disclosure/missing.<any({table_files.ENDINGS}):ending>")
@public
def missing_file(ending: str) -> Response:
    """The same list as a file."""
    found = overview(request_session())
    street, uscc, rows = _chosen(found)
    about = {"as_of": clock.today().isoformat(), "street": street or None, "uscc": uscc or None}
    listed = content.missing_rows(found, rows)
    return table_files.sent(table_files.Sheet("not-disclosed", content.MISSING, listed, about), ending)
