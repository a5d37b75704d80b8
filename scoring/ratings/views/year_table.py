"""The rows of a year as its page, its csv, its xlsx and its json show them: one builder for all four."""

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from portal.kernel.periods import Year
from portal.kernel.table_files import Sheet
from scoring.ratings import api
from scoring.ratings.frames import plain_rows
from scoring.ratings.views import tables
from scoring.ratings.views.blueprint import NOW, Areas, Moment
from scoring.ratings.views.tables import Filters, Writer, exact

COLUMNS = (
    "year", *tables.PLACE, "rule_set", "survey", "management", "comprehensive", "collection", "total", "stars", "status",
    "reasons", "revision",
)  # fmt: skip
STATUS_ORDER = {"rated": 0, "vetoed": 1, "pending": 2, "not_eligible": 3}
POINTS = ("survey", "management", "comprehensive", "collection", "total")
ORDERS: tables.Orders = {
    "stars": (["status_order", "stars", "total_cp"], [True, False, False]),
    "total": (["total_cp"], [False]),
    "name": (["name"], [True]),
    "division": (["division_code"], [True]),
    **{name: ([f"{name}_cp"], [False]) for name in POINTS[:-1]},
}


@dataclass(frozen=True)
class Wanted(Filters):
    """Filters and order of the table, as the address gives them. ``result``: ``0`` to ``5`` stars, or a status."""

    result: str = ""
    sort: str = "stars"


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


def year_frame(db: Session, year: Year, moment: Moment = NOW) -> pd.DataFrame:
    """Every rating of a year with the estate's name on 31 December. Empty when the year is not public then."""
    table = api.rating_rows(db, year, moment.as_of, moment.known_at)
    if table.empty:
        return table
    table = tables.with_names(db, table, year.last)
    table["status_order"] = table["status"].map(STATUS_ORDER)
    return table


def chosen(db: Session, table: pd.DataFrame, year: Year, wanted: Wanted) -> pd.DataFrame:
    """The rows that the filters leave, in the order asked for."""
    keep = tables.kept(db, table, year.last, wanted)
    if wanted.result.isdigit():
        keep &= (table["stars"] == int(wanted.result)).fillna(False).astype(bool)
    elif wanted.result:
        keep &= table["status"] == wanted.result
    return tables.ordered(table[keep], ORDERS, wanted.sort, ["estate_code"])


def rows_of(table: pd.DataFrame) -> list[YearRow]:
    """The rows as values."""
    return [YearRow(*row) for row in plain_rows(table, _FIELDS)]


def sheet(db: Session, year: Year, table: pd.DataFrame, areas: Areas) -> Sheet:
    """The rows as a file."""
    writer = Writer(db, areas)
    rows = [{"year": year.number, **writer.place(row), **_figures(row)} for row in rows_of(table)]
    return Sheet(f"ratings-{year}", COLUMNS, rows, tables.about(db, year=year.number))


def _figures(row: YearRow) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in ("rule_set", "stars", "status", "revision")},
        **{name: exact(getattr(row, f"{name}_cp")) for name in POINTS},
        "reasons": " ".join(row.reason_codes),
    }
