"""Flags on a record: that it is under objection, under review or stayed, wherever the record is shown.

A record is named by a reference: ``check:ID/ITEM``, ``quarter:2025Q1/ESTATE``, ``rating:2025/ESTATE``, ``credit:CASE``,
``list:CASE``, ``fund-line:ID``. Rooms above answer the announcement ``record.flags`` (``db``, ``refs``, ``as_of``,
``known_at``); rooms that show a record ask ``flags`` and show what comes.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.kernel import hooks


@dataclass(frozen=True)
class Flag:
    """One flag. ``code``: ``objection``, ``review`` (reconsideration or lawsuit), ``stayed``; ``label`` is its text in
    the reader's language."""

    code: str
    label: str
    since: date


def flags(
    db: Session, refs: Collection[str], as_of: date | None = None, known_at: datetime | None = None
) -> Mapping[str, tuple[Flag, ...]]:
    """The flags of each record that carries one, each code once, the earliest; a record without any is missing."""
    found: dict[str, tuple[Flag, ...]] = {}
    if not refs:
        return found
    for answer in hooks.announce("record.flags", db, refs=refs, as_of=as_of, known_at=known_at):
        for ref, carried in answer.items():
            found[ref] = _once((*found.get(ref, ()), *carried))
    return found


def _once(carried: Iterable[Flag]) -> tuple[Flag, ...]:
    """Two rooms may know of the same lawsuit: a record says it once."""
    first: dict[str, Flag] = {}
    for flag in carried:
        if flag.code not in first or flag.since < first[flag.code].since:
            first[flag.code] = flag
    return tuple(first.values())


def plain(carried: Iterable[Flag]) -> list[dict[str, str]]:
    """Flags as plain values, for JSON answers."""
    return [{"code": flag.code, "label": flag.label, "since": flag.since.isoformat()} for flag in carried]
