"""``portal restore``: a backup into an empty portal, whole or not at all.

Twice through the file: the first look checks every byte and writes nothing. Then the files are laid out in ``.restoring``
within the instance folder, the rows come in one transaction (tables at the backup's revision, rows, the keys of then, migrations
up to this release, which may seal what stood in clear), and what was laid out is moved to its place just before the commit.
Whatever fails takes all of it back; what a killed restore left behind is cleared by the next one. Where evidence lies in an
object storage, each file goes there as it comes: those of a restore that failed stay, and the next one finds them.
"""

import hashlib
import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, text

from portal.kernel import schema
from portal.kernel.errors import DomainError
from portal.kernel.files import LocalFileStore, store
from portal.kernel.i18n import _
from portal.kernel.keys import KeyRing
from portal.kernel.settings import settings
from portal.operations import loading, places
from portal.operations.checking import Checked, check, each
from portal.operations.container import damaged
from portal.operations.contents import Contents, Entry
from portal.operations.places import Place
from portal.operations.saving import here

HEAD = "audit-head.json"
KEYS = "keys"
OTHERS = "others"


@dataclass
class Restored:
    """What came back. ``unreadable``: purpose of a key that is missing and how many records need it; ``new_key``: the signing
    key that was made because none came along."""

    backup: Checked
    unreadable: list[tuple[str, int]] = field(default_factory=list)
    new_key: str = ""


def restore(path: Path, passphrase: str | None = None) -> Restored:
    """Restore into the configured portal, which must be empty. Raises DomainError and leaves nothing."""
    place, passphrase = here(), settings().backup_key if passphrase is None else passphrase
    found = check(path, passphrase)
    loading.refuse_unknown(found.revision)
    work = _Work(path, passphrase, place, found)
    work.clear()
    is_new = _is_new(place)
    try:
        with schema.migrating(place.url) as connection:
            if not loading.is_empty(connection):
                raise DomainError(_("只能恢复到空的系统，这里已经有数据。没有恢复任何数据。"))
            work.run(connection)
            work.place_files()
    except BaseException as error:
        work.take_back()
        if is_new:
            _remove_database(place)
        if isinstance(error, OSError):
            raise DomainError(_("恢复没有完成：%(error)s。没有恢复任何数据。", error=error.strerror)) from error
        raise
    work.clear()
    done = Restored(found)
    if not found.keys and not list(place.keys.glob("signing-*.key")):
        done.new_key = KeyRing(place.keys).ids("signing")[-1]
    with schema.migrating(place.url) as connection:
        done.unreadable = unreadable(connection, place.keys)
    return done


def _is_new(place: Place) -> bool:
    file = place.url.partition("sqlite:///")[2]
    return bool(file) and not Path(file).exists()


def _remove_database(place: Place) -> None:
    file = place.url.partition("sqlite:///")[2]
    for ending in ("", "-wal", "-shm", "-journal"):
        Path(f"{file}{ending}").unlink(missing_ok=True)


class _Work:
    """One restore: what was laid out, what was moved, and the way back."""

    def __init__(self, path: Path, passphrase: str, place: Place, found: Checked) -> None:
        self.path, self.passphrase, self.place, self.found = path, passphrase, place, found
        self.stage = place.instance / places.STAGE
        self._moved: list[tuple[Path, Path | None]] = []  # a place, and where what stood there went (None: it was free)
        self._made: list[Path] = []
        self._loading: loading.Loading | None = None
        self._tables: dict[str, int] = {}
        self._ring = self._key_files()

    def _key_files(self) -> set[Path]:
        return {path for path in self.place.keys.glob("*") if path.is_file()}

    def clear(self) -> None:
        """Forget what this or an earlier, killed restore laid out."""
        shutil.rmtree(self.stage, ignore_errors=True)

    def run(self, connection: Connection) -> None:
        """Lay the files out and fill the tables."""
        self.stage.mkdir(mode=0o700)
        loading.bring_to(connection, self.found.revision)
        self._loading = loading.Loading(connection)
        each(self.path, self.passphrase, self._entry)
        if self._tables != self.found.tables:
            raise damaged()
        self._loading.finish()
        self._place_keys()
        loading.bring_to(connection)

    def _entry(self, entry: Entry, contents: Contents) -> None:
        facts = entry.facts
        if entry.kind == "table":
            assert self._loading is not None
            name, columns, kinds = facts["name"], facts["columns"], facts["kinds"]
            self._tables[name] = self._loading.take(name, columns, kinds, contents.rows())
        elif entry.kind == "key":
            self._lay(Path(KEYS) / facts["name"], contents)
        elif entry.kind == "file" and "path" in facts:
            self._lay(Path(OTHERS) / facts["path"], contents)
        elif entry.kind == "file":
            self._lay_evidence(facts["sha256"], contents)
        elif entry.kind == "meta":
            for _block in contents.blocks():
                raise damaged()

    def _lay_evidence(self, name: str, contents: Contents) -> None:
        inside = Path(places.STORE) / name[:2] / name[2:4] / name
        if self._lay(inside, contents) != name:
            raise damaged()
        if not isinstance(kept := store(), LocalFileStore):
            with (self.stage / inside).open("rb") as file:
                kept.put(file)
            (self.stage / inside).unlink()

    def _lay(self, inside: Path, contents: Contents) -> str:
        path, digest = self.stage / inside, hashlib.sha256()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("xb") as file:
            path.chmod(0o600)
            for block in contents.blocks():
                digest.update(block)
                file.write(block)
        return digest.hexdigest()

    def place_files(self) -> None:
        """Move everything to its place: evidence, other files, the head outside the log."""
        instance = self.place.instance
        for part, target in ((places.STORE, instance / places.STORE), (OTHERS, instance)):
            self._move_all(self.stage / part, target)
        head = self.stage / HEAD
        if self.found.audit_head is not None:
            head.write_text(json.dumps(self.found.audit_head))
            self._move(head, instance / HEAD)
        elif (instance / HEAD).exists():
            self._set_aside(instance / HEAD)
        os.sync()  # the rows are committed only when what they name is on the disk

    def _move_all(self, source: Path, target: Path) -> None:
        for path in sorted(source.rglob("*")) if source.exists() else ():
            if path.is_file():
                self._move(path, target / path.relative_to(source))

    def _place_keys(self) -> None:
        """The ring of then, before the migrations: what they seal is sealed with it."""
        if (self.stage / KEYS).exists():
            self._set_aside_keys()
            self._move_all(self.stage / KEYS, self.place.keys)

    def _set_aside_keys(self) -> None:
        """Keys that a first ``portal init`` made would be newer than those that come: they make room, and are not lost."""
        for path in sorted(self.place.keys.glob("*.key")):
            if path.name not in self.found.keys:
                self._set_aside(path, self.place.keys / "before-restore" / path.name)

    def _set_aside(self, path: Path, before: Path | None = None) -> None:
        before = before or self.stage / "before" / str(len(self._moved))
        self._make(before.parent)
        shutil.move(path, before)
        self._moved.append((path, before))

    def _make(self, folder: Path) -> None:
        for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
            missing.mkdir(mode=0o700)
            self._made.append(missing)

    def _move(self, source: Path, target: Path) -> None:
        self._make(target.parent)
        if target.exists():
            self._set_aside(target)
        shutil.move(source, target)
        self._moved.append((target, None))

    def take_back(self) -> None:
        """Undo every move, newest first, and remove what was laid out, and keys that a migration made."""
        for target, before in reversed(self._moved):
            if before is None:
                target.unlink(missing_ok=True)
            else:
                shutil.move(before, target)
        self.clear()
        for path in self._key_files() - self._ring:
            path.unlink()
        for folder in reversed(self._made):
            if folder.exists():
                folder.rmdir()


def unreadable(connection: Connection, ring: Path) -> list[tuple[str, int]]:
    """(purpose, records) for every purpose of which a key is missing that a record names."""
    there = {path.stem for path in ring.glob("*.key")}
    counted: dict[str, int] = {}
    for table, condition in (("subject_key", "WHERE wrapped IS NOT NULL"), ("audit_log", ""), ("manager", "")):
        column = "id_hash_key" if table == "manager" else "key_id"
        query = text(f"SELECT {column} AS name, count(*) AS n FROM {table} {condition} GROUP BY {column}")  # noqa: S608
        for row in connection.execute(query):
            if row.name and row.name not in there:
                purpose = row.name.partition("-")[0]
                counted[purpose] = counted.get(purpose, 0) + row.n
    return sorted(counted.items())
