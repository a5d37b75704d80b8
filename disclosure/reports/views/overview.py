"""The calendar of an area or a company: months by street, community or estate, and what is missing there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import url_for
from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from disclosure.reports import periods
from disclosure.reports.cells import Cell, Missing, cells, missing
from disclosure.reports.matrix import kind
from disclosure.reports.serving import Serving
from portal.deadlines import api as deadlines
from portal.kernel import charts
from portal.kernel.access import Actor
from portal.kernel.divisions import covers, level_of
from portal.kernel.i18n import _
from portal.kernel.periods import Month
from portal.registry import api as registry

MONTHS = 12


@dataclass(frozen=True)
class Overview:
    """``chart``: the heat map; ``rate``: of what was due in its months; ``estates``: those with an account."""

    chart: Markup
    rate: deadlines.OnTime
    missing: list[Missing]
    estates: list[str]
    due_soon: list[Cell]


def window(today: date) -> tuple[date, date]:
    """The due days that a page shows: a year back, three months ahead."""
    month = Month.of(today)
    return Month(month.year - 1, month.number).first, today + timedelta(days=92)


def rate_of(found: Sequence[Cell]) -> deadlines.OnTime:
    """In time, late and missing though due."""
    counted = [cell for cell in found if kind(cell.kind).counts]
    return deadlines.OnTime(
        sum(cell.is_in_time for cell in counted), sum(cell.state == "late" for cell in counted),
        sum(cell.is_overdue for cell in counted),
    )  # fmt: skip


def ended(found: Sequence[Cell], today: date) -> set[tuple[str, str]]:
    """(kind, period) whose period is over: these can be filed."""
    return {(cell.kind, cell.period) for cell in found if periods.span(cell.period).last < today}


def overview(db: Session, actor: Actor, area: str, today: date) -> Overview:
    """What somebody may see of an area (a division code, or "" for all of the jurisdiction)."""
    places = {
        code: division
        for code, division in registry.estate_places(db, today).items()
        if actor.covers(division) and (not area or covers(area, division))
    }
    if actor.uscc:
        own = set(Serving(db).estates_of(actor.uscc, today))
        places = {code: division for code, division in places.items() if code in own}
    months = _months(today)
    first, _last = months[0].first, months[-1].last
    found = [cell for cell in cells(db, None, first, today + timedelta(days=92), today) if cell.estate_code in places]
    late = [one for one in missing(db, today) if one.estate_code in places]
    shown = [cell for cell in found if cell.due_on <= today]
    soon = [
        cell for cell in found if cell.state == "not_filed" and cell.due_on >= today and kind(cell.kind).by == "report"
    ]
    over = ended(soon, today)
    estates = sorted({cell.estate_code for cell in found})
    return Overview(
        _chart(db, actor, area, months, shown, places), rate_of(shown), late, estates,
        [cell for cell in soon if (cell.kind, cell.period) in over],
    )  # fmt: skip


def _months(today: date) -> list[Month]:
    found = [Month.of(today)]
    while len(found) < MONTHS:
        found.append(found[-1].previous)
    return found[::-1]


def _chart(
    db: Session, actor: Actor, area: str, months: list[Month], shown: list[Cell], places: dict[str, str]
) -> Markup:
    """On-time rate by row and due month: streets of a district, communities of a street, estates of a company."""
    here = area or actor.division_code or ""
    by_estate = bool(actor.uscc) or bool(here and level_of(here) == "community")
    short = 9 if not here or level_of(here) != "street" else 12
    groups: dict[str, dict[Month, list[Cell]]] = {}
    for cell in shown:
        name = cell.estate_code if by_estate else places[cell.estate_code][:short].ljust(12, "0")
        groups.setdefault(name, {}).setdefault(Month.of(cell.due_on), []).append(cell)
    names = (
        registry.estate_names(db, groups)
        if by_estate
        else {c: registry.areas.shown(d.name) for c, d in registry.divisions(db).items()}
    )
    rows = [
        (_row_name(code, names.get(code, code), by_estate), [rate_of(own.get(month, [])).rate_bp for month in months])
        for code, own in sorted(groups.items())
    ]
    head = _("小区") if by_estate else _("辖区")
    caption = _("近12个月到期事项的按期公开率（百分比）")
    return charts.heatmap(caption, head, [str(month) for month in months], rows, 0, 10000, _("颜色越深，按期的越多"))


def _row_name(code: str, name: str, by_estate: bool) -> Markup:
    address = url_for("reports.estate", estate_code=code) if by_estate else url_for("reports.calendar", area=code)
    return Markup('<a href="{}">{}</a>').format(address, escape(name))
