"""What published figures stand on: days of the registry, and quarters whose checks nobody waits for any more."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.periods import Quarter, Year
from scoring.ratings.models import QuarterScore, Rating, Release


def pinned_days(db: Session) -> dict[str, list[date]]:
    """Estate code to the days whose kind, division, enterprise and manager entered a published quarter or rating, held
    ones included: last days of quarters and 31 December (asked as ``registry.pinned``)."""
    days: dict[str, set[date]] = {}
    lasts: dict[str, date] = {}
    for code, quarter in db.execute(select(QuarterScore.estate_code, QuarterScore.quarter).distinct()):
        if quarter not in lasts:
            lasts[quarter] = Quarter.parse(quarter).last
        days.setdefault(code, set()).add(lasts[quarter])
    for code, year in db.execute(select(Rating.estate_code, Rating.year).distinct()):
        days.setdefault(code, set()).add(Year(year).last)
    return {code: sorted(found) for code, found in sorted(days.items())}


def released_quarters(db: Session, *, quarters: Iterable[str]) -> set[str]:
    """Those of some quarters that have been published, held ones included (asked as ``quarters.released``)."""
    return set(db.scalars(select(Release.period).where(Release.period.in_(sorted(quarters))).distinct()))
