"""Credit score and grade of enterprises and managers (contract, section 3, "Credit on a day")."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from .dates import last_day, parse_day, print_day
from .errors import BadPoints, BadRuleSet, UnknownEstate, UnknownGrade
from .groups import group_sum, positions
from .rounding import half_up
from .rulesets import credit_tariffs

SUCCESSION = "succession"  # begins the code of a share of a former enterprise's event
MANAGERS = "share"  # begins the code of a share of a manager's event
Item = tuple[str, str, int]  # act, code and signed centipoints of an event that counts for a subject


@dataclass(frozen=True)
class Score:
    """Score and grade of a subject, and the sums behind it; centipoints."""

    good_cp: int
    bad_cp: int
    score_cp: int
    grade: str


@dataclass(frozen=True)
class RatingEvent:
    """The credit event that a published rating gives: signed ``points_cp``, counting ``months`` from publication."""

    code: str
    points_cp: int
    months: int


@dataclass(frozen=True)
class CreditTariff:
    """Numbers of the credit arithmetic; ``grades`` from best to worst with their lower bounds, in centipoints."""

    code: str
    start_cp: int
    good_cap_cp: int
    manager_share_percent: int
    grades: tuple[tuple[str, int], ...]
    worst_grade_while: tuple[str, ...]
    rating_events: dict[int, RatingEvent]

    @property
    def worst(self) -> str:
        """The lowest grade."""
        return self.grades[-1][0]


def tariff_from(data: dict[str, Any]) -> CreditTariff:
    """Read a tariff object."""
    return CreditTariff(
        code=data["code"],
        start_cp=data["start_cp"],
        good_cap_cp=data["good_cap_cp"],
        manager_share_percent=data["manager_share_percent"],
        grades=tuple((row["grade"], row["from_cp"]) for row in data["grades"]),
        worst_grade_while=tuple(data["worst_grade_while"]),
        rating_events={
            row["stars"]: RatingEvent(row["code"], row["points_cp"], row["months"]) for row in data["rating_events"]
        },
    )


def tariff_on(day: object) -> CreditTariff:
    """The tariff in force on an ISO date: the latest begun, or the first one for earlier days."""
    on = print_day(parse_day(day))
    begun = [tariff for starts, tariff in _tariffs() if starts <= on]
    return begun[-1] if begun else _tariffs()[0][1]


@cache
def _tariffs() -> tuple[tuple[str, CreditTariff], ...]:
    return tuple((data["in_force_from"], tariff_from(data)) for data in credit_tariffs())


def credit_score(good_cp: int, bad_cp: int, tariff: CreditTariff) -> int:
    """``max(0, start + min(cap, good) - bad)`` in centipoints; both sums are magnitudes of 0 or more."""
    if good_cp < 0 or bad_cp < 0:
        raise BadPoints(f"good {good_cp}, bad {bad_cp}")
    return max(0, tariff.start_cp + min(tariff.good_cap_cp, good_cp) - bad_cp)


def manager_share(points_cp: int, tariff: CreditTariff) -> int:
    """What the enterprise bears of one adverse event of its manager: half_up of the share, event by event."""
    return share(int(points_cp), tariff.manager_share_percent)


def share(points_cp: int, percent: int) -> int:
    """A share of one event's magnitude: half_up, event by event."""
    return half_up(points_cp * percent, 100)


def items_with_shares(own: Sequence[Item], others: Iterable[Item], percent: int, mark: str) -> list[Item]:
    """What one enterprise bears: its own events, and its share of adverse events (below 0) of others, ``mark`` before their
    codes; acts that it bears already are left out. ``shares_of_managers`` and ``shares_of_formers`` of one enterprise."""
    acts = {act for act, _code, _points in own}
    shares = [(act, f"{mark}:{code}", -share(-points, percent)) for act, code, points in others if act not in acts]
    return [*own, *shares]


def score_of_items(items: Sequence[Item], tariff: CreditTariff) -> Score:
    """Score and grade of one subject from the events that count for it: ``credit_scores`` of one."""
    good = sum(points for _act, _code, points in items if points > 0)
    bad = -sum(points for _act, _code, points in items if points < 0)
    score_cp = credit_score(good, bad, tariff)
    return Score(good, bad, score_cp, grade(score_cp, (code for _act, code, _points in items), tariff))


def grade(score_cp: int, codes: Iterable[str], tariff: CreditTariff) -> str:
    """Grade of a score, the worst one while an event of ``worst_grade_while`` (B07) counts for the subject."""
    if set(codes) & set(tariff.worst_grade_while):
        return tariff.worst
    return next(name for name, bound in tariff.grades if score_cp >= bound)


def at_least(actual: str, wanted: str, tariff: CreditTariff) -> bool:
    """Whether grade ``actual`` is ``wanted`` or better. Raises ``UnknownGrade``."""
    order = [name for name, _ in tariff.grades]
    unknown = {actual, wanted} - set(order)
    if unknown:
        raise UnknownGrade(unknown)
    return order.index(actual) <= order.index(wanted)


def rating_event(stars: int | None, tariff: CreditTariff) -> RatingEvent | None:
    """The event of a published rating; None for stars without one, and for a rating without stars."""
    return None if stars is None else tariff.rating_events.get(stars)


def counts_until(starts_on: object, months: int) -> str:
    """Last ISO day, included, on which an event counts."""
    return last_day(starts_on, months)


def credit_scores(events: pd.DataFrame, subjects: pd.Series, tariff: CreditTariff) -> pd.DataFrame:
    """Score and grade of many subjects on one day.

    ``events``: the events that count that day, one row per subject and event: ``subject``, ``code``, ``points_cp``
    (signed int: good above 0, adverse below). Managers' shares come from ``shares_of_managers`` and are rows like any
    other. ``subjects``: unique codes. Returns ``subject, good_cp, bad_cp, score_cp, grade`` in that order; a subject
    without events has the starting score.
    """
    row = positions(subjects, events["subject"], UnknownEstate)
    points = events["points_cp"].to_numpy(np.int64)
    good = group_sum(row, np.maximum(points, 0), len(subjects))
    bad = group_sum(row, np.maximum(-points, 0), len(subjects))
    score = np.maximum(0, tariff.start_cp + np.minimum(tariff.good_cap_cp, good) - bad)
    bounds = np.array([bound for _, bound in tariff.grades])
    names = np.array([name for name, _ in tariff.grades], dtype=object)
    if bounds[-1] != 0:
        raise BadRuleSet(f"{tariff.code}: the worst grade must begin at 0")
    grades = names[len(bounds) - np.searchsorted(bounds[::-1], score, side="right")]
    held = np.zeros(len(subjects), dtype=bool)
    held[row[events["code"].isin(tariff.worst_grade_while).to_numpy(bool)]] = True
    return pd.DataFrame(
        {
            "subject": subjects.to_numpy(),
            "good_cp": good,
            "bad_cp": bad,
            "score_cp": score,
            "grade": np.where(held, tariff.worst, grades),
        }
    )


def shares_of_managers(own: pd.DataFrame, of_managers: pd.DataFrame, tariff: CreditTariff) -> pd.DataFrame:
    """What enterprises bear of their managers' adverse events, as event rows.

    ``own``: events recorded on enterprises, ``subject`` (uscc) and ``act`` (what both records of one act share).
    ``of_managers``: adverse events of managers under an enterprise's service: ``uscc, act, code, points_cp`` (below
    0). Returns ``subject, act, code, points_cp`` (minus half_up of the share); acts recorded on both are left out.
    The code reads ``share:B07``: the grade rule of an event acts on the subject that it is recorded on.
    """
    return _borne(own, of_managers, tariff.manager_share_percent, MANAGERS)


def shares_of_formers(own: pd.DataFrame, of_formers: pd.DataFrame, percent: int) -> pd.DataFrame:
    """What enterprises bear of the adverse events of the enterprise that they succeeded, as event rows.

    ``of_formers``: ``uscc`` (the later enterprise), ``act, code, points_cp`` (below 0). ``own`` and the answer as for
    ``shares_of_managers``; the code reads ``succession:B07``. An act that the later enterprise bears already, whether its
    own or its manager's, is left out.
    """
    return _borne(own, of_formers, percent, SUCCESSION)


def _borne(own: pd.DataFrame, others: pd.DataFrame, percent: int, mark: str) -> pd.DataFrame:
    if (others["points_cp"] >= 0).any():
        raise BadPoints(others.loc[others["points_cp"] >= 0, "code"])
    on_both = pd.MultiIndex.from_frame(others[["uscc", "act"]]).isin(pd.MultiIndex.from_frame(own[["subject", "act"]]))
    borne = others[~on_both].reset_index(drop=True)
    return pd.DataFrame(
        {
            "subject": borne["uscc"],
            "act": borne["act"],
            "code": f"{mark}:" + borne["code"].astype("str"),
            "points_cp": -half_up(-borne["points_cp"].astype("int64") * percent, 100),
        }
    )
