"""The one clause by which snapshots are read: public on a day, recorded by an instant, and the latest such revision."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from scoring.ratings.models import Release, ReleaseOpening

RELEASED = (
    date.max
)  # as of this day everything that was released is read, held or not: for figures that build on others


@lru_cache(256)  # what is asked, not the answer
def public_by(model: Any, as_of: date, known_at: datetime | None = None) -> ColumnElement[bool]:
    """Whether a release, or a row of one, is public on a day: by its own date, or opened before it."""
    release_id = model.id if model is Release else model.release_id
    opened = select(ReleaseOpening.release_id).where(ReleaseOpening.public_from <= as_of)
    if known_at is not None:
        opened = opened.where(ReleaseOpening.recorded_at <= known_at)
    return or_(model.public_from <= as_of, release_id.in_(opened))


def _seen(model: Any, as_of: date | None, known_at: datetime | None) -> list[ColumnElement[bool]]:
    clauses = []
    if as_of is not None and as_of < RELEASED:
        clauses.append(public_by(model, as_of, known_at))
    if known_at is not None:
        clauses.append(model.recorded_at <= known_at)
    return clauses


@lru_cache(256)
def current(
    model: Any, key: tuple[str, ...], as_of: date | None, known_at: datetime | None = None
) -> ColumnElement[bool]:
    """The revision in force of each key. Without ``as_of``, or as of ``RELEASED``, held revisions count too; without
    ``known_at`` all."""
    later = aliased(model)
    same = [getattr(later, name) == getattr(model, name) for name in key]
    newer = select(later.revision).where(*same, later.revision > model.revision, *_seen(later, as_of, known_at))
    return and_(*_seen(model, as_of, known_at), ~newer.exists())
