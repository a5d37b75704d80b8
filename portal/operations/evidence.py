"""Whether the evidence files are what the rows say: missing, altered, and those that no row names."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.db import Base
from portal.kernel.files import store
from portal.kernel.files_store import StoredFile

SHOWN = 20
_DIGITS = "0123456789abcdef"
# Hashes of texts that stand in the database, and of files that are read once and not kept.
NOT_STORED = frozenset(
    {
        ("credit_commitment", "text_sha256"),
        ("document", "sha256"),
        ("fund_statement", "file_sha256"),
        ("mediation_paper", "sha256"),
        ("mediation_signature", "sha256"),
    }
)
ALL_AT_ONCE = 20 * 1024**3  # bytes: a larger store is read in sixteen nights, one first digit a night


@dataclass
class Findings:
    """``checked`` files were read; lists hold names (``missing`` with the table that names one), all of them."""

    named: int = 0
    present: int = 0
    checked: int = 0
    missing: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)

    def facts(self) -> dict[str, Any]:
        """As JSON: counts, and the first few of each kind."""
        told: dict[str, Any] = {"named": self.named, "present": self.present, "checked": self.checked}
        for kind in ("missing", "altered", "orphans"):
            found = getattr(self, kind)
            told |= {kind: len(found), f"first_{kind}": found[:SHOWN]}
        return told


def columns() -> list[Column[Any]]:
    """Every column that names a file of the store."""
    return [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if (column.name.endswith("sha256") or column.name == "thumbnail")
        and (table.name, column.name) not in NOT_STORED
    ]


def _named(db: Session) -> dict[str, str]:
    """File to the table that names it."""
    found: dict[str, str] = {}
    for column in columns():
        query = select(column).where(column.is_not(None), column != "").distinct().execution_options(yield_per=5000)
        for name in db.scalars(query):
            found.setdefault(name, column.table.name)
    return found


def _digits_of_tonight(files: list[StoredFile]) -> str:
    if sum(file.size for file in files) <= ALL_AT_ONCE:
        return _DIGITS
    return f"{clock.today().toordinal() % 16:x}"


def check_files(db: Session, at_once: bool = False) -> Findings:
    """Hold the store against the rows: rows first, so that a file that comes meanwhile is no orphan for long.

    Files are read a piece at a time; of a large store a sixteenth, unless it is to be ``at_once``. ``OSError`` when the store
    is away.
    """
    kept, named = store(), _named(db)
    db.rollback()  # reading the files takes long: no view of the database is held meanwhile
    files = list(kept.stored())
    there, digits = {file.sha256 for file in files}, _DIGITS if at_once else _digits_of_tonight(files)
    found = Findings(named=len(named), present=len(files))
    found.missing = sorted(f"{name} ({table})" for name, table in named.items() if name not in there)
    found.orphans = [file.sha256 for file in files if file.sha256 not in named]
    for file in files:
        if file.sha256[0] in digits:
            found.checked += 1
            if not kept.verify(file.sha256):
                found.altered.append(file.sha256)
    return found
