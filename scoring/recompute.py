"""Recomputes every published figure from a folder of open data alone: ``python -m scoring.recompute DIR``.

Month scores come from the check results, quarter scores and ranks from those, ratings from those and the other facts:
the chain starts at the raw facts, so that one changed cell shows at every level that it moves. Only the files of the
folder are read, rule sets and checklists included. A figure's pins (kind, division, enterprise) are taken as published:
a contract that was recorded later may differ from a pin until its revision is public. Eligibility is recomputed from
``contracts.csv`` for the pinned enterprise.

Exits 0 with ``N values recomputed, 0 differ``, 1 after naming each difference or what cannot be read, 2 on wrong usage.
"""

import csv
import hashlib
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from scoring.rules.errors import RuleError
from scoring.rules.limiters import FACTS, facts_needed, needs_categories
from scoring.rules.months import category_totals, month_scores
from scoring.rules.quarters import PUBLISHED, quarter_scores
from scoring.rules.rulesets import COMPONENTS, RuleSet, load, rule_set_for
from scoring.rules.service import service_on
from scoring.rules.standard import ChecklistItem, standard_frame
from scoring.rules.years import YearFacts, YearResult, ratings

PINS = ["kind", "division_code", "uscc", "manager_code"]
FILES: dict[str, list[str]] = {
    "standards.csv": [
        "item_code",
        "max_points",
        "deduction",
        "category_code",
        "hazard_class",
        "version",
        "in_force_from",
    ],
    "contracts.csv": ["estate_code", "uscc", "manager_code", "starts_on", "ends_on"],
    "check_results.csv": ["estate_code", "month", "item_code", "result"],
    "months.csv": ["estate_code", "month", "score"],
    "quarter_scores.csv": [
        *["quarter", "estate_code", "score", "status", "months", "rank_district", "rank_street", "revision"],
        *PINS,
    ],
    "surveys.csv": ["year", "estate_code", "households", "valid_responses", "score"],
    "indicators.csv": ["year", "estate_code", "indicator_code", "score", "source"],
    "collection_rates.csv": ["year", "estate_code", "rate"],
    "vetoes.csv": ["year", "estate_code", "veto_code", "decision", "decided_on"],
    "components.csv": ["year", "estate_code", "component", "score", "status"],
    "ratings.csv": ["year", "estate_code", "rule_set", *COMPONENTS, "total", "stars", "status", "revision", *PINS],
}
LIMITS = "limiter_facts.csv"  # may be missing: no rule set asked for any
OPTIONAL: dict[str, list[str]] = {LIMITS: ["year", "estate_code", "fact", "value"]}
KEYS: dict[str, list[str]] = {
    "check_results.csv": ["estate_code", "month", "item_code"],
    "months.csv": ["estate_code", "month"],
    "quarter_scores.csv": ["quarter", "estate_code"],
    "surveys.csv": ["year", "estate_code"],
    "indicators.csv": ["year", "estate_code", "indicator_code"],
    "collection_rates.csv": ["year", "estate_code"],
    LIMITS: ["year", "estate_code", "fact"],
    "components.csv": ["year", "estate_code", "component"],
    "ratings.csv": ["year", "estate_code"],
}
POINTS = r"(?:100\.00|[0-9]{1,2}\.[0-9]{2})"
LIMIT_POINTS = r"[0-9]{1,7}\.[0-9]{2}"
WHOLE = r"[0-9]{1,9}"
QUARTER_OF = {f"{month:02d}": f"Q{(month + 2) // 3}" for month in range(1, 13)}


class Unreadable(Exception):
    """The folder cannot be recomputed at all; the message says why."""


@dataclass
class Report:
    """What was compared and what differs."""

    compared: int = 0
    differences: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def compare(self, file: str, published: pd.DataFrame, recomputed: pd.DataFrame, columns: list[str]) -> None:
        """Compare text cells row by row of the file's key; a row on one side only differs in every column."""
        key = KEYS[file]
        both = published[[*key, *columns]].merge(
            recomputed[[*key, *columns]], on=key, how="outer", suffixes=("", "!"), indicator=True
        )
        missing = {"left_only": "recomputed", "right_only": "published"}
        for column in columns:
            old, new = both[column].fillna(""), both[f"{column}!"].fillna("")
            self.compared += len(both)
            for row in both.index[(old != new) | (both["_merge"] != "both")]:
                absent = missing.get(str(both.at[row, "_merge"]), "")
                was = "no row" if absent == "published" else old[row] or "(empty)"
                now = "no row" if absent == "recomputed" else new[row] or "(empty)"
                name = " ".join(str(both.at[row, part]) for part in key)
                self.differences.append(f"{file} {name} {column}: published {was}, recomputed {now}")


@dataclass(frozen=True)
class Export:
    """The files of the folder as text frames, with what the rules need beside them."""

    tables: dict[str, pd.DataFrame]
    rule_sets: tuple[RuleSet, ...]
    standards: dict[str, pd.DataFrame]

    def __getitem__(self, file: str) -> pd.DataFrame:
        return self.tables[file]


def main(arguments: list[str]) -> int:
    """Run the command; returns the exit code."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("usage: python -m scoring.recompute DIR", file=sys.stderr)
        return 2
    try:
        report = recompute(Path(arguments[0]))
    except Unreadable as error:
        print(error, file=sys.stderr)
        return 1
    for line in [*report.faults, *report.differences]:
        print(line)
    faults = f", {len(report.faults)} faults in the files" if report.faults else ""
    print(f"{report.compared} values recomputed, {len(report.differences)} differ{faults}")
    return 1 if report.faults or report.differences else 0


def recompute(folder: Path) -> Report:
    """Recompute everything in ``folder``. Raises ``Unreadable``."""
    report = Report()
    export = read_export(folder, report)
    months = recompute_months(export, report)
    quarters = recompute_quarters(export, months, report)
    recompute_years(export, quarters, report)
    return report


def read_export(folder: Path, report: Report) -> Export:
    """Read the files, check them against the manifest, and take out repeated rows, naming them."""
    if not folder.is_dir():
        raise Unreadable(f"{folder}: no such folder")
    manifest = _json(folder / "manifest.json")
    tables = {name: _table(folder / name, columns) for name, columns in FILES.items()}
    tables |= {
        name: _table(folder / name, columns) if (folder / name).exists() else pd.DataFrame(columns=columns, dtype="str")
        for name, columns in OPTIONAL.items()
    }
    _verify_manifest(folder, manifest, report)
    for name, key in KEYS.items():
        twice = tables[name].duplicated(key, keep="last")
        for row in tables[name][twice].itertuples(index=False):
            report.faults.append(f"{name}: more than one row of {' '.join(str(getattr(row, part)) for part in key)}")
        tables[name] = tables[name][~twice].reset_index(drop=True)
    try:
        return Export(tables, load(_json(folder / "rule_sets.json")), _standards(tables["standards.csv"]))
    except (RuleError, ValueError, TypeError) as error:
        raise Unreadable(f"{folder}: {error}") from error


def recompute_months(export: Export, report: Report) -> pd.DataFrame:
    """Month scores from the check results: ``estate_code, month, score_cp``, compared with ``months.csv``."""
    checks, rows = _checks(export, report)

    def run(part: pd.DataFrame) -> pd.DataFrame:
        return month_scores(part, rows[rows["check"].isin(part["check"])], export.standards)

    done = _all_but_refused(checks, run, "check_results.csv", ["estate_code", "month"], report)
    out = pd.concat(done) if done else checks.assign(score_cp=0).iloc[:0]
    report.compare("months.csv", export["months.csv"], out.assign(score=_points_text(out["score_cp"])), ["score"])
    return out[["estate_code", "month", "score_cp"]]


def _checks(export: Export, report: Report) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The checks of ``check_results.csv``, each with its checklist, and their rows by check."""
    results = export["check_results.csv"]
    checks = results[["estate_code", "month"]].drop_duplicates().reset_index(drop=True)
    checks["check"] = checks.index
    checks["standard"] = _standard_of(export, checks)
    known = checks["standard"].isin(list(export.standards))
    report.faults += [_unknown_standard(export, e, m) for e, m in checks[~known][["estate_code", "month"]].values]
    checks = checks[known].reset_index(drop=True)
    rows = results.merge(checks[["estate_code", "month", "check"]], on=["estate_code", "month"])
    return checks, rows


def category_points(export: Export, quarters: pd.DataFrame) -> pd.DataFrame | None:
    """Points by category of the checks that entered a quarter with a score: ``year, estate_code, category_code, earned_cp,
    applicable_cp``; None where no rule set has a limiter that looks at categories."""
    if not any(needs_categories(rules.limiters) for rules in export.rule_sets):
        return None
    quiet = Report()  # what is wrong with a check stands under its month already
    checks, rows = _checks(export, quiet)
    numbers = checks["month"].str.slice(5, 7).map(QUARTER_OF)
    checks = checks.assign(quarter=checks["month"].str.slice(0, 4) + numbers)
    scored = quarters.loc[quarters["status"] == PUBLISHED, ["quarter", "estate_code"]]
    checks = checks.merge(scored, on=["quarter", "estate_code"]).reset_index(drop=True)

    def run(part: pd.DataFrame) -> pd.DataFrame:
        return category_totals(part, rows[rows["check"].isin(part["check"])], export.standards)

    done = _all_but_refused(checks, run, "check_results.csv", ["estate_code", "month"], quiet)
    made = pd.concat(done) if done else pd.DataFrame(columns=["check", "category_code", "earned_cp", "applicable_cp"])
    made = made.merge(checks[["check", "estate_code", "month"]], on="check")
    return made.assign(year=made["month"].str.slice(0, 4))


def recompute_quarters(export: Export, months: pd.DataFrame, report: Report) -> pd.DataFrame:
    """Quarter scores and ranks from recomputed months: ``quarter, estate_code, score_cp, status``."""
    published = export["quarter_scores.csv"]
    numbers = months["month"].str.slice(5, 7).map(QUARTER_OF)
    months = months.assign(quarter=months["month"].str.slice(0, 4) + numbers)
    placed = months.merge(
        published[["quarter", "estate_code"]], on=["quarter", "estate_code"], how="left", indicator=True
    )
    for row in placed[placed["_merge"] == "left_only"].itertuples(index=False):
        report.faults.append(
            f"quarter_scores.csv: no row of {row.quarter} {row.estate_code}, which has the month {row.month}"
        )
    parts = []
    for quarter, rows in published.groupby("quarter"):
        own = placed[(placed["quarter"] == quarter) & (placed["_merge"] == "both")]
        estates = rows.rename(columns={"division_code": "street_code"})[["estate_code", "kind", "street_code"]]
        parts.append(quarter_scores(own, estates.reset_index(drop=True)).assign(quarter=quarter))
    empty = pd.DataFrame(
        columns=["quarter", "estate_code", "months", "score_cp", "status", "rank_district", "rank_street"]
    )
    out = pd.concat(parts, ignore_index=True) if parts else empty
    ranks = {name: _whole_text(out[name]) for name in ("months", "rank_district", "rank_street")}
    texts = out.assign(score=_points_text(out["score_cp"]), **ranks)
    report.compare(
        "quarter_scores.csv", published, texts, ["score", "status", "months", "rank_district", "rank_street"]
    )
    return out[["quarter", "estate_code", "score_cp", "status"]]


def recompute_years(export: Export, quarters: pd.DataFrame, report: Report) -> None:
    """Ratings and components of every published year from recomputed quarters and the year's facts."""
    facts = _year_facts(export, report)
    if (points := category_points(export, quarters)) is not None:
        facts["categories"] = points
    found: list[YearResult] = []
    years = sorted(export["ratings.csv"]["year"].unique())
    for year in _real_years(years, export, report):
        own = export["ratings.csv"][export["ratings.csv"]["year"] == year].reset_index(drop=True)
        scores = quarters[quarters["quarter"].str.startswith(str(year)) & (quarters["status"] == PUBLISHED)]
        frames = {name: frame[frame["year"] == year] for name, frame in facts.items()}
        estates = own.assign(service_start=_service_start(export["contracts.csv"], own, year, report))

        def run(
            part: pd.DataFrame, year: str = year, scores: pd.DataFrame = scores, frames: dict = frames
        ) -> YearResult:
            known = {name: frame[frame["estate_code"].isin(part["estate_code"])] for name, frame in frames.items()}
            known["indicators"] = _asked(known["indicators"], part, int(year), export.rule_sets)
            mine = scores[scores["estate_code"].isin(part["estate_code"])]
            return ratings(YearFacts(part, mine, **known), int(year), export.rule_sets)

        for result in _all_but_refused(estates, run, "ratings.csv", ["year", "estate_code"], report):
            found.append(YearResult(result.ratings.assign(year=year), result.components.assign(year=year)))
    _compare_years(export, found, report)


def _asked(indicators: pd.DataFrame, estates: pd.DataFrame, year: int, rule_sets: tuple[RuleSet, ...]) -> pd.DataFrame:
    """Without the indicators that only another kind's rule set asks for; one that no set knows stays, to be refused."""
    ever = {code for rules in rule_sets for code in rules.indicators}
    kinds = dict(zip(estates["estate_code"], estates["kind"], strict=True))
    own = {kind: rule_set_for(kind, year, rule_sets).indicators for kind in set(kinds.values())}
    pairs = zip(indicators["estate_code"], indicators["indicator_code"], strict=True)
    kept = [code in own[kinds[estate]] or code not in ever for estate, code in pairs]
    return indicators[pd.Series(kept, index=indicators.index, dtype=bool)]


def _real_years(years: list[str], export: Export, report: Report) -> list[str]:
    """The years that are years; rows of the others are named and stay without a recomputed figure."""
    real = [year for year in years if re.fullmatch(r"[1-9][0-9]{3}", year)]
    wrong = export["ratings.csv"][~export["ratings.csv"]["year"].isin(real)]
    report.faults += [f"ratings.csv {r.year} {r.estate_code}: not a year" for r in wrong.itertuples(index=False)]
    return real


def _compare_years(export: Export, found: list[YearResult], report: Report) -> None:
    columns = ["rule_set", *COMPONENTS, "total", "stars", "status"]
    rated = [result.ratings for result in found]
    table = pd.concat(rated) if rated else pd.DataFrame(columns=["year", "estate_code", *columns])
    if rated:
        points = {name: _points_text(table[f"{name}_cp"]) for name in (*COMPONENTS, "total")}
        table = table.assign(stars=_whole_text(table["stars"]), **points)
    report.compare("ratings.csv", export["ratings.csv"], table, columns)
    parts = [result.components for result in found]
    lines = pd.concat(parts) if parts else pd.DataFrame(columns=["year", "estate_code", "component", "status", "score"])
    if parts:
        lines = lines.assign(score=_points_text(lines["score_cp"]))
    report.compare("components.csv", export["components.csv"], lines, ["score", "status"])


def _year_facts(export: Export, report: Report) -> dict[str, pd.DataFrame]:
    """The year frames with numbers; a cell that is no number is named and its fact left out, as if it were missing."""

    def read(file: str, **shapes: str) -> pd.DataFrame:
        frame = export[file]
        good = pd.Series(True, index=frame.index)
        for column, shape in shapes.items():
            wrong = ~frame[column].str.fullmatch(shape)
            for row in frame[wrong].itertuples(index=False):
                name = " ".join(str(getattr(row, part)) for part in KEYS[file])
                report.faults.append(f"{file} {name} {column}: {getattr(row, column) or '(empty)'} is not a number")
            good &= ~wrong
        return frame[good].reset_index(drop=True)

    surveys = read("surveys.csv", households=WHOLE, valid_responses=WHOLE, score=POINTS)
    indicators = read("indicators.csv", score=POINTS)
    rates = read("collection_rates.csv", rate=POINTS)
    counts = {name: surveys[name].astype("int64") for name in ("households", "valid_responses")}
    return {
        "surveys": surveys.assign(score_cp=_points(surveys["score"]), **counts),
        "indicators": indicators.assign(score_cp=_points(indicators["score"])),
        "collection_rates": rates.assign(rate_cp=_points(rates["rate"])),
        "vetoes": export["vetoes.csv"],
        "limits": _limits(export, report),
    }


def _limits(export: Export, report: Report) -> pd.DataFrame:
    """What limiters looked at: ``year, estate_code, fact, value`` as the rules take them; only facts that a rule set asks for."""
    frame = export[LIMITS]
    wanted = set().union(*(facts_needed(rules.limiters) for rules in export.rule_sets))
    pointed = {name.removesuffix("_cp") for name in FACTS.values() if name.endswith("_cp")}
    shapes = [LIMIT_POINTS if fact in pointed else WHOLE for fact in frame["fact"]]
    fits = [bool(re.fullmatch(shape, value)) for shape, value in zip(shapes, frame["value"], strict=True)]
    good = pd.Series(fits, index=frame.index, dtype=bool)
    for row in frame[~good].itertuples(index=False):
        name = " ".join(str(getattr(row, part)) for part in KEYS[LIMITS])
        report.faults.append(f"{LIMITS} {name} value: {row.value or '(empty)'} is not a number")
    frame = frame[good].reset_index(drop=True)
    names = [f"{fact}_cp" if fact in pointed else fact for fact in frame["fact"]]
    frame = frame.assign(fact=names, value=_points(frame["value"]))
    unknown = frame[~frame["fact"].isin(list(FACTS.values()))]
    report.faults += [f"{LIMITS} {r.year} {r.estate_code} {r.fact}: unknown fact" for r in unknown.itertuples()]
    return frame[frame["fact"].isin(wanted)].reset_index(drop=True)


def _service_start(contracts: pd.DataFrame, own: pd.DataFrame, year: str, report: Report) -> pd.Series:
    """First day of the pinned enterprise's unbroken service on 31 December; empty when it does not serve."""
    pinned = contracts.merge(own[["estate_code", "uscc"]], on=["estate_code", "uscc"])
    estates = pinned[["estate_code"]].drop_duplicates()

    def run(part: pd.DataFrame) -> pd.DataFrame:
        return service_on(pinned[pinned["estate_code"].isin(part["estate_code"])], f"{year}-12-31")

    done = _all_but_refused(estates, run, "contracts.csv", ["estate_code"], report)
    starts = {row.estate_code: row.service_start for part in done for row in part.itertuples(index=False)}
    return own["estate_code"].map(starts)


def _all_but_refused(
    scope: pd.DataFrame, run: Callable[[pd.DataFrame], Any], file: str, key: list[str], report: Report
) -> list[Any]:
    """``run`` on the whole scope, or, where the rules refuse it, on ever smaller parts: the refused rows are named and
    left out, so that what follows from them shows too.
    """
    if scope.empty:
        return []
    try:
        return [run(scope.reset_index(drop=True))]
    except RuleError as error:
        if len(scope) == 1:
            report.faults.append(f"{file} {' '.join(str(scope[part].iloc[0]) for part in key)}: {error}")
            return []
    half = len(scope) // 2
    parts = (scope.iloc[:half], scope.iloc[half:])
    return [done for part in parts for done in _all_but_refused(part, run, file, key, report)]


def _standard_of(export: Export, checks: pd.DataFrame) -> pd.Series:
    """The checklist of each check: the column ``standard`` of its row in ``months.csv`` where the export names it, else the
    version in force on the first day of the month. Empty where there is none.
    """
    begun = export["standards.csv"][["in_force_from", "version"]].drop_duplicates().sort_values("in_force_from")
    dated = list(begun.itertuples(index=False, name=None))
    chosen = {
        month: next((version for start, version in reversed(dated) if start <= f"{month}-01"), "")
        for month in checks["month"].unique()
    }
    in_force = checks["month"].map(chosen)
    months = export["months.csv"]
    if "standard" not in months.columns:
        return in_force
    named = months.set_index(["estate_code", "month"])["standard"].fillna("")
    own = named.reindex(pd.MultiIndex.from_frame(checks[["estate_code", "month"]])).set_axis(checks.index)
    return own.where(own.notna(), in_force)


def _unknown_standard(export: Export, estate: str, month: str) -> str:
    """Where the checklist of a check is to be looked for, and is not."""
    months = export["months.csv"]
    rows = months[(months["estate_code"] == estate) & (months["month"] == month)]
    if "standard" in months.columns and len(rows):
        named = rows["standard"].iloc[-1] or "(empty)"
        return f"months.csv: {estate} {month} names the checklist {named}, which is not in standards.csv"
    return f"standards.csv: no checklist in force for {estate} {month}"


def _standards(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The checklists by version, points in centipoints."""
    return {
        str(version): standard_frame(
            ChecklistItem(row.item_code, _item_cp(row.max_points), row.deduction, row.category_code, row.hazard_class)
            for row in own.itertuples(index=False)
        )
        for version, own in rows.groupby("version")
    }


def _item_cp(text: str) -> int:
    """Centipoints of an item's ``max_points``: whole points, or decimals of at most two digits."""
    whole, _, decimals = text.partition(".")
    if not (whole.isdigit() and len(decimals) <= 2 and (decimals or "0").isdigit()):
        raise ValueError(f"standards.csv: {text or '(empty)'} is not a number of points")
    return int(whole) * 100 + int(decimals.ljust(2, "0"))


def _points(text: pd.Series) -> pd.Series:
    return text.str.replace(".", "", regex=False).astype("int64")


def _points_text(score_cp: pd.Series) -> pd.Series:
    """``87.40`` for 8740, empty for a figure that there is not."""
    return score_cp.map(lambda cp: "" if pd.isna(cp) else f"{int(cp) // 100}.{int(cp) % 100:02d}").astype("object")


def _whole_text(numbers: pd.Series) -> pd.Series:
    return numbers.map(lambda number: "" if pd.isna(number) else str(int(number))).astype("object")


def _table(path: Path, columns: list[str]) -> pd.DataFrame:
    """One csv file as text cells; unknown columns are kept, missing ones refused."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *rows = csv.reader(file, strict=True)
    except FileNotFoundError:
        raise Unreadable(f"{path}: missing") from None
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
        raise Unreadable(f"{path}: cannot be read: {error}") from error
    absent = [name for name in columns if name not in header]
    if absent:
        raise Unreadable(f"{path}: column {', '.join(absent)} missing")
    short = [number for number, row in enumerate(rows, start=2) if len(row) != len(header)]
    if short:
        raise Unreadable(f"{path}: row {short[0]} has not {len(header)} cells")
    return pd.DataFrame(rows, columns=header, dtype="str")


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise Unreadable(f"{path}: missing") from None
    except (OSError, ValueError) as error:
        raise Unreadable(f"{path}: cannot be read: {error}") from error


def _verify_manifest(folder: Path, manifest: Any, report: Report) -> None:
    """Checksum and number of rows of every file that the manifest lists, and that it lists every file read here."""
    try:
        listed = {str(entry["name"]): entry for entry in manifest["files"]}
    except (KeyError, TypeError) as error:
        raise Unreadable(f"{folder / 'manifest.json'}: no list of files") from error
    report.faults += [
        f"manifest.json: {name} is not listed" for name in (*FILES, "rule_sets.json") if name not in listed
    ]
    for name, entry in listed.items():
        path = folder / name
        if Path(name).name != name or not path.is_file():
            report.faults.append(f"manifest.json: {name} is listed but missing")
            continue
        if hashlib.sha256(path.read_bytes()).hexdigest() != entry.get("sha256"):
            report.faults.append(f"manifest.json: {name} has another sha256")
        if name.endswith(".csv"):
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = sum(1 for _ in csv.reader(file)) - 1
            if rows != entry.get("rows"):
                report.faults.append(f"manifest.json: {name} has {rows} rows, not {entry.get('rows')}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
