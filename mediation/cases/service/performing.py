"""After the agreement: the court's confirmation, promises kept or broken, and what may follow a broken one."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mediation.cases import news, people, policy, vault
from mediation.cases.models.papers import (
    PROMISE_NEXT,
    MediationCourt,
    MediationLead,
    MediationPromise,
    MediationPromiseStep,
)
from mediation.cases.models.record import IN_FORCE, MediationCase, MediationStep
from mediation.cases.models.talks import MediationFile
from mediation.cases.service import record
from mediation.cases.service.record import CONFIRM, PROMISE, Held
from mediation.cases.service.talking import Term, term_of
from portal.deadlines import api as deadlines
from portal.kernel import audit, clock, ids
from portal.kernel.access import Actor, Role, require
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.i18n import _
from portal.notices import api as notices


@dataclass(frozen=True)
class PromiseView:
    """A promise now: ``step`` made, proved, kept or broken; ``term`` None once the case is deleted."""

    id: str
    seq: int
    side: str
    due_on: date
    term: Term | None
    step: str
    on: date
    note: str
    file_id: str | None


def _last(db: Session, promise_id: str) -> MediationPromiseStep:
    query = select(MediationPromiseStep).where(
        MediationPromiseStep.promise_id == promise_id, MediationPromiseStep.superseded_at.is_(None)
    )
    return db.scalars(query).one()


def _of_case(db: Session, case_id: str) -> list[tuple[MediationPromise, MediationPromiseStep]]:
    query = (
        select(MediationPromise, MediationPromiseStep)
        .join(MediationPromiseStep, MediationPromiseStep.promise_id == MediationPromise.id)
        .where(MediationPromise.case_id == case_id, MediationPromiseStep.superseded_at.is_(None))
    )
    return [(promise, step) for promise, step in db.execute(query.order_by(MediationPromise.seq))]


def promises(db: Session, actor: Actor, case_id: str) -> list[PromiseView]:
    """The promises of a case, for those who may read its papers."""
    held = record.look(db, actor, case_id)
    if not policy.may_read_names(held.who, held.state, is_opened=False):
        return []
    found = []
    for row, step in _of_case(db, case_id):
        plain = vault.unseal_values(db, case_id, row.terms)
        note = vault.unseal(db, case_id, step.note)
        found.append(
            PromiseView(
                row.id,
                row.seq,
                row.side,
                row.due_on,
                term_of(plain) if plain else None,
                step.step,
                step.on,
                note,
                step.file_id,
            )  # fmt: skip
        )
    return found


def _hold(db: Session, actor: Actor, promise_id: str, on: date | None) -> tuple[Held, MediationPromise]:
    row = db.get(MediationPromise, promise_id)
    if row is None:
        raise NotFound(_("没有找到这项约定。"))
    held = record.hold(db, actor, row.case_id)
    record.refuse_day(on, date.min)
    record.expect(held, *IN_FORCE)
    return held, row


def _step(
    db: Session, actor: Actor, held: Held, row: MediationPromise, step: str, on: date | None, *, note: str = "",
    file_id: str | None = None,
) -> None:  # fmt: skip
    old = _last(db, row.id)
    if step not in PROMISE_NEXT.get(old.step, ()):
        raise Conflict(_("这项约定现在不能这样登记。请刷新页面后再看。"))
    at = clock.now()
    live = (MediationPromiseStep.promise_id == row.id, MediationPromiseStep.superseded_at.is_(None))
    db.execute(
        update(MediationPromiseStep).where(*live).values(superseded_at=at).execution_options(synchronize_session=False)
    )
    db.expunge(old)
    new = MediationPromiseStep(
        promise_id=row.id, seq=old.seq + 1, step=step, on=on or clock.today(), at=at, note=vault.seal(db, held.id, note),
        file_id=file_id, actor=actor.audit_name,
    )  # fmt: skip
    db.add(new)
    db.flush()
    audit.record(db, actor, f"mediation.promise-{step}", record.ref(held.case), {"promise": row.seq})
    if step in ("kept", "broken"):
        deadlines.close(db, actor, PROMISE, f"{record.ref(held.case)}/{row.seq}", outcome=step, on=on)


def prove(
    db: Session, actor: Actor, promise_id: str, note: str, *, file_id: str | None = None, on: date | None = None
) -> None:
    """The side that owes says what it did, with a file from the joint room perhaps."""
    held, row = _hold(db, actor, promise_id, on)
    require(held.who.is_party and held.who.side == row.side)
    if file_id is not None:
        file = db.get(MediationFile, file_id)
        if file is None or (file.case_id, file.wall) != (held.id, "joint"):
            raise NotFound(_("没有找到这个文件。"))
    _step(db, actor, held, row, "proved", on, note=record.needed(note), file_id=file_id)


def keep(db: Session, actor: Actor, promise_id: str, *, on: date | None = None) -> None:
    """The other side, or the mediator, confirms that a promise was kept; the last one ends the case well."""
    held, row = _hold(db, actor, promise_id, on)
    require(policy.may_mediate(held.who) or (held.who.is_party and held.who.side != row.side))
    _step(db, actor, held, row, "kept", on)
    settle(db, actor, held, on)


def break_promise(db: Session, actor: Actor, promise_id: str, reason: str, *, on: date | None = None) -> None:
    """The other side, or the mediator, says that a promise was not kept by its day."""
    held, row = _hold(db, actor, promise_id, on)
    require(policy.may_mediate(held.who) or (held.who.is_party and held.who.side != row.side))
    if (on or clock.today()) <= row.due_on:
        raise DomainError(_("约定日期还没有过。"))
    _step(db, actor, held, row, "broken", on, note=record.needed(reason))
    settle(db, actor, held, on)


def settle(db: Session, actor: Actor, held: Held, on: date | None) -> None:
    """What the promises make of a case that is being carried out: performed when all are kept, breached when one is not."""
    steps = {step.step for _promise, step in _of_case(db, held.id)}
    if held.state == "performing" and "broken" in steps:
        record.add_step(db, actor, held, "breached", on)
    if held.state in ("performing", "breached") and steps == {"kept"}:
        record.add_step(db, actor, held, "performed", on)


def confirm(
    db: Session, actor: Actor, case_id: str, court: str, number: str, *, seen: int | None = None, on: date | None = None
) -> None:
    """The registrar notes that a court confirmed the agreement."""
    held = record.hold(db, actor, case_id, seen=seen, on=on)
    require(policy.may_register(held.who))
    record.add_step(db, actor, held, "confirmed", on)
    _note_court(db, actor, held, "confirmation", court, number, on)
    record.stop_clock(db, actor, held.case, CONFIRM, on, "confirmed")
    record.add_step(db, actor, held, "performing", on)
    settle(db, actor, held, on)


def _note_court(db: Session, actor: Actor, held: Held, kind: str, court: str, number: str, on: date | None) -> None:
    row = MediationCourt(
        id=ids.new_id(), case_id=held.id, kind=kind, court=record.needed(court), number=record.needed(number),
        on=on or clock.today(), actor=actor.audit_name, recorded_at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    audit.record(db, actor, f"mediation.court-{kind}", record.ref(held.case), {"number": row.number})


def lapse(db: Session, actor: Actor, *, on: date | None = None) -> int:
    """The time to ask the court is over: those cases are carried out without it. Says how many; run every day."""
    query = (
        select(MediationCase.id)
        .join(MediationStep, MediationStep.case_id == MediationCase.id)
        .where(MediationStep.superseded_at.is_(None), MediationStep.step == "judicial_window")
    )
    done = 0
    for case_id in list(db.scalars(query.order_by(MediationCase.id))):
        held = record.hold(db, actor, case_id)
        due = record.due_at(db, held.case, CONFIRM)
        if held.state == "judicial_window" and (due is None or due <= clock.now()):
            record.stop_clock(db, actor, held.case, CONFIRM, on, "lapsed")
            record.add_step(db, actor, held, "window_lapsed", on)
            record.add_step(db, actor, held, "performing", on)
            settle(db, actor, held, on)
            done += 1
    return done


def note_breach(db: Session, actor: Actor, case_id: str, court: str, number: str, *, on: date | None = None) -> None:
    """The registrar notes a court's document that says that the agreement was broken."""
    held = record.hold(db, actor, case_id, on=on)
    require(policy.may_register(held.who))
    record.expect(held, "breached")
    if db.scalar(select(MediationCourt.id).where(MediationCourt.case_id == case_id, MediationCourt.kind == "breach")):
        raise Conflict(_("法院文书已经登记过了。"))
    _note_court(db, actor, held, "breach", court, number, on)


def hand_lead(db: Session, actor: Actor, case_id: str, *, on: date | None = None) -> None:
    """A person hands the credit office the number of the court's document and the company: never by itself, never anything
    of the talks. ``DomainError`` without such a document, or when no company broke its promise."""
    held = record.hold(db, actor, case_id, on=on)
    require(policy.may_register(held.who) and actor.role is not None)
    record.expect(held, "breached")
    court = db.scalar(select(MediationCourt).where(MediationCourt.case_id == case_id, MediationCourt.kind == "breach"))
    if court is None:
        raise DomainError(_("有法院文书确认未履行的，才能移送信用线索。"))
    sides = {promise.side for promise, step in _of_case(db, case_id) if step.step == "broken"}
    companies = sorted({row.uscc for row in people.parties(db, case_id) if row.uscc and row.side in sides})
    if not companies:
        raise DomainError(_("没有企业未履行约定。"))
    if db.get(MediationLead, case_id) is not None:
        raise Conflict(_("信用线索已经移送。"))
    row = MediationLead(case_id=case_id, uscc=companies[0], number=court.number, on=on or clock.today())
    row.actor, row.recorded_at = actor.audit_name, clock.now()
    db.add(row)
    db.flush()
    audit.record(db, actor, "mediation.lead-handed", record.ref(held.case), {"uscc": row.uscc, "number": row.number})
    notices.inform(
        db, notices.To(role=Role.OFFICER), news.lead(), {"number": court.number, "uscc": row.uscc}, on=row.on
    )
