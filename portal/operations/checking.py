"""The first look at a backup: every byte of it is read and held against what it says of itself before anything is written."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.operations import places
from portal.operations.container import Reader, damaged
from portal.operations.contents import Contents, Entry

_SHA256 = re.compile(r"[0-9a-f]{64}")
_KEY_FILE = re.compile(r"[a-z]+-\d{8}[0-9a-z-]*\.key")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass
class Checked:
    """What a backup holds: when and at which revision it was made, rows by table, files, keys, what it lacks."""

    made_at: str = ""
    revision: str = ""
    database: str = ""
    encrypted: bool = False
    audit_head: dict[str, Any] | None = None
    tables: dict[str, int] = field(default_factory=dict)
    files: int = 0
    keys: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(self.tables.values())


def each(path: Path, passphrase: str, deed: Callable[[Entry, Contents], None]) -> bool:
    """Call ``deed`` for every entry; it takes the entry's blocks. Says whether the backup is encrypted.
    ``OSError`` of the file, and of the deeds, passes."""
    try:
        with path.open("rb") as file:
            reader = Reader(file, passphrase)
            contents = Contents(reader)
            for entry in contents.entries():
                deed(entry, contents)
            return reader.is_encrypted
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:  # JSON of no shape that we write
        raise damaged() from error


def check(path: Path, passphrase: str) -> Checked:
    """Read a backup through. Raises DomainError when anything in it is not as it was written."""
    found = Checked()
    look = _Look(found)
    try:
        found.encrypted = each(path, passphrase, look)
    except OSError as error:
        raise DomainError(_("备份文件打不开：%(error)s", error=error.strerror)) from error
    if not look.is_over:
        raise damaged()
    return found


class _Look:
    def __init__(self, found: Checked) -> None:
        self.found, self.is_over = found, False
        self._deeds: dict[str, Callable[[dict[str, Any], Contents], None]] = {
            "meta": self._meta, "table": self._table, "key": self._key, "file": self._file, "end": self._end,
        }  # fmt: skip

    def __call__(self, entry: Entry, contents: Contents) -> None:
        if (entry.kind == "meta") == bool(self.found.revision):
            raise damaged()
        self._deeds[entry.kind](entry.facts, contents)

    def _meta(self, facts: dict[str, Any], contents: Contents) -> None:
        self.found.made_at, self.found.revision = facts["made_at"], facts["revision"]
        self.found.database, self.found.audit_head = facts["database"], facts["audit_head"]
        for _block in contents.blocks():
            raise damaged()

    def _table(self, facts: dict[str, Any], contents: Contents) -> None:
        names = [facts["name"], *facts["columns"]]
        if facts["name"] in self.found.tables or not all(_NAME.fullmatch(name) for name in names):
            raise damaged()
        count, width = 0, len(facts["columns"])
        for batch in contents.rows():
            if any(len(row) != width for row in batch):
                raise damaged()
            count += len(batch)
        self.found.tables[facts["name"]] = count

    def _key(self, facts: dict[str, Any], contents: Contents) -> None:
        if not _KEY_FILE.fullmatch(facts["name"]) or not b"".join(contents.blocks()):
            raise damaged()
        self.found.keys.append(facts["name"])

    def _file(self, facts: dict[str, Any], contents: Contents) -> None:
        digest = hashlib.sha256()
        for block in contents.blocks():
            digest.update(block)
        if "path" in facts:
            if not places.belongs(PurePosixPath(facts["path"])):
                raise damaged()
        elif not _SHA256.fullmatch(facts["sha256"]) or digest.hexdigest() != facts["sha256"]:
            raise damaged()
        self.found.files += 1

    def _end(self, facts: dict[str, Any], _contents: Contents) -> None:
        found = self.found
        if (facts["tables"], facts["files"], facts["keys"]) != (found.tables, found.files, len(found.keys)):
            raise damaged()
        found.damaged, self.is_over = list(facts["damaged"]), True
