"""What waits for a company: disputes in which it is asked whether it agrees to mediation. The office reads its deadlines."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mediation.cases.models.record import MediationAnswer, MediationAsk, MediationParty, MediationStep
from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import _
from portal.kernel.work import WorkItem


def work_items(db: Session, *, actor: Actor) -> list[WorkItem]:
    """Questions to the company that it has not answered."""
    if not actor.may(Permission.MEDIATION_OWN) or actor.uscc is None:
        return []
    query = (
        select(func.count(MediationAsk.id))
        .join(MediationStep, MediationStep.case_id == MediationAsk.case_id)
        .join(MediationParty, MediationParty.case_id == MediationAsk.case_id)
        .outerjoin(
            MediationAnswer,
            (MediationAnswer.ask_id == MediationAsk.id) & (MediationAnswer.party_id == MediationParty.id),
        )
        .where(
            MediationAsk.purpose == "mediate",
            MediationStep.step == "consent_pending",
            MediationStep.superseded_at.is_(None),
            MediationParty.uscc == actor.uscc,
            MediationParty.side == "respondent",
            MediationParty.superseded_at.is_(None),
            MediationParty.left_on.is_(None),
            MediationAnswer.ask_id.is_(None),
        )
    )
    waiting = db.scalar(query) or 0
    return [WorkItem(_("答复是否同意调解"), "mediation_cases.index", count=waiting)] if waiting else []
