"""What the tables of a quarter and of a year have in common: filters, order, names, and where an estate stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
from flask import Response, url_for
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.divisions import prefix
from portal.kernel.points import print_cp
from portal.kernel.table_files import sent_json
from portal.registry import api as registry
from scoring.ratings import api
from scoring.ratings.views.blueprint import PAGE, Areas, asked_moment, narrowest_area, page_number, pages_of, query_text

ALL = 1_000_000
Orders = Mapping[str, tuple[list[str], list[bool]]]  # sort key -> columns and their directions (True: small first)
PLACE = ("estate_code", "name", "kind", "division_code", "street", "community", "uscc", "enterprise", "manager_code")


@dataclass(frozen=True)
class Filters:
    """Filters of a table, as the address gives them."""

    street: str = ""
    community: str = ""
    kind: str = ""
    q: str = ""

    @property
    def division(self) -> str:
        """The narrowest area that is asked for."""
        return narrowest_area(self.community, self.street)


def with_names(db: Session, table: pd.DataFrame, last: date) -> pd.DataFrame:
    """The rows with each estate's name on the period's last day."""
    names = registry.estates_frame(db, last).set_index("estate_code")["name"]
    return table.assign(name=table["estate_code"].map(names).fillna(table["estate_code"]))


def kept(db: Session, table: pd.DataFrame, last: date, wanted: Filters) -> pd.Series:
    """Which rows the filters leave."""
    keep = pd.Series(True, index=table.index)
    if wanted.kind:
        keep &= table["kind"] == wanted.kind
    if wanted.division:
        keep &= table["division_code"].str.startswith(prefix(wanted.division))
    if wanted.q:
        found, _total = registry.find_estates(db, wanted.q, as_of=last, limit=ALL)
        keep &= table["estate_code"].isin([estate.code for estate in found])
    return keep


def ordered(table: pd.DataFrame, orders: Orders, sort: str, ties: list[str]) -> pd.DataFrame:
    """The rows by a sort key (a leading ``-`` turns it; an unknown one is the first); what is missing stands last."""
    columns, rising = orders.get(sort.removeprefix("-"), next(iter(orders.values())))
    if sort.startswith("-"):
        rising = [not way for way in rising]
    return table.sort_values([*columns, *ties], ascending=[*rising, *(True for _tie in ties)], na_position="last")


class Writer:
    """Where each row of a file stands, and whose it is."""

    def __init__(self, db: Session, areas: Areas) -> None:
        self.areas = areas
        self.companies = registry.enterprise_names(db)

    def place(self, row: Any) -> dict[str, Any]:
        """The columns of ``PLACE``."""
        names = {
            "street": self.areas.stored(row.division_code[:9] + "000"),
            "community": self.areas.stored(row.division_code),
            "enterprise": self.companies.get(row.uscc or ""),
        }
        return {name: names[name] if name in names else getattr(row, name) for name in PLACE}


def about(db: Session, **period: Any) -> dict[str, Any]:
    """What stands beside the rows in a JSON file: the period, the day, the snapshot."""
    made = api.releases(db, str(next(iter(period.values()))))
    return {
        **period,
        "as_of": (asked_moment().as_of or clock.today()).isoformat(),
        "snapshot": made[-1].id if made else None,
    }


def exact(value: int | None) -> Decimal | None:
    """A number in spreadsheets, a text with two digits in json."""
    return None if value is None else Decimal(print_cp(value))


def paged(
    rows: pd.DataFrame, rows_of: Any, areas: Areas, wanted: Filters, endpoint: str, **period: Any
) -> dict[str, Any]:
    """What a page of a table shows: the rows asked for, and the links of its pager, heads and filters."""
    page, address = min(page_number(), pages_of(len(rows))), url_for(endpoint, **period)
    return {
        "rows": rows_of(rows.iloc[(page - 1) * PAGE : page * PAGE]),
        "total": len(rows),
        "page": page,
        "pages": pages_of(len(rows)),
        "wanted": wanted,
        "query": query_text(),
        "link": lambda number: address + query_text(page=number),
        "sort_link": lambda key: address + query_text(sort=key),
        "areas": areas,
        "kinds": registry.KIND_NAMES,
    }


def periods_json(views: list[Any], name: str, attribute: str) -> Response:
    """The list of published periods for programs."""
    items = [
        {
            name: getattr(view, attribute),
            "published_on": view.published_on,
            "revised_on": view.revised_on,
            "estates": view.rows,
            "snapshot": view.release_id,
        }
        for view in views
    ]
    return sent_json({"items": items, "total": len(items)})


def coming(db: Session, kind: str) -> list[api.ReleaseView]:
    """Quarters (or years) that enterprises have been told and that are not public yet."""
    return [made for made in api.held(db) if made.kind == kind]
