"""What of the instance folder belongs into a backup, and what does not.

The database travels as rows, evidence files by their content, keys under encryption only. Left behind are locks, drafts,
session secrets, unsent codes, uploads that wait for a day, copies of photos (made anew from the originals), and backups themselves.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

STORE = "files"
STAGE = ".restoring"
LEFT_BEHIND = frozenset(
    {"keys", "secret_key", "tasks", "copies", "outbox", "bank-uploads", "matplotlib", "backups", "snapshots", "counters",
     "jobs", STORE, STAGE}
)  # fmt: skip
_ENDINGS = (".lock", ".draft", ".new", ".tmp", ".log", ".pid", "-wal", "-shm", "-journal", ".backup")
_NAMES = ("portal.db", "audit-head.json", "bench.json")


@dataclass(frozen=True)
class Place:
    """Where a portal lives: its database, its folder, its key ring."""

    url: str
    instance: Path
    keys: Path


def belongs(path: PurePosixPath) -> bool:
    """Whether a file, by its path within the instance folder, is saved and may be restored."""
    if path.is_absolute() or not path.parts or ".." in path.parts or path.parts[0] in LEFT_BEHIND:
        return False
    return not path.name.endswith(_ENDINGS) and not path.name.startswith(_NAMES) and "\0" not in str(path)


def others(place: Place, target: Path) -> Iterator[PurePosixPath]:
    """Every other file that is saved, in order: public releases, bank papers, the mark of a demo."""
    database = place.url.partition("sqlite:///")[2]
    apart = {target.resolve(), Path(database).resolve()} if database else {target.resolve()}
    ring = place.keys.resolve()
    for path in sorted(place.instance.rglob("*")):
        inside = PurePosixPath(path.relative_to(place.instance).as_posix())
        if path.is_symlink() or not path.is_file() or not belongs(inside):
            continue
        if path.resolve() not in apart and ring not in path.resolve().parents:
            yield inside


def key_files(place: Place) -> list[Path]:
    """The files of the key ring, in order."""
    return sorted(path for path in place.keys.glob("*.key") if path.is_file() and not path.name.startswith("."))
