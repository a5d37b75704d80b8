"""How far the months of a quarter have come, street by street: the short form of ``coverage`` for the first screen."""

from datetime import date

import pandas as pd
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.divisions import street_of
from portal.kernel.periods import Quarter
from portal.registry import api as registry
from scoring.checks import api as checks

FILED = ("submitted", "confirmed")


def progress(db: Session, quarter: Quarter, within: str | None = None, on: date | None = None) -> pd.DataFrame:
    """Checks handed in, of those due, on a day (default today): ``street_code, month, due, checked, confirmed`` (ints),
    one row for each street and month of the quarter that has begun, by street and month. ``within``: a division."""
    day = on or clock.today()
    months = [str(month) for month in quarter.months if month.first <= day]
    estates = registry.estates_frame(db, min(quarter.last, day), within=within)
    street = estates["division_code"].map(street_of)
    rows = checks.checks_frame(db, months, within=within)
    rows = rows.assign(street_code=rows["estate_code"].map(dict(zip(estates["estate_code"], street, strict=True))))
    rows = rows[rows["street_code"].notna() & rows["state"].isin(FILED)]
    cells = pd.MultiIndex.from_product([sorted(set(street)), months], names=["street_code", "month"])
    done = rows.groupby(["street_code", "month"]).size().reindex(cells, fill_value=0)
    confirmed = rows[rows["state"] == "confirmed"].groupby(["street_code", "month"]).size()
    table = pd.DataFrame({"checked": done, "confirmed": confirmed.reindex(cells, fill_value=0)}).reset_index()
    table.insert(2, "due", table["street_code"].map(street.value_counts()))
    return table.astype({"due": "int64", "checked": "int64", "confirmed": "int64"})
