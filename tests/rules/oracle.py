"""The contract's arithmetic again, in plain Python on ints and fractions, one fact at a time.

Written from the contract's text and from nothing else: it shares no code with ``scoring.rules``, and is slow and plain
on purpose.
"""

import calendar
import datetime
import math
from fractions import Fraction

SETS = {
    "commodity-2018": (
        {"survey": 30, "management": 40, "comprehensive": 30},
        [(5, 9100), (4, 8600), (3, 8100), (2, 7100), (1, 6000)],
    ),
    "village-2021": (
        {"survey": 10, "management": 40, "comprehensive": 30, "collection": 20},
        [(5, 9000), (4, 8500), (3, 8000), (2, 7000), (1, 6000)],
    ),
}
SET_OF_KIND = {"commodity": "commodity-2018", "affordable": "commodity-2018", "village": "village-2021"}
INDICATORS = ["rectification", "disclosure", "complaints", "safety", "cooperation", "spot_check"]

FACTS = {
    "open_finding": "overdue_c",
    "safety_penalty": "safety_penalties",
    "manager_vacant": "manager_vacant_days",
    "self_report_missing": "reports_missing",
    "disclosure_overdue": "disclosure_overdue_quarters",
    "demerits": "demerits",
    "demerits_before": "demerits_before",
}


def nearest(value: Fraction) -> int:
    """The nearest whole number, halves upward."""
    return math.floor(value + Fraction(1, 2))


def item(result: str, max_cp: int, code: str) -> tuple[int, int]:
    """(lost, applicable) centipoints of one item."""
    if result == "na":
        return 0, 0
    if result in ("pass", "full", "0"):
        return 0, max_cp
    if code == "BIN" and result == "fail":
        return max_cp, max_cp
    if code == "T":
        return {"half": nearest(Fraction(max_cp, 2)), "zero": max_cp}[result], max_cp
    each = {"P0.5": 50, "P1": 100}[code]
    lost = 0
    for _ in range(int(result)):
        lost = lost + each if lost + each <= max_cp else max_cp
    return lost, max_cp


def month(results: dict[str, str], standard: dict[str, tuple[int, str]]) -> tuple[int, int, int]:
    """(earned, applicable, score) of a check; standard: item code -> (maximum, deduction code)."""
    earned = applicable = 0
    for code, (top, rule) in standard.items():
        lost, counts = item(results.get(code, "pass"), top, rule)
        earned += counts - lost
        applicable += counts
    return earned, applicable, nearest(Fraction(10000 * earned, applicable))


def mean(scores: list[int]) -> int | None:
    """Mean of at least two scores."""
    return nearest(Fraction(sum(scores), len(scores))) if len(scores) >= 2 else None


def rank(score: int | None, group: list[int | None]) -> int | None:
    """1 + the number of better scores."""
    if score is None:
        return None
    return 1 + len([other for other in group if other is not None and other > score])


def survey(fact: tuple[int, int, int] | None) -> tuple[int | None, str]:
    """(score, reason) from (households, valid responses, score)."""
    if fact is None:
        return None, "missing"
    households, replies, score = fact
    if households < 50:
        enough = Fraction(replies) >= Fraction(households, 2)
    else:
        enough = replies >= 50 and Fraction(replies) >= Fraction(households, 10)
    return (score, "") if enough else (None, "sample")


def comprehensive(values: dict[str, int]) -> tuple[int | None, str]:
    """(score, reason) from indicator values."""
    absent = [code for code in INDICATORS if code not in values]
    if absent:
        return None, "indicators:" + ",".join(absent)
    return nearest(Fraction(sum(values.values()), len(INDICATORS))), ""


def six_months_by_year_end(start: datetime.date, year: int) -> bool:
    """Six months are over by the end of 31 December."""
    months_on = start.month + 6
    to_year, to_month = (start.year, months_on) if months_on <= 12 else (start.year + 1, months_on - 12)
    to_day = min(start.day, calendar.monthrange(to_year, to_month)[1])
    return datetime.date(to_year, to_month, to_day) - datetime.timedelta(days=1) <= datetime.date(year, 12, 31)


def service(contracts: list[tuple[str, str, datetime.date, datetime.date | None]], day: datetime.date):
    """(uscc, manager, first day) of the service on a day, walking back day by day; None when nobody serves."""

    def serving(on: datetime.date):
        return next(((c[0], c[1]) for c in contracts if c[2] <= on and (c[3] is None or on <= c[3])), None)

    now = serving(day)
    if now is None:
        return None
    first = day
    while (before := serving(first - datetime.timedelta(days=1))) is not None and before[0] == now[0]:
        first -= datetime.timedelta(days=1)
    return now[0], now[1], first


def rating(kind: str, parts: dict[str, tuple[int | None, str]], eligible: bool, vetoes: list[str]) -> dict:
    """Total, stars, status and reason of one estate; parts: component -> (score, reason)."""
    code = SET_OF_KIND[kind]
    weights, bands = SETS[code]
    scores = {name: parts[name][0] for name in weights}
    total = None
    if None not in scores.values():
        total = nearest(Fraction(sum(weights[name] * scores[name] for name in weights), 100))
    if not eligible:
        status = "not_eligible"
    elif vetoes:
        status = "vetoed"
    elif total is None:
        status = "pending"
    else:
        status = "rated"
    stars = None
    if status == "rated":
        stars = max((number for number, bound in bands if total >= bound), default=0)
    return {"rule_set": code, "scores": scores, "total": total, "stars": stars, "status": status}


def capped(
    stars: int | None,
    scores: dict[str, int | None],
    shares: dict[str, Fraction],
    caps: list[tuple[str, str, int, int]],
    facts: dict[str, int] | None = None,
) -> int | None:
    """Stars under caps: (what it looks at, of which parts (empty: all), under how many centipoints, the most stars; a number
    below zero: so many fewer than the total gives). A cap on a fact bites from its bound upward.

    ``shares``: category -> earned / applicable points of the year's scored quarters. ``facts``: name -> number.
    """
    if stars is None:
        return None
    most = stars
    for looks_at, only, bound, cap in caps:
        cap = cap if cap >= 0 else max(stars + cap, 0)
        if looks_at in FACTS:
            if (facts or {}).get(FACTS[looks_at], 0) >= bound and cap < most:
                most = cap
            continue
        if looks_at == "component_below":
            values = {name: value for name, value in scores.items() if value is not None}
        else:
            values = {name: nearest(10000 * share) for name, share in shares.items()}
        for name, value in values.items():
            if only in ("", name) and value < bound and cap < most:
                most = cap
    return most


def credit(events: list[tuple[str, int]], of_managers: list[int] = ()) -> tuple[int, str]:
    """(score, grade) from own signed events and the adverse points of managers."""
    good = sum(points for _, points in events if points > 0)
    bad = sum(-points for _, points in events if points < 0) + sum(nearest(Fraction(-p, 2)) for p in of_managers)
    score = 8000 + (2000 if good > 2000 else good) - bad
    score = 0 if score < 0 else score
    if any(code == "B07" for code, _ in events):
        return score, "D"
    for grade, bound in [("AAA", 9000), ("AA", 8500), ("A", 7500), ("B", 6000), ("C", 4000)]:
        if score >= bound:
            return score, grade
    return score, "D"
