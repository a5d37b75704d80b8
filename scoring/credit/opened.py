"""Ratings that become public earlier than their release said: their events count from the earlier day."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel import audit, clock
from portal.kernel.access import Actor
from portal.kernel.ids import new_id
from portal.kernel.versions import replace
from scoring.credit import catalogue, queries
from scoring.credit.models import CreditEvent
from scoring.rules import credit as rules


def on_ratings_opened(db: Session, *, actor: Actor, acts: Collection[str], public_from: date) -> int:
    """Hears ``ratings.opened``: the same events, from another day and for the same months. Returns how many moved."""
    moved = 0
    for held in queries.rating_cases(db, sorted(acts)):
        old = held.live
        if old is not None and old.valid_from > public_from and held.window[0] == old.valid_from:
            replace(db, old, _from(old, public_from), clock.now())
            moved += 1
    if moved:
        audit.record(db, actor, "credit.moved", "credit", {"events": moved, "public_from": public_from})
    return moved


def _from(old: CreditEvent, start: date) -> CreditEvent:
    kept: dict[str, Any] = {column.key: getattr(old, column.key) for column in CreditEvent.__mapper__.columns}
    months = catalogue.recorded_entry(old.catalogue, old.code, old.points_cp).months
    kept |= {"id": new_id(), "valid_from": start, "document_on": start, "superseded_at": None}
    kept["valid_to"] = date.fromisoformat(rules.counts_until(start.isoformat(), months))
    return CreditEvent(**kept)
