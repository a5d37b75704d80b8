"""The working-day table: a year's days, and a change that first shows every deadline it moves."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy import select

from portal.deadlines import calendar as table
from portal.deadlines.forms import DayForm, YearForm, days_of
from portal.deadlines.models import CalendarDay, CalendarYear
from portal.deadlines.service import workdays
from portal.deadlines.service.workdays import CalendarChange
from portal.kernel import clock
from portal.kernel.access import Permission
from portal.kernel.db import transaction
from portal.kernel.errors import Conflict, DomainError
from portal.kernel.formats import date_text
from portal.kernel.i18n import _, ngettext
from portal.kernel.web import actor, needs, request_session
from portal.kernel.workdays import statutory as statutory_days

SATURDAY = 5
bp = Blueprint("calendar", "portal.deadlines", template_folder="templates")


@dataclass(frozen=True)
class YearView:
    """A year of the table: its days that differ from their weekday, and whether it is announced."""

    year: int
    days: list[CalendarDay]
    source: str


def _year() -> int:
    asked = request.args.get("year", clock.today().year, int)
    return min(max(asked, 2000), 2100)


def _shown(year: int) -> YearView:
    db = request_session()
    live = select(CalendarDay).where(CalendarDay.superseded_at.is_(None))
    between = CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31))
    known = db.get(CalendarYear, year)
    return YearView(
        year, list(db.scalars(live.where(between).order_by(CalendarDay.day))), known.source if known else ""
    )


def _page(day: DayForm | None = None, sheet: YearForm | None = None, status: int = 200) -> tuple[str, int]:
    shown = _shown(_year())
    years = sorted({*table.calendar(request_session()).years, clock.today().year, clock.today().year + 1})
    forms = {"day_form": day or DayForm(formdata=None), "sheet_form": sheet or YearForm(formdata=None)}
    statutory = [date_text(one) for one in sorted(statutory_days(shown.year)) if one.weekday() < SATURDAY]
    page = render_template(
        "deadlines/calendar.html", shown=shown, years=years, form=day or sheet, statutory=statutory, **forms
    )
    return page, status


@bp.get("/calendar")
@needs(Permission.CALENDAR_EDIT)
def index() -> tuple[str, int]:
    """A year's holidays and make-up days."""
    return _page()


@bp.post("/calendar/day")
@needs(Permission.CALENDAR_EDIT)
def day() -> tuple[str, int]:
    """What changing one day would move."""
    form = DayForm()
    if not form.validate():
        return _page(day=form, status=422)
    assert form.day.data is not None
    wanted = CalendarChange(
        {form.day.data: "" if form.kind.data == "plain" else form.kind.data}, form.source.data or ""
    )
    try:
        return _preview(wanted), 200
    except DomainError as error:
        form.day.errors = [str(error)]
        return _page(day=form, status=422)


@bp.post("/calendar/year")
@needs(Permission.CALENDAR_EDIT)
def year() -> tuple[str, int]:
    """What a year's notice would move."""
    form = YearForm()
    if not form.validate():
        return _page(sheet=form, status=422)
    try:
        days = days_of(form.text())
        wanted = workdays.whole_year(request_session(), min(days).year, days, form.notice.data or "")
        return _preview(wanted), 200
    except DomainError as error:
        form.sheet.errors = [str(error)]
        return _page(sheet=form, status=422)


def _preview(wanted: CalendarChange) -> str:
    found = workdays.preview(request_session(), wanted)
    return render_template("deadlines/calendar_change.html", found=found, wanted=wanted, packed=_packed(wanted))


def _packed(wanted: CalendarChange) -> str:
    days = {day.isoformat(): kind for day, kind in wanted.days.items()}
    return json.dumps({"days": days, "source": wanted.source, "year": wanted.year}, ensure_ascii=False)


def _unpacked() -> CalendarChange:
    try:
        told: dict[str, Any] = json.loads(request.form.get("change", ""))
        days = {date.fromisoformat(day): str(kind) for day, kind in told["days"].items()}
        if set(days.values()) - {"off", "work", ""}:
            raise ValueError
        return CalendarChange(days, str(told["source"]), int(told["year"]) if told["year"] else None)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Conflict(_("表单不完整，请重新预览。")) from None


@bp.post("/calendar/change")
@needs(Permission.CALENDAR_EDIT)
def change() -> Response:
    """Change the table and move what it moves."""
    wanted = _unpacked()
    with transaction() as db:
        done = workdays.change(db, actor(), wanted, request.form.get("mark", ""))
    moved = ngettext("移动了%(n)s个期限", "移动了%(n)s个期限", len(done.moves))
    flash(_("工作日历已更新，%(moved)s。", moved=moved), "ok")
    return make_response(redirect(url_for("calendar.index", year=wanted.year or min(wanted.days).year), 303))
