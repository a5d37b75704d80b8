"""A correction of some estates' rows: the others keep the figures they have, and only places are counted anew."""

from collections.abc import Collection, Mapping

import pandas as pd

from scoring.ratings.queries.quarters import FIGURES
from scoring.ratings.service.snapshots import Parts, Row, Stored
from scoring.rules.ranks import DISTRICT_DIGITS, STREET_DIGITS, area_of, competition_ranks

_SCORE, _KIND, _PLACE = (FIGURES.index(name) for name in ("score_cp", "kind", "division_code"))
_RANKS = FIGURES.index("rank_district"), FIGURES.index("rank_street")


def narrowed(
    figures: Mapping[str, Row], parts: Mapping[str, Parts], stored: Mapping[str, Stored], only: Collection[str]
) -> tuple[dict[str, Row], dict[str, Parts]]:
    """Figures and months of a quarter in which nothing but the named estates differs from what is stored.

    What waits for its own publication (checks of other estates confirmed since) stays out.
    """
    rows = {code: row if code in only else stored[code].figures for code, row in figures.items() if code in stored}
    months = {code: parts.get(code, ()) if code in only else stored[code].parts for code in rows}
    return _ranked(rows), months


def _ranked(rows: Mapping[str, Row]) -> dict[str, Row]:
    table = pd.DataFrame(
        {
            "score": pd.array([row[_SCORE] for row in rows.values()], dtype="Int64"),
            "kind": [row[_KIND] for row in rows.values()],
            "place": [row[_PLACE] for row in rows.values()],
        }
    )
    ranked = dict(rows)
    for column, digits in zip(_RANKS, (DISTRICT_DIGITS, STREET_DIGITS), strict=True):
        ranks = competition_ranks([table["kind"], area_of(table["place"], digits)], table["score"])
        for code, rank in zip(rows, ranks, strict=True):
            values = list(ranked[code])
            values[column] = None if pd.isna(rank) else int(rank)
            ranked[code] = tuple(values)
    return ranked
