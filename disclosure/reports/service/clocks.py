"""Clocks of reports: each day, what is due of a company begins to count in its queue."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from disclosure.funds import api as funds
from disclosure.reports import periods
from disclosure.reports.cells import Cell, cells
from disclosure.reports.matrix import Kind, kind
from disclosure.reports.serving import Serving
from portal.deadlines import api as deadlines
from portal.kernel import clock
from portal.kernel.access import Actor, Role, system_actor
from portal.kernel.db import transaction
from portal.kernel.jobs import Facts, Job
from portal.registry import api as registry

JOB = "report-deadlines"
AHEAD = timedelta(days=220)


def start_due(db: Session, actor: Actor, on: date) -> int:
    """Start the clock of every report whose period has ended and that was not filed; says how many. Again does nothing."""
    began = funds.register_began(db)
    if began is None:
        return 0
    wanted = [cell for cell in cells(db, None, began, on + AHEAD, on) if cell.state == "not_filed"]
    places, serving = Serving.places(db, on), Serving(db)
    names = registry.estate_names(db, {cell.estate_code for cell in wanted})
    by_rule: dict[str, list[deadlines.NewDeadline]] = {}
    for cell in wanted:
        told = kind(cell.kind)
        begins = _counted_from(told, cell)
        uscc = serving.at(cell.estate_code, on)[0]
        if told.by != "report" or begins >= on or uscc is None or cell.estate_code not in places:
            continue
        values = {"estate_code": cell.estate_code, "kind": cell.kind, "period": cell.period}
        holder = deadlines.Holder(Role.ENTERPRISE, places[cell.estate_code], uscc)
        title = f"{names[cell.estate_code]} {told.zh} {cell.period}"
        new = deadlines.NewDeadline(cell.subject, holder, title, "reports.file", values, on=begins)
        by_rule.setdefault(cell.rule, []).append(new)
    return sum(deadlines.start_many(db, actor, rule, rows) for rule, rows in sorted(by_rule.items()))


def _counted_from(told: Kind, cell: Cell) -> date:
    span = periods.span(cell.period)
    return told.counted_from(span) if cell.rule == told.rule else told.as_often().counted_from(span)


def run() -> Facts:
    """Start the clocks; the facts say how many began."""
    with transaction() as db:
        return {"started": start_due(db, system_actor(f"job:{JOB}"), clock.today())}


def jobs() -> list[Job]:
    """What the worker runs for reports."""
    return [Job(JOB, run, cron="20 0 * * *")]
