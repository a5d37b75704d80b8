"""Bank files that arrive by themselves: a source gives them, each is imported once, and told done or refused with why.

``FolderSource`` is the local source: a folder for each account, filled by whatever the bank delivers with (a mounted
share, an SFTP server's own folder, a program of the bank's interface). Another way in is another ``BankSource``.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from disclosure.funds.bringing import import_file
from disclosure.funds.proof import sentence
from portal.kernel import clock
from portal.kernel.access import Actor
from portal.kernel.errors import DomainError, InputRefused
from portal.kernel.settings import settings

SETTLED_SECONDS = 5  # a file that was written to a moment ago may still be on its way
UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload")


@dataclass(frozen=True)
class Arrived:
    """A file of an account; ``token`` is the source's own name for it."""

    account_code: str
    name: str
    token: str


class BankSource(Protocol):
    """Where bank files come from: SFTP, a bank's interface, a folder."""

    def waiting(self) -> Iterable[Arrived]:
        """Files that are whole and were not told yet, the oldest first."""

    def read(self, arrived: Arrived) -> bytes:
        """The bytes of one."""

    def done(self, arrived: Arrived, told: str) -> None:
        """It was imported; ``told`` says what does not add up, or nothing."""

    def refused(self, arrived: Arrived, reason: str) -> None:
        """It was not imported, and why."""


@dataclass
class PickedUp:
    """What one round did."""

    imported: int = 0
    refused: int = 0
    lines: int = 0
    flawed: list[str] = field(default_factory=list)


def pick_up(source: BankSource, actor: Actor) -> PickedUp:
    """Import what waits, each file in a transaction of its own; one bad file holds no other back.

    A process that dies between the import and telling the source imports the file again: it is known then.
    """
    found = PickedUp()
    for arrived in source.waiting():
        try:
            taken = import_file(actor, arrived.account_code, source.read(arrived), arrived.name, on=clock.today())
        except InputRefused as error:
            source.refused(arrived, "\n".join(str(one) for one in error.problems[:20]) or str(error))
            found.refused += 1
        except DomainError as error:
            source.refused(arrived, str(error))
            found.refused += 1
        else:
            told = "\n".join(sentence(flaw) for flaw in taken.flaws)
            source.done(arrived, told)
            found.imported += 1
            found.lines += taken.lines
            if told:
                found.flawed.append(f"{arrived.account_code}/{arrived.name}")
    return found


class FolderSource:
    """``inbox/ACCOUNT/file``; the file goes to ``done`` or ``refused``, a text of the same name says what was found."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("inbox", "done", "refused"):
            (root / name).mkdir(mode=0o700, parents=True, exist_ok=True)

    def waiting(self) -> Iterable[Arrived]:
        """Plain files below the inbox: no links, nothing hidden, nothing that is still being written."""
        paths = [path for path in (self.root / "inbox").glob("*/*") if self._is_whole(path)]
        for path in sorted(paths, key=lambda path: (path.stat().st_mtime, path.name)):
            yield Arrived(path.parent.name, path.name, str(path))

    @staticmethod
    def _is_whole(path: Path) -> bool:
        if path.is_symlink() or path.parent.is_symlink() or not path.is_file():
            return False
        if path.name.startswith(".") or path.name.endswith(UNFINISHED):
            return False
        return clock.now().timestamp() - path.stat().st_mtime >= SETTLED_SECONDS

    def read(self, arrived: Arrived) -> bytes:
        """The bytes; a link that took the file's place meanwhile is not followed."""
        handle = os.open(arrived.token, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(handle, "rb") as file:
            return file.read()

    def done(self, arrived: Arrived, told: str) -> None:
        """Move it to ``done``."""
        self._move(arrived, "done", told)

    def refused(self, arrived: Arrived, reason: str) -> None:
        """Move it to ``refused``."""
        self._move(arrived, "refused", reason)

    def _move(self, arrived: Arrived, name: str, words: str) -> None:
        folder = self.root / name / arrived.account_code
        folder.mkdir(mode=0o700, exist_ok=True)
        target = folder / f"{clock.now():%Y%m%d-%H%M%S-%f}-{arrived.name}"
        if words:
            target.with_name(f"{target.name}.txt").write_text(words + "\n", encoding="utf-8")
        Path(arrived.token).replace(target)


def local_source() -> FolderSource:
    """The folders of this instance."""
    return FolderSource(settings().instance / "funds")
