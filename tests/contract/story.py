"""The year of a random district told through the command line, with the oracle's answer at each publication."""

import re
from pathlib import Path

from tests.contract.command import Portal
from tests.contract.district import YEAR, generate
from tests.contract.oracle import (
    components,
    eligible,
    exceptions,
    month_score,
    points,
    quarter_rows,
    rating_row,
    sample_enough,
)

QUARTERS = [f"{YEAR}Q{n}" for n in range(1, 5)]
STREET = "440306020000"
PEOPLE = [
    ("insp", "inspector", "440306000000"), ("off", "officer", "440306000000"), ("off2", "officer", "440306000000"),
    ("boss", "lead", "440306000000"), ("boss2", "lead", "440306000000"),
]  # fmt: skip


class Story:
    """What is in the register, what is confirmed, what is public, and in which revision."""

    def __init__(self, seed: int, folder: Path, estates: int = 12) -> None:
        self.facts = generate(seed, estates)
        self.portal = Portal(folder)
        self.seed = seed
        self.late = {key: rows for n, (key, rows) in enumerate(sorted(self.facts.checks.items())) if n % 17 == 4}
        for key in self.late:
            del self.facts.checks[key]
        waiting = next(e for e, (n, r, _) in reversed(self.facts.surveys.items()) if sample_enough(n, r))
        self.late_survey = {waiting: self.facts.surveys.pop(waiting)}
        taken, spare = self.facts.vetoes[0]["estate_code"], self.facts.vetoes.pop()
        eligible_first = sorted(
            (e["estate_code"] for e in reversed(self.facts.estates) if e["estate_code"] != taken),
            key=lambda code: not eligible(self.facts, code, YEAR),
        )
        # the first makes a difference: without it the estate would be rated or pending; the second one changes no
        # rating, and is public all the same
        self.late_vetoes = [{**spare, "estate_code": eligible_first[0]}, {**spare, "estate_code": eligible_first[-1]}]
        self.confirmed: set[tuple[str, str]] = set()
        self.public: dict[str, dict[str, dict[str, str]]] = {}
        self.used: dict[str, set[tuple[str, str]]] = {}
        self.ratings: dict[str, dict[str, str]] = {}

    def build(self) -> None:
        """Everything but what comes late, each sheet in another shape."""
        self.portal.initialise()
        facts, shape = self.facts, self.seed
        sheets = {
            "divisions": facts.divisions, "enterprises": facts.enterprises, "managers": facts.managers,
            "people": [
                {"login": login, "name": f"司徒保密{n}", "role": role, "division_code": division, "uscc": ""}
                for n, (login, role, division) in enumerate(PEOPLE)
            ],
            "estates": facts.estates, "contracts": facts.contracts, "checks": check_rows(facts.checks),
            "surveys": survey_rows(facts.surveys), "vetoes": facts.vetoes,
            "indicators": [
                {"estate_code": e, "year": str(YEAR), "indicator_code": i, "score": points(v), "evidence": "台账"}
                for (e, i), v in facts.indicators.items()
            ],
            "collection-rates": [
                {"estate_code": e, "year": str(YEAR), "rate": points(v)} for e, v in facts.collection.items()
            ],
        }  # fmt: skip
        for number, (kind, rows) in enumerate(sheets.items()):
            said = self.portal.load(kind, rows, shape + number)
            counts = re.search(r"imported (\d+), updated (\d+), unchanged (\d+)", said)
            assert counts, said
            assert [int(c) for c in counts.groups()] == [len(rows), 0, 0], f"{kind}: {said}"

    def confirm(self, quarter: str, on: str, division: str = "") -> None:
        scope = ["--division", division] if division else []
        self.portal.run("quarter", "confirm", quarter, *scope, "--on", on)
        place = {e["estate_code"]: e["division_code"] for e in self.facts.estates}
        months = range(3 * int(quarter[5]) - 2, 3 * int(quarter[5]) + 1)
        for estate, month in self.facts.checks:
            if int(month[5:]) in months and place[estate].startswith(division[:9]):
                self.confirmed.add((estate, month))

    def publish(self, quarter: str, on: str) -> None:
        """A row that changes gets the next revision; so do the ratings that used it."""
        self.portal.run("quarter", "publish", quarter, "--on", on)
        self.public[quarter] = revised(self.public.get(quarter, {}), quarter_rows(self.facts, quarter, self.confirmed))
        self.used[quarter] = {
            key for key in self.confirmed if key[1] in [f"{YEAR}-{3 * int(quarter[5]) - n:02d}" for n in range(3)]
        }
        if self.ratings:
            self.rate()

    def rate(self) -> None:
        rows = {}
        for estate in self.facts.estates:
            code = estate["estate_code"]
            rows[code] = rating_row(self.facts, YEAR, estate, [q[code] for q in self.public.values()])
        self.ratings = revised(self.ratings, rows)

    def publish_year(self, on: str) -> None:
        self.portal.run("year", "publish", str(YEAR), "--on", on)
        self.rate()

    def expected(self) -> dict[str, list[dict[str, str]]]:
        """The rows of the export's files that follow from what is public."""
        facts, used = self.facts, sorted(set().union(*self.used.values()))
        found = {
            "divisions": facts.divisions, "estates": facts.estates, "contracts": facts.contracts,
            "enterprises": [{"uscc": e["uscc"], "name": e["name"]} for e in facts.enterprises],
            "check_results": [row for key in used for row in result_rows(key, facts.checks[key])],
            "months": [
                {"estate_code": e, "month": m, "score": points(month_score(facts.items, facts.checks[e, m]))}
                for e, m in used
            ],
            "quarter_scores": [row for rows in self.public.values() for row in rows.values()],
            "ratings": list(self.ratings.values()),
        }  # fmt: skip
        if self.ratings:
            found |= self._year_facts()
        return found

    def _year_facts(self) -> dict[str, list[dict[str, str]]]:
        facts, year = self.facts, str(YEAR)
        parts = [
            {"year": year, "estate_code": e["estate_code"], "component": name, "score": points(value),
             "status": "pending" if value is None else "ok"}
            for e in facts.estates
            for name, value in components(
                facts, e["estate_code"], e["kind"], [q[e["estate_code"]] for q in self.public.values()]
            ).items()
        ]  # fmt: skip
        return {
            "components": parts, "surveys": survey_rows(facts.surveys),
            "indicators": [
                {"year": year, "estate_code": e, "indicator_code": i, "score": points(v), "source": "sheet"}
                for (e, i), v in facts.indicators.items()
            ],
            "collection_rates": [
                {"year": year, "estate_code": e, "rate": points(v)} for e, v in facts.collection.items()
            ],
            "vetoes": [{k: v for k, v in row.items() if k != "evidence"} for row in facts.vetoes],
        }  # fmt: skip


def revised(before: dict[str, dict[str, str]], now: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """The new rows with their revision: one more where anything changed."""
    for code, row in now.items():
        old = before.get(code, {"revision": "0"})
        row["revision"] = str(int(old["revision"]) + ({**row, "revision": old["revision"]} != old))
    return now


def check_rows(checks: dict[tuple[str, str], list[tuple[str, str, str]]]) -> list[dict[str, str]]:
    return [
        {"estate_code": estate, "month": month, "inspected_on": f"{month}-12", "inspector": "insp",
         "item_code": item, "result": result, "note": note}
        for (estate, month), rows in checks.items()
        for item, result, note in rows
    ]  # fmt: skip


def survey_rows(surveys: dict[str, tuple[int, int, int]]) -> list[dict[str, str]]:
    return [
        {"estate_code": e, "year": str(YEAR), "households": str(h), "valid_responses": str(n), "score": points(s)}
        for e, (h, n, s) in surveys.items()
    ]


def result_rows(key: tuple[str, str], rows: list[tuple[str, str, str]]) -> list[dict[str, str]]:
    found = exceptions(rows) or {"*": "pass"}
    return [{"estate_code": key[0], "month": key[1], "item_code": i, "result": r} for i, r in sorted(found.items())]


def differences(expected: dict[str, list[dict[str, str]]], exported: dict[str, list[dict[str, str]]]) -> list[str]:
    """Each row that is not as expected, columns by name; columns beside those of the contract may be added."""
    found = []
    for name, rows in expected.items():
        if name not in exported:
            found.append(f"{name}.csv is missing")
            continue
        columns = list(rows[0]) if rows else []
        want = sorted(map(_line, rows))
        have = sorted(_line({c: row.get(c, "(no such column)") for c in columns}) for row in exported[name])
        found += [f"{name}.csv misses {line}" for line in want if line not in have]
        found += [f"{name}.csv has {line}" for line in have if line not in want]
    return found


def _line(row: dict[str, str]) -> str:
    return ", ".join(f"{k}={_plain(k, v)}" for k, v in sorted(row.items()))


def _plain(column: str, value: str) -> str:
    """Measures may be written with or without closing zeros; scores may not."""
    return str(float(value)) if value and column in ("latitude", "longitude", "floor_area_m2") else value
