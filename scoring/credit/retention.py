"""Managers whose data stay though they left: their credit event still counts, or waits for its decision."""

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.versions import recorded
from scoring.credit.models import CreditCase, CreditEvent, CreditStep
from scoring.credit.queries import COUNTING, WAITING, last_steps

UNDER_WAY = "credit"


def holds(db: Session, *, subjects: Collection[str]) -> dict[str, str]:
    """The answer to ``retention.holds``."""
    if not any(subject.startswith("manager:") for subject in subjects):
        return {}
    last = last_steps()
    counts = CreditStep.step.in_(COUNTING) & or_(CreditEvent.valid_to.is_(None), CreditEvent.valid_to >= clock.today())
    rows = (
        select(CreditCase.subject)
        .join(last, last.c.case_id == CreditCase.id)
        .join(CreditStep, (CreditStep.case_id == CreditCase.id) & (CreditStep.seq == last.c.seq))
        .outerjoin(CreditEvent, (CreditEvent.case_id == CreditCase.id) & recorded(CreditEvent))
        .where(CreditCase.subject_type == "manager", or_(CreditStep.step.in_(WAITING), counts))
    )
    held = {f"manager:{code}" for code in db.scalars(rows)}
    return {subject: UNDER_WAY for subject in subjects if subject in held}


def managers_of(db: Session, case_ids: Collection[str]) -> set[str]:
    """Codes of the managers whom some events concern."""
    rows = select(CreditCase.subject).where(CreditCase.subject_type == "manager", CreditCase.id.in_(sorted(case_ids)))
    return set(db.scalars(rows))
