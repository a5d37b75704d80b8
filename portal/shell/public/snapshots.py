"""What a day looked like when: the name of a state of the data, the same on pages, in answers and on receipts."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.audit import AuditEntry


@dataclass(frozen=True)
class Snapshot:
    """The day that is looked at, and what was known when."""

    as_of: date
    known_at: datetime

    def __str__(self) -> str:
        known_at = self.known_at.astimezone(UTC)
        return f"{self.as_of.isoformat().replace('-', '')}-{known_at.year:04d}{known_at:%m%dT%H%M%S%f}"


def last_change(db: Session) -> datetime:
    """The instant of the last deed on record: every change of state writes a row of the audit log."""
    return db.scalar(select(func.max(AuditEntry.at))) or clock.day_start(date(2000, 1, 1))
