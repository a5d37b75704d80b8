"""The rows of a quarter as its page, its csv, its xlsx and its json show them: one builder for all four."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.divisions import prefix
from portal.kernel.periods import Quarter
from portal.kernel.points import print_cp
from portal.registry import api as registry
from scoring.ratings import api
from scoring.ratings.frames import plain_rows
from scoring.ratings.views.blueprint import Areas, narrowest_area
from scoring.ratings.views.files import Sheet
from scoring.rules.rounding import half_up

COLUMNS = (
    "quarter", "estate_code", "name", "kind", "division_code", "street", "community", "uscc", "enterprise", "manager_code",
    "score", "status", "months", "rank_district", "rank_street", "previous_quarter", "previous_score", "score_change",
    "rank_district_change", "rank_street_change", "revision",
)  # fmt: skip
# sort key -> columns and their directions (True: small first); what is missing stands last in both
ORDERS: dict[str, tuple[list[str], list[bool]]] = {
    "rank": (["kind_order", "rank_district"], [True, True]),
    "street_rank": (["kind_order", "rank_street"], [True, True]),
    "name": (["name"], [True]),
    "division": (["division_code"], [True]),
    "score": (["score_cp"], [False]),
    "change": (["score_delta_cp"], [False]),
    "months": (["months"], [False]),
}
ALL = 1_000_000
KIND_ORDER = {"commodity": 0, "village": 1, "affordable": 2}  # ranks hold within a kind: the largest group comes first


@dataclass(frozen=True)
class Wanted:
    """Filters and order of the table, as the address gives them."""

    street: str = ""
    community: str = ""
    kind: str = ""
    q: str = ""
    sort: str = "rank"

    @property
    def division(self) -> str:
        """The narrowest area that is asked for."""
        return narrowest_area(self.community, self.street)


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


def quarter_frame(db: Session, quarter: Quarter) -> pd.DataFrame:
    """Every row of a quarter with its movement and the estate's name on the quarter's last day. Empty when the quarter
    is not public."""
    rows = api.quarter_rows(db, quarter)
    if rows.empty:
        return rows
    table = rows.merge(api.movement(db, quarter, rows=rows), on="estate_code", how="left")
    names = registry.estates_frame(db, quarter.last).set_index("estate_code")["name"]
    table["name"] = table["estate_code"].map(names).fillna(table["estate_code"])
    table["kind_order"] = table["kind"].map(KIND_ORDER).fillna(len(KIND_ORDER))
    return table


def chosen(db: Session, table: pd.DataFrame, quarter: Quarter, wanted: Wanted) -> pd.DataFrame:
    """The rows that the filters leave, in the order asked for."""
    keep = pd.Series(True, index=table.index)
    if wanted.kind:
        keep &= table["kind"] == wanted.kind
    if wanted.division:
        keep &= table["division_code"].str.startswith(prefix(wanted.division))
    if wanted.q:
        found, _total = registry.find_estates(db, wanted.q, as_of=quarter.last, limit=ALL)
        keep &= table["estate_code"].isin([estate.code for estate in found])
    key = wanted.sort.removeprefix("-")
    columns, rising = ORDERS.get(key, ORDERS["rank"])
    if wanted.sort.startswith("-"):
        rising = [not way for way in rising]
    return table[keep].sort_values(
        [*columns, "kind", "estate_code"], ascending=[*rising, True, True], na_position="last"
    )


def rows_of(table: pd.DataFrame) -> list[QuarterRow]:
    """The rows as values."""
    return [QuarterRow(*row) for row in plain_rows(table, _FIELDS)]


def sheet(db: Session, quarter: Quarter, table: pd.DataFrame, areas: Areas) -> Sheet:
    """The rows as a file."""
    companies = dict(registry.enterprises_frame(db).itertuples(index=False))
    rows = [_plain(row, str(quarter), areas, companies) for row in rows_of(table)]
    made = api.releases(db, str(quarter))
    about = {"quarter": str(quarter), "as_of": clock.today().isoformat(), "snapshot": made[-1].id if made else None}
    return Sheet(f"quarter-{quarter}", COLUMNS, rows, about)


def _plain(row: QuarterRow, quarter: str, areas: Areas, companies: dict[str, str]) -> dict[str, Any]:
    return {
        "quarter": quarter,
        "estate_code": row.estate_code,
        "name": row.name,
        "kind": row.kind,
        "division_code": row.division_code,
        "street": areas.street(row.division_code),
        "community": areas.name(row.division_code),
        "uscc": row.uscc,
        "enterprise": companies.get(row.uscc or ""),
        "manager_code": row.manager_code,
        "score": _points(row.score_cp),
        "status": row.status,
        "months": row.months,
        "rank_district": row.rank_district,
        "rank_street": row.rank_street,
        "previous_quarter": row.previous_quarter,
        "previous_score": _points(row.previous_score_cp),
        "score_change": _points(row.score_delta_cp),
        "rank_district_change": row.district_delta,
        "rank_street_change": row.street_delta,
        "revision": row.revision,
    }


def _points(value: int | None) -> Decimal | None:
    """A number in spreadsheets, a text with two digits in json."""
    return None if value is None else Decimal(print_cp(value))


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
