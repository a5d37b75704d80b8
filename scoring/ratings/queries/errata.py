"""The errata: every correction of a published figure, with its public reason and the rows it changed."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from portal.kernel import clock
from scoring.ratings import sentences
from scoring.ratings.models import QuarterMonth, QuarterScore, Rating, Release
from scoring.ratings.queries import quarters, years
from scoring.ratings.queries.current import public_by
from scoring.ratings.queries.releases import corrects, views
from scoring.ratings.shapes import Erratum, FieldChange, ReleaseView, RowChange


def errata(
    db: Session,
    period: str | None = None,
    as_of: date | None = None,
    estate_code: str | None = None,
    limit: int | None = None,
) -> list[Erratum]:
    """Corrections that are public on a day (default today), the latest first: of all periods or one, of all estates or
    one. First publications are none, nor is what was mended before the period was public."""
    day = as_of or clock.today()
    first = {made.period: made.public_from for made in views(db, Release.number == 1, public_by(Release, day))}
    wanted = [Release.number > 1, public_by(Release, day)]
    if period is not None:
        wanted.append(Release.period == period)
    if estate_code is not None:
        own = select(QuarterScore.release_id).where(QuarterScore.estate_code == estate_code, QuarterScore.revision > 1)
        rated = select(Rating.release_id).where(Rating.estate_code == estate_code, Rating.revision > 1)
        wanted.append(Release.id.in_(own.union(rated)))
    order = (Release.known_at.desc(), Release.period.desc(), Release.number.desc())
    found = [release for release in views(db, *wanted, order=order) if corrects(release, first[release.period])]
    made = [_erratum(db, release, estate_code) for release in found[:limit]]
    return [erratum for erratum in made if erratum.rows]


def _erratum(db: Session, release: ReleaseView, estate_code: str | None) -> Erratum:
    model, key, figures = (
        (QuarterScore, quarters.KEY, quarters.FIGURES)
        if release.kind == "quarter"
        else (Rating, years.KEY, years.FIGURES)
    )
    rows = _changes(db, release, model, key, figures)
    reason = release.reason or (_quarter_cause if release.kind == "quarter" else _year_cause)(db, release, rows)
    shown = [row for row in rows if estate_code in (None, row.estate_code)]
    return Erratum(release, reason, tuple(shown))


def _changes(
    db: Session, release: ReleaseView, model: Any, key: Sequence[str], figures: Sequence[str]
) -> list[RowChange]:
    """Rows of a release beside the revision before them; rows that are new to the period are no correction."""
    old = aliased(model)
    same = and_(*(getattr(old, name) == getattr(model, name) for name in key), old.revision == model.revision - 1)
    columns = [getattr(row, name) for row in (old, model) for name in figures]
    found = (
        select(model.estate_code, model.revision, *columns)
        .join(old, same)
        .where(model.release_id == release.id)
        .order_by(model.estate_code)
    )
    rows = []
    for code, revision, *values in db.execute(found):
        before, after = values[: len(figures)], values[len(figures) :]
        fields = [
            FieldChange(name, was, now) for name, was, now in zip(figures, before, after, strict=True) if was != now
        ]
        rows.append(RowChange(code, revision, tuple(fields)))
    return rows


def _quarter_cause(db: Session, release: ReleaseView, rows: list[RowChange]) -> str:
    months = _months(db, release)
    counted: Counter[str] = Counter()
    for row in rows:
        old = months.get((row.estate_code, row.revision - 1), {})
        new = months.get((row.estate_code, row.revision), {})
        counted["added"] += len(new.keys() - old.keys())
        counted["withdrawn"] += len(old.keys() - new.keys())
        counted["corrected"] += sum(old[month] != new[month] for month in new.keys() & old.keys())
        names = {field.name for field in row.fields}
        counted["moved"] += bool(names) and names <= {"rank_district", "rank_street"}
    return sentences.quarter_cause(counted["added"], counted["corrected"], counted["withdrawn"], counted["moved"])


def _months(db: Session, release: ReleaseView) -> dict[tuple[str, int], dict[str, tuple[Any, ...]]]:
    """Months of a release's rows and of the revisions before them."""
    part = QuarterMonth
    same = and_(
        part.quarter == QuarterScore.quarter,
        part.estate_code == QuarterScore.estate_code,
        part.revision.in_([QuarterScore.revision, QuarterScore.revision - 1]),
    )
    rows = (
        select(part.estate_code, part.revision, part.month, part.check_id, part.earned_cp, part.applicable_cp)
        .join(QuarterScore, same)
        .where(QuarterScore.release_id == release.id)
        .order_by(part.estate_code, part.revision, part.month)
    )
    found: dict[tuple[str, int], dict[str, tuple[Any, ...]]] = {}
    for code, revision, month, *sums in db.execute(rows):
        found.setdefault((code, revision), {})[month] = tuple(sums)
    return found


def _year_cause(db: Session, release: ReleaseView, rows: list[RowChange]) -> str:
    changed: set[str] = set()
    vetoed = eligibility = 0
    for row in rows:
        fields = {field.name: field for field in row.fields}
        changed.update(name.removesuffix("_cp") for name in fields if name.removesuffix("_cp") in sentences.COMPONENTS)
        statuses = {fields["status"].old, fields["status"].new} if "status" in fields else set()
        codes = fields.get("reasons")
        vetoed += "vetoed" in statuses or bool(codes and not statuses and _is_veto(codes))
        eligibility += "not_eligible" in statuses
    order = [name for name in sentences.COMPONENTS if name in changed]
    return sentences.year_cause(order, vetoed, eligibility)


def _is_veto(field: FieldChange) -> bool:
    return any(code[:1] == "V" and code[1:].isdigit() for code in json.loads(field.new))
