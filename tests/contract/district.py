"""A small random district for one year, as sheets and as :class:`tests.contract.oracle.Facts`; one seed, one district."""

import csv
import random
from datetime import date, timedelta
from pathlib import Path

from tests.contract.oracle import ALPHABET, INDICATORS, Facts, uscc_check_digit

STANDARD = Path(__file__).parents[1] / "contract" / "standard-2025.csv"
YEAR = 2025
MONTHS = [f"{YEAR}-{month:02d}" for month in range(1, 13)]
FIRST = (date(YEAR, 1, 1), date(YEAR, 7, 1), date(YEAR, 7, 2), date(YEAR, 6, 30), date(YEAR - 2, 3, 15))


def uscc(rng: random.Random) -> str:
    """A valid code of 18 characters."""
    first = "91440300" + "".join(rng.choice(ALPHABET) for _ in range(9))
    return first + uscc_check_digit(first)


def id_number(rng: random.Random) -> str:
    """An invented number of a resident's card with its check character."""
    first = (
        "440306" + f"{rng.randint(1960, 1999)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}{rng.randint(0, 999):03d}"
    )
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return first + "10X98765432"[sum(int(c) * w for c, w in zip(first, weights, strict=True)) % 11]


def items() -> dict[str, tuple[int, str]]:
    with STANDARD.open(encoding="utf-8-sig", newline="") as file:
        return {row["item_code"]: (int(row["max_points"]), row["deduction"]) for row in csv.DictReader(file)}


def generate(seed: int, estates: int = 12) -> Facts:
    """Every kind of estate, contract, check and component turns up from a dozen estates on."""
    rng = random.Random(seed)
    facts = Facts(items())
    _divisions(facts)
    _people(facts, rng, estates)
    _estates(facts, rng, estates)
    for number, estate in enumerate(facts.estates):
        _contracts(facts, rng, estate["estate_code"], number)
        _checks(facts, rng, estate["estate_code"], number)
        _components(facts, rng, estate, number)
    for estate in rng.sample(facts.estates, 2):
        facts.vetoes.append({
            "estate_code": estate["estate_code"], "year": str(YEAR), "veto_code": f"V0{rng.randint(1, 8)}",
            "decision": f"测字〔{YEAR}〕{rng.randint(1, 99)}号", "decided_on": f"{YEAR}-11-20", "evidence": "调查报告",
        })  # fmt: skip
    return facts


COMMUNITIES = ("440306020001", "440306020006", "440306017010", "440306400002")


def _divisions(facts: Facts) -> None:
    rows = [("440306000000", "宝安区", "district", "")]
    rows += [
        (f"{c}000", f"第{n}街道", "street", "440306000000") for n, c in enumerate(sorted({c[:9] for c in COMMUNITIES}))
    ]
    rows += [(c, f"第{n}社区", "community", f"{c[:9]}000") for n, c in enumerate(COMMUNITIES)]
    facts.divisions = [dict(zip(("code", "name", "level", "parent_code"), row, strict=True)) for row in rows]


def _people(facts: Facts, rng: random.Random, estates: int) -> None:
    for number in range(max(3, estates // 4)):
        facts.enterprises.append({
            "uscc": uscc(rng), "name": f"测试{number}号物业服务有限公司", "legal_representative": f"法定甲{number}",
            "phone": "", "address": "",
        })  # fmt: skip
    for number in range(max(4, estates // 3)):
        facts.managers.append({
            "manager_code": f"PM-{number:03d}", "name": f"欧阳绝密{number}", "id_number": id_number(rng),
            "phone": f"1390000{rng.randint(1000, 9999)}",
        })  # fmt: skip


def _estates(facts: Facts, rng: random.Random, estates: int) -> None:
    for number in range(estates):
        facts.estates.append({
            "estate_code": f"T{number:03d}", "name": f"测试花园{number}期", "kind": ("commodity", "village", "affordable",
            "commodity")[number % 4], "division_code": COMMUNITIES[rng.randrange(4) if number > 3 else number],
            "address": rng.choice(["", f"测试路{number}号, \"甲\"座"]), "households": str(rng.choice([20, 49, 50, 499, 501, 1500])),
            "floor_area_m2": rng.choice(["", "86000.5", "1200"]), "delivered_on": rng.choice(["", "2011-05-06"]),
            "latitude": rng.choice(["", "22.5701"]), "longitude": "",
        })  # fmt: skip
        if not facts.estates[-1]["latitude"]:
            continue
        facts.estates[-1]["longitude"] = "113.8801"


def _contracts(facts: Facts, rng: random.Random, estate: str, number: int) -> None:
    """Open since long; renewed without a gap; with a gap; handed over on 1 or 2 July; ended; none at all."""
    first, other = rng.sample(facts.enterprises, 2)
    start = rng.choice(FIRST)
    change = date(YEAR, 7, 1 + number % 2)
    plans: list[list[tuple[dict[str, str], date, date | None]]] = [
        [(first, start, None)],
        [(first, date(YEAR - 1, 1, 1), change - timedelta(days=1)), (first, change, None)],
        [(first, date(YEAR - 1, 1, 1), date(YEAR, 8, 30)), (first, date(YEAR, 9, 1), None)],
        [(first, date(YEAR - 1, 1, 1), change - timedelta(days=1)), (other, change, date(YEAR + 5, 12, 31))],
        [(first, date(YEAR - 1, 1, 1), date(YEAR, 12, 30 + number % 2))],
        [],
        [(first, date(YEAR, 5, 1), date(YEAR, 7, 1)), (first, date(YEAR, 7, 2), date(YEAR, 12, 31))],
        [(first, date(YEAR - 1, 2, 1), date(YEAR - 1, 12, 31)), (first, date(YEAR, 1, 1), None)],
    ]
    plan = plans[number] if number < len(plans) else rng.choice([plans[0], plans[1], plans[3], plans[7]])
    for enterprise, begins, ends in plan:
        facts.contracts.append({
            "estate_code": estate, "uscc": enterprise["uscc"], "manager_code": rng.choice(facts.managers)["manager_code"],
            "starts_on": begins.isoformat(), "ends_on": ends.isoformat() if ends else "",
        })  # fmt: skip


def _checks(facts: Facts, rng: random.Random, estate: str, number: int) -> None:
    """A clean month, a few findings or many; some months are missing; two estates are twins, so that ranks tie."""
    quality = (0.0, 0.02, 0.1, 0.3, 0.75, 0.1)[number % 6]
    for month in MONTHS:
        if number not in (8, 9) and rng.random() < 0.2:
            continue
        facts.checks[estate, month] = _rows(facts, rng, quality)
        if number == 9:
            facts.checks[estate, month] = facts.checks.get(
                (facts.estates[5]["estate_code"], month), [("*", "pass", "")]
            )


def _rows(facts: Facts, rng: random.Random, quality: float) -> list[tuple[str, str, str]]:
    rows = [(code, *_result(rng, deduction)) for code, (_, deduction) in facts.items.items() if rng.random() < quality]
    if not rows:
        return rng.choice([[("*", "pass", "")], [("ZH01", "full", "")], [("ZH02", "0", ""), ("SB02", "pass", "")]])
    rng.shuffle(rows)
    return rows


def _result(rng: random.Random, deduction: str) -> tuple[str, str]:
    if rng.random() < 0.15:
        return "na", "小区没有这类设施"
    if rng.random() < 0.1:
        return rng.choice(["full", "pass", "0"]), ""
    return {"T": rng.choice(["half", "zero"]), "BIN": "fail"}.get(deduction, str(rng.choice([1, 1, 2, 3, 7]))), "x"


def _components(facts: Facts, rng: random.Random, estate: dict[str, str], number: int) -> None:
    code, base = estate["estate_code"], rng.randint(5000, 10000)
    edges = [(1000, 100), (500, 50), (499, 49), (501, 50), (49, 25), (49, 24), (50, 49), (10, 5), (120, 60), (50, 50)]
    households, responses = edges[number] if number < len(edges) else rng.choice(edges)
    if number % 11 != 10:
        facts.surveys[code] = households, responses, min(10000, base + rng.randint(0, 500))
    for name in INDICATORS:
        facts.indicators[code, name] = min(10000, base + rng.randint(0, 900))
    if number % 7 == 6:
        del facts.indicators[code, rng.choice(INDICATORS)]
    if estate["kind"] == "village" and number % 9 != 5:
        facts.collection[code] = rng.choice([10000, 0, 9333, 8000])
