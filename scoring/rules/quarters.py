"""Quarter scores and ranks from month scores (contract, section 3, "Quarter score" and "Rank")."""

import numpy as np
import pandas as pd

from .errors import BadPoints, TooManyMonths, UnknownEstate
from .groups import group_count, group_sum, nullable, positions
from .ranks import DISTRICT_DIGITS, STREET_DIGITS, area_of, competition_ranks
from .rounding import half_up

MONTHS_NEEDED = 2
MONTHS_OF_A_QUARTER = 3
PUBLISHED = "published"
INSUFFICIENT = "insufficient_data"


def quarter_scores(months: pd.DataFrame, estates: pd.DataFrame) -> pd.DataFrame:
    """Score, status and ranks of every estate in one quarter.

    Parameters
    ----------
    months : ``estate_code``, ``score_cp`` (int centipoints): one row per confirmed month of the quarter
    estates : ``estate_code`` (unique), ``kind``, ``street_code`` (a division code; its first 9 digits are the street,
        its first 6 the district)

    Returns
    -------
    One row per estate, also with 0 months, in the order of ``estates``: ``estate_code``, ``months`` (int64),
    ``score_cp`` (Int64, ``<NA>`` under 2 months), ``status`` (``published`` or ``insufficient_data``),
    ``rank_district``, ``rank_street`` (Int64, ``<NA>`` without a score), among estates of the same kind.

    Raises ``UnknownEstate``, ``TooManyMonths``, ``BadPoints``, ``DuplicateFact`` (an estate twice).
    """
    scores = quarter_points(months, estates)
    district, street = ranked(estates["kind"], estates["street_code"], scores["score_cp"])
    return scores.assign(rank_district=district, rank_street=street)


def quarter_points(months: pd.DataFrame, estates: pd.DataFrame) -> pd.DataFrame:
    """``quarter_scores`` without the ranks; of ``estates`` only ``estate_code`` is read. Raises the same."""
    row = positions(estates["estate_code"], months["estate_code"], UnknownEstate)
    points = whole_points(months["score_cp"], months["estate_code"])
    count = group_count(row, len(estates))
    if (count > MONTHS_OF_A_QUARTER).any():
        raise TooManyMonths(estates["estate_code"].to_numpy()[count > MONTHS_OF_A_QUARTER])
    enough = count >= MONTHS_NEEDED
    score = nullable(half_up(group_sum(row, points, len(estates)), np.maximum(count, 1)), enough)
    return pd.DataFrame(
        {
            "estate_code": estates["estate_code"].to_numpy(),
            "months": count,
            "score_cp": score,
            "status": np.where(enough, PUBLISHED, INSUFFICIENT),
        }
    )


def ranked(kind: pd.Series, place: pd.Series, score_cp: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Ranks of scores in the district and in the street, among estates of the same kind; ``place``: division codes."""
    return (
        competition_ranks([kind, area_of(place, DISTRICT_DIGITS)], score_cp),
        competition_ranks([kind, area_of(place, STREET_DIGITS)], score_cp),
    )


def whole_points(score_cp: pd.Series, names: pd.Series) -> np.ndarray:
    """``score_cp`` as int64, each between 0 and 10000; ``BadPoints`` names the others, empty ones included."""
    points = pd.to_numeric(score_cp).astype("Int64")
    wrong = (points.isna() | (points < 0) | (points > 10000)).fillna(True).to_numpy(bool)
    if wrong.any():
        raise BadPoints(pd.Series(names).to_numpy()[wrong])
    whole: np.ndarray = points.to_numpy(np.int64)
    return whole
