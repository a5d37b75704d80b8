"""What confirmed successions put on the later enterprise: rows of adverse events of the former one. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

COLUMNS = ["uscc", "act", "code", "points_cp", "place"]


@dataclass(frozen=True)
class Succession:
    """The share, and who succeeded whom since when: (former, later, since)."""

    percent: int
    pairs: tuple[tuple[str, str, date], ...]

    @property
    def formers(self) -> list[str]:
        """The former enterprises."""
        return sorted({former for former, _later, _since in self.pairs})


NONE = Succession(0, ())


def borne_by_later(counted: pd.DataFrame, pairs: Sequence[tuple[str, str, date]]) -> pd.DataFrame:
    """The former enterprises' own adverse events that began before the succession, for the later ones: ``uscc`` (the later
    one), ``act, code, points_cp`` (below 0) and ``place``, the row in ``counted``. Successions do not chain: what a former
    enterprise inherited itself is not its own. Of several formers with one act the dearest counts."""
    own = counted[(counted["subject_type"] == "enterprise") & (counted["counted_cp"] < 0)]
    rows = [
        (later, row.act, row.code, int(row.counted_cp), row.Index)
        for former, later, since in pairs
        for row in own[(own["subject"] == former) & (own["valid_from"] < since)].itertuples()
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS).astype({"points_cp": "int64"})
    return frame.sort_values(["points_cp", "place"]).drop_duplicates(["uscc", "act"]).reset_index(drop=True)
