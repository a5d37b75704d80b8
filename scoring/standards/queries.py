"""Reads of the checklist: versions, their items, and which version is in force for a kind of estate on a day."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from scoring.rules.standard import ChecklistItem, standard_frame
from scoring.standards.models import StandardItem, StandardVersion


def version_row(db: Session, version: str) -> StandardVersion:
    """The version, draft or published. ``NotFound`` when there is none."""
    found = db.get(StandardVersion, version)
    if found is None:
        raise NotFound(_("没有检查标准%(version)s。", version=version))
    return found


def published_row(db: Session, version: str) -> StandardVersion:
    """A version that everybody may read. ``NotFound`` for a draft."""
    found = version_row(db, version)
    if found.published_at is None:
        raise NotFound(_("没有检查标准%(version)s。", version=version))
    return found


def published(db: Session) -> list[StandardVersion]:
    """Published versions in the order in which they come into force; of one day, the one published later is last."""
    order = (StandardVersion.in_force_from, StandardVersion.published_at, StandardVersion.version)
    return list(db.scalars(select(StandardVersion).where(StandardVersion.published_at.is_not(None)).order_by(*order)))


def drafts(db: Session) -> list[StandardVersion]:
    """Versions that are still being written."""
    rows = select(StandardVersion).where(StandardVersion.published_at.is_(None)).order_by(StandardVersion.version)
    return list(db.scalars(rows))


def items(db: Session, version: str) -> list[StandardItem]:
    """Items of a version in the order of the checklist."""
    order = (StandardItem.position, StandardItem.item_code)
    return list(db.scalars(select(StandardItem).where(StandardItem.version == version).order_by(*order)))


def frames(db: Session, versions: Sequence[str]) -> dict[str, pd.DataFrame]:
    """The named versions as the rules read them, in one query. ``NotFound`` names an unknown one."""
    rows: dict[str, list[ChecklistItem]] = {version: [] for version in versions}
    found = select(StandardItem).where(StandardItem.version.in_(rows)).order_by(StandardItem.position)
    for item in db.scalars(found):
        rows[item.version].append(
            ChecklistItem(item.item_code, item.max_points * 100, item.deduction, item.category_code, item.hazard_class)
        )
    for version, its_items in rows.items():
        if not its_items:
            raise NotFound(_("没有检查标准%(version)s。", version=version))
    return {version: standard_frame(its_items) for version, its_items in rows.items()}


def in_force_map(db: Session, wanted: Iterable[tuple[str, date]]) -> dict[tuple[str, date], str | None]:
    """(kind, day) to the version in force, ``None`` where there is none: one query however many pairs."""
    begun: dict[str, tuple[list[date], list[str]]] = {}
    for row in published(db):
        for kind in row.kinds.split(","):
            days, names = begun.setdefault(kind, ([], []))
            assert row.in_force_from is not None
            days.append(row.in_force_from)
            names.append(row.version)
    answer: dict[tuple[str, date], str | None] = {}
    for kind, day in set(wanted):
        days, names = begun.get(kind, ([], []))
        place = bisect_right(days, day)
        answer[kind, day] = names[place - 1] if place else None
    return answer


def before(db: Session, row: StandardVersion) -> StandardVersion | None:
    """The version it is compared with: the one it was written from, else the one in force before it for its kinds."""
    source = db.get(StandardVersion, row.based_on) if row.based_on else None
    if source is not None and source.published_at is not None:
        return source
    kinds = set(row.kinds.split(","))
    earlier = None
    for other in published(db):
        if other.version == row.version:
            break
        if kinds & set(other.kinds.split(",")):
            earlier = other
    return earlier
