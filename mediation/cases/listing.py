"""Lists of cases without anything personal: of an office, a mediator, a party; what is flagged; who answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from mediation.cases import people
from mediation.cases.models.record import (
    OPEN_STEPS,
    MediationAssignment,
    MediationCase,
    MediationFlag,
    MediationParty,
    MediationStep,
)
from portal.kernel.access import Actor, Permission, require
from portal.kernel.divisions import prefix


@dataclass(frozen=True)
class CaseLine:
    """A line of a list: nothing personal."""

    id: str
    code: str
    track: str
    kind: str
    estate_code: str
    division_code: str
    filed_on: date
    state: str
    since: date


def flagged(db: Session, flag: str, *, within: str | None = None, limit: int = 500) -> list[CaseLine]:
    """Open cases on which a mark stands: the agenda of a joint conference. Nothing personal."""
    last = (
        select(MediationFlag.case_id, func.max(MediationFlag.seq).label("seq"))
        .where(MediationFlag.flag == flag)
        .group_by(MediationFlag.case_id)
        .subquery()
    )
    query = _lines().where(MediationStep.step.not_in(("archived", "deleted")))
    query = query.join(last, last.c.case_id == MediationCase.id).join(
        MediationFlag, (MediationFlag.case_id == last.c.case_id) & (MediationFlag.seq == last.c.seq)
    )
    query = query.where(MediationFlag.is_set.is_(True))
    if within:
        query = query.where(MediationCase.division_code.startswith(prefix(within)))
    return [_line(row) for row in db.execute(query.order_by(MediationCase.filed_on, MediationCase.id).limit(limit))]


def _lines() -> Select[MediationCase, MediationStep]:
    return (
        select(MediationCase, MediationStep)
        .join(MediationStep, MediationStep.case_id == MediationCase.id)
        .where(MediationStep.superseded_at.is_(None))
    )


def _line(row: Sequence[object]) -> CaseLine:
    case, step = row[0], row[1]
    assert isinstance(case, MediationCase)
    assert isinstance(step, MediationStep)
    return CaseLine(
        case.id,
        case.code,
        case.track,
        case.kind,
        case.estate_code,
        case.division_code,
        case.filed_on,
        step.step,
        step.on,
    )


def _mine(actor: Actor) -> ColumnElement[bool]:
    """The cases that concern a member of the office: those of a mediator by name, those of a registrar by place."""
    if actor.may(Permission.MEDIATION_CASE) and actor.role is not None:
        own = select(MediationAssignment.case_id).where(
            MediationAssignment.login == actor.login, MediationAssignment.superseded_at.is_(None)
        )
        return MediationCase.id.in_(own)
    require(actor.may(Permission.MEDIATION_REGISTER))
    place = prefix(actor.division_code) if actor.division_code else ""
    return MediationCase.division_code.startswith(place)


def queue(
    db: Session, actor: Actor, *, states: Sequence[str] = (), kind: str = "", estate_code: str = "", limit: int = 50,
    offset: int = 0,
) -> tuple[list[CaseLine], int]:  # fmt: skip
    """The cases of a mediator or a registrar, the longest waiting first: (this page, how many in all)."""
    where = [_mine(actor)]
    if states:
        where.append(MediationStep.step.in_(states))
    if kind:
        where.append(MediationCase.kind == kind)
    if estate_code:
        where.append(MediationCase.estate_code == estate_code)
    query = _lines().where(*where)
    total = db.scalar(
        select(func.count())
        .select_from(MediationCase)
        .join(MediationStep, MediationStep.case_id == MediationCase.id)
        .where(MediationStep.superseded_at.is_(None), *where)
    )
    rows = db.execute(query.order_by(MediationStep.on, MediationCase.id).limit(limit).offset(offset))
    return [_line(row) for row in rows], int(total or 0)


def counts(db: Session, actor: Actor, states: Sequence[str] = OPEN_STEPS) -> dict[str, int]:
    """State to how many cases of a mediator or registrar; the open ones, unless told: few of all that ever were."""
    return {step: int(count) for step, count in db.execute(_counted(actor, tuple(states)))}


@lru_cache(maxsize=256)
def _counted(actor: Actor, states: tuple[str, ...]) -> Select[str, int]:
    """Asked on staff pages: put together once for a person."""
    return (
        select(MediationStep.step, func.count())
        .join(MediationCase, MediationCase.id == MediationStep.case_id)
        .where(MediationStep.superseded_at.is_(None), MediationStep.step.in_(states), _mine(actor))
        .group_by(MediationStep.step)
    )


def own_cases(db: Session, actor: Actor) -> list[CaseLine]:
    """The cases of a party: a company's by its code, a person's by the party that came in. The newest first."""
    own: list[ColumnElement[bool]] = [MediationParty.superseded_at.is_(None), MediationParty.left_on.is_(None)]
    if actor.login.startswith(people.PARTY):
        own.append(MediationParty.id == actor.login.removeprefix(people.PARTY))
    else:
        require(actor.may(Permission.MEDIATION_OWN) and actor.uscc is not None)
        own.append(MediationParty.uscc == actor.uscc)
    ids = select(MediationParty.case_id).where(*own)
    rows = db.execute(
        _lines().where(MediationCase.id.in_(ids)).order_by(MediationCase.filed_on.desc(), MediationCase.id)
    )
    return [_line(row) for row in rows]
