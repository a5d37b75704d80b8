"""What other rooms may use of the operations: backup and restore, the nightly jobs and what they came to."""

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.settings import settings
from portal.operations import aside, holds, outcomes, retention
from portal.operations.aside import first_year as first_year
from portal.operations.aside import require_there as require_there
from portal.operations.aside import years_aside as years_aside
from portal.operations.checking import Checked as Checked
from portal.operations.checking import check as check
from portal.operations.evidence import check_files as check_files
from portal.operations.holds import Hold as Hold
from portal.operations.nightly import backups as backups
from portal.operations.nightly import jobs as jobs
from portal.operations.restoring import Restored as Restored
from portal.operations.restoring import restore as restore
from portal.operations.retention import Due as Due
from portal.operations.saving import Saved as Saved
from portal.operations.saving import backup as backup

Outcome = outcomes.Outcome
latest = outcomes.latest
recent = outcomes.recent
retention_due = retention.preview
clear_due = retention.clear
holds_in_force = holds.in_force
hold, lift = holds.hold, holds.lift


def attach_year(db: Session, actor: Actor, year: int, reason: str) -> None:
    """Bring a year of item results back, and hold it, so that it is not set aside again the next night."""
    aside.attach(db, actor, year)
    subject = aside.subject(year)
    if subject not in {one.subject for one in holds.in_force(db)}:
        holds.hold(db, actor, subject, reason)


def database_size(db: Session) -> int:
    """Bytes of the database; on SQLite the file and its log."""
    if db.get_bind().dialect.name == "postgresql":
        return int(db.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    file = settings().database_url.partition("sqlite:///")[2]
    return sum(Path(f"{file}{end}").stat().st_size for end in ("", "-wal") if Path(f"{file}{end}").exists())
