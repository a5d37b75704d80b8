"""What of the events in force on a day counts: one act one deduction, one fact one commendation, caps. Pure.

Source: rules.md, section 3.2: of an act the highest item counts; several commendations for one fact count once, at the
top level; G06 counts at most 2 points. What does not count stays on the record and is shown as such.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

COUNTS, SAME_ACT, OVER_CAP = "", "same_act", "cap"


def with_counted(events: pd.DataFrame, caps: Mapping[str, int]) -> pd.DataFrame:
    """The events with ``counted_cp`` (signed centipoints that count) and ``why`` (empty, ``same_act`` or ``cap``).

    ``events`` are those in force on one day, in a fixed order: ``subject_type, subject, act, code, points_cp``.
    ``caps``: the most centipoints that the events of a code count together on one subject. Of several adverse events of
    one act on one subject the dearest counts, of several commendations the highest; the earlier row where they are equal.
    """
    rows = events[["subject_type", "subject", "act", "code", "points_cp"]].itertuples(index=False)
    told = counted(list(rows), caps)
    figures = np.array([points for points, _why in told], dtype=np.int64)
    return events.assign(counted_cp=figures, why=np.array([why for _points, why in told], dtype=object))


def counted(events: Sequence[Any], caps: Mapping[str, int]) -> list[tuple[int, str]]:
    """``with_counted`` of rows: what of each event counts, and why not all of it does."""
    first: dict[tuple[str, str, str, bool], int] = {}
    for place in sorted(range(len(events)), key=lambda place: -abs(int(events[place].points_cp))):  # stable
        event = events[place]
        first.setdefault((event.subject_type, event.subject, event.act, event.points_cp > 0), place)
    counting = set(first.values())
    left: dict[tuple[str, str, str], int] = {}
    return [_part(event, left, caps) if place in counting else (0, SAME_ACT) for place, event in enumerate(events)]


def _part(event: Any, left: dict[tuple[str, str, str], int], caps: Mapping[str, int]) -> tuple[int, str]:
    """What of an event counts under its cap; ``left``: the room that each subject and code still has."""
    points = int(event.points_cp)
    if event.code not in caps or points == 0:
        return points, COUNTS
    key = (event.subject_type, event.subject, event.code)
    room = left.setdefault(key, caps[event.code])
    taken = min(abs(points), room)
    left[key] = room - taken
    return (points, COUNTS) if taken == abs(points) else (taken if points > 0 else -taken, OVER_CAP)
