"""The one verb behind ``portal import`` and the import page: a whole file or nothing, with its row in the audit log."""

import hashlib
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.kernel import audit
from portal.kernel.access import Actor, require
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.importing import Counts, ImportContext, ImportKind
from portal.kernel.sheets.read import read_sheet


class DryRun(Exception):
    """Ends the transaction of a dry run; carries what would have been done."""

    def __init__(self, counts: Counts):
        self.counts = counts


def _store(db: Session, actor: Actor, kind: ImportKind, data: bytes, filename: str, context: ImportContext) -> Counts:
    context.progress("read", 0, 0)
    sheet = read_sheet(data, filename, kind.sheet)
    context.progress("check", 0, sheet.length)
    counts = kind.run(db, actor, sheet, context)
    if counts.changed:
        digest = hashlib.sha256(data).hexdigest()
        numbers = {"added": counts.added, "updated": counts.updated, "unchanged": counts.unchanged}
        audit.record(db, actor, "import.stored", f"file:{digest}", {"kind": kind.name, "file": filename, **numbers})
    return counts


def run_import(
    actor: Actor, kind: ImportKind, data: bytes, filename: str, context: ImportContext, *, dry_run: bool = False
) -> Counts:
    """Check and store a file in one transaction.

    Raises InputRefused with every bad cell, NotAllowed without the kind's permission. A dry run checks and counts the same
    way and keeps nothing.
    """
    require(actor.may(kind.permission))
    try:
        with transaction() as db:
            counts = _store(db, actor, kind, data, Path(filename).name, context)
            if dry_run:
                db.flush()
                raise DryRun(counts)
            return counts
    except DryRun as ended:
        return ended.counts
    except IntegrityError as error:
        raise DomainError(_("数据与已有记录冲突，没有导入任何数据。请刷新后重试。")) from error
