"""Bank files that were imported or refused: deleted after the term, the texts beside them too."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from portal.kernel.retention import Ended, Keeper
from portal.kernel.settings import settings

FOLDERS = ("done", "refused")


def keepers(_db: Session) -> list[Keeper]:
    """The answer to ``retention.due``."""
    return [Keeper("bank-papers", _ended, _clear)]


def _root() -> Path:
    return settings().instance / "funds"


def _ended(_db: Session, before: date) -> list[Ended]:
    """Files by the day that their names begin with (``inbox.FolderSource``)."""
    found = []
    for path in sorted(path for folder in FOLDERS for path in _root().glob(f"{folder}/*/*") if path.is_file()):
        try:
            on = datetime.strptime(path.name[:8], "%Y%m%d").date()  # noqa: DTZ007  a day, no instant
        except ValueError:
            continue
        if on <= before:
            name = path.relative_to(_root()).as_posix()
            found.append(Ended(f"bank-paper:{name}", on, part_of=(f"account:{path.parent.name}",)))
    return found


def _clear(_db: Session, subjects: Sequence[str], _at: datetime) -> int:
    for subject in subjects:
        folder, account, name = Path(subject.removeprefix("bank-paper:")).parts
        (_root() / folder / account / name).unlink(missing_ok=True)
    return len(subjects)
