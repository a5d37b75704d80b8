"""Owners and tenants who left: after the term the key of their holding is destroyed, which empties name and phone everywhere.

What stays is that the home was held from a day to a day, the keyed hash of the name and the last four digits of the phone, which
stand in rows that are never changed. While an owner's question waits for its answer the holding stays."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from disclosure.owners.models import FundAnswer, FundQuestion, OwnerFacts, OwnerUnit
from portal.kernel import keys
from portal.kernel.retention import Ended, Keeper, still_sealed
from portal.kernel.versions import recorded

WAITING = "question"


def keepers(_db: Session) -> list[Keeper]:
    """The answer to ``retention.due``."""
    return [Keeper("owners-left", _ended, keys.bury)]


def _ended(db: Session, before: date) -> list[Ended]:
    rows = (
        select(OwnerFacts.holding_id, OwnerFacts.valid_to, OwnerUnit.estate_code)
        .join(OwnerUnit, OwnerUnit.id == OwnerFacts.unit_id)
        .where(recorded(OwnerFacts), OwnerFacts.valid_to <= before)
        .order_by(OwnerFacts.valid_to, OwnerFacts.holding_id)
    )
    found = [
        Ended(f"owner:{holding}", last, part_of=(f"estate:{estate}",))
        for holding, last, estate in db.execute(rows)
        if last is not None
    ]
    return still_sealed(db, found)


def holds(db: Session, *, subjects: Collection[str]) -> dict[str, str]:
    """The answer to ``retention.holds``: holdings whose question about the common funds has no answer yet."""
    if not any(subject.startswith("owner:") for subject in subjects):
        return {}
    answered = select(FundAnswer.question_id)
    waiting = {
        f"owner:{one}" for one in db.scalars(select(FundQuestion.holding_id).where(FundQuestion.id.not_in(answered)))
    }
    return {subject: WAITING for subject in subjects if subject in waiting}
