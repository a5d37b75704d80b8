"""What of the events in force on a day counts: one act one deduction, one fact one commendation, caps. Pure.

Source: rules.md, section 3.2: of an act the highest item counts; several commendations for one fact count once, at the
top level; G06 counts at most 2 points. What does not count stays on the record and is shown as such.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

COUNTS, SAME_ACT, OVER_CAP = "", "same_act", "cap"


def with_counted(events: pd.DataFrame, caps: Mapping[str, int]) -> pd.DataFrame:
    """The events with ``counted_cp`` (signed centipoints that count) and ``why`` (empty, ``same_act`` or ``cap``).

    ``events`` are those in force on one day, in a fixed order: ``subject_type, subject, act, code, points_cp``.
    ``caps``: the most centipoints that the events of a code count together on one subject. Of several adverse events of
    one act on one subject the dearest counts, of several commendations the highest; the earlier row where they are equal.
    """
    points = events["points_cp"].to_numpy(np.int64)
    frame = events.assign(_good=points > 0, _size=np.abs(points), _order=np.arange(len(events)))
    ranked = frame.sort_values(["_size", "_order"], ascending=[False, True], kind="stable")
    first = ~ranked.duplicated(["subject_type", "subject", "act", "_good"])
    counts = first.sort_index().to_numpy(bool) if len(frame) else np.zeros(0, dtype=bool)
    counted = np.where(counts, points, 0)
    why = np.where(counts, COUNTS, SAME_ACT).astype(object)
    _hold_caps(events, counted, why, caps)
    return events.assign(counted_cp=counted, why=why)


def _hold_caps(events: pd.DataFrame, counted: np.ndarray, why: np.ndarray, caps: Mapping[str, int]) -> None:
    """Cut the events of a capped code down, subject by subject, in their order."""
    left: dict[tuple[str, str, str], int] = {}
    capped = np.flatnonzero(events["code"].isin(list(caps)).to_numpy(bool) & (counted != 0))
    names = ["subject_type", "subject", "code"]
    keys = list(events[names].iloc[capped].itertuples(index=False, name=None))
    for place, key in zip(capped, keys, strict=True):
        room = left.setdefault(key, caps[key[2]])
        taken = min(abs(int(counted[place])), room)
        left[key] = room - taken
        if taken < abs(int(counted[place])):
            counted[place] = taken if counted[place] > 0 else -taken
            why[place] = OVER_CAP
