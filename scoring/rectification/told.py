"""What the slice answers when upper rooms ask: facts for the lists, figures for ``/work``."""

from typing import Any

from sqlalchemy.orm import Session

from portal.deadlines import api as deadlines
from portal.kernel.access import Actor, Permission
from portal.kernel.formats import number_text, percent_text
from portal.kernel.i18n import _
from portal.kernel.work import Tone, WorkFigure
from scoring.rectification import queries
from scoring.rectification.indicator import RULES
from scoring.rectification.moves import AWAITING, BEGUN, OPEN


def lists_facts(db: Session, year: int) -> dict[str, dict[str, Any]]:
    """Hears ``lists.facts``: estate to its open findings by hazard class, of estates that were ever asked to fix anything."""
    found: dict[str, dict[str, int]] = {}
    for row in queries.standing_of_all(db):
        own = found.setdefault(row.estate_code, {})
        if row.state in BEGUN:
            own[row.hazard_class] = own.get(row.hazard_class, 0) + row.number
    return {"open_findings": found} if found else {}


def work_figures(db: Session, *, actor: Actor) -> list[WorkFigure]:
    """Open requests and how many were kept in time, of the company or the jurisdiction."""
    if not actor.may(Permission.ORDER_READ):
        return []
    where = queries.scope(db, within=actor.division_code, uscc=actor.uscc)
    counted = queries.counts(db, where)
    begun = queries.begun(db, where)
    late = sum(
        view.overdue
        for views in deadlines.of_subjects(db, [row.subject for row in begun]).values()
        for view in views
        if view.rule in RULES and view.closed_at is None
    )
    tone: Tone = "late" if late else "plain" if begun else "ok"
    note = _("其中逾期%(n)s份", n=late) if late else _("没有逾期的")
    value = f"{number_text(counted.get(OPEN, 0))} / {number_text(counted.get(AWAITING, 0))}"
    figures = [WorkFigure(_("整改：待整改 / 待复查"), value, note, "rectification.index", {}, tone)]
    place = actor.division_code if actor.uscc is None else None
    rate = deadlines.on_time(db, rules=RULES, within=place, uscc=actor.uscc)
    if rate.rate_bp is not None:
        whole = number_text(rate.on_time + rate.late + rate.open_overdue)
        text = _("应办%(n)s份", n=whole)
        figures.append(WorkFigure(_("按期整改率"), percent_text(rate.rate_bp), text, "rectification.index"))
    return figures


def veto_hints(db: Session) -> list[dict[str, Any]]:
    """Hears ``veto.hints``: requests of class C that are past their deadline. A person looks and decides what follows."""
    rows = queries.begun(db, [queries.ORDER.hazard_class == "C", queries.ORDER.uscc.is_not(None)])
    clocks = deadlines.of_subjects(db, [row.subject for row in rows])
    late = [row for row in rows if any(one.overdue and not one.closed_at for one in clocks.get(row.subject, ()))]
    return [
        {"ref": row.subject, "estate_code": row.estate_code, "veto_code": "V08", "year": row.found_on.year,
         "text": f"C类隐患逾期未整改：{row.number}，{row.item_code}。"}
        for row in late
    ]  # fmt: skip
