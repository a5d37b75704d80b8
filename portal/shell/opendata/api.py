"""The public data set (contract, section 5): the latest public revision of each figure and the facts that entered it.

Facts are read as they were known when their figure was published, so that anyone can recompute the figures from the files
alone: a fact recorded since waits for the revision that uses it.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.importing import Progress, no_progress
from portal.kernel.keys import key_ring
from portal.kernel.points import print_cp
from portal.kernel.sheets.write import write_csv
from portal.operations import api as operations
from portal.registry import api as registry
from scoring.checks import api as checks
from scoring.lists import api as lists
from scoring.ratings import api as ratings
from scoring.rules import rulesets
from scoring.standards import api as standards
from scoring.surveys import api as surveys

Rows = Iterable[Sequence[Any]]


@dataclass(frozen=True)
class Table:
    """One file: its name, its columns, and what each column means (the dictionary of the data page)."""

    name: str
    columns: tuple[str, ...]
    rows: Callable[["Snapshot"], Rows]


def _points(value: Any) -> str:
    return "" if value is None or pd.isna(value) else print_cp(int(value))


def _whole(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(int(value))


def _text(value: Any) -> str:
    return "" if value is None or (not isinstance(value, str) and pd.isna(value)) else str(value)


def _day(value: date | None) -> str:
    return "" if value is None or pd.isna(value) else value.isoformat()


class Snapshot:
    """Everything public on a day as known at an instant (None: now), read once."""

    def __init__(self, db: Session, as_of: date, known_at: datetime | None = None):
        self.db, self.as_of, self.known_at = db, as_of, known_at
        # item results of earlier years are set aside: those figures stand in older releases
        first = operations.first_year(db)
        periods = [view.period for view in ratings.quarters(db, as_of) if int(view.period[:4]) >= first]
        public_years = [view.year for view in ratings.years(db, as_of) if view.year >= first]
        self.quarters = self._joined(ratings.quarter_rows(db, period, as_of, known_at) for period in periods)
        self.months = self._joined(ratings.quarter_months(db, period, as_of, known_at=known_at) for period in periods)
        self.ratings = self._joined(ratings.rating_rows(db, year, as_of, known_at) for year in public_years)
        self.components = self._joined(
            ratings.components_rows(db, year, as_of, known_at=known_at) for year in public_years
        )
        self.limits = self._joined(ratings.limit_facts(db, year, as_of, known_at) for year in public_years)
        self.facts: dict[tuple[int, datetime], Any] = {}

    @staticmethod
    def _joined(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
        found = list(frames)
        return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=["recorded_at", "estate_code"])

    def check_results(self) -> pd.DataFrame:
        """Item results of the checks that entered, as known at the release of the row they entered."""
        found = []
        for known_at, group in self.months.groupby("recorded_at", sort=False) if len(self.months) else ():
            ids = group[["check_id", "estate_code", "month"]]
            results = checks.results_frame(self.db, check_ids=ids["check_id"].tolist(), known_at=known_at)
            results = results[results["result"] != "pass"].astype({"item_code": object, "result": object})
            found.append(ids.merge(results, on="check_id", how="left"))
        if not found:
            return pd.DataFrame(columns=["estate_code", "month", "item_code", "result"])
        joined = pd.concat(found, ignore_index=True)
        clean = joined["item_code"].isna()
        joined.loc[clean, "item_code"], joined.loc[clean, "result"] = "*", "pass"
        return joined.sort_values(["estate_code", "month", "item_code"], kind="stable")

    def year_facts(self, name: str) -> pd.DataFrame:
        """Surveys, indicators, collection rates or vetoes that entered public ratings."""
        found = []
        for (year, known_at), group in self._by_release():
            known = self._facts_known(int(year), known_at)
            frame: pd.DataFrame = getattr(known, name)
            found.append(frame[frame["estate_code"].isin(set(group["estate_code"]))])
        return pd.concat(found, ignore_index=True) if found else pd.DataFrame()

    def vetoes(self) -> pd.DataFrame:
        """Every served veto of a published year: a decision counts at once, so none waits for a revision."""
        years = sorted({int(year) for year in self.ratings["year"]}) if len(self.ratings) else []
        return self._joined(surveys.facts(self.db, year, known_at=self.known_at).vetoes for year in years)

    def _by_release(self) -> Iterable[tuple[Any, pd.DataFrame]]:
        """Ratings by year and by the instant up to which facts entered them."""
        return self.ratings.groupby(["year", "recorded_at"], sort=False) if len(self.ratings) else ()

    def _facts_known(self, year: int, at: datetime) -> Any:
        if (year, at) not in self.facts:
            self.facts[year, at] = surveys.facts(self.db, year, known_at=at)
        return self.facts[year, at]

    def contracts(self) -> pd.DataFrame:
        """Contracts as the ratings knew them: one that touches a rated year counts as known at that rating's release."""
        now = registry.contracts_frame(self.db, known_at=self.known_at)
        key = ["estate_code", "uscc", "starts_on"]
        if not len(self.ratings):
            return now.sort_values(key)
        found, taken = [], set()
        for year in sorted(self.ratings["year"].unique()):
            last = date(int(year), 12, 31)
            for known_at, group in self.ratings[self.ratings["year"] == year].groupby("recorded_at", sort=False):
                known = registry.contracts_frame(self.db, known_at=known_at)
                mine = known[known["estate_code"].isin(set(group["estate_code"])) & (known["starts_on"] <= last)]
                keys = list(zip(mine["estate_code"], mine["starts_on"], strict=True))
                fresh = [key not in taken for key in keys]
                found.append(mine[fresh])
                taken |= set(keys)
            rated = set(self.ratings.loc[self.ratings["year"] == year, "estate_code"])
            now = now[~(now["estate_code"].isin(rated) & (now["starts_on"] <= last))]
        return pd.concat([*found, now], ignore_index=True).sort_values(key)


def _divisions(snapshot: Snapshot) -> Rows:
    found = registry.divisions(snapshot.db)
    return [(d.code, d.name, d.level, d.parent_code) for d in sorted(found.values(), key=lambda d: d.code)]


def _estates(snapshot: Snapshot) -> Rows:
    found, _total = registry.find_estates(snapshot.db, as_of=snapshot.as_of, known_at=snapshot.known_at, limit=None)
    return [
        (
            e.code, e.name, e.kind, e.division_code, _text(e.address), e.households, _text(e.floor_area),
            _day(e.delivered_on), _text(e.latitude), _text(e.longitude),
        )
        for e in sorted(found, key=lambda e: e.code)
    ]  # fmt: skip


def _enterprises(snapshot: Snapshot) -> Rows:
    return registry.enterprises_frame(snapshot.db)[["uscc", "name"]].sort_values("uscc").itertuples(index=False)


def _contracts(snapshot: Snapshot) -> Rows:
    for row in snapshot.contracts().itertuples(index=False):
        yield row.estate_code, row.uscc, row.manager_code, _day(row.starts_on), _day(row.ends_on)


def _standards(snapshot: Snapshot) -> Rows:
    return [[row[name] for name in STANDARD] for row in standards.export_rows(snapshot.db)]


def _check_results(snapshot: Snapshot) -> Rows:
    return snapshot.check_results()[["estate_code", "month", "item_code", "result"]].itertuples(index=False)


def _months(snapshot: Snapshot) -> Rows:
    for row in _sorted(snapshot.months, "estate_code", "month"):
        yield row.estate_code, row.month, print_cp(row.score_cp), row.standard_version


def _quarter_scores(snapshot: Snapshot) -> Rows:
    for r in _sorted(snapshot.quarters, "quarter", "estate_code"):
        yield (
            r.quarter, r.estate_code, _points(r.score_cp), r.status, r.months, _whole(r.rank_district),
            _whole(r.rank_street), r.revision, r.kind, r.division_code, _text(r.uscc), _text(r.manager_code),
        )  # fmt: skip


def _surveys(snapshot: Snapshot) -> Rows:
    for r in _sorted(snapshot.year_facts("surveys"), "year", "estate_code"):
        yield r.year, r.estate_code, r.households, r.valid_responses, print_cp(r.score_cp)


def _indicators(snapshot: Snapshot) -> Rows:
    for r in _sorted(snapshot.year_facts("indicators"), "year", "estate_code", "indicator_code"):
        yield r.year, r.estate_code, r.indicator_code, print_cp(r.score_cp), r.source


def _collection_rates(snapshot: Snapshot) -> Rows:
    for r in _sorted(snapshot.year_facts("collection_rates"), "year", "estate_code"):
        yield r.year, r.estate_code, print_cp(r.rate_cp)


def _vetoes(snapshot: Snapshot) -> Rows:
    for r in _sorted(snapshot.vetoes(), "year", "estate_code", "veto_code", "decision"):
        yield r.year, r.estate_code, r.veto_code, r.decision, _day(r.decided_on)


def _sorted(frame: pd.DataFrame, *keys: str) -> Iterable[Any]:
    return frame.sort_values(list(keys), kind="stable").itertuples(index=False) if len(frame) else ()


def _limiter_facts(snapshot: Snapshot) -> Rows:
    """Points with two digits under the name without ``_cp``; everything else is a whole number."""
    for r in _sorted(snapshot.limits, "year", "estate_code", "fact"):
        value = print_cp(r.value) if r.fact.endswith("_cp") else str(int(r.value))
        yield r.year, r.estate_code, r.fact.removesuffix("_cp"), value


def _components(snapshot: Snapshot) -> Rows:
    for r in _sorted(snapshot.components, "year", "estate_code", "component"):
        yield r.year, r.estate_code, r.component, _points(r.score_cp), r.status


def _ratings(snapshot: Snapshot) -> Rows:
    for r in _sorted(snapshot.ratings, "year", "estate_code"):
        yield (
            r.year, r.estate_code, r.rule_set, _points(r.survey_cp), _points(r.management_cp),
            _points(r.comprehensive_cp), _points(r.collection_cp), _points(r.total_cp), _whole(r.stars), r.status,
            r.revision, r.kind, r.division_code, _text(r.uscc), _text(r.manager_code),
        )  # fmt: skip


def _lists(snapshot: Snapshot) -> Rows:
    found = lists.published(snapshot.db, snapshot.as_of, snapshot.known_at)
    for e in sorted(found, key=lambda e: (e.kind, e.subject_type, e.subject, e.reason, e.effective_from)):
        yield (
            e.kind, e.subject_type, e.subject, _text(e.uscc), e.name, e.reason, _day(e.effective_from),
            _day(e.effective_to), clock.instant_text(e.recorded_at), e.decision,
        )  # fmt: skip


PINS = ("kind", "division_code", "uscc", "manager_code")
STANDARD = ("category_code", "category_zh", "category_en", "item_code", "item_zh", "item_en", "max_points", "deduction",
            "hazard_class", "version", "in_force_from")  # fmt: skip
ESTATE = ("estate_code", "name", "kind", "division_code", "address", "households", "floor_area_m2", "delivered_on",
          "latitude", "longitude")  # fmt: skip
RATING = ("year", "estate_code", "rule_set", "survey", "management", "comprehensive", "collection", "total", "stars",
          "status", "revision", *PINS)  # fmt: skip
QUARTER = ("quarter", "estate_code", "score", "status", "months", "rank_district", "rank_street", "revision", *PINS)
LIST = ("kind", "subject_type", "subject", "uscc", "name", "reason", "effective_from", "effective_to", "recorded_at",
        "decision")  # fmt: skip
TABLES = (
    Table("divisions.csv", ("code", "name", "level", "parent_code"), _divisions),
    Table("standards.csv", STANDARD, _standards),
    Table("estates.csv", ESTATE, _estates),
    Table("enterprises.csv", ("uscc", "name"), _enterprises),
    Table("contracts.csv", ("estate_code", "uscc", "manager_code", "starts_on", "ends_on"), _contracts),
    Table("check_results.csv", ("estate_code", "month", "item_code", "result"), _check_results),
    Table("months.csv", ("estate_code", "month", "score", "standard"), _months),
    Table("quarter_scores.csv", QUARTER, _quarter_scores),
    Table("surveys.csv", ("year", "estate_code", "households", "valid_responses", "score"), _surveys),
    Table("indicators.csv", ("year", "estate_code", "indicator_code", "score", "source"), _indicators),
    Table("collection_rates.csv", ("year", "estate_code", "rate"), _collection_rates),
    Table("vetoes.csv", ("year", "estate_code", "veto_code", "decision", "decided_on"), _vetoes),
    Table("limiter_facts.csv", ("year", "estate_code", "fact", "value"), _limiter_facts),
    Table("components.csv", ("year", "estate_code", "component", "score", "status"), _components),
    Table("ratings.csv", RATING, _ratings),
    Table("lists.csv", LIST, _lists),
)


def _written(folder: Path, name: str, rows: int) -> dict[str, Any]:
    return {"name": name, "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest(), "rows": rows}


def _write_table(folder: Path, table: Table, snapshot: Snapshot) -> dict[str, Any]:
    rows = [tuple(row) for row in table.rows(snapshot)]
    write_csv(folder / table.name, table.columns, rows)
    return _written(folder, table.name, len(rows))


def _write_rule_sets(folder: Path) -> dict[str, Any]:
    found = rulesets.export()
    text = json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "rule_sets.json").write_text(text + "\n", encoding="utf-8")
    return _written(folder, "rule_sets.json", len(found))


def export(
    db: Session,
    folder: Path,
    as_of: date | None = None,
    known_at: datetime | None = None,
    progress: Progress = no_progress,
) -> dict[str, Any]:
    """Write the whole data set as it is public at this moment, or on a day as known at an instant; returns the manifest.

    ``progress`` is told of each file before it is written.
    ``manifest.sig`` is an Ed25519 signature over the bytes of ``manifest.json``; ``public-key.pem`` verifies it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    snapshot = Snapshot(db, as_of or clock.today(), known_at)
    files = []
    for at, table in enumerate(TABLES):
        progress("export", at, len(TABLES))
        files.append(_write_table(folder, table, snapshot))
    files.append(_write_rule_sets(folder))
    manifest = {
        "made_at": clock.instant_text(clock.now()),
        "files": sorted(files, key=lambda file: str(file["name"])),
        "rule_sets": [rules.code for rules in rulesets.all_rule_sets()],
        "standards": standards.published_versions(db),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
    (folder / "manifest.json").write_bytes(text)
    key_id, key = key_ring().signing_key()
    (folder / "manifest.sig").write_bytes(key.sign(text))
    (folder / "public-key.pem").write_bytes(key_ring().public_pem(key_id))
    return manifest
