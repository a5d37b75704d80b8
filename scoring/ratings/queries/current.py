"""The one clause by which snapshots are read: public on a day, recorded by an instant, and the latest such revision."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import aliased


def _seen(model: Any, as_of: date | None, known_at: datetime | None) -> list[ColumnElement[bool]]:
    clauses = []
    if as_of is not None:
        clauses.append(model.public_from <= as_of)
    if known_at is not None:
        clauses.append(model.recorded_at <= known_at)
    return clauses


def current(
    model: Any, key: tuple[str, ...], as_of: date | None, known_at: datetime | None = None
) -> ColumnElement[bool]:
    """The revision in force of each key. Without ``as_of`` held revisions count too, without ``known_at`` all."""
    later = aliased(model)
    same = [getattr(later, name) == getattr(model, name) for name in key]
    newer = select(later.revision).where(*same, later.revision > model.revision, *_seen(later, as_of, known_at))
    return and_(*_seen(model, as_of, known_at), ~newer.exists())
