"""The results an enterprise may reply to: its own rows, released and not yet followed by a public one of the estate."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from portal.kernel.errors import DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.periods import Quarter, Year
from scoring.ratings import api as ratings


@dataclass(frozen=True)
class Result:
    """A result of an estate. ``public_from`` is set while it is held; ``is_last``: no later one is public."""

    period: str
    estate_code: str
    row: dict[str, Any]
    public_from: date | None
    is_last: bool

    @property
    def is_quarter(self) -> bool:
        """A quarter's score, or a year's rating."""
        return "Q" in self.period


@dataclass(frozen=True)
class Finding:
    """A finding that cost points: what a reply is about."""

    month: str
    item: ratings.ItemExplained

    @property
    def part(self) -> str:
        """Its name in an address and a form."""
        return f"{self.month}/{self.item.item.item_code}"


def results(db: Session, uscc: str) -> list[Result]:
    """The last result of each estate of an enterprise, its quarter and its year; held ones first, then by estate."""
    coming = {made.period: made.public_from for made in ratings.held(db)}
    found = [
        *_last(db, ratings.enterprise_quarters(db, uscc, ratings.RELEASED), "quarter", coming),
        *_last(db, ratings.enterprise_ratings(db, uscc, ratings.RELEASED), "year", coming),
    ]
    return sorted(found, key=lambda one: (one.public_from is None, one.estate_code, not one.is_quarter, one.period))


def _last(db: Session, rows: pd.DataFrame, key: str, coming: dict[str, date]) -> list[Result]:
    """Per estate: the last public period, and any held one after it."""
    rows = rows.assign(period=rows[key].astype(str))
    public = rows[~rows["period"].isin(set(coming))]
    newest = public.groupby("estate_code")["period"].transform("max") if len(public) else public["period"]
    kept = pd.concat([public[public["period"] == newest], rows[rows["period"].isin(set(coming))]])
    return [
        Result(row["period"], row["estate_code"], row, coming.get(row["period"]), True)
        for row in kept.astype("object").where(kept.notna(), None).to_dict("records")
    ]


def result(db: Session, uscc: str | None, period: str, estate_code: str) -> Result:
    """One own result, held or public. ``NotFound`` for any other enterprise's, and where there is none."""
    try:
        if "Q" in period:
            rows, _n = ratings.quarter_page(db, Quarter.parse(period), as_of=ratings.RELEASED, estates=[estate_code])
        else:
            rows, _n = ratings.rating_page(db, Year.parse(period), as_of=ratings.RELEASED, estates=[estate_code])
    except DomainError as error:
        raise NotFound(_("没有找到这一结果。")) from error
    if uscc is None or rows.empty or rows["uscc"].iloc[0] != uscc:
        raise NotFound(_("没有找到这一结果。"))
    coming = next((made.public_from for made in ratings.held(db, period)), None)
    row = rows.astype("object").where(rows.notna(), None).to_dict("records")[0]
    return Result(period, estate_code, row, coming, is_last(db, period, estate_code))


def is_last(db: Session, period: str, estate_code: str, as_of: date | None = None) -> bool:
    """Whether no later result of the same kind is public for the estate: replies show beside it until then."""
    if "Q" in period:
        later = ratings.estate_quarters(db, estate_code, as_of)["quarter"]
    else:
        later = ratings.estate_ratings(db, estate_code, as_of)["year"]
    return not any(str(other) > period for other in later)


def findings(db: Session, found: Result) -> list[Finding]:
    """The findings of a quarter that cost points, by month and item; a year's result is replied to as a whole."""
    if not found.is_quarter:
        return []
    opened = ratings.quarter_explained(db, found.period, found.estate_code, ratings.RELEASED)
    return [
        Finding(month.month, item)
        for month in opened.months
        for category in month.categories
        for item in category.items
        if item.lost_cp
    ]
