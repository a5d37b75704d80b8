"""The data set as one zip file, made when first asked for in its present state and then kept."""

import hashlib
import os
import shutil
import tempfile
from datetime import date
from pathlib import Path

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.audit import AuditEntry
from portal.kernel.settings import settings
from portal.shell.opendata import api, releases

KEPT = 3


def state(db: Session, on: date) -> str:
    """A name for what is public now: it changes with the day and with every deed on record but sign-ins, sign-outs,
    looks at personal data, subscriptions and the owners' door.

    Those change nothing public, and a stranger must not make the portal pack its data again and again.
    """
    at_the_door = or_(
        *(AuditEntry.action.startswith(part) for part in ("session.", "sign-in.", "look.", "feed.", "owner."))
    )
    rows, last = db.execute(select(func.count(AuditEntry.seq), func.max(AuditEntry.at)).where(~at_the_door)).one()
    return hashlib.sha256(f"{on}|{rows}|{last}".encode()).hexdigest()[:20]


def zipped(db: Session) -> Path:
    """The zip file of the data set as it is public at this moment."""
    today = clock.today()
    folder = settings().instance / "opendata"
    folder.mkdir(exist_ok=True)
    path = folder / f"open-data-{today.isoformat()}-{state(db, today)}.zip"
    if not path.exists():
        _make(db, path)
        _forget_old(folder)
    return path


def _make(db: Session, path: Path) -> None:
    with tempfile.TemporaryDirectory(dir=path.parent) as name:
        made, draft = Path(name) / "data", Path(name) / "draft.zip"
        api.export(db, made)
        releases.pack(made, draft)
        shutil.rmtree(made)
        os.replace(draft, path)


def _forget_old(folder: Path) -> None:
    files = sorted(folder.glob("open-data-*.zip"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in files[KEPT:]:
        file.unlink(missing_ok=True)
