"""Change the working-day table: first what would move, then the change and the moves in one transaction."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from portal.deadlines import calendar as table
from portal.deadlines import terms
from portal.deadlines.models import CalendarDay, CalendarYear, Deadline
from portal.deadlines.queries import OPEN
from portal.deadlines.rules import rule
from portal.deadlines.service import rows as kept
from portal.kernel import audit, clock
from portal.kernel.access import Actor
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError
from portal.kernel.i18n import _
from portal.kernel.workdays import Calendar

LOCK = "calendar"


@dataclass(frozen=True)
class CalendarChange:
    """Days to what they become (``off``, ``work``, or empty: like their weekday), by whose notice; ``year`` is announced
    with it."""

    days: Mapping[date, str]
    source: str
    year: int | None = None


@dataclass(frozen=True)
class Move:
    """An open deadline that a change moves: the first late instant before and after."""

    id: str
    rule_name: str
    title: str
    old_due: datetime
    new_due: datetime

    @property
    def old_day(self) -> date:
        """The last day in time until now."""
        return kept.day_of(self.old_due)

    @property
    def new_day(self) -> date:
        """The last day in time after the change."""
        return kept.day_of(self.new_due)


@dataclass(frozen=True)
class Preview:
    """What a change does: the days that differ, with what they were, and the deadlines that move. ``mark`` names exactly
    this, so that what is confirmed is what was shown."""

    days: dict[date, tuple[str, str]]
    moves: list[Move]
    mark: str
    announces: bool


def whole_year(db: Session, year: int, days: Mapping[date, str], source: str) -> CalendarChange:
    """The change that makes a year's table say what its notice says: what it does not name is like its weekday."""
    wrong = [day for day in days if day.year != year]
    if wrong or not days:
        raise DomainError(_("通知里的日期都要在%(year)s年内，至少填写一天。", year=year))
    gone = {day: "" for day in table.calendar(db).kinds if day.year == year and day not in days}
    return CalendarChange({**gone, **days}, source, year)


def preview(db: Session, change: CalendarChange) -> Preview:
    """What a change would do. ``DomainError`` for a day that already is what it would become, or a change without effect."""
    _refuse_odd(change)
    known = table.calendar(db)
    days = {
        day: (known.kinds.get(day, ""), kind)
        for day, kind in sorted(change.days.items())
        if known.kinds.get(day, "") != kind
    }
    announces = change.year is not None and change.year not in known.years
    if not days and not announces:
        raise DomainError(_("没有改动：工作日历已经是这样。"))
    kinds = {day: kind for day, kind in {**known.kinds, **change.days}.items() if kind}
    years = known.years | {change.year} if change.year is not None else known.years
    moves = _moves(db, Calendar(kinds, frozenset(years))) if days else []
    told = [change.source, [(str(day), pair) for day, pair in days.items()]]
    told.append([(one.id, clock.instant_text(one.new_due)) for one in moves])
    return Preview(days, moves, hashlib.sha256(audit.canonical(told).encode()).hexdigest()[:20], announces)


def _refuse_odd(change: CalendarChange) -> None:
    if not change.source.strip():
        raise DomainError(_("请写明依据，例如放假安排的通知名称和文号。"))
    for day, kind in sorted(change.days.items()):
        if kind == "work" and day.weekday() < 5:
            raise DomainError(_("%(day)s本来就是工作日，不用登记为调休上班。", day=day.isoformat()))
        if kind == "off" and day.weekday() >= 5:
            raise DomainError(_("%(day)s本来就是周末，不用登记为放假。", day=day.isoformat()))


def _moves(db: Session, new: Calendar) -> list[Move]:
    rows = db.scalars(
        select(Deadline).where(OPEN, Deadline.terms.contains("workdays")).order_by(Deadline.due_at, Deadline.id)
    )
    found = []
    for row in rows:
        due = terms.due_at(new, kept.terms_of(row), row.started_at, kept.pauses_of(row))
        if due != row.due_at:
            found.append(Move(row.id, rule(row.rule).name, row.title, row.due_at, due))
    return found


def change(db: Session, actor: Actor, wanted: CalendarChange, mark: str) -> Preview:
    """Do what was shown: the days, and every deadline that moves. ``Conflict`` when it is no longer what was shown."""
    lock(db, LOCK)
    table.forget(db)
    shown = preview(db, wanted)
    if shown.mark != mark:
        raise Conflict(_("预览之后，工作日历或者期限有了变化。请重新预览，核对后再确认。"))
    _write(db, actor, wanted, shown)
    table.forget(db)
    due = {one.id: one.new_due for one in shown.moves}
    for first in range(0, len(shown.moves), kept.PIECE):
        ids = [one.id for one in shown.moves[first : first + kept.PIECE]]
        rows = db.scalars(select(Deadline).where(OPEN, Deadline.id.in_(ids)).order_by(Deadline.id))
        kept.succeed(db, actor, rows, "moved", lambda row: {"due_at": due[row.id], "reason": wanted.source})
    detail = {
        "days": {str(day): pair for day, pair in shown.days.items()}, "source": wanted.source, "year": wanted.year,
        "moved": [[one.id, clock.instant_text(one.old_due), clock.instant_text(one.new_due)] for one in shown.moves],
    }  # fmt: skip
    audit.record(db, actor, "calendar.changed", f"calendar:{min(shown.days, default=wanted.year)}", detail)
    return shown


def _write(db: Session, actor: Actor, wanted: CalendarChange, shown: Preview) -> None:
    at, noted = clock.now(), {"source": wanted.source.strip(), "actor": actor.audit_name}
    last = select(CalendarDay.day, func.max(CalendarDay.version)).group_by(CalendarDay.day)
    versions = {day: version for day, version in db.execute(last.where(CalendarDay.day.in_(list(shown.days))))}
    live = update(CalendarDay).where(CalendarDay.superseded_at.is_(None), CalendarDay.day.in_(list(shown.days)))
    db.execute(live.values(superseded_at=at).execution_options(synchronize_session=False))
    rows = [
        {
            "day": day,
            "version": versions.get(day, 0) + 1,
            "kind": kind,
            "recorded_at": at,
            "superseded_at": None,
            **noted,
        }
        for day, (_old, kind) in shown.days.items()
        if kind
    ]
    if rows:
        db.execute(insert(CalendarDay), rows)
    if shown.announces:
        db.add(CalendarYear(year=wanted.year, recorded_at=at, **noted))
        db.flush()
