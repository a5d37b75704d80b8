"""What a publication would make public, before anybody presses the button: the same comparison as the publication's own.

A preview carries a fingerprint of its rows. ``publish_*_as_seen`` publishes only what the person has seen: when a check, a
fact or the register changed since, nothing is written.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel.access import Actor, require
from portal.kernel.db import lock
from portal.kernel.errors import Conflict
from portal.kernel.i18n import _
from portal.kernel.periods import Quarter, Year
from scoring.ratings import policy
from scoring.ratings.figures.quarter import CONFIRMED, quarter_figures
from scoring.ratings.figures.year import year_figures
from scoring.ratings.queries import quarters as quarter_queries
from scoring.ratings.queries import years as year_queries
from scoring.ratings.service import quarters, years
from scoring.ratings.service.snapshots import NewRow, changed, refuse_too_early
from scoring.ratings.shapes import FieldChange, PublishedQuarter, PublishedYear, RowChange


@dataclass(frozen=True)
class PreviewRow:
    """A row that would become public: its figures by name (points in centipoints), and its number."""

    estate_code: str
    revision: int
    figures: dict[str, Any]


@dataclass(frozen=True)
class Preview:
    """``rows``: everything that would be written; ``changes``: those of them that correct what is public; ``unchanged``:
    rows that stay; ``ratings``: published ratings that use a score that changes."""

    rows: tuple[PreviewRow, ...]
    changes: tuple[RowChange, ...]
    unchanged: int
    ratings: int
    fingerprint: str

    @property
    def new(self) -> int:
        """Rows of estates that had none in this period."""
        return len(self.rows) - len(self.changes)

    @property
    def companies(self) -> int:
        """Enterprises that the rows are recorded on."""
        return len({row.figures["uscc"] for row in self.rows if row.figures["uscc"]})


def preview_quarter(db: Session, actor: Actor, quarter: Quarter, *, on: date) -> Preview:
    """What ``publish_quarter`` would write now. Raises ``NotAllowed``, ``DomainError`` (before the quarter has ended)."""
    require(policy.may_publish_quarter(actor))
    refuse_too_early(on, quarter.last)
    figures, parts = quarters._figures(quarter_figures(db, quarter, CONFIRMED))
    rows = changed(figures, parts, quarters.latest_rows(db, quarter))
    rated = year_queries.published_estates(db, quarter.year)
    used = rated.intersection(quarters._moved(rows)) if rated else set()
    return _preview(rows, quarter_queries.FIGURES, len(figures), len(used))


def preview_year(db: Session, actor: Actor, year: Year, *, on: date) -> Preview:
    """What ``publish_year`` would write now. Raises ``NotAllowed``, ``DomainError`` (before the year has ended)."""
    require(policy.may_prepare_year(actor))
    refuse_too_early(on, year.last)
    figures, parts = years._figures(year_figures(db, year))
    return _preview(changed(figures, parts, years.latest_rows(db, year)), year_queries.FIGURES, len(figures), 0)


def publish_quarter_as_seen(
    db: Session, actor: Actor, quarter: Quarter, *, on: date, reason: str, seen: str
) -> PublishedQuarter:
    """Publish what the preview of that fingerprint showed. Raises ``Conflict`` when it is no longer the same."""
    lock(db, f"year:{quarter.year}")
    lock(db, f"quarter:{quarter}")
    _refuse_unseen(preview_quarter(db, actor, quarter, on=on), seen)
    return quarters.publish_quarter(db, actor, quarter, on=on, reason=reason)


def publish_year_as_seen(db: Session, actor: Actor, year: Year, *, on: date, reason: str, seen: str) -> PublishedYear:
    """Publish what the preview of that fingerprint showed. Raises ``Conflict`` when it is no longer the same."""
    lock(db, f"year:{year}")
    _refuse_unseen(preview_year(db, actor, year, on=on), seen)
    return years.publish_year(db, actor, year, on=on, reason=reason)


def _refuse_unseen(now: Preview, seen: str) -> None:
    if now.fingerprint != seen:
        raise Conflict(_("您打开预览之后，要公布的内容发生了变化，没有公布。请重新打开预览，核对后再公布。"))


def _preview(rows: list[NewRow], names: Sequence[str], estates: int, ratings: int) -> Preview:
    made = tuple(PreviewRow(row.estate_code, row.revision, dict(zip(names, row.figures, strict=True))) for row in rows)
    text = json.dumps([[row.estate_code, row.revision, row.figures, row.parts] for row in rows], default=str)
    fingerprint = hashlib.sha256(text.encode()).hexdigest()
    return Preview(
        made, tuple(_change(row, names) for row in rows if row.before), estates - len(rows), ratings, fingerprint
    )


def _change(row: NewRow, names: Sequence[str]) -> RowChange:
    old = row.before.figures if row.before else row.figures
    fields = [FieldChange(name, was, now) for name, was, now in zip(names, old, row.figures, strict=True) if was != now]
    return RowChange(row.estate_code, row.revision, tuple(fields))
