"""A credit event as somebody contests it: what it says now, and who had a hand in it."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scoring.credit.models import CreditCase, CreditEvent, CreditStep

_DEEDS = {"proposed": "proposed", "noticed": "proposed", "confirmed": "confirmed"}
_OF_THE_SUBJECT = ("answered",)
_FROM_RATING = "rating "  # begins the reason of a step that a publication wrote


def hands_on(db: Session, case_id: str) -> dict[str, str]:
    """Login to what the person did: proposed, confirmed or decided the event, or published the rating that gave it."""
    found: dict[str, str] = {}
    steps = select(CreditStep).where(CreditStep.case_id == case_id, CreditStep.step.not_in(_OF_THE_SUBJECT))
    for step in db.scalars(steps.order_by(CreditStep.seq)):
        deed = "published" if step.reason.startswith(_FROM_RATING) else _DEEDS.get(step.step, "decided")
        found.setdefault(step.actor.split(" (")[0], deed)
    return found


def said_now(db: Session, case_id: str) -> dict[str, Any] | None:
    """What the case says now, or said last: ``subject_type, subject, uscc, code, points_cp, estate_code, document,
    valid_from, valid_to, step``, and whether it still stands (``is_live``). None when there is no such case."""
    case = db.get(CreditCase, case_id)
    versions = select(CreditEvent).where(CreditEvent.case_id == case_id)
    newest = (CreditEvent.superseded_at.is_not(None), CreditEvent.recorded_at.desc(), CreditEvent.id)
    event = db.scalars(versions.order_by(*newest).limit(1)).one_or_none()
    if case is None or event is None:
        return None
    last = select(CreditStep.step).where(CreditStep.case_id == case_id).order_by(CreditStep.seq.desc()).limit(1)
    own = {name: getattr(event, name) for name in ("uscc", "code", "points_cp", "estate_code", "document")}
    days = {"valid_from": event.valid_from, "valid_to": event.valid_to, "is_live": event.superseded_at is None}
    return {"subject_type": case.subject_type, "subject": case.subject, **own, **days, "step": db.scalar(last)}
