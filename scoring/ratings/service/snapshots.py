"""How a publication is written: compared with the latest revision, only what changed, rows inserted in bulk."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.kernel import clock, personal
from portal.kernel.access import Actor
from portal.kernel.errors import DomainError
from portal.kernel.formats import date_text
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from scoring.ratings.models import Release
from scoring.ratings.queries.releases import last_release

Row = tuple[Any, ...]
Parts = tuple[Row, ...]


@dataclass(frozen=True)
class Stored:
    """The latest revision of a row (public or held): its number, figures and parts (months, components)."""

    revision: int
    figures: Row
    parts: Parts


@dataclass(frozen=True)
class NewRow:
    """A row to write, and what stood before it."""

    estate_code: str
    revision: int
    figures: Row
    parts: Parts
    before: Stored | None


def changed(figures: Mapping[str, Row], parts: Mapping[str, Parts], stored: Mapping[str, Stored]) -> list[NewRow]:
    """The rows that differ from their latest revision, each with the next revision, by estate code."""
    rows = []
    for code in sorted(figures):
        before = stored.get(code)
        mine = parts.get(code, ())
        if before is None or before.figures != figures[code] or before.parts != mine:
            rows.append(NewRow(code, before.revision + 1 if before else 1, figures[code], mine, before))
    return rows


def open_release(
    db: Session,
    actor: Actor,
    *,
    kind: str,
    period: str,
    on: date,
    public_from: date,
    reason: str,
    rows: int,
    known_at: datetime,
) -> Release:
    """Insert the next release of a period; its number can be taken by one transaction only.

    ``known_at`` is one instant for everything that a transaction makes public. ``DomainError`` when the reason, which is
    public, holds personal data.
    """
    personal.refuse_in(reason)
    last = last_release(db, period)
    made = Release(
        id=new_id(),
        kind=kind,
        period=period,
        number=last.number + 1 if last else 1,
        on=on,
        public_from=public_from,
        known_at=known_at,
        actor=actor.audit_name,
        reason=reason,
        rows=rows,
    )
    db.add(made)
    db.flush()
    return made


def insert_rows(
    db: Session,
    models: tuple[Any, Any],
    period: tuple[str, Any],
    names: tuple[tuple[str, ...], tuple[str, ...]],
    release: Release,
    rows: list[NewRow],
) -> None:
    """Insert a release's rows and their parts. ``models`` and ``names``: of the row, then of its parts; ``period``: the
    name and value of the period's column."""
    key = [{period[0]: period[1], "estate_code": row.estate_code, "revision": row.revision} for row in rows]
    pinned = {"release_id": release.id, "public_from": release.public_from, "recorded_at": release.known_at}
    own = [
        {**own, **pinned, **dict(zip(names[0], row.figures, strict=True))} for own, row in zip(key, rows, strict=True)
    ]
    db.execute(insert(models[0]), own)
    parts = [
        {**own, **dict(zip(names[1], part, strict=True))}
        for own, row in zip(key, rows, strict=True)
        for part in row.parts
    ]
    if parts:
        db.execute(insert(models[1]), parts)


def public_from(on: date, held_until: date | None, *earlier: date | None) -> date:
    """From when a publication is public: the date of the act; a first one from the day after the last day of its hold;
    none before what it corrects or was made from. The only place that decides this date.

    >>> public_from(date(2026, 1, 25), date(2026, 1, 30), date(2026, 1, 28))
    datetime.date(2026, 1, 31)
    """
    after = held_until + timedelta(days=1) if held_until else on
    return max([on, after, *(day for day in earlier if day is not None)])


def refuse_too_early(on: date, last: date) -> None:
    """A period can be worked on from the first day after it; an act is never dated ahead."""
    if on > clock.today():
        raise DomainError(_("办理日期%(on)s还没有到。", on=date_text(on)))
    if on <= last:
        raise DomainError(_("这一期到%(last)s结束，次日起才能办理。", last=date_text(last)))
