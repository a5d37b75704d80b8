"""Who mediates: the system proposes, the parties choose, the office fills the gap; conflicts of interest bar."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mediation.cases import people, policy
from mediation.cases.models.record import (
    OPEN_STEPS,
    TALKING,
    MediationAnswer,
    MediationAssignment,
    MediationStep,
    MediationWithdrawal,
)
from mediation.cases.service import asking, filing, record, sessions
from mediation.cases.service.record import MEDIATE, Held
from mediation.roster import api as roster
from portal.deadlines import api as deadlines
from portal.kernel import audit, clock, ids
from portal.kernel.access import Actor, require
from portal.kernel.errors import Conflict, DomainError
from portal.kernel.i18n import _

PANEL = 3


@dataclass(frozen=True)
class Candidate:
    """Somebody who may mediate a case: with nothing in the way, and how many open cases the person has."""

    mediator: roster.MediatorView
    load: int
    knows_kind: bool


def loads(db: Session) -> dict[str, int]:
    """Login to the open cases that the person mediates or advises."""
    query = (
        select(MediationAssignment.login, func.count())
        .join(MediationStep, MediationStep.case_id == MediationAssignment.case_id)
        .where(MediationAssignment.superseded_at.is_(None), MediationStep.superseded_at.is_(None))
        .where(MediationStep.step.in_(OPEN_STEPS))
        .group_by(MediationAssignment.login)
    )
    return {login: int(count) for login, count in db.execute(query)}


def bars(db: Session, held: Held, on: date) -> dict[str, tuple[str, ...]]:
    """Login to codes of what bars the person from this case, having left it before included."""
    usccs = [row.uscc for row in people.parties(db, held.id, left_too=True) if row.uscc]
    found = {
        login: tuple(one.code for one in listed)
        for login, listed in roster.conflicts(db, held.case.estate_code, usccs, on).items()
    }
    for login in db.scalars(select(MediationWithdrawal.login).where(MediationWithdrawal.case_id == held.id)):
        found[login] = (*found.get(login, ()), "recused")
    return found


def candidates(db: Session, actor: Actor, case_id: str, *, part: str = "mediator", limit: int = 5) -> list[Candidate]:
    """Who fits: on the roster, not barred, not full; who knows the kind of dispute and has least to do comes first."""
    held = record.look(db, actor, case_id)
    today = clock.today()
    barred, busy, there = bars(db, held, today), loads(db), set(people.assigned(db, case_id, part))
    found = [
        Candidate(one, busy.get(one.login, 0), not one.kinds or held.case.kind in one.kinds)
        for one in roster.on_roster(db, today, part)
        if one.login not in barred and one.login not in there and busy.get(one.login, 0) < one.capacity
    ]
    found.sort(key=lambda one: (not one.knows_kind, one.load, one.mediator.login))
    return found[:limit]


def nominate(db: Session, actor: Actor, case_id: str, login: str, *, on: date | None = None) -> str:
    """Ask both sides whether they want this mediator; a party that proposes has said yes. Answers the question's id."""
    held = record.hold(db, actor, case_id, on=on)
    require(held.who.is_party or policy.may_register(held.who))
    record.expect(held, "mediating", "extended")
    _refuse_unfit(db, held, login, "mediator", on)
    day = on or clock.today()
    ask_id = asking.ask(db, actor, held.case, "mediator", login, "applicant respondent", on)
    if held.who.is_party and any(one.id == held.who.party_id for one in people.voices(db, case_id)):
        own = MediationAnswer(ask_id=ask_id, party_id=held.who.party_id, yes=True, on=day, at=clock.now())
        own.actor = actor.audit_name
        db.add(own)
        db.flush()
    return ask_id


def appoint(
    db: Session, actor: Actor, case_id: str, login: str, part: str = "mediator", *, on: date | None = None
) -> None:
    """The registrar appoints a lawyer, or a mediator where the sides choose none."""
    held = record.hold(db, actor, case_id, on=on)
    require(policy.may_register(held.who))
    record.expect(held, "consent_pending", *TALKING)
    record.one_of(part, ("mediator", "lawyer"))
    assign(db, actor, held, login, part, "office", on)


def _refuse_unfit(db: Session, held: Held, login: str, part: str, on: date | None) -> None:
    day = on or clock.today()
    view = roster.mediator(db, login, day)
    if view.part != part:
        raise DomainError(_("这位人员在名册上不是这一身份，请另选一位。"))
    if login in bars(db, held, day):
        raise DomainError(_("这位人员与本案有利害关系或者已经回避，请另选一位。"))
    if login in people.assigned(db, held.id, part):
        raise Conflict(_("这位人员已经在办理本案。"))
    if part == "mediator" and len(people.assigned(db, held.id)) >= most(db, held.id):
        raise DomainError(_("本案的调解员已经够了。重大纠纷才组成三人调解小组。"))


def most(db: Session, case_id: str) -> int:
    """How many mediators a case has at most: three for a major one, else one."""
    return PANEL if filing.has_flag(db, case_id, "major") else 1


def assign(db: Session, actor: Actor, held: Held, login: str, part: str, chosen_by: str, on: date | None) -> None:
    """Somebody begins; the clock of the mediation goes to the first mediator."""
    _refuse_unfit(db, held, login, part, on)
    row = MediationAssignment(
        id=ids.new_id(), case_id=held.id, login=login, part=part, chosen_by=chosen_by, on=on or clock.today(),
        actor=actor.audit_name, recorded_at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    audit.record(
        db, actor, "mediation.assigned", record.ref(held.case), {"login": login, "part": part, "by": chosen_by}
    )
    _hand_over(db, actor, held)


def _hand_over(db: Session, actor: Actor, held: Held) -> None:
    if record.due_at(db, held.case, MEDIATE) is not None:
        deadlines.hand_over(db, actor, MEDIATE, record.ref(held.case), holder=record.holder(db, held.case))


def recuse(db: Session, actor: Actor, case_id: str, login: str, cause: str, *, on: date | None = None) -> None:
    """A mediator or lawyer leaves a case: of one's own accord (``own``), because a party demands it (``demand``), or a conflict
    came to light (``conflict``, the registrar). Sessions ahead are cancelled; the person never returns."""
    held = record.hold(db, actor, case_id, on=on)
    allowed = {"own": actor.login == login, "demand": held.who.is_party, "conflict": policy.may_register(held.who)}
    require(allowed.get(cause, False))
    record.expect(held, "consent_pending", *TALKING)
    live = (MediationAssignment.case_id == case_id, MediationAssignment.superseded_at.is_(None))
    mine = select(MediationAssignment.part).where(*live, MediationAssignment.login == login)
    part = db.scalar(mine)
    if part is None:
        raise Conflict(_("这位人员没有在办理本案。"))
    db.execute(
        update(MediationAssignment).where(*live, MediationAssignment.login == login).values(superseded_at=clock.now())
    )
    gone = MediationWithdrawal(case_id=case_id, login=login, cause=cause, on=on or clock.today(), at=clock.now())
    gone.actor = actor.audit_name
    db.add(gone)
    db.flush()
    audit.record(db, actor, "mediation.recused", record.ref(held.case), {"login": login, "cause": cause})
    if part == "mediator":
        sessions.cancel_ahead(db, actor, held)
        _hand_over(db, actor, held)
