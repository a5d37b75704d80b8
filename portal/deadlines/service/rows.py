"""How versions of a deadline are written: the row in force is closed, its successor inserted."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from portal.deadlines.models import Deadline
from portal.deadlines.terms import Pause, Term
from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.bulk import insert_rows
from portal.kernel.db import lock

PIECE = 5000
COLUMNS = tuple(column.key for column in Deadline.__mapper__.columns)
_table: Any = Deadline.__table__
_CLOSE = (
    update(_table)
    .where(_table.c.superseded_at.is_(None), _table.c.id.in_(bindparam("ids", expanding=True)))
    .values(superseded_at=bindparam("at"))
)


def terms_of(row: Deadline) -> list[Term]:
    """The lengths a deadline was given."""
    return [Term(**term) for term in json.loads(row.terms)]


def pauses_of(row: Deadline) -> list[Pause]:
    """Its interruptions that have ended."""
    return [
        Pause(datetime.fromisoformat(one["begins"]), datetime.fromisoformat(one["ends"]))
        for one in json.loads(row.pauses)
        if one["ends"]
    ]


def terms_text(terms: Sequence[Term]) -> str:
    """Lengths as they are kept."""
    return json.dumps([asdict(term) for term in terms])


def instant_of(on: date | None, at: datetime | None) -> datetime:
    """The instant of an act: as given, now, or the noon of its day."""
    if at is not None:
        return at
    return clock.now() if on is None or on == clock.today() else clock.day_start(on, 12)


def hold(db: Session, subject: str) -> None:
    """One step of a subject's deadlines at a time."""
    lock(db, f"deadline:{subject}")


def write(db: Session, rows: list[dict[str, Any]]) -> None:
    """Insert versions by the thousand."""
    db.flush()
    insert_rows(db, Deadline.__table__, rows)


def succeed(db: Session, actor: Actor, rows: Iterable[Deadline], step: str, changes: Any) -> None:
    """Take a step for each row: ``changes(row)`` gives the columns that differ in the successor."""
    old, at = list(rows), clock.now()
    new = []
    for row in old:
        kept = {name: getattr(row, name) for name in COLUMNS}
        noted = {"version": row.version + 1, "step": step, "reason": "", "actor": actor.audit_name,
                 "recorded_at": at, "superseded_at": None}  # fmt: skip
        new.append({**kept, **noted, **changes(row)})
    for first in range(0, len(old), PIECE):
        db.connection().execute(_CLOSE, {"at": at, "ids": [row.id for row in old[first : first + PIECE]]})
    for row in old:
        db.expunge(row)  # what this session read is no longer in force
    write(db, new)


def day_of(moment: datetime) -> date:
    """The district day before an instant that is late from then on."""
    return clock.district_date(moment - timedelta(microseconds=1))
