"""Versioned facts on two axes of time: when true in the world, when known to the portal.

A change inserts a row and closes the old row's ``superseded_at``; nothing else is ever updated. Database triggers hold
everybody to that (migrations).
"""

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kernel.classes import PUBLIC, STAFF


class Versioned:
    """Columns of a versioned fact. ``valid_to`` is the last day on which it is true, empty while it is open."""

    valid_from: Mapped[date] = mapped_column(info=PUBLIC)
    valid_to: Mapped[date | None] = mapped_column(info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)
    superseded_at: Mapped[datetime | None] = mapped_column(info=STAFF)


# A clause is what is asked, not the answer: the same words serve every statement that asks the same, made once.
_ASKED = 512


@lru_cache(_ASKED)
def recorded(model: Any, known_at: datetime | None = None) -> ColumnElement[bool]:
    """What the portal knew at an instant (now when none is given): a fact recorded at T is known at T."""
    if known_at is None:
        still_open: ColumnElement[bool] = model.superseded_at.is_(None)
        return still_open
    return and_(model.recorded_at <= known_at, or_(model.superseded_at.is_(None), model.superseded_at > known_at))


@lru_cache(_ASKED)
def valid(model: Any, as_of: date) -> ColumnElement[bool]:
    """What was true on a day, both ends included."""
    return and_(model.valid_from <= as_of, or_(model.valid_to.is_(None), model.valid_to >= as_of))


@lru_cache(_ASKED)
def known(model: Any, as_of: date, known_at: datetime | None = None) -> ColumnElement[bool]:
    """True on a day, as known at an instant: the one clause by which versioned facts are read."""
    return and_(valid(model, as_of), recorded(model, known_at))


def replace(db: Session, old: Any | None, new: Any | None, at: datetime) -> None:
    """Close a version and insert its successor; either may be missing (a first version, a withdrawal)."""
    if old is not None:
        old.superseded_at = at
        db.flush()  # close first: partial unique indexes allow one open version
    if new is not None:
        new.recorded_at = at
        db.add(new)
