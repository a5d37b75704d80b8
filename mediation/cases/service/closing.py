"""A case is closed and sealed, opened with a reason, and deleted with a certificate; petitions take their own way."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation.cases import policy, vault
from mediation.cases.models.papers import MediationOpening
from mediation.cases.models.record import MediationCase, MediationStep
from mediation.cases.service import fairness, filing, papers, record
from mediation.cases.service.record import RETENTION, Held
from portal.deadlines import api as deadlines
from portal.kernel import audit, clock, ids, keys
from portal.kernel.access import Actor, require
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _

FINISH, REVIEW = "petition.finish", "petition.review"


def archive(db: Session, actor: Actor, case_id: str, *, seen: int | None = None, on: date | None = None) -> None:
    """Close an ended case: sealed from now on, kept as long as the retention rule says."""
    held = record.hold(db, actor, case_id, seen=seen, on=on)
    require(policy.may_register(held.who))
    record.add_step(db, actor, held, "archived", on)
    names = [record.ref(held.case), *(f"{record.ref(held.case)}/{n}" for n in range(1, 31))]
    for subject, found in deadlines.of_subjects(db, names).items():
        if any(one.closed_at is None for one in found):
            deadlines.cancel(db, actor, subject, reason="archived")
    record.start_clock(db, actor, held.case, RETENTION, on)


def open_sealed(db: Session, actor: Actor, case_id: str, reason: str, *, on: date | None = None) -> None:
    """A registrar opens a sealed file until the end of the day, with a reason that is kept."""
    held = record.hold(db, actor, case_id, on=on)
    require(policy.may_register(held.who))
    record.expect(held, "archived")
    row = MediationOpening(
        id=ids.new_id(), case_id=case_id, login=actor.login, reason=vault.seal(db, case_id, record.needed(reason)),
        on=on or clock.today(), at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    audit.record(db, actor, "mediation.opened", record.ref(held.case), {"on": row.on})


def is_opened(db: Session, actor: Actor, case_id: str) -> bool:
    """Whether this person opened a sealed file today."""
    own = (MediationOpening.case_id == case_id, MediationOpening.login == actor.login)
    return db.scalar(select(MediationOpening.id).where(*own, MediationOpening.on == clock.today()).limit(1)) is not None


def delete(db: Session, actor: Actor, case_id: str, *, seen: int | None = None, on: date | None = None) -> str:
    """Delete a case whose time is over: its key is destroyed, and a certificate says so; answers the certificate's id.

    What was said, asked and promised is unreadable from the commit on, in tables and in the store of files.
    """
    held = record.hold(db, actor, case_id, seen=seen, on=on)
    require(policy.may_register(held.who))
    record.expect(held, "archived")
    due = record.due_at(db, held.case, RETENTION)
    if due is None or clock.now() < due:
        raise DomainError(_("保管期限还没有到，不能销毁。"))
    archived_on = held.step.on
    record.stop_clock(db, actor, held.case, RETENTION, on)
    record.add_step(db, actor, held, "deleted", on)
    fairness.forget(db, case_id)
    told = {"archived_on": archived_on, "key": _key_id(db, held), "deleted_on": on or clock.today()}
    keys.destroy(db, vault.subject(case_id), clock.now())
    return papers.issue(db, actor, held, "deletion", told, on=on, is_sealed=False)


def _key_id(db: Session, held: Held) -> str:
    row = db.get_one(keys.SubjectKey, vault.subject(held.id))
    return row.key_id


def due_for_deletion(db: Session, actor: Actor) -> list[str]:
    """Ids of sealed cases of the actor's place whose time is over."""
    query = (
        select(MediationCase)
        .join(MediationStep, MediationStep.case_id == MediationCase.id)
        .where(MediationStep.superseded_at.is_(None), MediationStep.step == "archived")
    )
    cases = [row for row in db.scalars(query.order_by(MediationCase.code)) if actor.covers(row.division_code)]
    late = deadlines.of_subjects(db, [record.ref(row) for row in cases])
    return [
        row.id
        for row in cases
        if any(one.rule == RETENTION and one.closed_at is None and one.overdue for one in late.get(record.ref(row), []))
    ]


def handle(db: Session, actor: Actor, case_id: str, *, seen: int | None = None, on: date | None = None) -> None:
    """A petition is accepted: 60 days to answer it."""
    held = _petition(db, actor, case_id, seen, on)
    record.add_step(db, actor, held, "handling", on)
    record.stop_clock(db, actor, held.case, filing.PETITION_ACCEPT, on)
    record.start_clock(db, actor, held.case, FINISH, on)


def answer_petition(
    db: Session, actor: Actor, case_id: str, text: str, *, seen: int | None = None, on: date | None = None
) -> None:
    """Answer a petition in writing."""
    held = _petition(db, actor, case_id, seen, on)
    record.add_step(db, actor, held, "answered", on, reason=record.needed(text))
    record.stop_clock(db, actor, held.case, FINISH, on)


def ask_review(db: Session, actor: Actor, case_id: str, *, on: date | None = None) -> None:
    """The petitioner asks for a review within 30 days of the answer."""
    held = record.hold(db, actor, case_id, on=on)
    require(held.who.side == "applicant")
    record.expect(held, "answered")
    if clock.now() >= deadlines.due_at(db, REVIEW, held.step.on):
        raise DomainError(_("请求复查的期限已过。"))
    record.add_step(db, actor, held, "review", on)
    record.start_clock(db, actor, held.case, REVIEW, on)


def answer_review(
    db: Session, actor: Actor, case_id: str, text: str, *, seen: int | None = None, on: date | None = None
) -> None:
    """Answer a review in writing."""
    held = _petition(db, actor, case_id, seen, on)
    record.add_step(db, actor, held, "reviewed", on, reason=record.needed(text))
    record.stop_clock(db, actor, held.case, REVIEW, on)


def _petition(db: Session, actor: Actor, case_id: str, seen: int | None, on: date | None) -> Held:
    held = record.hold(db, actor, case_id, seen=seen, on=on)
    require(policy.may_register(held.who))
    if held.case.track != "petition":
        raise DomainError(_("这件案件不是信访事项。"))
    return held
