"""The calendar of disclosure: a heat map of the area, what is missing, and one estate's squares."""

from flask import render_template, request, url_for

from disclosure.reports import policy, queries
from disclosure.reports.cells import cells
from disclosure.reports.matrix import kinds
from disclosure.reports.service.places import readable
from disclosure.reports.views import overview
from disclosure.reports.views.blueprint import bp
from portal.deadlines import api as deadlines
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.web import actor, needs, page_asked, request_session
from portal.registry import api as registry

PAGE = 50


@bp.get("/reports")
@needs(Permission.FUNDS_READ)
def calendar() -> str:
    """How my area or my company stands, month by month, and what is missing."""
    db, page, today = request_session(), page_asked(), clock.today()
    area = request.args.get("area", "")[:12]
    found = overview.overview(db, actor(), area, today)
    first = (page - 1) * PAGE
    return render_template(
        "reports/calendar.html", found=found, area=area, page=page, pages=max(1, -(-len(found.missing) // PAGE)),
        missing=found.missing[first : first + PAGE], names=registry.estate_names(db, found.estates),
        areas=registry.divisions(db), rules=[(one, deadlines.rule(one.rule)) for one in kinds()],
        is_company=bool(actor().uscc), may_propose=policy.may_propose_events(actor()),
        may_confirm=not actor().uscc and actor().may(Permission.FUNDS_CONFIRM),
        link=lambda n: url_for("reports.calendar", page=n, area=area or None),
    )  # fmt: skip


@bp.get("/reports/estate/<estate_code>")
@needs(Permission.FUNDS_READ)
def estate(estate_code: str) -> str:
    """What is due of an estate, what was filed, and what I can do."""
    db, today, me = request_session(), clock.today(), actor()
    place = readable(db, me, estate_code, today)
    found = cells(db, [estate_code], *overview.window(today), today)
    found.sort(key=lambda cell: (cell.due_on, cell.kind), reverse=True)
    standing = {one.id: one for one in queries.standing(db, today, [estate_code])}
    return render_template(
        "reports/estate.html", place=place, cells=found, ended=overview.ended(found, today),
        waiting={(one.kind, one.period): one for one in standing.values() if one.state == "submitted"},
        terms=[row for rows in queries.terms(db, today, [estate_code]).values() for row in rows],
        occasions=queries.occasions(db, today, [estate_code]), rate=overview.rate_of(found),
        may_file=policy.may_file(me, place.division_code, place.uscc),
        may_set=policy.may_set_terms(me, place.division_code), today=today,
    )  # fmt: skip
