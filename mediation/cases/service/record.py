"""What the verbs of a case have in common: hold one, write its steps, run its clocks."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from mediation.cases import people, policy, vault
from mediation.cases.models.record import NEXT_STEPS, MediationCase, MediationStep
from mediation.cases.people import Standing
from portal.deadlines import api as deadlines
from portal.deadlines.api import Holder
from portal.kernel import audit, clock
from portal.kernel.access import Actor, Role
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.i18n import _

ENDPOINT = "mediation_cases.case"
LONGEST = 4000
ACCEPT, COMPLEX, TRANSFER, CONSENT = "mediation.accept", "mediation.complex", "mediation.transfer", "mediation.consent"
MEDIATE, EXTENSION, CONFIRM = "mediation.mediate", "mediation.extension", "mediation.confirm"
PROMISE, RETENTION = "mediation.promise", "mediation.retention"


@dataclass
class Held:
    """A case that nobody else changes until the transaction ends: its row, the step in force, who the actor is to it."""

    case: MediationCase
    step: MediationStep
    who: Standing

    @property
    def id(self) -> str:
        """The id of the case."""
        return self.case.id

    @property
    def state(self) -> str:
        """The state: its last step."""
        return self.step.step


def no_case() -> NotFound:
    """The refusal of a case that does not exist for this person."""
    return NotFound(_("没有找到这件调解案件。"))


def ref(case: MediationCase) -> str:
    """How audit log and deadlines name a case."""
    return ref_of(case.code)


def ref_of(code: str) -> str:
    """The same by the number of the case."""
    return f"mediation:{code}"


_IN_FORCE = select(MediationStep).where(
    MediationStep.case_id == bindparam("case"), MediationStep.superseded_at.is_(None)
)


def step_of(db: Session, case_id: str) -> MediationStep:
    """The step in force."""
    return db.scalars(_IN_FORCE, {"case": case_id}).one()


def case_row(db: Session, case_id: str) -> MediationCase:
    """A case by its id. ``NotFound``."""
    row = db.get(MediationCase, case_id)
    if row is None:
        raise no_case()
    return row


def hold(db: Session, actor: Actor, case_id: str, *, seen: int | None = None, on: date | None = None) -> Held:
    """Lock a case. ``NotFound`` when there is none for this person, ``Conflict`` when it moved since step ``seen``."""
    lock(db, f"mediation:{case_id}")
    case = case_row(db, case_id)
    step, who = step_of(db, case_id), people.standing(db, actor, case)
    if not policy.may_know(who):
        raise no_case()
    if seen is not None and seen != step.seq:
        raise Conflict(_("其他人刚刚办理了这件案件。请刷新页面后再看。"))
    refuse_day(on, step.on)
    return Held(case, step, who)


def look(db: Session, actor: Actor, case_id: str) -> Held:
    """A case for reading: as ``hold``, without waiting for anybody."""
    case = case_row(db, case_id)
    who = people.standing(db, actor, case)
    if not policy.may_know(who):
        raise no_case()
    return Held(case, step_of(db, case_id), who)


def refuse_day(on: date | None, earliest: date) -> None:
    """The day of an act is neither ahead nor before the step that it follows."""
    if on is not None and on > clock.today():
        raise DomainError(_("办理日期不能晚于今天。"))
    if on is not None and on < earliest:
        raise DomainError(_("办理日期不能早于上一步的日期%(day)s。", day=earliest.isoformat()))


def expect(held: Held, *states: str) -> None:
    """Stop where the deed does not fit the state."""
    if held.state not in states:
        raise Conflict(_("这件案件现在不能这样办理。请刷新页面后再看。"))


def needed(text: str) -> str:
    """A text that must be there and not too long."""
    said = text.strip()
    if not said:
        raise DomainError(_("请写明内容。"))
    if len(said) > LONGEST:
        raise DomainError(_("内容最多填%(n)s个字。请缩短。", n=LONGEST))
    return said


def one_of(code: str, known: object) -> str:
    """A code of a list; anything else is refused."""
    if code not in known:  # type: ignore[operator]
        raise DomainError(_("请从列表中选择。"))
    return code


def add_step(
    db: Session, actor: Actor, held: Held, step: str, on: date | None, *, code: str = "", reason: str = ""
) -> None:
    """Write the next step; the one before it ends at that instant. ``Conflict`` when it may not follow."""
    if step not in NEXT_STEPS.get(held.state, ()):
        raise Conflict(_("这件案件现在不能这样办理。请刷新页面后再看。"))
    at, day = clock.now(), on or clock.today()
    before = (MediationStep.case_id == held.id, MediationStep.seq == held.step.seq)
    db.execute(
        update(MediationStep).where(*before).values(superseded_at=at).execution_options(synchronize_session=False)
    )
    db.expunge(held.step)
    new = MediationStep(
        case_id=held.id, seq=held.step.seq + 1, step=step, on=day, at=at, code=code,
        reason=vault.seal(db, held.id, reason), actor=actor.audit_name,
    )  # fmt: skip
    db.add(new)
    db.flush()
    held.step = new
    audit.record(db, actor, f"mediation.{step}", ref(held.case), {"seq": new.seq, "on": day, "code": code})


def office(case: MediationCase) -> Holder:
    """The registrars of the place: who holds a clock that no mediator holds."""
    return Holder(role=Role.REGISTRAR, division_code=case.division_code)


def holder(db: Session, case: MediationCase) -> Holder:
    """The mediator who was chosen first, or the office."""
    logins = people.assigned(db, case.id)
    return Holder(login=logins[0]) if logins else office(case)


def start_clock(
    db: Session, actor: Actor, case: MediationCase, rule: str, on: date | None, *, to: Holder | None = None,
    part: str = "", due_on: date | None = None,
) -> None:  # fmt: skip
    """Start a clock of a case; ``part`` names one promise of it."""
    deadlines.start(
        db, actor, rule, ref(case) + part, holder=to or office(case), title=title(case), endpoint=ENDPOINT,
        values={"case_id": case.id}, on=on, due_on=due_on,
    )  # fmt: skip


def title(case: MediationCase) -> str:
    """How queues name a case: by its code alone."""
    return f"调解案件{case.code}"


def stop_clock(
    db: Session, actor: Actor, case: MediationCase, rule: str, on: date | None, outcome: str = "done"
) -> None:
    """Stop a clock of a case, if it runs."""
    deadlines.close(db, actor, rule, ref(case), outcome=outcome, on=on)


def due_at(db: Session, case: MediationCase, rule: str) -> datetime | None:
    """The first instant that is late of a clock that runs, None when none does."""
    found = deadlines.of_subjects(db, [ref(case)]).get(ref(case), [])
    return next((one.due_at for one in found if one.rule == rule and one.closed_at is None), None)
