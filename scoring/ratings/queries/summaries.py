"""Sums over a whole quarter or year, made by the database, so that a page never carries every estate."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel.divisions import street_of
from scoring.ratings.models import QuarterMonth, QuarterScore, Rating
from scoring.ratings.queries.current import current
from scoring.rules.rounding import half_up

Q, R = QuarterScore, Rating
STREET_DIGITS = 9
KEY = ("quarter", "estate_code")


def street_averages(
    db: Session, quarters: Collection[str], as_of: date, kind: str = "", known_at: datetime | None = None
) -> dict[str, dict[str, int]]:
    """Street code -> quarter -> mean score in centipoints of its estates with a score, public on a day as known at an instant;
    streets by code.

    A quarter in which a street has no scored estate is missing from its row.
    """
    street = func.substr(Q.division_code, 1, STREET_DIGITS)
    rows = select(street, Q.quarter, func.sum(Q.score_cp), func.count(Q.score_cp)).where(
        Q.quarter.in_(sorted(quarters)), Q.score_cp.is_not(None), current(Q, KEY, as_of, known_at)
    )
    if kind:
        rows = rows.where(Q.kind == kind)
    found: dict[str, dict[str, int]] = {}
    for code, quarter, total, count in db.execute(rows.group_by(street, Q.quarter).order_by(street, Q.quarter)):
        found.setdefault(street_of(code + "000"), {})[quarter] = int(half_up(int(total), int(count)))
    return found


def standards_used(db: Session, quarter: str, as_of: date, known_at: datetime | None = None) -> list[str]:
    """Versions of the checklist under the months of a quarter's rows that are public on a day, in order."""
    M = QuarterMonth
    own = (M.quarter == Q.quarter) & (M.estate_code == Q.estate_code) & (M.revision == Q.revision)
    rows = select(M.standard_version).join(Q, own).where(Q.quarter == quarter, current(Q, KEY, as_of, known_at))
    return sorted(db.scalars(rows.distinct()))


def star_counts(
    db: Session, year: int, as_of: date, known_at: datetime | None = None
) -> dict[tuple[str, int | None], int]:
    """(status, stars) -> estates of a year, public on a day as known at an instant."""
    rows = (
        select(R.status, R.stars, func.count())
        .where(R.year == year, current(R, ("year", "estate_code"), as_of, known_at))
        .group_by(R.status, R.stars)
        .order_by(R.status, R.stars)
    )
    return {(status, stars): count for status, stars, count in db.execute(rows)}
