"""The journal of what the nightly work came to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.ids import new_id
from portal.operations.models import KINDS, OperationOutcome


@dataclass(frozen=True)
class Outcome:
    """One outcome: what, when, whether it was good, and its facts."""

    kind: str
    at: datetime
    ok: bool
    facts: dict[str, Any]


def note(db: Session, kind: str, ok: bool, facts: Mapping[str, Any]) -> None:
    """Write one outcome."""
    told = json.dumps(dict(facts), ensure_ascii=False, sort_keys=True)
    last = newest(db, kind)
    db.add(OperationOutcome(id=new_id(), kind=kind, at=clock.after(last.at if last else None), ok=ok, facts=told))
    db.flush()


def newest(db: Session, kind: str) -> Outcome | None:
    """The latest outcome of a kind."""
    found = recent(db, 1, kind)
    return found[0] if found else None


def recent(db: Session, limit: int = 30, kind: str | None = None) -> list[Outcome]:
    """The newest outcomes, newest first."""
    query = select(OperationOutcome).order_by(OperationOutcome.at.desc(), OperationOutcome.id).limit(limit)
    if kind:
        query = query.where(OperationOutcome.kind == kind)
    return [Outcome(row.kind, row.at, row.ok, json.loads(row.facts)) for row in db.scalars(query)]


def latest(db: Session) -> list[Outcome]:
    """The newest outcome of each kind."""
    return [found for kind in KINDS if (found := newest(db, kind))]
