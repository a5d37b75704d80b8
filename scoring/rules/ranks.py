"""Competition ranks (1, 2, 2, 4): the better score first (contract, section 3, "Rank")."""

import numpy as np
import pandas as pd

from .groups import nullable

DISTRICT_DIGITS = 6
STREET_DIGITS = 9


def area_of(division_code: pd.Series, digits: int) -> pd.Series:
    """The first ``digits`` of each 12-digit division code, cut by level: 6 district, 9 street."""
    return division_code.astype("str").str.slice(0, digits)


def competition_ranks(groups: list[pd.Series], score_cp: pd.Series) -> pd.Series:
    """Rank of each row among the rows with equal values in all ``groups``; rows without a score have no rank.

    ``score_cp`` is a nullable integer Series; the answer is ``Int64`` with ``<NA>``, in the same order.
    """
    score = pd.Series(score_cp).reset_index(drop=True)
    known = score.notna().to_numpy()
    group = np.zeros(len(score), dtype=np.int64)
    for part in groups:
        codes, distinct = pd.factorize(part, use_na_sentinel=False)
        group = group * len(distinct) + codes
    rows = np.flatnonzero(known)
    points = score[known].to_numpy(np.int64)
    order = np.lexsort((-points, group[rows]))
    ranks = np.zeros(len(score), dtype=np.int64)
    ranks[rows[order]] = _ranks_in_order(group[rows][order], points[order])
    return nullable(ranks, known)


def _ranks_in_order(group: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Ranks of rows already sorted by group and falling points: the place where the tie begins, from 1."""
    place = np.arange(len(group))
    opens_group = np.ones(len(group), dtype=bool)
    opens_group[1:] = group[1:] != group[:-1]
    opens_tie = opens_group.copy()
    opens_tie[1:] |= points[1:] != points[:-1]
    first_of_group = np.maximum.accumulate(np.where(opens_group, place, 0))
    first_of_tie = np.maximum.accumulate(np.where(opens_tie, place, 0))
    return first_of_tie - first_of_group + 1
