"""What a slice hands the layout: entries of the public navigation and of the staff row, with a count of what waits."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel.access import Actor, Permission


@dataclass(frozen=True)
class NavEntry:
    """One entry. ``count(db, actor)`` says how many things wait there for the person; ``live``: the number changes with the
    hour, or by deeds that no audit row tells of, so that it is asked for every page."""

    label: Any
    endpoint: str
    order: int
    permission: Permission | None = None
    count: Callable[[Session, Actor], int | None] | None = None
    live: bool = False

    @property
    def is_public(self) -> bool:
        """Public navigation, or the staff row."""
        return self.permission is None
