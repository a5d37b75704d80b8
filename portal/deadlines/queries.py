"""Reads of deadlines: of subjects, of a person's queue, and the one on-time rate."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, case, false, func, literal, or_, select
from sqlalchemy.orm import Session

from portal.deadlines.calendar import calendar
from portal.deadlines.models import Deadline
from portal.deadlines.rules import rights, rule
from portal.kernel import clock
from portal.kernel.access import Actor, Role
from portal.kernel.divisions import prefix
from portal.kernel.workdays import Calendar

PIECE = 5000  # subjects in one question: databases bound the number of values
CANCELLED = "cancelled"


@dataclass(frozen=True)
class Holder:
    """Who has to act: a role in a division, a company, or one person."""

    role: Role | None = None
    division_code: str | None = None
    uscc: str | None = None
    login: str | None = None


@dataclass(frozen=True)
class DeadlineView:
    """A deadline now. ``due_at`` is the first instant that is late (aware UTC), ``last_day`` the last day in time;
    ``days_left`` counts in the rule's unit of days (negative when overdue); ``provisional``: the year's holidays are not
    announced; ``level``: how many levels up it went; ``outcome`` is empty while it is open."""

    id: str
    rule: str
    rule_name: str
    source: str
    subject: str
    title: str
    holder: Holder
    started_at: datetime
    due_at: datetime
    last_day: date
    days_left: int
    unit: str
    overdue: bool
    paused: bool
    provisional: bool
    closed_at: datetime | None
    outcome: str
    level: int
    endpoint: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class OnTime:
    """How many were done in time, how many late, how many are open and overdue. The rate is in basis points (hundredths
    of a percent), None when there is nothing to judge."""

    on_time: int
    late: int
    open_overdue: int

    @property
    def rate_bp(self) -> int | None:
        """On time / (closed + open overdue), rounded half up."""
        whole = self.on_time + self.late + self.open_overdue
        return (2 * 10000 * self.on_time + whole) // (2 * whole) if whole else None


LIVE = Deadline.superseded_at.is_(None)
OPEN = and_(LIVE, Deadline.closed_at.is_(None))


def last_moment(due: datetime) -> date:
    """The last day in time of a deadline that is late from an instant on."""
    return clock.district_date(due - timedelta(microseconds=1))


def is_overdue(row: Deadline, now: datetime) -> bool:
    """Late now, or when it was done, or when it was interrupted: what is late does not become less so. Who lets a right pass
    is not late."""
    return not rule(row.rule).right and row.due_at <= (row.closed_at or row.paused_at or now)


def view(row: Deadline, known: Calendar, now: datetime) -> DeadlineView:
    """One row as others see it."""
    told, day = rule(row.rule), last_moment(row.due_at)
    today = clock.district_date(now)
    unit = json.loads(row.terms)[-1]["unit"]
    left = known.between(today, day) if unit == "workdays" else (day - today).days
    return DeadlineView(
        row.id, row.rule, told.name, told.basis, row.subject, row.title,
        Holder(Role(row.holder_role) if row.holder_role else None, row.holder_division, row.holder_uscc,
               row.holder_login),
        row.started_at, row.due_at, day, left, unit, is_overdue(row, now), row.paused_at is not None,
        known.is_provisional(day), row.closed_at, row.outcome, row.level, row.endpoint, json.loads(row.link),
    )  # fmt: skip


def views(db: Session, rows: Iterable[Deadline]) -> list[DeadlineView]:
    """Rows as others see them."""
    known, now = calendar(db), clock.now()
    return [view(row, known, now) for row in rows]


def of_subjects(db: Session, subjects: Iterable[str]) -> dict[str, list[DeadlineView]]:
    """Subject to its deadlines, open and closed, in the order of their start; subjects without one are left out."""
    found: dict[str, list[DeadlineView]] = {}
    for rows in live_rows(db, subjects):
        for one in views(db, rows):
            found.setdefault(one.subject, []).append(one)
    return found


_ended_first = (Deadline.closed_at.is_(None), Deadline.closed_at)
_live_rows = (  # built once: every verb of every slice asks these
    select(Deadline)
    .where(LIVE, Deadline.subject.in_(bindparam("subjects", expanding=True)))
    .order_by(Deadline.subject, Deadline.started_at, *_ended_first, Deadline.id)
)
_open_row = select(Deadline).where(OPEN, Deadline.subject == bindparam("subject"), Deadline.rule == bindparam("rule"))


def live_rows(db: Session, subjects: Iterable[str], *where: ColumnElement[bool]) -> Iterable[list[Deadline]]:
    """The rows in force of subjects, in pieces."""
    wanted, query = sorted(set(subjects)), _live_rows.where(*where) if where else _live_rows
    for first in range(0, len(wanted), PIECE):
        yield list(db.scalars(query, {"subjects": wanted[first : first + PIECE]}))


_open_rows = _live_rows.where(OPEN, Deadline.rule == bindparam("rule"))


def open_rows(db: Session, rule_code: str, subjects: Iterable[str]) -> list[Deadline]:
    """The open deadlines of a rule and subjects."""
    wanted = sorted(set(subjects))
    return [
        row
        for first in range(0, len(wanted), PIECE)
        for row in db.scalars(_open_rows, {"subjects": wanted[first : first + PIECE], "rule": rule_code})
    ]


def open_row(db: Session, rule_code: str, subject: str) -> Deadline | None:
    """The open deadline of a rule and subject."""
    return db.scalar(_open_row, {"subject": subject, "rule": rule_code})


def _lies_in(column: Any, division: str) -> ColumnElement[bool]:
    """Whether a column's division lies in a jurisdiction."""
    found: ColumnElement[bool] = column.startswith(prefix(division), autoescape=True)
    return found


def _held_by(role: Any, division: Any, actor: Actor) -> ColumnElement[bool]:
    place = _lies_in(division, actor.division_code) if actor.division_code else division.is_not(None)
    return and_(role == str(actor.role), or_(division.is_(None), place))


def mine(actor: Actor) -> ColumnElement[bool]:
    """The deadlines that a person has to act on: theirs by name, their company's, their role's in their place, and what was
    escalated to them."""
    if actor.role is None:
        return false()
    if actor.uscc:
        return or_(Deadline.holder_login == actor.login, Deadline.holder_uscc == actor.uscc)
    shared = and_(
        Deadline.holder_login.is_(None),
        Deadline.holder_uscc.is_(None),
        _held_by(Deadline.holder_role, Deadline.holder_division, actor),
    )
    above = _held_by(Deadline.above_role, Deadline.above_division, actor)
    return or_(Deadline.holder_login == actor.login, shared, above)


def waiting_for(db: Session, actor: Actor, limit: int | None = 200) -> list[DeadlineView]:
    """What a person has to do, what is due first coming first."""
    wanted = (OPEN, _waits(clock.now()), mine(actor))
    query = select(Deadline).where(*wanted).order_by(Deadline.due_at, Deadline.id).limit(limit)
    return views(db, db.scalars(query))


def counts_for(db: Session, actor: Actor) -> tuple[int, int]:
    """(open, overdue) of a person."""
    return counts(db, mine(actor))


def _duty() -> ColumnElement[bool]:
    """Whether the rule gives a duty, not a right."""
    return Deadline.rule.not_in(rights())


def _waits(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Whether an open deadline still waits for somebody: a right does until its last day."""
    return or_(_duty(), Deadline.due_at > _instant(now))


def _late(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    return and_(_duty(), Deadline.due_at <= func.coalesce(Deadline.closed_at, Deadline.paused_at, _instant(now)))


def _instant(now: datetime | BindParameter[datetime]) -> Any:
    return literal(now, Deadline.due_at.type) if isinstance(now, datetime) else now


def counts_by_rule(db: Session, actor: Actor) -> dict[str, tuple[int, int]]:
    """Rule to (open, overdue) of a person's queue."""
    found = db.execute(_by_rule(actor), {"now": clock.now()})
    return {code: (int(total), int(overdue)) for code, total, overdue in found}


@lru_cache(maxsize=256)
def _by_rule(actor: Actor) -> Select[str, int, int]:
    """Asked on every staff page: put together once for a person."""
    now = bindparam("now", type_=Deadline.due_at.type)
    late = func.coalesce(func.sum(case((_late(now), 1), else_=0)), 0)
    query = select(Deadline.rule, func.count(), late).where(OPEN, _waits(now), mine(actor))
    return query.group_by(Deadline.rule).order_by(Deadline.rule)


@dataclass(frozen=True)
class Standing:
    """How a place or a company stands with its deadlines: open, of these overdue, and the on-time rate."""

    open: int
    overdue: int
    on_time: OnTime


def standing(db: Session, *, within: str | None = None, uscc: str | None = None) -> Standing:
    """Open and overdue deadlines of a place or a company, and how many were done in time, all in one question."""
    late, closed, now = _late(clock.now()), Deadline.closed_at.is_not(None), Deadline.outcome != CANCELLED
    waits, duty = _waits(clock.now()), _duty()
    kinds = (and_(~closed, waits), and_(~closed, late), and_(closed, ~late, duty), and_(closed, late))
    sums = [func.coalesce(func.sum(case((kind, 1), else_=0)), 0) for kind in kinds]
    where = [_lies_in(Deadline.holder_division, within)] if within else []
    where += [Deadline.holder_uscc == uscc] if uscc else []
    is_open, overdue, done, tardy = (int(number) for number in db.execute(select(*sums).where(LIVE, now, *where)).one())
    return Standing(is_open, overdue, OnTime(done, tardy, overdue))


def counts(db: Session, *where: ColumnElement[bool]) -> tuple[int, int]:
    """(open, overdue) of those that a condition picks."""
    late = func.coalesce(func.sum(case((_late(clock.now()), 1), else_=0)), 0)
    total, overdue = db.execute(select(func.count(), late).where(OPEN, _waits(clock.now()), *where)).one()
    return int(total), int(overdue)


def on_time(
    db: Session, *, rules: Iterable[str] | None = None, within: str | None = None, uscc: str | None = None,
    subjects: Iterable[str] | None = None, since: date | None = None, until: date | None = None,
) -> OnTime:  # fmt: skip
    """The one on-time rate: of those whose last day lies in the period, those of a rule, place, company or subjects.

    Cancelled ones do not count, nor do open ones that are not late, nor rights (a company may stay silent).
    """
    where: list[ColumnElement[bool]] = [LIVE, Deadline.outcome != CANCELLED, _duty()]
    where += [Deadline.rule.in_(sorted(rules))] if rules is not None else []
    where += [_lies_in(Deadline.holder_division, within)] if within else []
    where += [Deadline.holder_uscc == uscc] if uscc else []
    where += [Deadline.due_at > clock.day_start(since)] if since else []
    where += [Deadline.due_at <= clock.day_start(until + timedelta(days=1))] if until else []
    if subjects is None:
        return _judged(db, where)
    wanted, found = sorted(set(subjects)), OnTime(0, 0, 0)
    for first in range(0, len(wanted), PIECE):
        one = _judged(db, [*where, Deadline.subject.in_(wanted[first : first + PIECE])])
        found = OnTime(
            found.on_time + one.on_time, found.late + one.late, found.open_overdue + one.open_overdue
        )  # fmt: skip
    return found


def on_time_each(db: Session, groups: Mapping[str, Iterable[str]], *, rules: Iterable[str]) -> dict[str, OnTime]:
    """``on_time`` of many groups of subjects at once, by some rules: group to its rate; each subject is in one group."""
    group_of = {subject: name for name, subjects in groups.items() for subject in subjects}
    where = [Deadline.outcome != CANCELLED, Deadline.rule.in_(sorted(rules))]
    sums = {name: [0, 0, 0] for name in groups}
    now = clock.now()
    for rows in live_rows(db, group_of, *where):
        for row in rows:
            late = is_overdue(row, now)
            if row.closed_at is not None or late:
                sums[group_of[row.subject]][int(late) + int(late and row.closed_at is None)] += 1
    return {name: OnTime(*counted) for name, counted in sums.items()}


def _judged(db: Session, where: list[ColumnElement[bool]]) -> OnTime:
    late, closed = _late(clock.now()), Deadline.closed_at.is_not(None)
    kinds = (and_(closed, ~late), and_(closed, late), and_(~closed, late))
    sums = [func.coalesce(func.sum(case((kind, 1), else_=0)), 0) for kind in kinds]
    return OnTime(*(int(number) for number in db.execute(select(*sums).where(*where)).one()))
