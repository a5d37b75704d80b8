"""What other rooms may use of the operations: backup and restore, the nightly jobs and what they came to."""

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.kernel.settings import settings
from portal.operations import outcomes
from portal.operations.checking import Checked as Checked
from portal.operations.checking import check as check
from portal.operations.evidence import check_files as check_files
from portal.operations.nightly import backups as backups
from portal.operations.nightly import jobs as jobs
from portal.operations.restoring import Restored as Restored
from portal.operations.restoring import restore as restore
from portal.operations.saving import Saved as Saved
from portal.operations.saving import backup as backup

Outcome = outcomes.Outcome
latest = outcomes.latest
recent = outcomes.recent


def database_size(db: Session) -> int:
    """Bytes of the database; on SQLite the file and its log."""
    if db.get_bind().dialect.name == "postgresql":
        return int(db.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    file = settings().database_url.partition("sqlite:///")[2]
    return sum(Path(f"{file}{end}").stat().st_size for end in ("", "-wal") if Path(f"{file}{end}").exists())
