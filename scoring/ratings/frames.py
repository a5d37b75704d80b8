"""Between query rows, DataFrames and plain values."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

WHOLE = "Int64"


def frame_of(rows: Iterable[Sequence[Any]], columns: Sequence[str], whole: Collection[str] = ()) -> pd.DataFrame:
    """A DataFrame of query rows; the ``whole`` columns are ``Int64`` (``<NA>`` where empty), every other column is of
    objects, with None where empty."""
    cells = list(zip(*rows, strict=True)) or [()] * len(columns)
    made = {
        name: _whole(values) if name in whole else _objects(values) for name, values in zip(columns, cells, strict=True)
    }
    return pd.DataFrame(made, copy=False)


# A page reads many tables of a few rows: to let pandas look for itself what the values are takes longer than the query.
def _whole(values: Sequence[int | None]) -> pd.arrays.IntegerArray:
    empty = np.fromiter((value is None for value in values), bool, len(values))
    figures = np.fromiter((0 if value is None else value for value in values), np.int64, len(values))
    return pd.arrays.IntegerArray(figures, empty)


def _objects(values: Sequence[Any]) -> pd.Series:
    cells = np.empty(len(values), dtype=object)
    cells[:] = values
    return pd.Series(cells, dtype=object, copy=False)


def plain_rows(frame: pd.DataFrame, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """Rows as tuples of Python values: whole numbers as int, missing values as None."""
    return list(zip(*(plain_column(frame[name]) for name in columns), strict=True))


def plain_column(column: pd.Series) -> list[Any]:
    """One column as Python values, missing ones as None."""
    values: list[Any] = column.to_numpy(object, na_value=None).tolist()
    return values
