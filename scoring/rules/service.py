"""Who serves an estate on a day, and since when (contract, section 3, "Eligible")."""

import pandas as pd

from .dates import add_months, next_day, parse_day, print_day
from .errors import OverlappingContracts

OPEN = "9999-12-31"
MONTHS_OF_SERVICE = 6


def served_six_months(service_start: object, year: int, months: int = MONTHS_OF_SERVICE) -> bool:
    """Whether service since ``service_start`` (ISO date) is at least six calendar months by the end of ``year``.

    The start plus six months must be on or before 1 January of the next year.

    >>> [served_six_months("2025-07-01", 2025), served_six_months("2025-07-02", 2025)]
    [True, False]
    """
    return add_months(parse_day(service_start), months) <= (year + 1, 1, 1)


def service_on(contracts: pd.DataFrame, day: object) -> pd.DataFrame:
    """The contract in force on ``day`` of each served estate, with the first day of unbroken service.

    ``contracts``: ``estate_code, uscc, manager_code, starts_on, ends_on`` (ISO dates; the end is included, empty is
    open). Contracts of the same enterprise and estate without a gap are one service, whoever is the manager. Returns
    ``estate_code, uscc, manager_code, service_start`` sorted by estate, without the estates that nobody serves.
    Raises ``OverlappingContracts``, ``BadDate``.
    """
    on = print_day(parse_day(day))
    rows = contracts.assign(_from=contracts["starts_on"].map(_iso), _to=contracts["ends_on"].map(_end))
    columns = ["estate_code", "uscc", "manager_code", "_from", "_to"]
    rows = rows[columns].sort_values(["estate_code", "_from"], kind="stable")
    served, before = [], None
    for estate, uscc, person, begins, ends in rows.itertuples(index=False, name=None):
        start = begins
        if before is not None and before[0] == estate:
            if begins <= before[2]:
                raise OverlappingContracts(estate)
            unbroken = before[1] == uscc and print_day(next_day(parse_day(before[2]))) == begins
            start = before[3] if unbroken else begins
        if begins <= on <= ends:
            served.append((estate, uscc, person, start))
        before = (estate, uscc, ends, start)
    return pd.DataFrame(served, columns=["estate_code", "uscc", "manager_code", "service_start"])


def _iso(value: object) -> str:
    return print_day(parse_day(value))


def _end(value: object) -> str:
    empty = value is None or value != value or value == ""
    return OPEN if empty else _iso(value)
