"""What the slice answers when lower rooms ask: the indicator ``disclosure`` 信息公开率, facts for the lists, work, figures.

The indicator of an estate and year is the on-time rate of what was due of it in that year: in time / (filed + missing though
due). An estate without an account, or with nothing due, has no computed value: the sheet has to say.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from disclosure.reports import queries
from disclosure.reports.cells import cells, missing, rates
from disclosure.reports.serving import Serving
from portal.kernel import clock
from portal.kernel.access import Actor, Permission
from portal.kernel.formats import number_text
from portal.kernel.i18n import _
from portal.kernel.kept import kept
from portal.kernel.work import WorkFigure, WorkItem
from portal.registry import api as registry

INDICATOR = "disclosure"
OVERDUE_QUARTERS = "disclosure_overdue_quarters"
EVIDENCE = "按期公开率（平台计算）"


def computed_indicators(db: Session, *, year: int, estates: Collection[str]) -> dict[str, Any]:
    """Hears ``indicators.computed``: the indicator of estates with an account, in centipoints, as it stands now."""
    found = _rates(db, year)
    wanted = set(estates)
    return {"indicator": INDICATOR, "evidence": EVIDENCE,
            "scores": {code: cp for code, cp in found.items() if code in wanted}}  # fmt: skip


def lists_facts(db: Session, year: int) -> dict[str, dict[str, Any]]:
    """Hears ``lists.facts``: estate to how much of its fund information was published on time in a year."""
    found = _rates(db, year)
    return {"disclosure_on_time": found} if found else {}


def rating_facts(
    db: Session, *, year: int, companies: Mapping[str, str | None], wanted: Collection[str]
) -> dict[str, dict[str, int]]:
    """Hears ``rating.facts``: estate to the quarters whose fund report was due in the year and late, or missing at the end of
    31 December; of estates with an account."""
    if OVERDUE_QUARTERS not in wanted:
        return {}
    first, last = date(year, 1, 1), date(year, 12, 31)
    found: dict[str, int] = {}
    for cell in cells(db, None, first, last, min(clock.today(), last)):
        if cell.kind == "common_income" and cell.estate_code in companies:
            late = cell.is_overdue or cell.state == "late"
            found[cell.estate_code] = found.get(cell.estate_code, 0) + late
    return {OVERDUE_QUARTERS: found} if found else {}


def _rates(db: Session, year: int) -> dict[str, int]:
    made = rates(db, None, year)
    return {code: one.rate_bp for code, one in made.items() if one.rate_bp is not None}


def _estates(db: Session, actor: Actor) -> set[str]:
    """Estates of somebody's jurisdiction or company today."""
    today = clock.today()
    if actor.uscc:
        return set(Serving(db).estates_of(actor.uscc, today))
    return set(registry.estate_places(db, today, actor.division_code))


def waiting_number(db: Session, actor: Actor) -> int:
    """How many reports wait for this person's confirmation."""
    if actor.uscc or not actor.may(Permission.FUNDS_CONFIRM):
        return 0
    listed = queries.standing(db, clock.today(), None, ["submitted"])
    if not listed:
        return 0
    own = _estates(db, actor)
    return sum(one.estate_code in own for one in listed)


def work_items(db: Session, *, actor: Actor) -> list[WorkItem]:
    """Reports that wait for this person's confirmation."""
    number = waiting_number(db, actor)
    return [WorkItem(_("确认公开报告"), "reports.waiting", count=number)] if number else []


def work_figures(db: Session, *, actor: Actor) -> list[WorkFigure]:
    """What is overdue in somebody's jurisdiction or company."""
    may = actor.may(Permission.FUNDS_CLASSIFY) if actor.uscc else actor.may(Permission.FUNDS_CONFIRM)
    if not may:
        return []
    own = _estates(db, actor)
    late = [one for one in kept(db, "reports.missing", lambda: missing(db)) if one.estate_code in own]
    note = _("涉及%(n)s个小区", n=number_text(len({one.estate_code for one in late}))) if late else _("没有逾期的")
    return [
        WorkFigure(_("资金公开逾期"), number_text(len(late)), note, "reports.calendar", {}, "late" if late else "ok")
    ]
