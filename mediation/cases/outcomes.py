"""How cases of a kind ended, as plain counts for the guide before filing; the guide hides the small ones."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mediation.cases.models.record import MediationCase, MediationStep

ENDINGS = {"signed": "agreed", "terminated": "no_agreement", "declined": "declined", "withdrawn": "withdrawn"}


def outcomes(db: Session, kind: str) -> dict[str, int]:
    """``agreed``, ``no_agreement``, ``declined``, ``withdrawn`` to the number of cases of a kind that came to it."""
    query = (
        select(MediationStep.step, func.count())
        .join(MediationCase, MediationCase.id == MediationStep.case_id)
        .where(MediationCase.kind == kind, MediationStep.step.in_(ENDINGS))
        .group_by(MediationStep.step)
    )
    return {ENDINGS[step]: int(count) for step, count in db.execute(query)}
