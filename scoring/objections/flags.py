"""The mark on a contested record, wherever it shows: under objection at once, its result for a time, and a
reconsideration or lawsuit while it is pending (深圳经济特区社会信用条例 Art. 43, 50).

Answers the announcement ``record.flags``. What stood on a day, as recorded by an instant, is derived from the journals.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, select
from sqlalchemy.orm import Session

from portal.deadlines import api as deadlines
from portal.kernel import clock
from portal.kernel.flags import Flag
from portal.kernel.formats import date_text
from portal.kernel.i18n import _
from scoring.objections import words
from scoring.objections.models import (
    REVIEW_STEPS,
    Objection,
    ObjectionStep,
    Proceeding,
    ProceedingStep,
)

PIECE = 500
_REFS: BindParameter[Any] = bindparam("refs", expanding=True)
MARK_RULE = "objection.mark"  # how long the result stays marked: rule data
PENDING = ("filed", *REVIEW_STEPS)


def record_flags(
    db: Session, *, refs: Collection[str], as_of: date | None = None, known_at: datetime | None = None
) -> dict[str, tuple[Flag, ...]]:
    """Reference to its flags on a day, as known at an instant."""
    day, found = as_of or clock.today(), dict[str, list[Flag]]()
    for some in _pieces(sorted(set(refs))):
        for ref, flag in (*_objections(db, some, day, known_at), *_proceedings(db, some, day, known_at)):
            if flag not in found.setdefault(ref, []):
                found[ref].append(flag)
    return {ref: tuple(flags) for ref, flags in found.items() if flags}


def _pieces(refs: list[str]) -> Iterable[list[str]]:
    return (refs[first : first + PIECE] for first in range(0, len(refs), PIECE))


def _steps(db: Session, of: Any, refs: list[str], day: date, known_at: datetime | None) -> dict[str, list[Any]]:
    """Record to its steps by then, in order. ``of``: ``_of_objections`` or ``_of_proceedings``."""
    asked = {"refs": refs, "day": day} | ({} if known_at is None else {"known_at": known_at})
    found: dict[str, list[Any]] = {}
    for ref, key, step in db.execute(of(known_at is not None), asked):
        found.setdefault(f"{key}\n{ref}", []).append(step)
    return found


# Every page with records asks for their flags: the questions are put together once.
@cache
def _of_objections(by_knowledge: bool) -> Select[str, str, ObjectionStep]:
    query = select(Objection.ref, Objection.id, ObjectionStep)
    query = query.join(ObjectionStep, ObjectionStep.objection_id == Objection.id).where(Objection.ref.in_(_REFS))
    return _by_then(query, Objection, ObjectionStep, by_knowledge)


@cache
def _of_proceedings(by_knowledge: bool) -> Select[str, str, ProceedingStep]:
    query = select(Proceeding.ref, Proceeding.id, ProceedingStep)
    query = query.join(ProceedingStep, ProceedingStep.proceeding_id == Proceeding.id).where(Proceeding.ref.in_(_REFS))
    return _by_then(query, Proceeding, ProceedingStep, by_knowledge)


def _by_then(query: Any, record: Any, journal: Any, by_knowledge: bool) -> Any:
    query = query.where(journal.on <= bindparam("day"))
    if by_knowledge:
        query = query.where(journal.at <= bindparam("known_at"))
    return query.order_by(record.recorded_at, record.id, journal.seq)


def _objections(db: Session, refs: list[str], day: date, known_at: datetime | None) -> Iterable[tuple[str, Flag]]:
    for key, steps in _steps(db, _of_objections, refs, day, known_at).items():
        flag = _objection_flag(db, steps, day)
        if flag is not None:
            yield key.partition("\n")[2], flag


def _objection_flag(db: Session, steps: list[ObjectionStep], day: date) -> Flag | None:
    first, last = steps[0], steps[-1]
    if last.step in PENDING:
        return Flag("objection", _("异议处理中（%(day)s收到）", day=date_text(first.on)), first.on)
    if last.step == "decided" and day <= deadlines.last_day(db, MARK_RULE, last.on):
        label = _("%(outcome)s（%(day)s决定）", outcome=words.outcome(last.code), day=date_text(last.on))
        return Flag("objection_decided", label, last.on)
    return None


def _proceedings(db: Session, refs: list[str], day: date, known_at: datetime | None) -> Iterable[tuple[str, Flag]]:
    found = _steps(db, _of_proceedings, refs, day, known_at)
    if not found:
        return
    kinds = {one.id: one.kind for one in db.scalars(select(Proceeding).where(Proceeding.ref.in_(refs)))}
    for key, steps in found.items():
        proceeding_id, _newline, ref = key.partition("\n")
        flag = _proceeding_flag(db, str(words.PROCEEDINGS[kinds[proceeding_id]]), steps, day)
        if flag is not None:
            yield ref, flag


def _proceeding_flag(db: Session, name: str, steps: list[ProceedingStep], day: date) -> Flag | None:
    first, last = steps[0], steps[-1]
    if last.step == "pending":
        return Flag("review", _("%(kind)s中（%(day)s起）", kind=name, day=date_text(first.on)), first.on)
    if day <= deadlines.last_day(db, MARK_RULE, last.on):
        label = _(
            "%(kind)s已结束：%(result)s（%(day)s）", kind=name, result=words.RESULTS[last.code], day=date_text(last.on)
        )
        return Flag("review_ended", label, last.on)
    return None
