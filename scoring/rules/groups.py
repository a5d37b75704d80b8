"""Group sums and key lookups on integer codes: what keeps a district's year of item results under a second."""

from typing import Any

import numpy as np
import pandas as pd

from .errors import DuplicateFact, RuleError

Codes = np.ndarray
_DENSE = 8


def codes_of(values: Any, refusal: type[RuleError]) -> tuple[Codes, list[Any]]:
    """Integer codes and the distinct values, in order of appearance. A missing value is refused."""
    codes, distinct = pd.factorize(values if hasattr(values, "dtype") else pd.Series(values, dtype="object"))
    if len(codes) and codes.min() < 0:
        raise refusal("(empty)")
    return codes.astype(np.int64, copy=False), list(distinct)


def positions(keys: pd.Series, wanted: pd.Series, refusal: type[RuleError]) -> Codes:
    """Row number in ``keys`` (unique) of each value of ``wanted``; ``refusal`` names the values not found."""
    if keys.duplicated().any():
        raise DuplicateFact(keys[keys.duplicated()].unique())
    if not len(wanted):
        return np.zeros(0, dtype=np.int64)
    found = _dense(keys, wanted)
    if found is None:
        found = pd.Index(keys).get_indexer(pd.Index(wanted))
    if (found < 0).any():
        raise refusal(pd.Series(wanted).reset_index(drop=True)[found < 0].unique())
    return found.astype(np.int64, copy=False)


def _dense(keys: pd.Series, wanted: pd.Series) -> Codes | None:
    """The lookup by array index, where keys are close-lying ints; None where they are not."""
    if not (len(keys) and pd.api.types.is_integer_dtype(keys.dtype) and pd.api.types.is_integer_dtype(wanted.dtype)):
        return None
    have, ask = keys.to_numpy(np.int64), wanted.to_numpy(np.int64)
    low, high = int(have.min()), int(have.max())
    if high - low > _DENSE * (len(have) + len(ask)):
        return None
    table = np.full(high - low + 1, -1, dtype=np.int64)
    table[have - low] = np.arange(len(have))
    inside = (ask >= low) & (ask <= high)
    return np.where(inside, table[np.where(inside, ask - low, 0)], -1)


def group_sum(codes: Codes, amounts: np.ndarray, size: int) -> np.ndarray:
    """Sum of int64 ``amounts`` per code 0..size-1. bincount adds in float64: exact below 2**53 centipoints."""
    return np.bincount(codes, weights=amounts, minlength=size).astype(np.int64)


def group_count(codes: Codes, size: int) -> np.ndarray:
    """Number of rows per code 0..size-1."""
    return np.bincount(codes, minlength=size).astype(np.int64)


def present(cells: Codes, size: int) -> np.ndarray:
    """The distinct cell numbers, by counting where the table is small and by sorting where it is not."""
    if size <= 4_000_000:
        return np.flatnonzero(np.bincount(cells, minlength=size))
    return np.unique(cells)


def repeated(cells: Codes, size: int) -> np.ndarray:
    """The cell numbers that occur more than once."""
    if size <= 4 * len(cells) + 1_000_000:
        return np.flatnonzero(np.bincount(cells, minlength=size) > 1)
    return np.unique(cells[pd.Series(cells).duplicated().to_numpy()])


def nullable(values: np.ndarray, known: np.ndarray) -> pd.Series:
    """An ``Int64`` Series: ``values`` where ``known``, else ``<NA>``."""
    return pd.Series(pd.arrays.IntegerArray(values.astype(np.int64), ~np.asarray(known, dtype=bool)))
