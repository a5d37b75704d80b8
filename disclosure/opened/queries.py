"""Reads of what is opened, and of what is missing: derived on a day, never stored."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from disclosure.opened.kinds import Kind, kinds
from disclosure.opened.models import OpenedEntry, OpenedWithdrawal
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _

ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg"}
CURRENT, EXPIRED, MISSING, NONE = "current", "expired", "missing", "none"


@dataclass(frozen=True)
class Entry:
    """An entry as the public sees it. ``facts`` by field code; ``file``: ``pdf``, ``jpg`` or empty;
    ``withdrawn`` is (day, reason) or None."""

    id: str
    estate_code: str
    kind: Kind
    title: str
    happened_on: date
    facts: dict[str, Any]
    source: str
    uscc: str | None
    file: str
    on: date
    withdrawn: tuple[date, str] | None

    @property
    def runs_out(self) -> date | None:
        """The last day on which it counts."""
        return self.kind.runs_out(self.happened_on, self.facts)


@dataclass(frozen=True)
class Standing:
    """Where a kind stands at an estate on a day: ``current``, ``expired``, ``missing`` (the law expects it), or ``none``."""

    kind: Kind
    state: str
    entries: tuple[Entry, ...]

    @property
    def latest(self) -> Entry | None:
        """The newest entry that counts."""
        return self.entries[0] if self.entries else None

    @property
    def lacks(self) -> bool:
        """Whether the owners miss something here."""
        return self.state in (EXPIRED, MISSING)


def _entry(row: OpenedEntry, gone: OpenedWithdrawal | None) -> Entry:
    return Entry(
        row.id, row.estate_code, kinds()[row.kind], row.title, row.happened_on, json.loads(row.facts), row.source,
        row.uscc, ENDINGS.get(row.file_type or "", ""), row.on, (gone.on, gone.reason) if gone else None,
    )  # fmt: skip


def entries(db: Session, estates: Collection[str]) -> list[Entry]:
    """Every entry of some estates, withdrawn ones too, the newest first."""
    query = (
        select(OpenedEntry, OpenedWithdrawal)
        .outerjoin(OpenedWithdrawal, OpenedWithdrawal.entry_id == OpenedEntry.id)
        .where(OpenedEntry.estate_code.in_(estates))
        .order_by(OpenedEntry.happened_on.desc(), OpenedEntry.recorded_at.desc(), OpenedEntry.id.desc())
    )
    return [_entry(row, gone) for row, gone in db.execute(query)]


def row(db: Session, entry_id: str) -> OpenedEntry:
    """One entry's row. ``NotFound``."""
    found = db.get(OpenedEntry, entry_id)
    if found is None:
        raise NotFound(_("没有找到这条公开事项。"))
    return found


def entry(db: Session, entry_id: str) -> Entry:
    """One entry. ``NotFound``."""
    return _entry(row(db, entry_id), db.get(OpenedWithdrawal, entry_id))


def standings_of(found: Collection[Entry], on: date) -> list[Standing]:
    """Each kind's standing of one estate on a day, from its entries."""
    made = []
    for kind in kinds().values():
        counted = tuple(one for one in found if one.kind.code == kind.code and one.withdrawn is None and one.on <= on)
        made.append(Standing(kind, _state(kind, counted, on), counted))
    return made


def _state(kind: Kind, counted: tuple[Entry, ...], on: date) -> str:
    if not counted:
        return MISSING if kind.expected else NONE
    if kind.many:
        return CURRENT
    until = counted[0].runs_out
    return EXPIRED if until is not None and until < on else CURRENT


def lacking(db: Session, estates: Collection[str], on: date) -> dict[str, list[Standing]]:
    """Estate code to what its owners miss on a day; every estate asked for is in it."""
    by_estate: dict[str, list[Entry]] = {code: [] for code in estates}
    for one in entries(db, estates):
        by_estate[one.estate_code].append(one)
    return {code: [one for one in standings_of(found, on) if one.lacks] for code, found in by_estate.items()}


def facts_of_kind(db: Session, kind: str) -> dict[str, dict[str, Any]]:
    """Estate code to the facts of its newest standing entry of a kind."""
    gone = select(OpenedWithdrawal.entry_id)
    query = (
        select(OpenedEntry.estate_code, OpenedEntry.facts)
        .where(OpenedEntry.kind == kind, OpenedEntry.id.not_in(gone))
        .order_by(OpenedEntry.happened_on, OpenedEntry.recorded_at, OpenedEntry.id)
    )
    return {code: json.loads(facts) for code, facts in db.execute(query)}
