"""What estates lost in a quarter, by category of the checklist."""

from collections.abc import Iterable

import pandas as pd
from sqlalchemy.orm import Session

from scoring.ratings.figures.categories import category_points
from scoring.ratings.queries.quarters import quarter_months

COLUMNS = ["category_code", "applicable_cp", "lost_cp"]


def category_losses(db: Session, quarter: str, estates: Iterable[str]) -> pd.DataFrame:
    """Centipoints that the public months of these estates could have and lost, by category, as known at their
    publication: ``category_code, applicable_cp, lost_cp``; empty when no check entered the quarter."""
    months = quarter_months(db, quarter)
    months = months[months["estate_code"].isin(set(estates))]
    found = [category_points(db, group, instant) for instant, group in months.groupby("recorded_at", sort=False)]
    if not found:
        return pd.DataFrame(columns=COLUMNS)
    sums = pd.concat(found).groupby("category_code", sort=False)[["earned_cp", "applicable_cp"]].sum().reset_index()
    return sums.assign(lost_cp=sums["applicable_cp"] - sums["earned_cp"])[COLUMNS]
