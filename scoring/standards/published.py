"""What is made of published versions, kept in the process: such a version never changes again.

Kept for each pool of connections, so that what belongs to one database is never taken for another's. Only reading sessions put something in: within
a transaction a version may be published and rolled back again.
"""

from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Pool, select
from sqlalchemy.orm import Session

from scoring.standards.models import StandardVersion

Made = TypeVar("Made")
_made: WeakKeyDictionary[Pool, dict[tuple[str, str], Any]] = WeakKeyDictionary()
_guard = Lock()


def kept(db: Session, what: str, version: str, make: Callable[[], Made]) -> Made:
    """What ``make`` gives for a version: made once when it is published, each time while it is a draft. Shared: nobody changes it."""
    bound = db.get_bind()
    with _guard:
        mine = _made.setdefault(bound.engine.pool, {})
    if (what, version) in mine:
        found: Made = mine[what, version]
        return found
    made = make()
    if not bound.get_execution_options().get("portal_write") and _is_published(db, version):
        mine[what, version] = made
    return made


def _is_published(db: Session, version: str) -> bool:
    return db.scalar(select(StandardVersion.published_at).where(StandardVersion.version == version)) is not None
