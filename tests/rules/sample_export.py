"""A small open-data folder made by the oracle alone, in the form of the contract's section 5."""

import csv
import datetime
import hashlib
import json
import random
from fractions import Fraction
from pathlib import Path

from scoring.rules import rulesets
from tests.rules import oracle

Rows = list[dict[str, str]]
MONTHS = [f"2025-{number:02d}" for number in range(1, 13)]
QUARTERS = {f"2025Q{q + 1}": MONTHS[3 * q : 3 * q + 3] for q in range(4)}
LAST_DAYS = {"2025Q1": (3, 31), "2025Q2": (6, 30), "2025Q3": (9, 30), "2025Q4": (12, 31)}
STREETS = ["440306017001", "440306017002", "440306020001"]
KINDS = ["commodity", "village", "commodity", "affordable"]
ITEMS = {"A1": (200, "P0.5"), "A2": (300, "P1"), "B1": (200, "T"), "B2": (100, "BIN"), "B3": (250, "P0.5")}
STANDARDS = {"2025.1": ("2025-01-01", ITEMS), "2025.2": ("2025-07-01", {**ITEMS, "A2": (100, "P1"), "C1": (150, "T")})}
WORDS = {"P0.5": ["1", "2"], "P1": ["1", "2"], "T": ["half", "zero"], "BIN": ["fail"]}


CAPS = [  # every limiter that can be on, with numbers that bite in these districts
    ("component_below", "", 8700, 3),
    ("component_below", "survey", 9000, 4),
    ("category_below", "", 6000, 2),
    ("category_below", "A", 8500, 3),
    ("open_finding", "", 1, 2),
    ("safety_penalty", "", 1, 3),
    ("manager_vacant", "", 31, 4),
    ("self_report_missing", "", 1, 4),
    ("disclosure_overdue", "", 2, 3),
    ("demerits", "", 1200, -1),
    ("demerits_before", "", 1800, -1),
]
FACTS = {"overdue_c": 2, "safety_penalties": 1, "manager_vacant_days": 60, "reports_missing": 2,
         "disclosure_overdue_quarters": 4, "demerits": 2400, "demerits_before": 2400}  # fmt: skip
PART_FIELD = {"component_below": "components", "category_below": "categories"}


def limiters(caps: list[tuple[str, str, int, int]]) -> list[dict]:
    """Caps as a rule set lists them."""
    return [
        {"limiter": looks_at, "zh": "限评", "en": "cap"}
        | {"at_least" if looks_at in oracle.FACTS else "below_cp": bound}
        | ({"max_stars": most} if most >= 0 else {"minus_stars": -most})
        | ({PART_FIELD[looks_at]: [only]} if only else {})
        for looks_at, only, bound, most in caps
    ]


def text(cp: int | None) -> str:
    """Centipoints as a cell."""
    return "" if cp is None else f"{cp // 100}.{cp % 100:02d}"


def cell(number: int | None) -> str:
    """A whole number as a cell."""
    return "" if number is None else str(number)


class District:
    """Random facts of a district, and every figure that follows from them by the oracle."""

    def __init__(self, seed: int, size: int = 14) -> None:
        self.chance = random.Random(seed)
        self.codes = [f"E{number:03d}" for number in range(size)]
        self.kind = {code: KINDS[number % 4] for number, code in enumerate(self.codes)}
        self.place = {code: STREETS[number % 3] for number, code in enumerate(self.codes)}
        self.contracts = {code: self._contracts(number) for number, code in enumerate(self.codes)}
        self.checks = {c: {m: self._check(m) for m in self._months(n)} for n, c in enumerate(self.codes)}
        self.surveys = {code: self._survey(number) for number, code in enumerate(self.codes) if number != 5}
        self.indicators = {
            code: {i: self._points() for i in oracle.INDICATORS if (number, i) != (6, "safety")}
            for number, code in enumerate(self.codes)
        }
        self.rates = {code: self._points() for code in self.codes if self.kind[code] == "village"}
        self.vetoes = {"E002": ["V03"]}
        self.facts = {code: self._facts() for code in self.codes[1:]}  # one estate without any on record

    def _points(self) -> int:
        return self.chance.randint(8300, 9900)

    def _facts(self) -> dict[str, int]:
        """Most estates are in order; what is not on record stays out."""
        known = [name for name in FACTS if self.chance.random() < 0.9]
        return {name: self.chance.randint(1, FACTS[name]) if self.chance.random() < 0.25 else 0 for name in known}

    def _contracts(self, number: int) -> list[tuple]:
        day = datetime.date
        if number == 3:  # nobody serves since the summer
            return [("U3", "M3", day(2024, 1, 1), day(2025, 8, 31))]
        if number == 4:  # a new enterprise since 2 July
            return [("U1", "M1", day(2024, 1, 1), day(2025, 7, 1)), ("U4", "M4", day(2025, 7, 2), None)]
        if number % 3 == 1:  # renewed without a gap, by another manager
            return [("U5", "M5", day(2024, 5, 1), day(2025, 9, 30)), ("U5", "M6", day(2025, 10, 1), day(2026, 9, 30))]
        return [("U6", "M7", day(2025, 7, 1), None)]

    def _months(self, number: int) -> list[str]:
        if number == 0:
            return []
        return [m for m in MONTHS if self.chance.random() > (0.1 if number > 7 else 0.3)]

    def _check(self, month: str) -> dict[str, str]:
        items = STANDARDS["2025.2" if month >= "2025-07" else "2025.1"][1]
        if self.chance.random() < 0.2:
            return {}
        return {
            code: "na" if self.chance.random() < 0.15 else self.chance.choice(WORDS[rule])
            for code, (_, rule) in items.items()
            if self.chance.random() < 0.4 and code != "B3"
        }

    def _survey(self, number: int) -> tuple[int, int, int]:
        homes = self.chance.choice([40, 300, 900])
        replies = 10 if number == 1 else max(50, homes // 10)
        return homes, replies, self._points()

    def month_scores(self, code: str) -> dict[str, int]:
        """Month -> score."""
        versions = {m: STANDARDS["2025.2" if m >= "2025-07" else "2025.1"][1] for m in MONTHS}
        return {m: oracle.month(results, versions[m])[2] for m, results in self.checks[code].items()}

    def quarter(self, code: str, quarter: str) -> tuple[int | None, int]:
        """(score, months) of a quarter."""
        scores = [score for month, score in self.month_scores(code).items() if month in QUARTERS[quarter]]
        return oracle.mean(scores), len(scores)

    def serving(self, code: str, quarter: str) -> tuple:
        """(uscc, manager, first day) on the quarter's last day; empty texts when nobody serves."""
        return oracle.service(self.contracts[code], datetime.date(2025, *LAST_DAYS[quarter])) or ("", "", None)

    def quarter_rows(self) -> Rows:
        """Rows of quarter_scores.csv."""
        rows = []
        for quarter in QUARTERS:
            scores = {code: self.quarter(code, quarter)[0] for code in self.codes}
            for code in self.codes:
                alike = [other for other in self.codes if self.kind[other] == self.kind[code]]
                near = [other for other in alike if self.place[other][:9] == self.place[code][:9]]
                uscc, person, _ = self.serving(code, quarter)
                rows.append(
                    {
                        "quarter": quarter,
                        "estate_code": code,
                        "score": text(scores[code]),
                        "status": "published" if scores[code] is not None else "insufficient_data",
                        "months": cell(self.quarter(code, quarter)[1]),
                        "rank_district": cell(oracle.rank(scores[code], [scores[other] for other in alike])),
                        "rank_street": cell(oracle.rank(scores[code], [scores[other] for other in near])),
                        "revision": "1",
                        "kind": self.kind[code],
                        "division_code": self.place[code],
                        "uscc": uscc,
                        "manager_code": person,
                    }
                )
        return rows

    def shares(self, code: str) -> dict[str, Fraction]:
        """Category -> earned / applicable points of the months that entered a quarter with a score."""
        earned: dict[str, int] = {}
        applicable: dict[str, int] = {}
        scored = [month for q, months in QUARTERS.items() if self.quarter(code, q)[0] is not None for month in months]
        for month, results in self.checks[code].items():
            items = STANDARDS["2025.2" if month >= "2025-07" else "2025.1"][1]
            for item, (top, rule) in items.items() if month in scored else ():
                lost, counts = oracle.item(results.get(item, "pass"), top, rule)
                earned[item[0]] = earned.get(item[0], 0) + counts - lost
                applicable[item[0]] = applicable.get(item[0], 0) + counts
        return {name: Fraction(earned[name], applicable[name]) for name in earned if applicable[name]}

    def year_rows(self, caps: list[tuple[str, str, int, int]] = ()) -> tuple[Rows, Rows]:
        """Rows of ratings.csv and components.csv."""
        ratings, components = [], []
        for code in self.codes:
            quarters = [self.quarter(code, quarter)[0] for quarter in QUARTERS]
            average = oracle.mean([score for score in quarters if score is not None])
            rate = self.rates.get(code)
            parts = {
                "survey": oracle.survey(self.surveys.get(code)),
                "management": (average, "" if average is not None else "quarters"),
                "comprehensive": oracle.comprehensive(self.indicators[code]),
                "collection": (rate, "" if rate is not None else "missing"),
            }
            uscc, person, first = self.serving(code, "2025Q4")
            eligible = first is not None and oracle.six_months_by_year_end(first, 2025)
            rating = oracle.rating(self.kind[code], parts, eligible, self.vetoes.get(code, []))
            facts = self.facts.get(code, {})
            rating["stars"] = oracle.capped(rating["stars"], rating["scores"], self.shares(code), caps, facts)
            scores = {name: text(rating["scores"].get(name)) for name in parts}
            numbers = {"total": text(rating["total"]), "stars": cell(rating["stars"]), "status": rating["status"]}
            pins = {"kind": self.kind[code], "division_code": self.place[code], "uscc": uscc, "manager_code": person}
            key = {"year": "2025", "estate_code": code}
            ratings.append({**key, "rule_set": rating["rule_set"], **scores, **numbers, "revision": "1", **pins})
            components += [
                {**key, "component": name, "score": text(score), "status": "ok" if score is not None else "pending"}
                for name, score in rating["scores"].items()
            ]
        return ratings, components

    def limiter_rows(self) -> Rows:
        """Rows of limiter_facts.csv."""
        return [
            {"year": "2025", "estate_code": code, "fact": name}
            | {"value": text(value) if name.startswith("demerits") else cell(value)}
            for code, facts in self.facts.items()
            for name, value in facts.items()
        ]

    def fact_rows(self) -> dict[str, Rows]:
        """Rows of every file of facts."""
        checks = [(c, m, r or {"*": "pass"}) for c, months in self.checks.items() for m, r in months.items()]
        key = {"year": "2025"}
        return {
            "standards.csv": [
                {"category_code": i[0], "item_code": i, "max_points": text(top), "deduction": rule, "hazard_class": "A"}
                | {"version": version, "in_force_from": start}
                for version, (start, items) in STANDARDS.items()
                for i, (top, rule) in items.items()
            ],
            "contracts.csv": [
                {"estate_code": c, "uscc": u, "manager_code": m, "starts_on": str(a), "ends_on": str(z) if z else ""}
                for c, rows in self.contracts.items()
                for u, m, a, z in rows
            ],
            "check_results.csv": [
                {"estate_code": c, "month": m, "item_code": i, "result": r}
                for c, m, rs in checks
                for i, r in rs.items()
            ],
            "months.csv": [
                {"estate_code": c, "month": m, "score": text(s)}
                for c in self.codes
                for m, s in self.month_scores(c).items()
            ],
            "surveys.csv": [
                {**key, "estate_code": c, "households": str(h), "valid_responses": str(n), "score": text(s)}
                for c, (h, n, s) in self.surveys.items()
            ],
            "indicators.csv": [
                {**key, "estate_code": c, "indicator_code": i, "score": text(s), "source": "sheet"}
                for c, own in self.indicators.items()
                for i, s in own.items()
            ],
            "collection_rates.csv": [{**key, "estate_code": c, "rate": text(s)} for c, s in self.rates.items()],
            "vetoes.csv": [
                {**key, "estate_code": c, "veto_code": v, "decision": "D-1", "decided_on": "2026-01-05"}
                for c, codes in self.vetoes.items()
                for v in codes
            ],
        }


def write_export(folder: Path, seed: int = 1, caps: list[tuple[str, str, int, int]] = ()) -> None:
    """Write the whole folder, manifest included; with caps, both rule sets list them as limiters."""
    district = District(seed)
    ratings, components = district.year_rows(caps)
    tables = {
        **district.fact_rows(),
        "quarter_scores.csv": district.quarter_rows(),
        "ratings.csv": ratings,
        "components.csv": components,
    }
    if caps:
        tables["limiter_facts.csv"] = district.limiter_rows()
    for name, rows in tables.items():
        write_table(folder / name, rows)
    sets = [{**rules, "limiters": limiters(caps)} if caps else rules for rules in rulesets.export()]
    (folder / "rule_sets.json").write_text(json.dumps(sets, ensure_ascii=False), encoding="utf-8")
    write_manifest(folder)


def write_manifest(folder: Path) -> None:
    """The manifest of what is in the folder now."""
    files = [
        {"name": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "rows": len(read_table(path))}
        for path in sorted(folder.glob("*.csv"))
    ]
    sets = (folder / "rule_sets.json").read_bytes()
    files.append({"name": "rule_sets.json", "sha256": hashlib.sha256(sets).hexdigest(), "rows": 2})
    manifest = {"made_at": "2026-02-01T00:00:00Z", "files": files, "rule_sets": [], "standards": []}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def read_table(path: Path) -> Rows:
    """Rows of a csv file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write_table(path: Path, rows: Rows) -> None:
    """Write a csv file with BOM; a table without rows keeps no header and is not made here."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def alter(folder: Path, name: str, column: str, value: str, **where: str) -> dict[str, str]:
    """Change one cell of the first row that fits ``where``; the manifest keeps the old checksum."""
    rows = read_table(folder / name)
    row = next(row for row in rows if all(row[key] == wanted for key, wanted in where.items()) and row[column] != value)
    row[column] = value
    write_table(folder / name, rows)
    return row
