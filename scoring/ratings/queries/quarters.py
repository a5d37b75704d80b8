"""Reads of quarters: published scores by revision, their months, and the initial results of the review."""

from collections.abc import Collection
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

import pandas as pd
from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from portal.kernel import clock
from portal.kernel.divisions import prefix
from portal.kernel.periods import Quarter, Year
from scoring.ratings.frames import frame_of
from scoring.ratings.models import InitialScore, QuarterMonth, QuarterScore, QuarterStep
from scoring.ratings.queries.current import current, public_by
from scoring.ratings.queries.releases import by_period, corrected_on
from scoring.ratings.shapes import QuarterView

Q = QuarterScore
KEY = ("quarter", "estate_code")
FIGURES = (
    "score_cp", "status", "months", "rank_district", "rank_street", "kind", "division_code", "uscc", "manager_code",
    "rule_set",
)  # fmt: skip
COLUMNS = ("quarter", "estate_code", "revision", *FIGURES, "release_id", "public_from", "recorded_at")
_WHOLE = ("revision", "score_cp", "months", "rank_district", "rank_street")
MONTH_FIGURES = ("month", "check_id", "standard_version", "earned_cp", "applicable_cp", "score_cp")
ORDERS: dict[str, tuple[Any, ...]] = {
    "estate_code": (Q.estate_code,),
    "rank": (Q.kind, Q.rank_district.is_(None), Q.rank_district, Q.estate_code),
    "score": (Q.score_cp.is_(None), Q.score_cp.desc(), Q.estate_code),
    "division": (Q.division_code, Q.estate_code),
}


def quarters(db: Session, as_of: date | None = None) -> list[QuarterView]:
    """Quarters that are public on a day (default today), the latest first."""
    day = as_of or clock.today()
    counted: dict[str, int] = {period: rows for period, rows in db.execute(_counted(day))}
    return [
        QuarterView(period, made[0].public_from, made[-1].id, counted.get(period, 0), corrected_on(made))
        for period, made in by_period(db, "quarter", day).items()
    ]


@lru_cache
def _counted(day: date) -> Select[str, int]:
    return select(Q.quarter, func.count(Q.estate_code.distinct())).where(public_by(Q, day)).group_by(Q.quarter)


def last_quarter_before(db: Session, quarter: Quarter | str, as_of: date | None = None) -> str | None:
    """The last quarter before this one that is public on a day."""
    return db.scalar(select(func.max(Q.quarter)).where(Q.quarter < str(quarter), public_by(Q, as_of or clock.today())))


@cache
def _select(names: tuple[str, ...] = COLUMNS) -> Select[Any]:
    return select(*(getattr(Q, name) for name in names))


def quarter_rows(
    db: Session, quarter: Quarter | str, as_of: date | None = None, known_at: datetime | None = None
) -> pd.DataFrame:
    """The revision in force of every estate on a day (default today), by estate code: the columns of ``COLUMNS``.

    Whole numbers are ``Int64`` (``<NA>`` without a score); ``uscc`` and ``manager_code`` are None when nobody served.
    """
    rows = _select().where(Q.quarter == str(quarter), current(Q, KEY, as_of or clock.today(), known_at))
    return frame_of(db.execute(rows.order_by(Q.estate_code)), COLUMNS, _WHOLE)


def quarter_page(
    db: Session,
    quarter: Quarter | str,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
    kind: str = "",
    division: str = "",
    estates: Collection[str] | None = None,
    order: str = "estate_code",
    limit: int | None = None,
    offset: int = 0,
) -> tuple[pd.DataFrame, int]:
    """One page of ``quarter_rows`` and how many there are in all. ``order``: a key of ``ORDERS``."""
    rows = _select().where(Q.quarter == str(quarter), current(Q, KEY, as_of or clock.today(), known_at))
    if kind:
        rows = rows.where(Q.kind == kind)
    if division:
        rows = rows.where(Q.division_code.like(f"{prefix(division)}%"))
    if estates is not None:
        rows = rows.where(Q.estate_code.in_(sorted(estates)))
    page = rows.order_by(*ORDERS[order])
    if limit is None and not offset:  # all of them: they count themselves
        found = frame_of(db.execute(page), COLUMNS, _WHOLE)
        return found, len(found)
    total = db.scalar(select(func.count()).select_from(rows.subquery())) or 0
    return frame_of(db.execute(page.limit(limit).offset(offset)), COLUMNS, _WHOLE), total


def quarter_of_estate(
    db: Session,
    quarter: Quarter | str,
    estate_code: str,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> dict[str, Any] | None:
    """The row of ``quarter_rows`` of one estate as plain values; None when nothing is public."""
    wanted = (Q.quarter == str(quarter), Q.estate_code == estate_code)
    row = db.execute(_select().where(*wanted, current(Q, KEY, as_of or clock.today(), known_at))).one_or_none()
    return None if row is None else dict(zip(COLUMNS, row, strict=True))


def estate_quarters(
    db: Session, estate_code: str, as_of: date | None = None, known_at: datetime | None = None
) -> pd.DataFrame:
    """Every public quarter of an estate, the oldest first; columns as ``quarter_rows``."""
    rows = _select().where(Q.estate_code == estate_code, current(Q, KEY, as_of or clock.today(), known_at))
    return frame_of(db.execute(rows.order_by(Q.quarter)), COLUMNS, _WHOLE)


def enterprise_quarters(
    db: Session, uscc: str, as_of: date | None = None, known_at: datetime | None = None
) -> pd.DataFrame:
    """Every public quarter score recorded on an enterprise, by quarter and estate; columns as ``quarter_rows``."""
    rows = _select().where(Q.uscc == uscc, current(Q, KEY, as_of or clock.today(), known_at))
    return frame_of(db.execute(rows.order_by(Q.quarter, Q.estate_code)), COLUMNS, _WHOLE)


def score_history(
    db: Session, quarters: Collection[str], as_of: date | None = None, known_at: datetime | None = None
) -> pd.DataFrame:
    """Scores of many quarters in one query, for heat maps and trends: ``quarter, estate_code, score_cp, kind,
    division_code, rank_district, rank_street``."""
    names = ("quarter", "estate_code", "score_cp", "kind", "division_code", "rank_district", "rank_street")
    rows = _select(names).where(Q.quarter.in_(sorted(quarters)), current(Q, KEY, as_of or clock.today(), known_at))
    found = db.execute(rows.order_by(Q.quarter, Q.estate_code))
    return frame_of(found, names, ("score_cp", "rank_district", "rank_street"))


def quarter_revisions(db: Session, quarter: Quarter | str, estate_code: str, as_of: date | None = None) -> pd.DataFrame:
    """All public revisions of one row, the first one first; columns as ``quarter_rows``."""
    rows = _select().where(
        Q.quarter == str(quarter), Q.estate_code == estate_code, public_by(Q, as_of or clock.today())
    )
    return frame_of(db.execute(rows.order_by(Q.revision)), COLUMNS, _WHOLE)


def quarter_months(
    db: Session,
    quarter: Quarter | str,
    as_of: date | None = None,
    known_at: datetime | None = None,
    estate_code: str | None = None,
    estates: Collection[str] | None = None,
) -> pd.DataFrame:
    """The months that entered the rows in force, by estate and month: ``estate_code, revision``, ``MONTH_FIGURES`` and
    ``recorded_at``, the instant up to which facts entered the row (``known_at`` of its release). Of all estates, of one, or of
    some."""
    day = as_of or clock.today()
    names = ("estate_code", "revision", *MONTH_FIGURES)
    joined = (
        (QuarterMonth.quarter == Q.quarter)
        & (QuarterMonth.estate_code == Q.estate_code)
        & (QuarterMonth.revision == Q.revision)
    )
    rows = (
        select(*(getattr(QuarterMonth, name) for name in names), Q.recorded_at)
        .join(Q, joined)
        .where(Q.quarter == str(quarter), current(Q, KEY, day, known_at))
    )
    if estate_code is not None:
        rows = rows.where(Q.estate_code == estate_code)
    if estates is not None:
        rows = rows.where(Q.estate_code.in_(sorted(estates)))
    whole = ("revision", "earned_cp", "applicable_cp", "score_cp")
    found = db.execute(rows.order_by(QuarterMonth.estate_code, QuarterMonth.month))
    return frame_of(found, (*names, "recorded_at"), whole)


def published_scores(
    db: Session, year: Year, as_of: date, known_at: datetime | None = None, estates: Collection[str] | None = None
) -> pd.DataFrame:
    """Published quarter scores of a year that are public on a day: ``estate_code, score_cp (Int64), quarter``; of all estates or
    of some."""
    names = ("estate_code", "score_cp", "quarter")
    rows = _select(names).where(
        Q.quarter.in_([str(quarter) for quarter in year.quarters]),
        current(Q, KEY, as_of, known_at),
        Q.status == "published",
    )
    if estates is not None:
        rows = rows.where(Q.estate_code.in_(sorted(estates)))
    return frame_of(db.execute(rows.order_by(Q.estate_code, Q.quarter)), names, ("score_cp",))


def movement(
    db: Session,
    quarter: Quarter | str,
    as_of: date | None = None,
    known_at: datetime | None = None,
    rows: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Change of every estate against the last published quarter before: ``estate_code, previous_quarter,
    previous_score_cp, previous_rank_district, previous_rank_street, score_delta_cp, district_delta, street_delta``.

    Deltas are ``Int64``, positive is better, ``<NA>`` where a score is missing; places are compared only while kind and
    street stayed the same. ``previous_quarter`` is None when there is none. ``rows``: this quarter's rows, when the caller
    has read them already.
    """
    day = as_of or clock.today()
    now = quarter_rows(db, quarter, day, known_at) if rows is None else rows
    last = last_quarter_before(db, quarter, day)
    old = quarter_rows(db, last, day, known_at) if last else now.iloc[:0]
    names = ["estate_code", "score_cp", "rank_district", "rank_street", "kind", "division_code"]
    both = now[names].merge(old[names], on="estate_code", how="left", suffixes=("", "_old"))
    same_kind = (both["kind"] == both["kind_old"]).to_numpy(bool)
    streets = both[["division_code", "division_code_old"]].astype("str").apply(lambda column: column.str[:9])
    same_street = same_kind & (streets["division_code"] == streets["division_code_old"]).to_numpy(bool)
    return pd.DataFrame(
        {
            "estate_code": both["estate_code"],
            "previous_quarter": pd.Series([last] * len(both), dtype="object"),
            "previous_score_cp": both["score_cp_old"],
            "previous_rank_district": both["rank_district_old"],
            "previous_rank_street": both["rank_street_old"],
            "score_delta_cp": both["score_cp"] - both["score_cp_old"],
            "district_delta": (both["rank_district_old"] - both["rank_district"]).where(same_kind),
            "street_delta": (both["rank_street_old"] - both["rank_street"]).where(same_street),
        }
    )


# ---- the review before publication


_later_score, _later_step = aliased(InitialScore), aliased(QuarterStep)
_newer_score = select(_later_score.seq).where(
    _later_score.quarter == InitialScore.quarter,
    _later_score.estate_code == InitialScore.estate_code,
    _later_score.seq > InitialScore.seq,
)
_INITIAL = ("estate_code", "seq", "score_cp", "status", "months", "at")
_initial_rows = (
    select(*(getattr(InitialScore, name) for name in _INITIAL))
    .where(InitialScore.quarter == bindparam("period"), ~_newer_score.exists())
    .order_by(InitialScore.estate_code)
)
_newer_step = select(_later_step.seq).where(
    _later_step.quarter == QuarterStep.quarter,
    _later_step.division_code == QuarterStep.division_code,
    _later_step.seq > QuarterStep.seq,
)
_last_steps = (
    select(QuarterStep.division_code, QuarterStep.seq, QuarterStep.step, QuarterStep.on)
    .where(QuarterStep.quarter == bindparam("period"), ~_newer_step.exists())
    .order_by(QuarterStep.division_code)
)


def initial_rows(db: Session, quarter: Quarter | str) -> pd.DataFrame:
    """The initial results as last prepared, by estate: ``estate_code, seq, score_cp, status, months, at``."""
    return frame_of(db.execute(_initial_rows, {"period": str(quarter)}), _INITIAL, ("seq", "score_cp", "months"))


def steps(db: Session, quarter: Quarter | str) -> dict[str, tuple[int, str, date]]:
    """The last step of each community: division code to (seq, step, date of the act). A form carries the ``seq``."""
    return {code: (seq, step, on) for code, seq, step, on in db.execute(_last_steps, {"period": str(quarter)})}
