"""The verbs of deadlines: start and close, one or many; pause, resume, extend, hand over, cancel.

A verb of another slice calls these within its own transaction and rights: who may do the deed may start and stop its clock. A
start and an end are part of that deed, which the audit log names; what touches a running clock is a deed of its own there.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.deadlines import terms
from portal.deadlines.calendar import calendar
from portal.deadlines.models import Deadline
from portal.deadlines.queries import CANCELLED, LIVE, OPEN, Holder, live_rows, open_row, open_rows
from portal.deadlines.rules import rule
from portal.deadlines.service import rows as kept
from portal.deadlines.terms import Pause, Term
from portal.kernel import audit, clock, ids
from portal.kernel.access import Actor
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.i18n import _


@dataclass(frozen=True)
class NewDeadline:
    """One of many deadlines to start. ``title`` names what it is about; the deed stands in the rule. ``due_on``: the last day
    in time where people agreed on one, in place of the rule's length."""

    subject: str
    holder: Holder
    title: str
    endpoint: str
    values: Mapping[str, Any] = field(default_factory=dict)
    on: date | None = None
    at: datetime | None = None
    due_on: date | None = None


def start(
    db: Session, actor: Actor, rule: str, subject: str, *, holder: Holder, title: str, endpoint: str,
    values: Mapping[str, Any] | None = None, on: date | None = None, at: datetime | None = None,
    due_on: date | None = None,
) -> str:  # fmt: skip
    """Start the clock of a rule for a subject; answers the deadline's id.

    ``at`` is the instant of the event, else now or, for an earlier ``on``, that day. ``due_on``: see
    ``NewDeadline``. The same start again does nothing; ``Conflict`` while one with another start is open.
    """
    kept.hold(db, subject)
    wanted = NewDeadline(subject, holder, title, endpoint, values or {}, on, at, due_on)
    found = open_row(db, rule, subject) or _same_closed(db, rule, wanted)
    if found is not None:
        if found.started_at != _start_of(rule, wanted) and found.started_on != _day_of(rule, wanted):
            raise Conflict(_("这一事项的期限已经在计算。请刷新后再看。"))
        return found.id
    row = _row(_Known(db, rule), actor, wanted)
    kept.write(db, [row])
    return str(row["id"])


def start_many(db: Session, actor: Actor, rule: str, rows: Iterable[NewDeadline]) -> int:
    """Start many at once, with a bounded number of questions; those whose subject has one open are left. Says how many."""
    wanted = {one.subject: one for one in rows}
    running = {row.subject for row in open_rows(db, rule, wanted)}
    known, now = _Known(db, rule), clock.now()
    wanted = {subject: _at(one, now) for subject, one in wanted.items()}
    new = [_row(known, actor, one) for subject, one in sorted(wanted.items()) if subject not in running]
    kept.write(db, new)
    return len(new)


def close(
    db: Session, actor: Actor, rule: str, subject: str, *, outcome: str = "done", on: date | None = None,
    at: datetime | None = None,
) -> bool:  # fmt: skip
    """Stop the clock: the deed was done. False when none is open."""
    return close_many(db, actor, rule, [subject], outcome=outcome, on=on, at=at) > 0


def close_many(
    db: Session, actor: Actor, rule: str, subjects: Iterable[str], *, outcome: str = "done", on: date | None = None,
    at: datetime | None = None,
) -> int:  # fmt: skip
    """Stop many clocks at once; says how many were open."""
    found = open_rows(db, rule, subjects)
    if not found:
        return 0
    moment = kept.instant_of(on, at)
    _stop(db, actor, found, moment, outcome, "")
    return len(found)


def cancel(db: Session, actor: Actor, subject: str, *, reason: str) -> int:
    """End every open deadline of a subject without a result: it counts neither as done nor as late. Says how many."""
    found = [row for some in live_rows(db, [subject], OPEN) for row in some]
    if found:
        _stop(db, actor, found, clock.now(), CANCELLED, reason)
        audit.record(
            db, actor, "deadlines.cancelled", subject, {"reason": reason, "rules": [row.rule for row in found]}
        )
    return len(found)


def _stop(db: Session, actor: Actor, rows: list[Deadline], at: datetime, outcome: str, reason: str) -> None:
    def changes(row: Deadline) -> dict[str, Any]:
        moment = max(at, row.started_at)  # a deed of the day on which the clock began at noon
        return {"closed_at": moment, "outcome": outcome, "reason": reason, **_ended_pause(db, row, moment)}

    kept.succeed(db, actor, rows, "closed", changes)


def _ended_pause(db: Session, row: Deadline, at: datetime) -> dict[str, Any]:
    """A deadline that is closed during a pause has had that pause."""
    if row.paused_at is None:
        return {}
    listed = json.loads(row.pauses)
    listed[-1]["ends"] = at.isoformat()
    ended = [*kept.pauses_of(row), Pause(row.paused_at, at)]
    due = terms.due_at(calendar(db), kept.terms_of(row), row.started_at, ended)
    return {"paused_at": None, "pauses": json.dumps(listed, ensure_ascii=False), "due_at": due}


def pause(
    db: Session,
    actor: Actor,
    rule: str,
    subject: str,
    *,
    reason: str,
    on: date | None = None,
    at: datetime | None = None,
) -> None:
    """Interrupt the clock, with a reason. ``NotFound`` when none is open, ``Conflict`` when it rests already."""
    row = _running(db, rule, subject, reason)
    if row.paused_at is not None:
        raise Conflict(_("这一期限已经中止。"))
    moment = max(kept.instant_of(on, at), row.started_at)
    begun = [*json.loads(row.pauses), {"begins": moment.isoformat(), "ends": None, "reason": reason.strip()}]
    changes = {"paused_at": moment, "pauses": json.dumps(begun, ensure_ascii=False), "reason": reason.strip()}
    kept.succeed(db, actor, [row], "paused", lambda _row: changes)
    audit.record(db, actor, "deadline.paused", subject, {"rule": rule, "reason": reason, "at": moment})


def resume(
    db: Session, actor: Actor, rule: str, subject: str, *, reason: str = "", on: date | None = None,
    at: datetime | None = None,
) -> datetime:  # fmt: skip
    """Let the clock go on; answers the new due instant. The day of the resumption does not count."""
    row = _running(db, rule, subject, "-")
    if row.paused_at is None:
        raise Conflict(_("这一期限没有中止。"))
    moment = max(kept.instant_of(on, at), row.paused_at)
    changes = _ended_pause(db, row, moment)
    kept.succeed(db, actor, [row], "resumed", lambda _row: {**changes, "reason": reason.strip()})
    audit.record(db, actor, "deadline.resumed", subject, {"rule": rule, "due_at": changes["due_at"]})
    return changes["due_at"]  # type: ignore[no-any-return]


def extend(
    db: Session, actor: Actor, rule: str, subject: str, *, by_rule: str, reason: str, on: date | None = None,
    asked_at: datetime | None = None, again: bool = False,
) -> datetime:  # fmt: skip
    """Lengthen a deadline by the length of another rule, once for each rule (unless ``again``), before it has run out; answers the new due
    instant. ``asked_at``: when it was asked for, which is what has to be in time: a slow decision is nobody's fault who
    asked. ``DomainError`` without a reason, when it is late, or extended by that rule already."""
    row = _running(db, rule, subject, reason)
    given = kept.terms_of(row)
    if not again and any(term.rule == by_rule for term in given):
        raise Conflict(_("这一期限已经延长过一次，不能再延长。"))
    if (asked_at or kept.instant_of(on, None)) >= row.due_at and row.paused_at is None:
        raise DomainError(_("期限已过，不能再延长。"))
    longer = [*given, _term(by_rule)]
    due = terms.due_at(calendar(db), longer, row.started_at, kept.pauses_of(row))
    changes = {"terms": kept.terms_text(longer), "due_at": due, "reason": reason.strip()}
    kept.succeed(db, actor, [row], "extended", lambda _row: changes)
    detail = {"rule": rule, "by_rule": by_rule, "reason": reason, "due_at": clock.instant_text(due)}
    audit.record(db, actor, "deadline.extended", subject, detail)
    return due


def hand_over(db: Session, actor: Actor, rule: str, subject: str, *, holder: Holder, reason: str = "") -> None:
    """Give an open deadline to another holder. The same holder again does nothing."""
    row = _running(db, rule, subject, "-")
    changes = _holder(holder)
    if all(getattr(row, name) == value for name, value in changes.items()):
        return
    old = {name: getattr(row, name) for name in changes}
    kept.succeed(db, actor, [row], "handed_over", lambda _row: {**changes, "reason": reason})
    audit.record(db, actor, "deadline.handed_over", subject, {"rule": rule, "old": old, "new": changes})


def due_at(db: Session, rule: str, start: date | datetime) -> datetime:
    """The first instant that is late under a rule, for a start known by its instant or its day (aware UTC)."""
    given = [_term(rule)]
    moment = start if isinstance(start, datetime) else terms.start_of(start, given)
    return terms.due_at(calendar(db), given, moment)


def last_day(db: Session, rule: str, start: date) -> date:
    """The last day in time under a rule."""
    return terms.last_day(calendar(db), [_term(rule)], start)


def _running(db: Session, rule_code: str, subject: str, reason: str) -> Deadline:
    if not reason.strip():
        raise DomainError(_("请写明理由。"))
    kept.hold(db, subject)
    row = open_row(db, rule_code, subject)
    if row is None:
        raise NotFound(_("没有正在计算的期限。"))
    return row


def _term(code: str) -> Term:
    told = rule(code)
    return Term(told.code, told.length, told.unit)


def _holder(holder: Holder) -> dict[str, Any]:
    return {
        "holder_role": str(holder.role) if holder.role else None, "holder_division": holder.division_code,
        "holder_uscc": holder.uscc, "holder_login": holder.login,
    }  # fmt: skip


def _start_of(rule_code: str, wanted: NewDeadline) -> datetime:
    if wanted.at is not None or wanted.on is None or wanted.on == clock.today():
        return wanted.at or clock.now()
    return terms.start_of(wanted.on, [_term(rule_code)])


def _day_of(rule_code: str, wanted: NewDeadline) -> date:
    return wanted.on or clock.district_date(_start_of(rule_code, wanted))


_SAME_CLOSED = (
    select(Deadline)
    .where(LIVE, Deadline.subject == bindparam("subject"), Deadline.rule == bindparam("rule"))
    .where(Deadline.started_at == bindparam("began"), Deadline.closed_at > Deadline.started_at)
    .order_by(Deadline.id)
)


def _same_closed(db: Session, rule_code: str, wanted: NewDeadline) -> Deadline | None:
    """A closed one that began at the same instant; one that ended at that instant too makes room for another."""
    asked = {"subject": wanted.subject, "rule": rule_code, "began": _start_of(rule_code, wanted)}
    return db.scalars(_SAME_CLOSED, asked).first()


def _at(wanted: NewDeadline, now: datetime) -> NewDeadline:
    """One that begins now begins at one instant with the others."""
    is_now = wanted.at is None and wanted.on in (None, clock.district_date(now))
    return replace(wanted, at=now) if is_now else wanted


class _Known:
    """A rule, and the due instants of the starts that were asked for: an import's all begin at once."""

    def __init__(self, db: Session, rule_code: str) -> None:
        self.code, self.given = rule_code, [_term(rule_code)]
        self.calendar, self.terms = calendar(db), kept.terms_text(self.given)
        self.due: dict[datetime, datetime] = {}

    def due_at(self, began: datetime) -> datetime:
        if began not in self.due:
            self.due[began] = terms.due_at(self.calendar, self.given, began)
        return self.due[began]


def _row(known: _Known, actor: Actor, wanted: NewDeadline) -> dict[str, Any]:
    began = _start_of(known.code, wanted)
    given, due = known.terms, known.due_at(began)
    if wanted.due_on is not None:
        agreed = Term(known.code, max(0, (wanted.due_on - clock.district_date(began)).days), "days")
        given, due = kept.terms_text([agreed]), terms.due_at(known.calendar, [agreed], began)
    return {
        "id": ids.new_id(), "version": 1, "rule": known.code, "subject": wanted.subject, "title": wanted.title,
        "endpoint": wanted.endpoint, "link": json.dumps(dict(wanted.values), ensure_ascii=False),
        **_holder(wanted.holder), "above_role": None, "above_division": None, "level": 0,
        "started_on": _day_of(known.code, wanted), "started_at": began, "terms": given, "pauses": "[]",
        "due_at": due, "paused_at": None, "closed_at": None, "outcome": "",
        "step": "started", "reason": "", "actor": actor.audit_name, "recorded_at": clock.now(), "superseded_at": None,
    }  # fmt: skip
