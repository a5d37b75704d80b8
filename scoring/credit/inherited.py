"""What confirmed successions put on the later enterprise: rows of adverse events of the former one. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

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


class Adverse(NamedTuple):
    """An adverse event of an enterprise (``points_cp`` below 0), and where it stood among those that were asked about."""

    subject: str
    act: str
    code: str
    points_cp: int
    valid_from: date
    place: int


class Borne(NamedTuple):
    """What a later enterprise bears of a former one's event; the columns of ``COLUMNS``."""

    uscc: str
    act: str
    code: str
    points_cp: int
    place: int


def borne_by_later(counted: pd.DataFrame, pairs: Sequence[tuple[str, str, date]]) -> pd.DataFrame:
    """The former enterprises' own adverse events that began before the succession, for the later ones: ``uscc`` (the later
    one), ``act, code, points_cp`` (below 0) and ``place``, the row in ``counted``. Successions do not chain: what a former
    enterprise inherited itself is not its own. Of several formers with one act the dearest counts."""
    own = counted[(counted["subject_type"] == "enterprise") & (counted["counted_cp"] < 0)]
    rows = (
        Adverse(row.subject, row.act, row.code, int(row.counted_cp), row.valid_from, row.Index)
        for row in own.itertuples()
    )
    return pd.DataFrame(borne(rows, pairs), columns=COLUMNS).astype({"points_cp": "int64"})


def borne(own: Iterable[Adverse], pairs: Sequence[tuple[str, str, date]]) -> list[Borne]:
    """``borne_by_later`` of rows: the dearest events first."""
    if not pairs:
        return []
    of: dict[str, list[Adverse]] = {}
    for event in own:
        of.setdefault(event.subject, []).append(event)
    found = [
        Borne(later, event.act, event.code, event.points_cp, event.place)
        for former, later, since in pairs
        for event in of.get(former, ())
        if event.valid_from < since
    ]
    once: dict[tuple[str, str], Borne] = {}
    for one in sorted(found, key=lambda one: (one.points_cp, one.place)):
        once.setdefault((one.uscc, one.act), one)
    return list(once.values())
