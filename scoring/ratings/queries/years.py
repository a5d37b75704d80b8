"""Reads of yearly ratings, published and prepared."""

import json
from collections.abc import Collection
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

import pandas as pd
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from portal.kernel import clock
from portal.kernel.divisions import prefix
from portal.kernel.periods import Year
from scoring.ratings.frames import frame_of
from scoring.ratings.models import PreparedRating, Rating, RatingComponent, RatingFact
from scoring.ratings.queries.current import current, public_by
from scoring.ratings.queries.releases import by_period, corrected_on
from scoring.ratings.shapes import YearView

R = Rating
KEY = ("year", "estate_code")
POINTS = ("survey_cp", "management_cp", "comprehensive_cp", "collection_cp", "total_cp")
FIGURES = (
    "rule_set", *POINTS, "stars", "status", "reasons", "kind", "division_code", "uscc", "manager_code",
)  # fmt: skip
COLUMNS = ("year", "estate_code", "revision", *FIGURES, "release_id", "public_from", "recorded_at")
_WHOLE = ("year", "revision", *POINTS, "stars")
COMPONENT_FIGURES = ("component", "score_cp", "status", "reason")
ORDERS: dict[str, tuple[Any, ...]] = {
    "estate_code": (R.estate_code,),
    "total": (R.total_cp.is_(None), R.total_cp.desc(), R.estate_code),
    "stars": (R.stars.is_(None), R.stars.desc(), R.total_cp.desc(), R.estate_code),
    "division": (R.division_code, R.estate_code),
}


def year_number(year: Year | int | str) -> int:
    """The number of a year however it is given."""
    return year.number if isinstance(year, Year) else int(year)


def years(db: Session, as_of: date | None = None) -> list[YearView]:
    """Years whose ratings are public on a day (default today), the latest first."""
    day = as_of or clock.today()
    counted: dict[int, int] = {period: rows for period, rows in db.execute(_counted(day))}
    return [
        YearView(int(period), made[0].public_from, made[-1].id, counted.get(int(period), 0), corrected_on(made))
        for period, made in by_period(db, "year", day).items()
    ]


@lru_cache
def _counted(day: date) -> Select[int, int]:
    return select(R.year, func.count(R.estate_code.distinct())).where(public_by(R, day)).group_by(R.year)


@cache
def _select(names: tuple[str, ...] = COLUMNS) -> Select[Any]:
    return select(*(getattr(R, name) for name in names))


def _frame(db: Session, rows: Select[Any]) -> pd.DataFrame:
    return frame_of(db.execute(rows), COLUMNS, _WHOLE)


def rating_rows(
    db: Session, year: Year | int | str, as_of: date | None = None, known_at: datetime | None = None
) -> pd.DataFrame:
    """The revision in force of every rating of a year on a day (default today), by estate code: ``COLUMNS``.

    Whole numbers are ``Int64``; ``stars`` is ``<NA>`` unless rated; ``reasons`` is a JSON list of codes.
    """
    rows = _select().where(R.year == year_number(year), current(R, KEY, as_of or clock.today(), known_at))
    return _frame(db, rows.order_by(R.estate_code))


def rating_page(
    db: Session,
    year: Year | int | str,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
    kind: str = "",
    division: str = "",
    stars: int | None = None,
    status: str = "",
    estates: Collection[str] | None = None,
    order: str = "estate_code",
    limit: int | None = None,
    offset: int = 0,
) -> tuple[pd.DataFrame, int]:
    """One page of ``rating_rows`` and how many there are in all. ``order``: a key of ``ORDERS``."""
    rows = _select().where(R.year == year_number(year), current(R, KEY, as_of or clock.today(), known_at))
    for column, wanted in ((R.kind, kind or None), (R.stars, stars), (R.status, status or None)):
        if wanted is not None:
            rows = rows.where(column == wanted)
    if division:
        rows = rows.where(R.division_code.like(f"{prefix(division)}%"))
    if estates is not None:
        rows = rows.where(R.estate_code.in_(sorted(estates)))
    page = rows.order_by(*ORDERS[order])
    if limit is None and not offset:  # all of them: they count themselves
        found = _frame(db, page)
        return found, len(found)
    total = db.scalar(select(func.count()).select_from(rows.subquery())) or 0
    return _frame(db, page.limit(limit).offset(offset)), total


def rating_of_estate(
    db: Session, year: Year | int | str, estate_code: str, as_of: date | None = None, known_at: datetime | None = None
) -> dict[str, Any] | None:
    """The row of ``rating_rows`` of one estate as plain values; None when nothing is public."""
    wanted = (R.year == year_number(year), R.estate_code == estate_code)
    row = db.execute(_select().where(*wanted, current(R, KEY, as_of or clock.today(), known_at))).one_or_none()
    return None if row is None else dict(zip(COLUMNS, row, strict=True))


def estate_ratings(
    db: Session, estate_code: str, as_of: date | None = None, known_at: datetime | None = None
) -> pd.DataFrame:
    """Every public rating of an estate, the oldest first; columns as ``rating_rows``."""
    rows = _select().where(R.estate_code == estate_code, current(R, KEY, as_of or clock.today(), known_at))
    return _frame(db, rows.order_by(R.year))


def enterprise_ratings(
    db: Session, uscc: str, as_of: date | None = None, known_at: datetime | None = None
) -> pd.DataFrame:
    """Every public rating recorded on an enterprise, by year and estate; columns as ``rating_rows``."""
    rows = _select().where(R.uscc == uscc, current(R, KEY, as_of or clock.today(), known_at))
    return _frame(db, rows.order_by(R.year, R.estate_code))


def rating_revisions(db: Session, year: Year | int, estate_code: str, as_of: date | None = None) -> pd.DataFrame:
    """All public revisions of one rating, the first one first; columns as ``rating_rows``."""
    rows = _select().where(
        R.year == year_number(year), R.estate_code == estate_code, public_by(R, as_of or clock.today())
    )
    return _frame(db, rows.order_by(R.revision))


def components_rows(
    db: Session,
    year: Year | int | str,
    as_of: date | None = None,
    known_at: datetime | None = None,
    estate_code: str | None = None,
) -> pd.DataFrame:
    """Components of the ratings in force, by estate and component: ``year, estate_code, revision, component, score_cp,
    status, reason, recorded_at`` (``known_at`` of the rating's release)."""
    names = ("year", "estate_code", "revision", *COMPONENT_FIGURES)
    joined = (
        (RatingComponent.year == R.year)
        & (RatingComponent.estate_code == R.estate_code)
        & (RatingComponent.revision == R.revision)
    )
    rows = (
        select(*(getattr(RatingComponent, name) for name in names), R.recorded_at)
        .join(R, joined)
        .where(R.year == year_number(year), current(R, KEY, as_of or clock.today(), known_at))
    )
    if estate_code is not None:
        rows = rows.where(R.estate_code == estate_code)
    found = db.execute(rows.order_by(RatingComponent.estate_code, RatingComponent.component))
    return frame_of(found, (*names, "recorded_at"), ("year", "revision", "score_cp"))


def limit_facts(
    db: Session, year: Year | int | str, as_of: date | None = None, known_at: datetime | None = None
) -> pd.DataFrame:
    """What the limiters looked at for the ratings in force, by estate and fact: ``year, estate_code, fact, value``."""
    names = ("year", "estate_code", "fact", "value")
    F = RatingFact
    joined = (F.year == R.year) & (F.estate_code == R.estate_code) & (F.revision == R.revision)
    rows = select(*(getattr(F, name) for name in names)).join(R, joined)
    rows = rows.where(R.year == year_number(year), current(R, KEY, as_of or clock.today(), known_at))
    return frame_of(db.execute(rows.order_by(F.estate_code, F.fact)), names, ("year", "value"))


def published_estates(db: Session, year: int) -> set[str]:
    """Estates whose rating of a year is published, held ones included (asked as ``year.published``)."""
    return set(db.scalars(select(R.estate_code).where(R.year == year).distinct()))


def prepared_texts(db: Session, year: Year | int) -> dict[str, tuple[int, str]]:
    """What was last prepared: estate code to (seq, JSON text)."""
    later = aliased(PreparedRating)
    newer = select(later.seq).where(
        later.year == PreparedRating.year,
        later.estate_code == PreparedRating.estate_code,
        later.seq > PreparedRating.seq,
    )
    rows = (
        select(PreparedRating.estate_code, PreparedRating.seq, PreparedRating.figures)
        .where(PreparedRating.year == year_number(year), ~newer.exists())
        .order_by(PreparedRating.estate_code)
    )
    return {code: (seq, text) for code, seq, text in db.execute(rows)}


def prepared_rows(db: Session, year: Year | int) -> list[dict[str, Any]]:
    """Ratings as last prepared, by estate: ``estate_code``, the figures of a rating (``reasons`` a list) and
    ``components``, a list of ``component, score_cp, status, reason``."""
    return [{"estate_code": code, **json.loads(text)} for code, (_seq, text) in prepared_texts(db, year).items()]


def prepared_at(db: Session, year: Year | int) -> datetime | None:
    """When preparing last changed a rating of the year."""
    return db.scalar(select(func.max(PreparedRating.at)).where(PreparedRating.year == year_number(year)))


def with_reasons(row: dict[str, Any]) -> dict[str, Any]:
    """A row as plain values with its reasons as a list of codes; rows without reasons stay as they are."""
    return {**row, "reasons": json.loads(row["reasons"])} if isinstance(row.get("reasons"), str) else row
