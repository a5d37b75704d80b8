"""Clearing by rule: each rule is one transaction with its audit row (numbers, never who), and nothing that is held goes.

Rooms above answer ``retention.due`` with their keepers (``portal.kernel.retention``) and ``retention.holds`` with what is under way.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.orm import Session

from portal.kernel import audit, clock, hooks, sms
from portal.kernel.access import Actor
from portal.kernel.db import reading, transaction
from portal.kernel.jobs_record import JobRun
from portal.kernel.retention import Ended, Keeper
from portal.operations import aside, holds
from portal.operations.terms import Rule, Terms, terms

AT_ONCE = 2_000  # subjects of a rule in one night and transaction; the rest the next night


@dataclass(frozen=True)
class Due:
    """What a rule would clear now, or has cleared. ``held``: how many are kept back, by reason; ``more``: left for the next
    night."""

    rule: Rule
    before: date | None
    number: int = 0
    held: Mapping[str, int] = field(default_factory=dict)
    more: int = 0


def keepers(db: Session) -> dict[str, Keeper]:
    """Who answers for which rule."""
    found = [*_own(), *(keeper for answer in hooks.announce("retention.due", db) for keeper in answer)]
    return {keeper.rule: keeper for keeper in found}


def _weighed(db: Session, rule: Rule, keeper: Keeper, before: date) -> tuple[list[Ended], dict[str, int]]:
    """What goes, in order, and how many are held for which reason."""
    ended = keeper.ended(db, before)
    kept = holds.held(db, rule.code, ended)
    going = [one for one in ended if one.subject not in kept]
    return going, dict(sorted(Counter(kept.values()).items()))


def preview(db: Session) -> list[Due]:
    """What a clearing would do now, rule by rule; changes nothing. Rules that others clear stand without numbers."""
    found, known = [], keepers(db)
    for rule in terms().rules:
        before = rule.before(clock.today())
        keeper = known.get(rule.code)
        if before is None or keeper is None or not rule.is_ours:
            found.append(Due(rule, before))
            continue
        going, kept = _weighed(db, rule, keeper, before)
        found.append(Due(rule, before, sum(one.count for one in going), kept))
    return found


def clear(actor: Actor) -> list[Due]:
    """Clear what is due, each rule in a transaction of its own; what each did. No audit row where nothing goes."""
    held_terms = terms()
    with reading() as db:
        known = keepers(db)
    found = []
    for rule in held_terms.rules:
        before, keeper = rule.before(clock.today()), known.get(rule.code)
        if rule.is_ours and before is not None and keeper is not None:
            found.append(_clear(actor, held_terms, rule, keeper, before))
    return found


def _clear(actor: Actor, held_terms: Terms, rule: Rule, keeper: Keeper, before: date) -> Due:
    with transaction() as db:
        going, kept = _weighed(db, rule, keeper, before)
        gone = keeper.clear(db, [one.subject for one in going[:AT_ONCE]], clock.now()) if going else 0
        if gone:
            told = {
                "gone": gone,
                "held": kept,
                "before": before,
                "rules": held_terms.version,
                "decision": rule.decision,
            }
            audit.record(db, actor, "retention.cleared", f"retention:{rule.code}", told)
    return Due(rule, before, gone, kept, len(going[AT_ONCE:]))


# ---- what the operations themselves keep


def _own() -> list[Keeper]:
    return [
        Keeper("job-runs", _old_runs, _forget_runs),
        Keeper("sms-waiting", _old_messages, _forget_messages),
        Keeper("item-results", aside.ended, aside.clear),
    ]


def _runs_until(day: date) -> ColumnElement[bool]:
    return and_(JobRun.fire_time < clock.day_start(day + timedelta(days=1)), JobRun.finished_at.is_not(None))


def _old_runs(db: Session, before: date) -> list[Ended]:
    """All of them at once: nobody holds one firing."""
    count = db.scalar(select(func.count()).select_from(JobRun).where(_runs_until(before))) or 0
    return [Ended(f"job-run:{before}", before, count=count)] if count else []


def _forget_runs(db: Session, subjects: Sequence[str], _at: datetime) -> int:
    days = [date.fromisoformat(subject.removeprefix("job-run:")) for subject in subjects]
    gone = 0
    for day in days:
        gone += int(db.execute(delete(JobRun).where(_runs_until(day))).rowcount)  # type: ignore[attr-defined]
    return gone


def _old_messages(_db: Session, before: date) -> list[Ended]:
    return [Ended(f"sms:{name}", before) for name in sms.outbox().overdue(clock.day_start(before + timedelta(days=1)))]


def _forget_messages(_db: Session, subjects: Sequence[str], _at: datetime) -> int:
    sms.outbox().clear(subject.removeprefix("sms:") for subject in subjects)
    return len(subjects)
