"""Year verbs: prepare, publish, and the revision that follows from a correction or a veto.

Every verb takes the lock of its year. A revision is written for the ratings that change and for no other; credit hears
of every row that became public, in the same transaction.
"""

import json
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.kernel import audit, clock, hooks
from portal.kernel.access import Actor, require
from portal.kernel.audit import canonical
from portal.kernel.db import lock
from portal.kernel.periods import Year
from portal.registry import api as registry
from scoring.ratings import policy
from scoring.ratings.figures.year import HERE, Where, YearFigures, computed, reasons_of, year_figures
from scoring.ratings.frames import plain_rows
from scoring.ratings.models import PreparedRating, QuarterScore, Rating, RatingComponent, RatingFact
from scoring.ratings.queries.current import current
from scoring.ratings.queries.years import (
    COMPONENT_FIGURES,
    FIGURES,
    KEY,
    prepared_texts,
    published_estates,
    year_number,
)
from scoring.ratings.service.hold import first_hold, rows_public
from scoring.ratings.service.news import tell
from scoring.ratings.service.snapshots import (
    NewRow,
    Parts,
    Row,
    Stored,
    changed,
    insert_rows,
    open_release,
    public_from,
    refuse_too_early,
)
from scoring.ratings.shapes import Prepared, PublishedYear, RatingChange
from scoring.surveys import api as surveys

_NOTHING = PublishedYear(None, 0, 0)
_STARS, _STATUS = FIGURES.index("stars"), FIGURES.index("status")
_USCC, _MANAGER = FIGURES.index("uscc"), FIGURES.index("manager_code")


def prepare_year(db: Session, actor: Actor, year: Year, *, on: date, where: Where = HERE) -> Prepared:
    """Compute every rating of a year from what is public and known, and keep what changed since the last time.

    ``where``: in this process, or by division on a cluster with the same result. Raises ``NotAllowed``, ``DomainError`` (before
    the year has ended; a cluster that does not answer), ``Conflict`` (workers of another release or with other data).
    """
    require(policy.may_prepare_year(actor))
    refuse_too_early(on, year.last)
    lock(db, f"year:{year}")
    figures, parts = _figures(year_figures(db, year, where=where))
    before = prepared_texts(db, year)
    at = clock.now()
    new = []
    for code, row in sorted(figures.items()):
        text = canonical(_prepared(row, parts.get(code, ())))
        seq, old = before.get(code, (0, ""))
        if text != old:
            new.append({"year": year.number, "estate_code": code, "seq": seq + 1, "figures": text, "at": at})
    if new:
        db.execute(insert(PreparedRating), new)
        audit.record(db, actor, "year.prepared", f"year:{year}", {"estates": len(new)})
    return Prepared(len(figures), len(new))


def _prepared(row: Row, parts: Parts) -> dict[str, Any]:
    figures = dict(zip(FIGURES, row, strict=True))
    components = [dict(zip(COMPONENT_FIGURES, part, strict=True)) for part in parts]
    return {**figures, "reasons": json.loads(figures["reasons"]), "components": components}


def publish_year(db: Session, actor: Actor, year: Year, *, on: date, reason: str = "") -> PublishedYear:
    """Publish the ratings of a year; run again, a revision of those that change. Raises as ``prepare_year``."""
    require(policy.may_publish_year(actor))
    refuse_too_early(on, year.last)
    lock(db, f"year:{year}")
    return _publish(db, actor, year, None, on, on, reason.strip(), clock.now())


def revise_year(
    db: Session, actor: Actor, year: Year | int, estates: Iterable[str], on: date, reason: str = ""
) -> PublishedYear:
    """Revise the ratings of some estates in a published year; nothing happens before the year is published.

    The consequence of another deed (a veto, a correction), in its transaction. Raises ``NotAllowed``.
    """
    require(policy.may_revise_year(actor))
    period = Year(year_number(year))
    lock(db, f"year:{period}")
    return revise(db, actor, period, estates, on, on, reason, clock.now())


def revise(
    db: Session,
    actor: Actor,
    year: Year,
    estates: Iterable[str],
    on: date,
    day: date,
    reason: str,
    known_at: datetime,
) -> PublishedYear:
    """Revise under a lock that is held already; public from ``day``, or from when what it corrects is public."""
    known = published_estates(db, year.number)
    scope = sorted(known.intersection(estates))
    if not scope:
        return _NOTHING
    return _publish(db, actor, year, scope, on, day, reason, known_at)


def on_veto_decided(db: Session, *, actor: Actor, year: int, estates: Collection[str], on: date) -> PublishedYear:
    """Hears ``veto.decided``: a served decision counts at once."""
    return revise_year(db, actor, year, estates, on)


def on_fact_corrected(
    db: Session, *, actor: Actor, year: int, estates: Collection[str], on: date, reason: str = ""
) -> PublishedYear:
    """Hears ``year-fact.corrected``: the correction and the revision it causes are one deed."""
    return revise_year(db, actor, year, estates, on, reason)


def _public_day(db: Session, year: Year, rows: list[NewRow], on: date, day: date) -> date:
    """Of a release of ratings: after its hold, and never before what its rows correct or the quarters they used."""
    codes = [row.estate_code for row in rows]
    used = rows_public(db, QuarterScore, [str(quarter) for quarter in year.quarters], codes)
    corrected = rows_public(db, Rating, [year.number], codes)
    return public_from(on, first_hold(db, str(year), on), day, used, corrected)


def _publish(
    db: Session,
    actor: Actor,
    year: Year,
    estates: list[str] | None,
    on: date,
    day: date,
    reason: str,
    known_at: datetime,
) -> PublishedYear:
    _keep_computed(db, actor, year, estates, known_at)
    made = year_figures(db, year, estates=estates)
    rows = changed(*_figures(made), latest_rows(db, year, estates))
    if not rows:
        return _NOTHING
    day = _public_day(db, year, rows, on, day)
    corrects = any(row.before for row in rows)
    release = open_release(
        db,
        actor,
        kind="year",
        period=str(year),
        on=on,
        public_from=day,
        reason=reason if corrects else "",
        rows=len(rows),
        known_at=known_at,
    )
    names = (FIGURES, COMPONENT_FIGURES)
    insert_rows(db, (Rating, RatingComponent), ("year", year.number), names, release, rows)
    _keep_limits(db, year, made, rows)
    revisions = sum(row.before is not None for row in rows)
    detail = {"release": release.id, "number": release.number, "rows": len(rows), "revisions": revisions, "on": on}
    audit.record(db, actor, "year.published", f"year:{year}", {**detail, "reason": release.reason})
    tell(
        db,
        release,
        [row.figures[_USCC] for row in rows if row.before is None],
        [row.figures[_USCC] for row in rows if row.before],
        on,
    )
    changes = tuple(_change(year.number, row, day) for row in rows)
    hooks.announce("ratings.published", db, actor=actor, on=on, changes=list(changes))
    return PublishedYear(release.id, len(rows), revisions, changes)


def _keep_limits(db: Session, year: Year, made: YearFigures, rows: list[NewRow]) -> None:
    """Pin what the limiters looked at with the revisions that were made from it."""
    if made.limits is None:
        return
    revision = {row.estate_code: row.revision for row in rows}
    kept = [
        {"year": year.number, "estate_code": code, "revision": revision[code], "fact": fact, "value": int(value)}
        for code, fact, value in made.limits.itertuples(index=False)
        if code in revision
    ]
    if kept:
        db.execute(insert(RatingFact), kept)


def _keep_computed(db: Session, actor: Actor, year: Year, estates: list[str] | None, known_at: datetime) -> None:
    """What the portal computes itself becomes a fact of the year when it is first published: it does not move afterwards."""
    codes = registry.estates_frame(db, year.last)["estate_code"].tolist() if estates is None else estates
    for one in computed(db, year, surveys.facts(db, year.number).indicators, codes):
        surveys.keep_computed(db, actor, year.number, one.name, one.scores, evidence=one.evidence, at=known_at)


def _change(year: int, row: NewRow, day: date) -> RatingChange:
    return RatingChange(
        year=year,
        estate_code=row.estate_code,
        revision=row.revision,
        stars=row.figures[_STARS],
        status=row.figures[_STATUS],
        uscc=row.figures[_USCC],
        manager_code=row.figures[_MANAGER],
        previous_stars=row.before.figures[_STARS] if row.before else None,
        public_from=day,
    )


def _figures(made: YearFigures) -> tuple[dict[str, Row], dict[str, Parts]]:
    table = made.ratings.assign(
        reasons=[
            json.dumps(reasons_of(status, reason))
            for status, reason in zip(made.ratings["status"], made.ratings["reason"], strict=True)
        ]
    )
    rows = {code: tuple(rest) for code, *rest in plain_rows(table, ("estate_code", *FIGURES))}
    parts: dict[str, list[Row]] = {}
    for code, *rest in plain_rows(made.components, ("estate_code", *COMPONENT_FIGURES)):
        parts.setdefault(code, []).append(tuple(rest))
    return rows, {code: tuple(sorted(found)) for code, found in parts.items()}


def latest_rows(db: Session, year: Year, estates: Collection[str] | None = None) -> dict[str, Stored]:
    """The latest revision of every rating, public or held."""
    own, part = Rating, RatingComponent
    wanted = [own.year == year.number, current(own, KEY, None)]
    if estates is not None and len(estates) <= 500:
        wanted.append(own.estate_code.in_(list(estates)))
    rows = select(own.estate_code, own.revision, *(getattr(own, name) for name in FIGURES)).where(*wanted)
    same = (part.year == own.year) & (part.estate_code == own.estate_code) & (part.revision == own.revision)
    components = (
        select(part.estate_code, *(getattr(part, name) for name in COMPONENT_FIGURES))
        .join(own, same)
        .where(*wanted)
        .order_by(part.estate_code, part.component)
    )
    parts: dict[str, list[Row]] = {}
    for code, *rest in db.execute(components):
        parts.setdefault(code, []).append(tuple(rest))
    return {
        code: Stored(revision, tuple(figures), tuple(sorted(parts.get(code, ()))))
        for code, revision, *figures in db.execute(rows.order_by(own.estate_code))
    }
