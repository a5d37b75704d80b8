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
    table = np.empty((len(columns), len(cells[0])), dtype=object)  # one block: column by column costs twice as much
    for place, values in enumerate(cells):
        table[place] = values
    frame = pd.DataFrame(table.T, columns=list(columns), dtype="object")
    for name, values in zip(columns, cells, strict=True):
        if name in whole:
            frame[name] = pd.array(values, dtype=WHOLE)
    return frame


def plain_rows(frame: pd.DataFrame, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """Rows as tuples of Python values: whole numbers as int, missing values as None."""
    return list(zip(*(plain_column(frame[name]) for name in columns), strict=True))


def plain_column(column: pd.Series) -> list[Any]:
    """One column as Python values, missing ones as None."""
    empty, values = column.array.isna(), column.tolist()
    if not empty.any():
        return values
    return [None if gone else value for value, gone in zip(values, empty, strict=True)]
