"""Points to look at in an estate's spending, for the street and the district only: they ask a person to look, and decide nothing.

The figures of each rule are data (``hints.json``). Pure: lines and measures in, hints out; amounts are integer fen.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from disclosure.comparison.measures import Measure


@dataclass(frozen=True, slots=True)
class Spent:
    """A payment: the day, the amount (positive), who got it; ``ref`` names the line."""

    on: date
    fen: int
    payee: str
    ref: str


@dataclass(frozen=True)
class Hint:
    """One point to look at. ``rule``: round, split, payee, year_end or benchmark; ``facts`` for its sentence; lines by ``refs``."""

    rule: str
    facts: dict[str, Any]
    refs: tuple[str, ...] = ()


@cache
def rules() -> dict[str, Any]:
    """The figures of the rules."""
    return dict(json.loads(files("disclosure.comparison").joinpath("hints.json").read_text(encoding="utf-8")))


def hints(spent: Sequence[Spent], measures: Sequence[Measure] = ()) -> list[Hint]:
    """Every hint of an estate's year, in the order of the rules."""
    found = [_round(spent), *_split(spent), _payee(spent), _year_end(spent), *_benchmark(measures)]
    return [one for one in found if one is not None]


def _round(spent: Sequence[Spent]) -> Hint | None:
    """Many payments of whole ten thousands."""
    rule = rules()["round"]
    whole = [one for one in spent if one.fen % rule["of_fen"] == 0]
    large = [one for one in spent if one.fen >= rule["of_fen"]]
    if len(whole) < rule["least"] or len(whole) * 10_000 < rule["share_bp"] * len(large):
        return None
    facts = {"count": len(whole), "of": len(large), "fen": sum(one.fen for one in whole)}
    return Hint("round", facts, tuple(one.ref for one in whole))


def _split(spent: Sequence[Spent]) -> list[Hint]:
    """Payments to one payee within a few days, each below the threshold of a decision, together above it."""
    rule, found = rules()["split"], []
    for payee, listed in _by_payee(spent).items():
        small = sorted((one for one in listed if one.fen < rule["threshold_fen"]), key=lambda one: (one.on, one.ref))
        begin = 0
        while begin < len(small):
            group = [one for one in small[begin:] if (one.on - small[begin].on).days <= rule["days"]]
            total = sum(one.fen for one in group)
            if len(group) >= rule["least"] and total >= rule["threshold_fen"]:
                facts = {"payee": payee, "count": len(group), "fen": total, "since": group[0].on, "until": group[-1].on}
                found.append(Hint("split", facts, tuple(one.ref for one in group)))
                begin += len(group)
            else:
                begin += 1
    return found


def _by_payee(spent: Sequence[Spent]) -> dict[str, list[Spent]]:
    found: dict[str, list[Spent]] = defaultdict(list)
    for one in spent:
        if one.payee:
            found[one.payee].append(one)
    return dict(sorted(found.items()))


def _payee(spent: Sequence[Spent]) -> Hint | None:
    """One payee who got most of the money."""
    rule, total = rules()["payee"], sum(one.fen for one in spent)
    sums = {payee: sum(one.fen for one in listed) for payee, listed in _by_payee(spent).items()}
    if not sums:
        return None
    payee = max(sums, key=lambda name: (sums[name], name))
    if sums[payee] < rule["least_fen"] or sums[payee] * 10_000 < rule["share_bp"] * total:
        return None
    return Hint("payee", {"payee": payee, "fen": sums[payee], "share_bp": 10_000 * sums[payee] // total})


def _year_end(spent: Sequence[Spent]) -> Hint | None:
    """A last month of the year that costs a multiple of the others' mean."""
    rule = rules()["year_end"]
    last = [one for one in spent if one.on.month == rule["month"]]
    rest = [one for one in spent if one.on.month != rule["month"]]
    months = {(one.on.year, one.on.month) for one in rest}
    fen, others = sum(one.fen for one in last), sum(one.fen for one in rest)
    if not months or fen < rule["least_fen"] or fen * len(months) < rule["times"] * others:
        return None
    return Hint("year_end", {"fen": fen, "mean_fen": others // len(months)}, tuple(one.ref for one in last))


def _benchmark(measures: Sequence[Measure]) -> list[Hint]:
    """A cost far above the middle half of estates like it, or income or reserve far below it; far from the middle, too."""
    rule, found = rules()["benchmark"], []
    for one in measures:
        if one.own is None:
            continue
        low, middle, high = one.at(1), one.at(2), one.at(3)
        if abs(one.own - middle) * 10_000 < rule["least_bp"] * middle:
            continue
        reach = rule["times_spread_bp"] * (high - low) // 10_000
        is_cost = one.code not in ("income", "reserve")
        if (is_cost and one.own > high + reach) or (not is_cost and one.own < low - reach):
            found.append(Hint("benchmark", {"code": one.code, "name": one.name, "own": one.own, "middle": middle}))
    return found
