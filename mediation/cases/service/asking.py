"""Questions to the parties of a case, each to every voice of some sides, and what they come to."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation.cases import people
from mediation.cases.models.record import MediationAnswer, MediationAsk, MediationCase
from mediation.cases.service import record
from portal.kernel import audit, clock, ids
from portal.kernel.access import Actor


def ask(db: Session, actor: Actor, case: MediationCase, purpose: str, ref: str, sides: str, on: date | None) -> str:
    """Put a question to every party of some sides; answers its id. Of two questions the later one counts, so none has the
    instant of another."""
    before = open_ask(db, case.id, purpose)
    at = clock.after(before.at if before else None)
    row = MediationAsk(
        id=ids.new_id(), case_id=case.id, purpose=purpose, ref=ref, sides=sides, on=on or clock.today(), at=at,
        actor=actor.audit_name,
    )  # fmt: skip
    db.add(row)
    db.flush()
    audit.record(db, actor, "mediation.asked", record.ref(case), {"purpose": purpose, "ask": row.id})
    return row.id


def open_ask(db: Session, case_id: str, purpose: str, ref: str | None = None) -> MediationAsk | None:
    """The latest question of a purpose."""
    query = select(MediationAsk).where(MediationAsk.case_id == case_id, MediationAsk.purpose == purpose)
    if ref is not None:
        query = query.where(MediationAsk.ref == ref)
    return db.scalars(query.order_by(MediationAsk.at.desc(), MediationAsk.id.desc())).first()


def verdict(db: Session, asked: MediationAsk) -> bool | None:
    """What a question has come to: True when every voice said yes, False when one said no, None while one is missing."""
    query = select(MediationAnswer.party_id, MediationAnswer.yes).where(MediationAnswer.ask_id == asked.id)
    said = {party_id: yes for party_id, yes in db.execute(query)}
    voices = [row.id for row in people.voices(db, asked.case_id, tuple(asked.sides.split()))]
    answers = [said.get(one) for one in voices]
    if False in answers:
        return False
    return True if answers and all(answers) else None
