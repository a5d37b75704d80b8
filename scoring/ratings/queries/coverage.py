"""How far a quarter has come: by community and street, and what stands in the way of a full publication."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.divisions import street_of
from portal.kernel.periods import Month, Quarter
from portal.registry import api as registry
from scoring.checks import api as checks
from scoring.ratings.queries.quarters import steps
from scoring.rules.quarters import MONTHS_NEEDED

COUNTS = ("estates", "due", "checked", "draft", "returned", "submitted", "confirmed", "late", "without_score")
DUE_DAY = 10


@dataclass(frozen=True)
class Coverage:
    """``communities``: one row per community with estates: ``division_code, name, street_code``, ``COUNTS``, ``step``
    (``prepared``, ``confirmed`` or empty), ``seq``. ``streets``: ``street_code, name, communities,
    confirmed_communities`` and ``COUNTS``. ``total``: the sums.

    Counted in estate-months save ``estates`` and ``without_score`` (estates with fewer than the needed months submitted
    or confirmed). ``due``: months that have begun; ``checked``: submitted or confirmed; ``late``: past the 10th of the
    next month and neither.
    """

    quarter: str
    communities: pd.DataFrame
    streets: pd.DataFrame
    total: dict[str, int]

    @property
    def waiting_checks(self) -> int:
        """Checks that the street has not confirmed: they do not enter a publication."""
        return self.total["submitted"]

    @property
    def open_communities(self) -> list[str]:
        """Communities whose review is not closed."""
        return self.communities.loc[self.communities["step"] != "confirmed", "division_code"].tolist()

    @property
    def is_complete(self) -> bool:
        """Every community confirmed and nothing waits. A publication is possible without, from confirmed checks."""
        return not self.open_communities and not self.waiting_checks


def coverage(db: Session, quarter: Quarter, within: str | None = None, on: date | None = None) -> Coverage:
    """Where a quarter stands on a day (default today), in a jurisdiction or the whole district."""
    day = on or clock.today()
    estates = registry.estates_frame(db, min(quarter.last, day), within=within)
    months = [month for month in quarter.months if month.first <= day]
    rows = checks.checks_frame(db, [str(month) for month in months])
    rows = rows[rows["estate_code"].isin(estates["estate_code"])]
    table = _by_estate(estates, rows, months, day)
    areas = registry.divisions(db)
    last = steps(db, quarter)
    communities = table.groupby("division_code", sort=True)[list(COUNTS)].sum().reset_index()
    codes = communities["division_code"].tolist()
    communities["street_code"] = [street_of(code) for code in codes]
    communities["name"] = [areas[code].name if code in areas else code for code in codes]
    communities["step"] = [last[code][1] if code in last else "" for code in codes]
    communities["seq"] = [last[code][0] if code in last else 0 for code in codes]
    total = {name: int(communities[name].sum()) for name in COUNTS}
    return Coverage(str(quarter), communities, _by_street(communities, areas), total)


def _by_estate(estates: pd.DataFrame, rows: pd.DataFrame, months: list[Month], day: date) -> pd.DataFrame:
    table = estates[["estate_code", "division_code"]].reset_index(drop=True)
    place = pd.Index(table["estate_code"]).get_indexer(pd.Index(rows["estate_code"]))

    def count(chosen: pd.Series) -> np.ndarray:
        return np.bincount(place[chosen.to_numpy(bool)], minlength=len(table))

    for state in ("draft", "returned", "submitted", "confirmed"):
        table[state] = count(rows["state"] == state)
    filed = rows["state"].isin(["submitted", "confirmed"])
    over = [str(month) for month in months if month.next.first.replace(day=DUE_DAY) < day]
    table["estates"] = 1
    table["due"] = len(months)
    table["checked"] = table["submitted"] + table["confirmed"]
    table["late"] = len(over) - count(filed & rows["month"].isin(over))
    table["without_score"] = (table["checked"] < MONTHS_NEEDED).astype("int64")
    return table


def _by_street(communities: pd.DataFrame, areas: dict[str, registry.DivisionView]) -> pd.DataFrame:
    marked = communities.assign(
        communities=1, confirmed_communities=(communities["step"] == "confirmed").astype("int64")
    )
    columns = ["communities", "confirmed_communities", *COUNTS]
    streets = marked.groupby("street_code", sort=True)[columns].sum().reset_index()
    names = [areas[code].name if code in areas else code for code in streets["street_code"]]
    streets.insert(1, "name", names)
    return streets
