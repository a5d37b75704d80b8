"""The rows of a year as its page, its csv, its xlsx and its json show them: one builder for all four."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.divisions import prefix
from portal.kernel.periods import Year
from portal.kernel.points import print_cp
from portal.registry import api as registry
from scoring.ratings import api
from scoring.ratings.frames import plain_rows
from scoring.ratings.views.blueprint import Areas, narrowest_area
from scoring.ratings.views.files import Sheet
from scoring.ratings.views.quarter_table import ALL

COLUMNS = (
    "year", "estate_code", "name", "kind", "division_code", "street", "community", "uscc", "enterprise", "manager_code",
    "rule_set", "survey", "management", "comprehensive", "collection", "total", "stars", "status", "reasons", "revision",
)  # fmt: skip
STATUS_ORDER = {"rated": 0, "vetoed": 1, "pending": 2, "not_eligible": 3}
POINTS = ("survey", "management", "comprehensive", "collection", "total")
ORDERS: dict[str, tuple[list[str], list[bool]]] = {
    "stars": (["status_order", "stars", "total_cp"], [True, False, False]),
    "total": (["total_cp"], [False]),
    "name": (["name"], [True]),
    "division": (["division_code"], [True]),
    **{name: ([f"{name}_cp"], [False]) for name in POINTS[:-1]},
}


@dataclass(frozen=True)
class Wanted:
    """Filters and order of the table, as the address gives them. ``result``: ``0`` to ``5`` stars, or a status."""

    street: str = ""
    community: str = ""
    kind: str = ""
    result: str = ""
    q: str = ""
    sort: str = "stars"

    @property
    def division(self) -> str:
        """The narrowest area that is asked for."""
        return narrowest_area(self.community, self.street)


@dataclass(frozen=True)
class YearRow:
    """One estate of the table; points in centipoints."""

    estate_code: str
    name: str
    kind: str
    division_code: str
    uscc: str | None
    manager_code: str | None
    rule_set: str
    survey_cp: int | None
    management_cp: int | None
    comprehensive_cp: int | None
    collection_cp: int | None
    total_cp: int | None
    stars: int | None
    status: str
    reasons: str
    revision: int

    @property
    def reason_codes(self) -> list[str]:
        """Why the status is what it is."""
        return list(json.loads(self.reasons))


_FIELDS = tuple(YearRow.__dataclass_fields__)


def year_frame(db: Session, year: Year) -> pd.DataFrame:
    """Every rating of a year with the estate's name on 31 December. Empty when the year is not public."""
    table = api.rating_rows(db, year)
    if table.empty:
        return table
    names = registry.estates_frame(db, year.last).set_index("estate_code")["name"]
    table["name"] = table["estate_code"].map(names).fillna(table["estate_code"])
    table["status_order"] = table["status"].map(STATUS_ORDER)
    return table


def chosen(db: Session, table: pd.DataFrame, year: Year, wanted: Wanted) -> pd.DataFrame:
    """The rows that the filters leave, in the order asked for."""
    keep = pd.Series(True, index=table.index)
    if wanted.kind:
        keep &= table["kind"] == wanted.kind
    if wanted.division:
        keep &= table["division_code"].str.startswith(prefix(wanted.division))
    if wanted.result.isdigit():
        keep &= (table["stars"] == int(wanted.result)).fillna(False).astype(bool)
    elif wanted.result:
        keep &= table["status"] == wanted.result
    if wanted.q:
        found, _total = registry.find_estates(db, wanted.q, as_of=year.last, limit=ALL)
        keep &= table["estate_code"].isin([estate.code for estate in found])
    columns, rising = ORDERS.get(wanted.sort.removeprefix("-"), ORDERS["stars"])
    if wanted.sort.startswith("-"):
        rising = [not way for way in rising]
    return table[keep].sort_values([*columns, "estate_code"], ascending=[*rising, True], na_position="last")


def rows_of(table: pd.DataFrame) -> list[YearRow]:
    """The rows as values."""
    return [YearRow(*row) for row in plain_rows(table, _FIELDS)]


def sheet(db: Session, year: Year, table: pd.DataFrame, areas: Areas) -> Sheet:
    """The rows as a file."""
    companies = dict(registry.enterprises_frame(db).itertuples(index=False))
    rows = [_plain(row, year.number, areas, companies) for row in rows_of(table)]
    made = api.releases(db, str(year))
    about = {"year": year.number, "as_of": clock.today().isoformat(), "snapshot": made[-1].id if made else None}
    return Sheet(f"ratings-{year}", COLUMNS, rows, about)


def _plain(row: YearRow, year: int, areas: Areas, companies: dict[str, str]) -> dict[str, Any]:
    points = {name: getattr(row, f"{name}_cp") for name in POINTS}
    return {
        "year": year,
        **{name: getattr(row, name) for name in ("estate_code", "name", "kind", "division_code")},
        "street": areas.street(row.division_code),
        "community": areas.name(row.division_code),
        "uscc": row.uscc,
        "enterprise": companies.get(row.uscc or ""),
        **{name: getattr(row, name) for name in ("manager_code", "rule_set", "stars", "status", "revision")},
        **{name: None if value is None else Decimal(print_cp(value)) for name, value in points.items()},
        "reasons": " ".join(row.reason_codes),
    }
