"""A list entry as somebody contests it: what it says now, and who had a hand in it."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scoring.lists.models import ListCase, ListEntry, ListStep

_DEEDS = {"candidate": "proposed", "effective": "published", "exited": "decided"}
_SHOWN = ("year", "kind", "subject_type", "subject", "uscc", "reason", "decision", "valid_from", "valid_to")


def hands_on(db: Session, case_id: str) -> dict[str, str]:
    """Login to what the person did: proposed, decided or published the entry."""
    found: dict[str, str] = {}
    for step in db.scalars(select(ListStep).where(ListStep.case_id == case_id).order_by(ListStep.seq)):
        found.setdefault(step.actor.split(" (")[0], _DEEDS.get(step.step, "decided"))
    return found


def said_now(db: Session, case_id: str) -> dict[str, Any] | None:
    """The entry of a case as it stands or stood last: ``year, kind, subject_type, subject, uscc, reason, decision,
    valid_from, valid_to, rule_set``, and whether it still stands (``is_live``). None when it never was in force."""
    versions = select(ListEntry).where(ListEntry.case_id == case_id)
    newest = (ListEntry.superseded_at.is_not(None), ListEntry.recorded_at.desc(), ListEntry.id)
    entry = db.scalars(versions.order_by(*newest).limit(1)).one_or_none()
    if entry is None:
        return None
    rule_set = db.get_one(ListCase, case_id).rule_set
    shown = {name: getattr(entry, name) for name in _SHOWN}
    return {**shown, "rule_set": rule_set, "is_live": entry.superseded_at is None}
