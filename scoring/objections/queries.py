"""Reads of objections and of proceedings, always ordered; the state is the last step."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.divisions import prefix
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from scoring.objections.models import (
    OPEN_STEPS,
    Objection,
    ObjectionAnswer,
    ObjectionCorrection,
    ObjectionFile,
    ObjectionPoint,
    ObjectionStep,
    Proceeding,
    ProceedingStep,
)

PIECE = 500


@dataclass(frozen=True)
class Case:
    """An objection with everything that belongs to it; ``facts``: the contested figures as they stood at the filing."""

    objection: Objection
    steps: tuple[ObjectionStep, ...]
    points: tuple[ObjectionPoint, ...]
    files: tuple[ObjectionFile, ...]
    answers: dict[int, ObjectionAnswer]
    corrections: tuple[ObjectionCorrection, ...]
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def last(self) -> ObjectionStep:
        """The step in which it stands."""
        return self.steps[-1]

    @property
    def filed_on(self) -> date:
        """The day on which it was received."""
        return self.steps[0].on

    def step(self, name: str) -> ObjectionStep | None:
        """A step that was taken, None when it was not."""
        return next((step for step in self.steps if step.step == name), None)


def find(db: Session, objection_id: str) -> Objection:
    """An objection by its id. ``NotFound``."""
    found = db.get(Objection, objection_id)
    if found is None:
        raise nothing()
    return found


def nothing() -> NotFound:
    """The refusal of an objection that does not exist for this person."""
    return NotFound(_("没有找到这件异议。"))


def case(db: Session, objection_id: str) -> Case:
    """An objection with its parts. ``NotFound``."""
    own = find(db, objection_id)

    def parts(model: Any, order: Any) -> list[Any]:
        return list(db.scalars(select(model).where(model.objection_id == own.id).order_by(order)))

    answers = parts(ObjectionAnswer, ObjectionAnswer.point_seq)
    return Case(
        own,
        tuple(parts(ObjectionStep, ObjectionStep.seq)),
        tuple(parts(ObjectionPoint, ObjectionPoint.seq)),
        tuple(parts(ObjectionFile, ObjectionFile.name)),
        {answer.point_seq: answer for answer in answers},
        tuple(parts(ObjectionCorrection, ObjectionCorrection.seq)),
        json.loads(own.contested),
    )


def last_step(db: Session, objection_id: str) -> ObjectionStep:
    """The step in which an objection stands."""
    steps = select(ObjectionStep).where(ObjectionStep.objection_id == objection_id)
    return db.scalars(steps.order_by(ObjectionStep.seq.desc()).limit(1)).one()


@cache
def is_last() -> ColumnElement[bool]:
    """Whether a step is the last one of its objection."""
    later = aliased(ObjectionStep)
    same = later.objection_id == ObjectionStep.objection_id
    return ~select(later.seq).where(same, later.seq > ObjectionStep.seq).exists()


def rows(
    db: Session, *where: ColumnElement[bool], limit: int | None = None, offset: int = 0, newest: bool = True
) -> list[tuple[Objection, ObjectionStep]]:
    """Objections with their last step, the newest first (or the longest waiting)."""
    query = select(Objection, ObjectionStep).join(ObjectionStep, ObjectionStep.objection_id == Objection.id)
    order = (Objection.recorded_at.desc(), Objection.id) if newest else (Objection.recorded_at, Objection.id)
    found = db.execute(query.where(is_last(), *where).order_by(*order).limit(limit).offset(offset))
    return [(row[0], row[1]) for row in found]


def count(db: Session, *where: ColumnElement[bool]) -> int:
    """How many there are."""
    return int(db.scalar(_counted().where(*where)) or 0)


@cache
def _counted() -> Select[int]:
    query = select(func.count()).select_from(Objection).join(ObjectionStep, ObjectionStep.objection_id == Objection.id)
    return query.where(is_last())


def waiting(db: Session, actor: Actor) -> int:
    """How many the person's office has to deal with."""
    return int(db.scalar(_waiting(actor)) or 0)


@lru_cache(maxsize=256)
def _waiting(actor: Actor) -> Select[int]:
    """Asked on staff pages: put together once for a person."""
    level = Objection.level == ("district" if actor.has_whole_district else "street")
    return _counted().where(*for_staff(actor), level, ObjectionStep.step.in_(OPEN_STEPS))


def for_staff(actor: Actor) -> list[ColumnElement[bool]]:
    """What of all objections a person of the staff may know: a street those to checks of its estates."""
    if actor.has_whole_district:
        return []
    place = Objection.division_code.startswith(prefix(actor.division_code or "-"), autoescape=True)
    return [Objection.kind == "check", place]


def open_of(db: Session, ref: str, uscc: str) -> Objection | None:
    """A company's objection to a record that is not settled yet."""
    same = (Objection.ref == ref, Objection.uscc == uscc, ObjectionStep.step.in_(OPEN_STEPS))
    found = rows(db, *same, limit=1)
    return found[0][0] if found else None


def open_refs(db: Session, refs: Iterable[str], uscc: str) -> dict[str, str]:
    """Reference to the company's objection that is not settled yet."""
    wanted, found = sorted(set(refs)), {}
    for first in range(0, len(wanted), PIECE):
        some = Objection.ref.in_(wanted[first : first + PIECE])
        for own, _last in rows(db, some, Objection.uscc == uscc, ObjectionStep.step.in_(OPEN_STEPS)):
            found[own.ref] = own.id
    return found


def numbers_used(db: Session, year: int) -> int:
    """How many objections were numbered in a year."""
    query = select(func.count()).select_from(Objection).where(Objection.number.startswith(number_of(year, None)))
    return int(db.scalar(query) or 0)


def number_of(year: int, seq: int | None) -> str:
    """``YY-2026-0012``; without a number what all of a year begin with."""
    return f"YY-{year}-" + ("" if seq is None else f"{seq:04d}")


# --- proceedings ------------------------------------------------------------------------------------------------------


def proceeding_rows(db: Session, refs: Collection[str] | None = None) -> list[tuple[Proceeding, list[ProceedingStep]]]:
    """Reconsiderations and lawsuits with their steps, the newest first; of all records or of those named."""
    query = select(Proceeding).order_by(Proceeding.recorded_at.desc(), Proceeding.id)
    if refs is not None:
        query = query.where(Proceeding.ref.in_(sorted(refs)))
    found = list(db.scalars(query))
    steps: dict[str, list[ProceedingStep]] = {}
    own = select(ProceedingStep).where(ProceedingStep.proceeding_id.in_([one.id for one in found]))
    for step in db.scalars(own.order_by(ProceedingStep.seq)):
        steps.setdefault(step.proceeding_id, []).append(step)
    return [(one, steps[one.id]) for one in found]


# --- figures ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Numbers:
    """How many objections were received, accepted, refused, decided, corrected (wholly or in part), and are open."""

    received: int
    accepted: int
    refused: int
    decided: int
    corrected: int
    open: int


def numbers(db: Session, *where: ColumnElement[bool]) -> Numbers:
    """Counts over objections; every objection is counted in the steps that it took."""
    steps: dict[str, int] = {}
    query = select(ObjectionStep.step, func.count()).join(Objection, Objection.id == ObjectionStep.objection_id)
    for step, number in db.execute(query.where(*where).group_by(ObjectionStep.step)):
        steps[step] = number
    corrected = count(db, ObjectionStep.code.in_(("allowed", "partly_allowed")), *where)
    waiting = count(db, ObjectionStep.step.in_(OPEN_STEPS), *where)
    return Numbers(
        steps.get("filed", 0), steps.get("accepted", 0), steps.get("refused", 0), steps.get("decided", 0), corrected,
        waiting,
    )  # fmt: skip


def by_kind(db: Session, since: date | None = None) -> dict[tuple[str, str], int]:
    """(kind, state or outcome) to the number of objections; decided ones by their outcome."""
    wanted = [] if since is None else [Objection.recorded_at >= clock.day_start(since)]
    query = select(Objection.kind, ObjectionStep.step, ObjectionStep.code, func.count())
    joined = query.join(ObjectionStep, ObjectionStep.objection_id == Objection.id).where(is_last(), *wanted)
    found: dict[tuple[str, str], int] = {}
    for kind, step, code, number in db.execute(joined.group_by(Objection.kind, ObjectionStep.step, ObjectionStep.code)):
        state = code if step == "decided" else step if step in ("refused", "withdrawn") else "open"
        found[kind, state] = found.get((kind, state), 0) + number
    return found
