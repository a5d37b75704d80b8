"""Conferences that were closed or called off: after the term the key goes, and with it topics, minutes and tasks."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mediation.conferences.models import ConferenceStep
from mediation.conferences.queries import subject
from portal.kernel import keys
from portal.kernel.retention import Ended, Keeper, still_sealed


def keepers(_db: Session) -> list[Keeper]:
    """The answer to ``retention.due``."""
    return [Keeper("conferences", _ended, keys.bury)]


def _ended(db: Session, before: date) -> list[Ended]:
    steps = select(ConferenceStep.conference_id, func.max(ConferenceStep.seq).label("seq"))
    last = steps.group_by(ConferenceStep.conference_id).subquery()
    rows = (
        select(ConferenceStep.conference_id, ConferenceStep.on)
        .join(last, (last.c.conference_id == ConferenceStep.conference_id) & (last.c.seq == ConferenceStep.seq))
        .where(ConferenceStep.step.in_(("closed", "cancelled")), ConferenceStep.on <= before)
        .order_by(ConferenceStep.on, ConferenceStep.conference_id)
    )
    found = [Ended(subject(one), on) for one, on in db.execute(rows)]
    return still_sealed(db, found)
