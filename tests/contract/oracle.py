"""The arithmetic of the contract, section 3, once more: plain Python, for one small district, sharing no code with the
project. Scores are integers in centipoints; a month is ``2025-03``, a quarter ``2025Q1``, a day a ``date``."""

from dataclasses import dataclass, field
from datetime import date, timedelta

INDICATORS = ("rectification", "disclosure", "complaints", "safety", "cooperation", "spot_check")
WEIGHTS = {
    "commodity-2018": {"survey": 30, "management": 40, "comprehensive": 30},
    "village-2021": {"survey": 10, "management": 40, "comprehensive": 30, "collection": 20},
}
BOUNDS = {"commodity-2018": (9100, 8600, 8100, 7100, 6000), "village-2021": (9000, 8500, 8000, 7000, 6000)}
PLAIN_PASS = ("full", "pass", "0")


@dataclass
class Facts:
    """What the sheets say. ``items``: code -> (whole points, deduction code)."""

    items: dict[str, tuple[int, str]]
    divisions: list[dict[str, str]] = field(default_factory=list)
    enterprises: list[dict[str, str]] = field(default_factory=list)
    managers: list[dict[str, str]] = field(default_factory=list)
    estates: list[dict[str, str]] = field(default_factory=list)
    contracts: list[dict[str, str]] = field(default_factory=list)
    # (estate, month) -> [(item, result, note)]
    checks: dict[tuple[str, str], list[tuple[str, str, str]]] = field(default_factory=dict)
    surveys: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    indicators: dict[tuple[str, str], int] = field(default_factory=dict)
    collection: dict[str, int] = field(default_factory=dict)
    vetoes: list[dict[str, str]] = field(default_factory=list)


def half_up(a: int, b: int) -> int:
    """a / b rounded to the nearest whole number, halves up."""
    return (2 * a + b) // (2 * b)


def months_of(quarter: str) -> list[str]:
    """``2025Q2`` -> April to June."""
    first = 3 * int(quarter[5]) - 2
    return [f"{quarter[:4]}-{month:02d}" for month in range(first, first + 3)]


def last_day(quarter: str) -> date:
    year, number = int(quarter[:4]), int(quarter[5])
    return date(year + (number == 4), 3 * number % 12 + 1, 1) - timedelta(days=1)


def exceptions(rows: list[tuple[str, str, str]]) -> dict[str, str]:
    """The rows of a check that are not a plain pass."""
    return {item: result for item, result, _ in rows if item != "*" and result not in PLAIN_PASS}


def lost(most: int, deduction: str, result: str) -> int:
    """Centipoints an item loses; ``most`` is its maximum in centipoints."""
    if deduction in ("P0.5", "P1"):
        return min(most, int(result) * (50 if deduction == "P0.5" else 100))
    return most // 2 if result == "half" else most


def month_score(items: dict[str, tuple[int, str]], rows: list[tuple[str, str, str]]) -> int:
    found = exceptions(rows)
    earned = applicable = 0
    for code, (points, deduction) in items.items():
        if found.get(code) == "na":
            continue
        applicable += points * 100
        earned += points * 100 - (lost(points * 100, deduction, found[code]) if code in found else 0)
    return half_up(10000 * earned, applicable)


def in_force(facts: Facts, estate: str, day: date) -> dict[str, str]:
    """The contract serving an estate on a day, or an empty one."""
    for row in facts.contracts:
        if row["estate_code"] == estate and row["starts_on"] <= day.isoformat() <= (row["ends_on"] or "9999-12-31"):
            return row
    return {"uscc": "", "manager_code": ""}


def service_start(facts: Facts, estate: str, day: date) -> date | None:
    """Since when, without a gap, the enterprise serving on a day has served."""
    now = in_force(facts, estate, day)
    if not now["uscc"]:
        return None
    start = date.fromisoformat(now["starts_on"])
    while (before := in_force(facts, estate, start - timedelta(days=1)))["uscc"] == now["uscc"]:
        start = date.fromisoformat(before["starts_on"])
    return start


def eligible(facts: Facts, estate: str, year: int) -> bool:
    """Six calendar months by the end of 31 December: since 1 July or before."""
    start = service_start(facts, estate, date(year, 12, 31))
    return start is not None and start <= date(year, 7, 1)


def _ranks(scored: list[tuple[str, int]]) -> dict[str, int]:
    """Competition ranking: 1 + the number of better ones."""
    return {code: 1 + sum(other > score for _, other in scored) for code, score in scored}


def quarter_rows(facts: Facts, quarter: str, confirmed: set[tuple[str, str]]) -> dict[str, dict[str, str]]:
    """The published quarter by estate: the columns of ``quarter_scores.csv`` without the revision."""
    rows: dict[str, dict[str, str]] = {}
    scores: dict[str, int] = {}
    for estate in facts.estates:
        code = estate["estate_code"]
        months = [m for m in months_of(quarter) if (code, m) in confirmed]
        if len(months) >= 2:
            scores[code] = half_up(sum(month_score(facts.items, facts.checks[code, m]) for m in months), len(months))
        served = in_force(facts, code, last_day(quarter))
        rows[code] = {
            "quarter": quarter, "estate_code": code, "score": points(scores.get(code)),
            "status": "published" if code in scores else "insufficient_data", "months": str(len(months)),
            "rank_district": "", "rank_street": "", "kind": estate["kind"], "division_code": estate["division_code"],
            "uscc": served["uscc"], "manager_code": served["manager_code"],
        }  # fmt: skip
    for code in scores:
        same = [(c, s) for c, s in scores.items() if rows[c]["kind"] == rows[code]["kind"]]
        near = [(c, s) for c, s in same if rows[c]["division_code"][:9] == rows[code]["division_code"][:9]]
        rows[code]["rank_district"], rows[code]["rank_street"] = str(_ranks(same)[code]), str(_ranks(near)[code])
    return rows


def sample_enough(households: int, responses: int) -> bool:
    if households < 50:
        return 2 * responses >= households
    return responses >= 50 and 10 * responses >= households


def components(facts: Facts, estate: str, kind: str, quarters: list[dict[str, str]]) -> dict[str, int | None]:
    """The components of a year's rating; None: pending. ``quarters``: the estate's published quarter rows."""
    found: dict[str, int | None] = {"survey": None, "management": None, "comprehensive": None}
    if estate in facts.surveys:
        households, responses, score = facts.surveys[estate]
        found["survey"] = score if sample_enough(households, responses) else None
    scores = [centipoints(row["score"]) for row in quarters if row["score"]]
    if len(scores) >= 2:
        found["management"] = half_up(sum(scores), len(scores))
    marks = [facts.indicators[estate, name] for name in INDICATORS if (estate, name) in facts.indicators]
    if len(marks) == len(INDICATORS):
        found["comprehensive"] = half_up(sum(marks), len(marks))
    if kind == "village":
        found["collection"] = facts.collection.get(estate)
    return found


def rating_row(facts: Facts, year: int, estate: dict[str, str], quarters: list[dict[str, str]]) -> dict[str, str]:
    """The columns of ``ratings.csv`` without the revision."""
    code, kind = estate["estate_code"], estate["kind"]
    rules = "village-2021" if kind == "village" else "commodity-2018"
    parts = components(facts, code, kind, quarters)
    known = [(WEIGHTS[rules][name], value) for name, value in parts.items() if value is not None]
    total = half_up(sum(w * v for w, v in known), 100) if len(known) == len(parts) else None
    status = "rated" if total is not None else "pending"
    if any(v["estate_code"] == code for v in facts.vetoes):
        status = "vetoed"
    if not eligible(facts, code, year):
        status = "not_eligible"
    served = in_force(facts, code, date(year, 12, 31))
    stars = sum(total >= bound for bound in BOUNDS[rules]) if total is not None and status == "rated" else None
    return {
        "year": str(year), "estate_code": code, "rule_set": rules, "survey": points(parts["survey"]),
        "management": points(parts["management"]), "comprehensive": points(parts["comprehensive"]),
        "collection": points(parts.get("collection")), "total": points(total),
        "stars": "" if stars is None else str(stars), "status": status, "kind": kind,
        "division_code": estate["division_code"], "uscc": served["uscc"], "manager_code": served["manager_code"],
    }  # fmt: skip


GRADES = ((9000, "AAA"), (8500, "AA"), (7500, "A"), (6000, "B"), (4000, "C"))
EVENT = {"5": 300, "4": 100, "0": -300}


def credit(ratings: list[dict[str, str]], uscc: str) -> tuple[int, str]:
    """Score and grade of an enterprise while the events of these ratings, and no others, are in force."""
    events = [EVENT.get(row["stars"], 0) for row in ratings if row["uscc"] == uscc]
    good, bad = sum(e for e in events if e > 0), -sum(e for e in events if e < 0)
    score = max(0, 8000 + min(2000, good) - bad)
    return score, next((name for bound, name in GRADES if score >= bound), "D")


def points(value: int | None) -> str:
    return "" if value is None else f"{value // 100}.{value % 100:02d}"


def centipoints(text: str) -> int:
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int((part + "00")[:2])


ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def uscc_check_digit(first17: str) -> str:
    """GB 32100-2015: weights 3^(i-1) mod 31."""
    total = sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(first17))
    return ALPHABET[(31 - total % 31) % 31]
