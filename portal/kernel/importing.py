"""What an import is: a kind of sheet, who may bring it, and the function that checks and stores it whole or not at all."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission

Progress = Callable[[str, int, int], None]


def no_progress(_stage: str, _done: int, _total: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class ImportContext:
    """The circumstances of an import: the date of the act, who watches, and whether past months may come.

    ``past_months`` is true for the command line: the acting user's permission stands for the street's (contract, section 2).
    """

    on: date
    progress: Progress = no_progress
    past_months: bool = False


@dataclass
class Counts:
    """Rows added, updated, unchanged; ``notes`` are lines to print once (a new person's one-time code)."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether anything was stored."""
        return bool(self.added or self.updated)


@dataclass(frozen=True)
class ImportKind:
    """One KIND of ``portal import``: its sheet (``kernel.sheets.columns.SheetKind``), permission and deed.

    ``run(db, actor, sheet, context) -> Counts`` raises ``InputRefused`` with every bad cell; the caller's transaction
    decides whether anything stays (a dry run is rolled back).
    """

    sheet: Any
    permission: Permission
    run: Callable[[Session, Actor, Any, ImportContext], Counts]

    @property
    def name(self) -> str:
        """The KIND of the command line."""
        return str(self.sheet.name)
