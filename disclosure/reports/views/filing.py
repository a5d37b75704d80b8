"""File a report, or a correction; say what is not applicable, and which repair jobs were completed."""

from typing import Any

from flask import flash, render_template, url_for
from werkzeug.wrappers import Response

from disclosure.reports import periods, policy, queries
from disclosure.reports.books import EMPTY, draft
from disclosure.reports.forms import FilingForm, OccasionForm, TermForm, filing_form
from disclosure.reports.matrix import Kind
from disclosure.reports.reading import lines_of
from disclosure.reports.service import filing, terms
from disclosure.reports.service.places import Place, readable
from disclosure.reports.views.blueprint import bp, see_other
from portal.deadlines import api as deadlines
from portal.kernel import clock
from portal.kernel.access import Permission, require
from portal.kernel.db import transaction
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from portal.kernel.i18n import _
from portal.kernel.web import actor, needs, request_session


def _place(estate_code: str) -> Place:
    place = readable(request_session(), actor(), estate_code, clock.today())
    require(policy.may_file(actor(), place.division_code, place.uscc))
    return place


def _told(estate_code: str, kind: str, period: str) -> Kind:
    db = request_session()
    return filing.kind_for(db, estate_code, kind, periods.span(period), clock.today())


def _page(place: Place, told: Kind, period: str, form: FilingForm) -> str:
    db, problem, books = request_session(), "", EMPTY
    try:
        books = draft(db, told, place.code, periods.span(period))
    except DomainError as error:
        problem = str(error)
    form.seen.data = books.digest
    listed = queries.of_cell(db, place.code, told.code, period, clock.today())
    in_force = queries.in_force(listed)
    form.reason.flags.required = in_force is not None
    return render_template(
        "reports/file.html", place=place, kind=told, period=period, form=form, books=books, problem=problem,
        lines=lines_of(told, books.lines), in_force=in_force,
        waiting=any(one.state == "submitted" for one in listed), rule=deadlines.rule(told.rule),
        due_on=deadlines.last_day(db, told.rule, told.counted_from(periods.span(period))),
    )  # fmt: skip


@bp.get("/reports/estate/<estate_code>/<kind>/<period>/file")
@needs(Permission.FUNDS_CLASSIFY)
def file(estate_code: str, kind: str, period: str) -> str:
    """The form, filled from the books."""
    place, told = _place(estate_code), _told(estate_code, kind, period)
    return _page(place, told, period, filing_form(told)(formdata=None))


@bp.post("/reports/estate/<estate_code>/<kind>/<period>/file")
@needs(Permission.FUNDS_CLASSIFY)
def submit(estate_code: str, kind: str, period: str) -> Response | tuple[str, int]:
    """Hand it in."""
    place, told = _place(estate_code), _told(estate_code, kind, period)
    form = filing_form(told)()
    if form.validate():
        handed = filing.Filing(
            estate_code, kind, period, form.values(told), form.note.data or "", form.reason.data or "",
            form.seen.data or "", "enterprise" if actor().uscc else "committee", bool(form.is_zero.data),
        )  # fmt: skip
        try:
            with transaction() as db:
                report_id = filing.submit(db, actor(), handed, on=clock.today())
        except (Conflict, NotAllowed, NotFound):
            raise
        except DomainError as error:
            form.form_errors.append(str(error))
        else:
            flash(_("已报送，等待确认。确认后公开。"), "ok")
            return see_other(url_for("reports.report", report_id=report_id))
    return _page(place, told, period, form), 422


def _office(estate_code: str) -> Place:
    place = readable(request_session(), actor(), estate_code, clock.today())
    require(policy.may_set_terms(actor(), place.division_code))
    return place


@bp.get("/reports/estate/<estate_code>/terms")
@needs(Permission.FUNDS_CONFIRM)
def terms_form(estate_code: str) -> str:
    """What is not applicable here, or due more often."""
    return _terms_page(_office(estate_code), TermForm(formdata=None))


def _terms_page(place: Place, form: TermForm) -> str:
    return render_template("reports/terms.html", place=place, form=form)


@bp.post("/reports/estate/<estate_code>/terms")
@needs(Permission.FUNDS_CONFIRM)
def set_terms(estate_code: str) -> Response | tuple[str, int]:
    """Enter it, with the public reason."""
    place, form = _office(estate_code), TermForm()
    if form.validate():
        told: tuple[Any, ...] = (form.kind.data, form.frequency.data, form.since.data, form.reason.data)
        try:
            with transaction() as db:
                terms.set_term(db, actor(), estate_code, *told, on=clock.today())
        except (Conflict, NotAllowed, NotFound):
            raise
        except DomainError as error:
            form.form_errors.append(str(error))
        else:
            flash(_("已登记，理由公开。"), "ok")
            return see_other(url_for("reports.estate", estate_code=estate_code))
    return _terms_page(place, form), 422


@bp.get("/reports/estate/<estate_code>/jobs")
@needs(Permission.FUNDS_CLASSIFY)
def occasion_form(estate_code: str) -> str:
    """A completed repair job: from now on its settlement is due."""
    return _occasion_page(_place(estate_code), OccasionForm(formdata=None))


def _occasion_page(place: Place, form: OccasionForm) -> str:
    return render_template(
        "reports/occasion.html", place=place, form=form, rule=deadlines.rule("report.repair_job"),
    )  # fmt: skip


@bp.post("/reports/estate/<estate_code>/jobs")
@needs(Permission.FUNDS_CLASSIFY)
def add_occasion(estate_code: str) -> Response | tuple[str, int]:
    """Enter it."""
    place, form = _place(estate_code), OccasionForm()
    if form.validate():
        day, title = form.happened_on.data, form.title.data
        try:
            with transaction() as db:
                terms.add_occasion(db, actor(), estate_code, "repair_job", day, title, on=clock.today())
        except (NotAllowed, NotFound):
            raise
        except DomainError as error:
            form.form_errors.append(str(error))
        else:
            flash(_("已登记完工，请在期限内报送决算。"), "ok")
            return see_other(url_for("reports.estate", estate_code=estate_code))
    return _occasion_page(place, form), 422


@bp.post("/reports/jobs/<occasion_id>/withdrawal")
@needs(Permission.FUNDS_CONFIRM)
def take_back_occasion(occasion_id: str) -> Response:
    """It was entered wrongly."""
    with transaction() as db:
        estate = queries.occasion(db, occasion_id).estate_code
        terms.take_back_occasion(db, actor(), occasion_id, on=clock.today())
    flash(_("已撤回这条完工登记。"), "ok")
    return see_other(url_for("reports.estate", estate_code=estate))
