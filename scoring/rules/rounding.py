"""The only division of the scoring rules: whole numbers, halves upward (contract, section 3)."""

from typing import TypeVar

import numpy as np
import pandas as pd

Whole = TypeVar("Whole", int, np.ndarray, pd.Series)


def half_up(total: Whole, by: Whole | int) -> Whole:
    """``total / by`` as a whole number, halves upward: ``(2a + b) // (2b)``.

    ``total`` and ``by`` are ints, int64 arrays or integer Series; ``by`` must be positive everywhere.
    Raises ``ZeroDivisionError`` when it is not, because a missing divisor is never a zero score.

    >>> [half_up(5, 2), half_up(7, 3), half_up(999950, 10000)]
    [3, 2, 100]
    """
    if by <= 0 if isinstance(by, int) else np.any(np.asarray(by) <= 0):
        raise ZeroDivisionError("half_up needs a positive divisor")
    return (2 * total + by) // (2 * by)


def whole_up(total: int, by: int) -> int:
    """``total / by`` as a whole number, always upward: how many make at least that share.

    >>> [whole_up(500, 10), whole_up(501, 10)]
    [50, 51]
    """
    return -(-total // by)
