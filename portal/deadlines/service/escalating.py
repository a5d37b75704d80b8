"""Escalation: what is overdue goes one level up when its rule says so, once for each level."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.deadlines.calendar import calendar
from portal.deadlines.models import Deadline
from portal.deadlines.queries import OPEN, view
from portal.deadlines.rules import Level, rule
from portal.deadlines.service import rows as kept
from portal.kernel import audit, clock, hooks
from portal.kernel.access import Actor, Role
from portal.kernel.divisions import prefix, street_of
from portal.kernel.settings import settings
from portal.kernel.workdays import Calendar

ROLES = {"street": Role.REVIEWER, "district": Role.OFFICER, "lead": Role.LEAD}


def escalate(db: Session, actor: Actor) -> int:
    """Take every overdue deadline to the level that its rule names by now; says how many went up.

    The holder keeps it; the level above sees it too. Announces ``deadlines.escalated`` with the views.
    """
    known, now, raised = calendar(db), clock.now(), {}
    late = select(Deadline).where(OPEN, Deadline.due_at <= now, Deadline.paused_at.is_(None)).order_by(Deadline.id)
    for row in db.scalars(late):
        reached = _reached(known, row, now)
        if reached > row.level:
            raised[row.id] = (row, reached, rule(row.rule).escalate[reached - 1])
    if not raised:
        return 0
    told = [(view(row, known, now), *_above(row, level)) for row, _reached_level, level in raised.values()]
    kept.succeed(
        db,
        actor,
        [row for row, _n, _level in raised.values()],
        "escalated",
        lambda row: _changes(row, *raised[row.id][1:]),
    )
    audit.record(db, actor, "deadlines.escalated", "deadlines", {"ids": sorted(raised)})
    hooks.announce("deadlines.escalated", db, actor=actor, escalated=told)
    return len(raised)


def _reached(known: Calendar, row: Deadline, now: datetime) -> int:
    """How many levels of the rule a deadline has reached."""
    last = kept.day_of(row.due_at)
    reached = 0
    for level in rule(row.rule).escalate:
        day = known.nth_working_day(last, level.after_workdays)
        when = row.due_at if not level.after_workdays else clock.day_start(day + timedelta(days=1))
        reached += now >= when
    return reached


def _above(row: Deadline, level: Level) -> tuple[Role, str]:
    """Role and place of a level above the holder."""
    place = row.holder_division or settings().division
    if level.to == "street":
        return ROLES["street"], street_of(place)
    return ROLES[level.to], prefix(place)[:6].ljust(12, "0")


def _changes(row: Deadline, reached: int, level: Level) -> dict[str, object]:
    role, place = _above(row, level)
    return {"level": reached, "above_role": str(role), "above_division": place}
