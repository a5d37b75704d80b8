"""A week after a stage ends, those who have not said whether it was fair are reminded, once: in the portal, or by text message."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation.cases import news, vault
from mediation.cases.models.fairness import MediationOpinionCall
from mediation.cases.models.record import MediationCase, MediationParty, MediationStep
from mediation.cases.service import fairness, record
from portal.kernel import clock, sms
from portal.kernel.db import after_commit
from portal.notices import api as notices

AFTER, UNTIL = 7, 30  # days after the step that ended the stage


def call(db: Session, day: date) -> int:
    """Remind of every stage that ended a week ago; says of how many."""
    query = (
        select(MediationCase, MediationStep.step)
        .join(MediationStep, MediationStep.case_id == MediationCase.id)
        .where(
            MediationStep.step.in_(fairness.STEPS), MediationStep.on <= day - timedelta(days=AFTER),
            MediationStep.on >= day - timedelta(days=UNTIL),
        )
        .order_by(MediationCase.id, MediationStep.seq)
    )  # fmt: skip
    found = {(row.id, fairness.stage_of(step)): row for row, step in db.execute(query)}
    called = select(MediationOpinionCall.case_id, MediationOpinionCall.stage)
    called = called.where(MediationOpinionCall.on >= day - timedelta(days=UNTIL))
    done = {(case_id, stage) for case_id, stage in db.execute(called)}
    due = [(case, stage) for (case_id, stage), case in found.items() if (case_id, stage) not in done]
    for case, stage in due:
        _remind(db, case, stage, day)
    return len(due)


def _remind(db: Session, case: MediationCase, stage: str, day: date) -> None:
    db.add(MediationOpinionCall(case_id=case.id, stage=stage, on=day, at=clock.now()))
    mediators, parties = fairness.waiting(db, case, stage)
    to = [notices.To(login=login) for login in mediators]
    to += [notices.To(uscc=row.uscc) for row in parties if row.uscc]
    for one in to:
        notices.inform(db, one, news.fairness(), {"code": case.code}, record.ENDPOINT, {"case_id": case.id}, day)
    for row in parties:
        if not row.uscc:
            _text(db, case, row)


def _text(db: Session, case: MediationCase, party: MediationParty) -> None:
    """To a party without an account: the number of the case and nothing of what it is about."""
    phone = vault.unseal_values(db, case.id, party.person).get("phone", "")
    if phone:
        message = sms.Message(phone, news.fairness_text(case.code))
        after_commit(db, lambda: sms.hand_over(message, wait=True))
