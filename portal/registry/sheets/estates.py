"""The estates sheet."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.i18n import _
from portal.kernel.importing import Counts, ImportContext
from portal.kernel.sheets.read import Problems, Sheet, checked_rows
from portal.registry import policy, queries
from portal.registry.columns import ESTATES
from portal.registry.service.estates import EstateInput, facts_of, store_estates
from portal.registry.sheets.reading import note_repeats, optional, unknown

# the sheet's optional columns and the fields that hold them
_OPTIONAL = {
    "address": "address",
    "floor_area_m2": "floor_area_centi",
    "delivered_on": "delivered_on",
    "latitude": "latitude_e6",
    "longitude": "longitude_e6",
}


def run(db: Session, actor: Actor, sheet: Sheet, context: ImportContext) -> Counts:
    """Check and store the sheet whole, or refuse it with every bad cell."""
    problems = Problems()
    rows = checked_rows(sheet, ESTATES, problems)
    codes = rows["estate_code"]
    note_repeats(sheet, problems, "estate_code", codes)
    _note_divisions(db, actor, sheet, rows["division_code"], problems)
    _note_dates(sheet, rows["delivered_on"], context.on, problems)
    held = {code: row for code, row in queries.live_estates(db).items()}
    estates = {}
    for place, code in enumerate(codes):
        old = held.get(code)
        if old is not None and not policy.may_edit_estate(actor, old.division_code):
            problems.add(sheet.cell("estate_code", place), _("“%(value)s”不在您的辖区内。", value=code))
        facts = estates[code] = _facts(sheet, rows, place, facts_of(old) if old else None)
        if (facts.latitude_e6 is None) != (facts.longitude_e6 is None):
            missing = "latitude" if facts.latitude_e6 is None else "longitude"
            if not sheet.column(missing)[place]:  # a filled one is refused already for what it holds
                problems.add(sheet.cell(missing, place), _("纬度和经度要么都填，要么都留空。"))
    problems.refuse_if_any()
    return store_estates(db, actor, estates)


def _facts(sheet: Sheet, rows: dict[str, list[Any]], place: int, old: EstateInput | None) -> EstateInput:
    given = {
        field: optional(sheet, rows, name, place, getattr(old, field) if old else None)
        for name, field in _OPTIONAL.items()
    }
    needed = {name: rows[name][place] for name in ("name", "kind", "division_code", "households")}
    return EstateInput(**needed, **given)


def _note_divisions(db: Session, actor: Actor, sheet: Sheet, codes: list[str | None], problems: Problems) -> None:
    """An estate lies in a community that exists and that the actor keeps."""
    known = {row.code for row in queries.division_rows(db)}
    for place, code in enumerate(codes):
        if code is None:
            continue
        if not policy.may_edit_estate(actor, code):
            problems.add(sheet.cell("division_code", place), _("“%(value)s”不在您的辖区内。", value=code))
        elif code not in known:
            problems.add(sheet.cell("division_code", place), unknown(code, _("社区")))


def _note_dates(sheet: Sheet, days: list[date | None], on: date, problems: Problems) -> None:
    for place, day in enumerate(days):
        if day is not None and day > on:
            problems.add(sheet.cell("delivered_on", place), _("日期不能晚于今天。"))
