"""When something last happened in a case: the idle rule."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mediation.cases.models.record import MediationAnswer, MediationAsk, MediationStep
from mediation.cases.models.talks import MediationMessage, MediationOffer, MediationSession
from portal.kernel import clock


def last_act(db: Session, case_id: str) -> datetime:
    """The instant of the last step, message, offer, answer or change of a session."""
    answered = (
        select(func.max(MediationAnswer.at))
        .join(MediationAsk, MediationAsk.id == MediationAnswer.ask_id)
        .where(MediationAsk.case_id == case_id)
    )
    found = [
        db.scalar(select(func.max(MediationStep.at)).where(MediationStep.case_id == case_id)),
        db.scalar(select(func.max(MediationMessage.at)).where(MediationMessage.case_id == case_id)),
        db.scalar(select(func.max(MediationOffer.at)).where(MediationOffer.case_id == case_id)),
        db.scalar(select(func.max(MediationSession.recorded_at)).where(MediationSession.case_id == case_id)),
        db.scalar(answered),
    ]
    return max(at for at in found if at is not None)


def idle_days(db: Session, case_id: str, on: date) -> int:
    """Whole days since anything happened."""
    return (on - clock.district_date(last_act(db, case_id))).days
