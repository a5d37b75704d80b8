"""The rows of a quarter as its page, its csv, its xlsx and its json show them: one builder for all four."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from portal.kernel.periods import Quarter
from portal.kernel.table_files import Sheet
from portal.registry import api as registry
from scoring.ratings import api
from scoring.ratings.frames import plain_rows
from scoring.ratings.views import tables
from scoring.ratings.views.blueprint import NOW, Areas, Moment
from scoring.ratings.views.tables import ALL as ALL
from scoring.ratings.views.tables import Filters, Writer, exact
from scoring.rules.rounding import half_up

COLUMNS = (
    "quarter", *tables.PLACE, "score", "status", "months", "rank_district", "rank_street", "previous_quarter",
    "previous_score", "score_change", "rank_district_change", "rank_street_change", "revision",
)  # fmt: skip
ORDERS: tables.Orders = {
    "rank": (["kind_order", "rank_district"], [True, True]),
    "street_rank": (["kind_order", "rank_street"], [True, True]),
    "name": (["name"], [True]),
    "division": (["division_code"], [True]),
    "score": (["score_cp"], [False]),
    "change": (["score_delta_cp"], [False]),
    "months": (["months"], [False]),
}


@dataclass(frozen=True)
class Wanted(Filters):
    """Filters and order of the table, as the address gives them."""

    sort: str = "rank"


@dataclass(frozen=True)
class QuarterRow:
    """One estate of the table; points in centipoints, changes are better when positive."""

    estate_code: str
    name: str
    kind: str
    division_code: str
    uscc: str | None
    manager_code: str | None
    score_cp: int | None
    status: str
    months: int
    rank_district: int | None
    rank_street: int | None
    previous_quarter: str | None
    previous_score_cp: int | None
    score_delta_cp: int | None
    district_delta: int | None
    street_delta: int | None
    revision: int


_FIELDS = tuple(QuarterRow.__dataclass_fields__)


def quarter_frame(db: Session, quarter: Quarter, moment: Moment = NOW) -> pd.DataFrame:
    """Every row of a quarter with its movement and the estate's name on the quarter's last day. Empty when the quarter
    is not public then."""
    rows = api.quarter_rows(db, quarter, moment.as_of, moment.known_at)
    if rows.empty:
        return rows
    table = tables.with_names(
        db,
        rows.merge(api.movement(db, quarter, moment.as_of, moment.known_at, rows=rows), on="estate_code", how="left"),
        quarter.last,
    )
    table["kind_order"] = table["kind"].map(registry.KIND_ORDER).fillna(len(registry.KIND_ORDER))
    return table


def chosen(db: Session, table: pd.DataFrame, quarter: Quarter, wanted: Wanted) -> pd.DataFrame:
    """The rows that the filters leave, in the order asked for."""
    return tables.ordered(
        table[tables.kept(db, table, quarter.last, wanted)], ORDERS, wanted.sort, ["kind", "estate_code"]
    )


def rows_of(table: pd.DataFrame) -> list[QuarterRow]:
    """The rows as values."""
    return [QuarterRow(*row) for row in plain_rows(table, _FIELDS)]


def sheet(db: Session, quarter: Quarter, table: pd.DataFrame, areas: Areas) -> Sheet:
    """The rows as a file."""
    writer = Writer(db, areas)
    rows = [{"quarter": str(quarter), **writer.place(row), **_figures(row)} for row in rows_of(table)]
    return Sheet(f"quarter-{quarter}", COLUMNS, rows, tables.about(db, quarter=str(quarter)))


def _figures(row: QuarterRow) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in ("status", "months", "rank_district", "rank_street", "revision")},
        "score": exact(row.score_cp),
        "previous_quarter": row.previous_quarter,
        "previous_score": exact(row.previous_score_cp),
        "score_change": exact(row.score_delta_cp),
        "rank_district_change": row.district_delta,
        "rank_street_change": row.street_delta,
    }


@dataclass(frozen=True)
class Headline:
    """What a whole quarter says: estates, how many of them have a score, mean score, change of the mean."""

    estates: int
    scored: int
    mean_cp: int | None
    change_cp: int | None
    previous_quarter: str | None


def headline(table: pd.DataFrame) -> Headline:
    """The figures of the first sentence; both means are over the estates that had a score in their quarter."""
    now, before = table["score_cp"].dropna(), table["previous_score_cp"].dropna()
    mean = _mean(now)
    old = _mean(before)
    previous = table["previous_quarter"].iloc[0] if len(table) else None
    change = mean - old if mean is not None and old is not None else None
    return Headline(len(table), len(now), mean, change, previous)


def _mean(values: pd.Series) -> int | None:
    return int(half_up(int(values.sum()), len(values))) if len(values) else None
