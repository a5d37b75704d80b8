"""Between query rows, DataFrames and plain values."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import pandas as pd

WHOLE = "Int64"


def frame_of(rows: Iterable[Sequence[Any]], columns: Sequence[str], whole: Collection[str] = ()) -> pd.DataFrame:
    """A DataFrame of query rows; the ``whole`` columns are ``Int64`` (``<NA>`` where empty), every other column is of
    objects, with None where empty."""
    cells = list(zip(*rows, strict=True)) or [()] * len(columns)
    return pd.DataFrame(
        {  # an Index keeps its type as a Series does, and no rows are aligned: half the price
            name: pd.array(values, dtype=WHOLE) if name in whole else pd.Index(values, dtype="object")
            for name, values in zip(columns, cells, strict=True)
        }
    )


def plain_rows(frame: pd.DataFrame, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """Rows as tuples of Python values: whole numbers as int, missing values as None."""
    return list(zip(*(plain_column(frame[name]) for name in columns), strict=True))


def plain_column(column: pd.Series) -> list[Any]:
    """One column as Python values, missing ones as None."""
    empty, values = column.array.isna(), column.tolist()
    if not empty.any():
        return values
    return [None if gone else value for value, gone in zip(values, empty, strict=True)]
