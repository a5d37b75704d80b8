"""Clocks of reports: each day, what is due of a company begins to count in its queue."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from disclosure.funds import api as funds
from disclosure.reports import periods, queries
from disclosure.reports.cells import Cell, cells
from disclosure.reports.matrix import Kind, kind
from disclosure.reports.service.filing import CONFIRM
from disclosure.reports.serving import Serving
from portal.deadlines import api as deadlines
from portal.kernel import clock
from portal.kernel.access import Actor, Role, system_actor
from portal.kernel.db import transaction
from portal.kernel.divisions import street_of
from portal.kernel.jobs import Facts, Job
from portal.registry import api as registry

JOB = "report-deadlines"
AHEAD = timedelta(days=220)


def start_due(db: Session, actor: Actor, on: date) -> int:
    """Start the clock of every report whose period has ended and that was not filed, and of those that wait for their
    confirmation; says how many. Again does nothing."""
    began = funds.register_began(db)
    if began is None:
        return 0
    wanted = [cell for cell in cells(db, None, began, on + AHEAD, on) if cell.state == "not_filed"]
    places, serving = registry.estate_places(db, on), Serving(db)
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
    by_rule[CONFIRM] = _to_confirm(db, places, on)
    return sum(deadlines.start_many(db, actor, rule, rows) for rule, rows in sorted(by_rule.items()))


def _to_confirm(db: Session, places: dict[str, str], on: date) -> list[deadlines.NewDeadline]:
    """Reports that many companies handed in at once wait without a clock until the day's end."""
    waiting = [one for one in queries.standing(db, on, None, ["submitted"]) if one.estate_code in places]
    names = registry.estate_names(db, {one.estate_code for one in waiting})
    return [
        deadlines.NewDeadline(
            f"report:{one.id}", deadlines.Holder(Role.REVIEWER, street_of(places[one.estate_code])),
            f"{names[one.estate_code]} {kind(one.kind).zh} {one.period}", "reports.report", {"report_id": one.id},
            on=one.filed_on,
        )
        for one in waiting
    ]  # fmt: skip


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
