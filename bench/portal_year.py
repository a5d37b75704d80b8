"""The portal itself at a district's size: a year of 1,500 estates in its database, prepared, published and read."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pandas as pd
from flask import Flask
from sqlalchemy import insert, select

from bench.facts import District
from bench.memory import peak_mb
from portal.kernel import clock, ids, schema
from portal.kernel.access import system_actor
from portal.kernel.db import reading, transaction
from portal.kernel.periods import Quarter, Year
from portal.registry.models import Contract, Division, Enterprise, Estate, EstateFacts, Manager
from portal.registry.search.key import search_key
from portal.shell import wiring
from portal.shell.app import create_app
from scoring.checks.models import CheckStep, ItemResult, MonthlyCheck
from scoring.ratings import api as ratings
from scoring.standards import api as standards
from scoring.surveys.models import CollectionRate, IndicatorScore, SurveyResult

ACTOR = system_actor("bench")
STREETS = [f"4403060{17 + n:02d}000" for n in range(11)]
USCC = "91350100M000100Y43"


@contextmanager
def timed(into: dict[str, float], name: str) -> Iterator[None]:
    """Note how many seconds something takes."""
    began = time.perf_counter()
    yield
    into[name] = time.perf_counter() - began


def standard() -> pd.DataFrame:
    """Checklist 2025.1 as the rules take it, from a fresh database."""
    schema.upgrade()
    wiring.wire()
    with transaction() as db:
        standards.seed(db, ACTOR)
    with reading() as db:
        return standards.frame(db, "2025.1")


def load(district: District) -> None:
    """Put the district into the database, every item result a row."""
    at = clock.now()
    with transaction() as db:
        _register(db, district, at)
        keys = {int(check): ids.new_id() for check in district.checks["check"]}
        _checks(db, district, keys, at)
        _facts(db, district, at)


def _register(db: Any, district: District, at: Any) -> None:
    divisions = [("440306000000", "district", ""), *((code, "street", "440306000000") for code in STREETS)]
    divisions += [(code[:9] + "001", "community", code) for code in STREETS]
    db.execute(
        insert(Division), [{"code": c, "name": c, "level": level, "parent_code": p} for c, level, p in divisions]
    )
    db.execute(insert(Enterprise), [{"uscc": USCC, "name": "示例物业有限公司", "search_key": "", "recorded_at": at}])
    manager = {
        "code": "PM1",
        "name_sealed": "",
        "id_hash": "x",
        "id_hash_key": "x",
        "id_last4": "0000",
        "search_key": "",
    }
    db.execute(insert(Manager), [{**manager, "recorded_at": at}])
    codes = district.estates["estate_code"].tolist()
    db.execute(insert(Estate), [{"code": code, "recorded_at": at} for code in codes])
    rows = district.estates.itertuples(index=False)
    base = {"valid_from": date(1900, 1, 1), "valid_to": None, "recorded_at": at, "superseded_at": None}
    facts = [
        {"id": ids.new_id(), "estate_code": r.estate_code, "name": f"示例小区{r.estate_code}", "kind": r.kind,
         "division_code": r.street_code[:9] + "001", "address": "", "households": 800,
         "search_key": search_key(f"示例小区{r.estate_code}", r.estate_code), **base}
        for r in rows
    ]  # fmt: skip
    db.execute(insert(EstateFacts), facts)
    served = {**base, "valid_from": date(2020, 1, 1)}
    contracts = [
        {"id": ids.new_id(), "estate_code": code, "uscc": USCC, "manager_code": "PM1", **served} for code in codes
    ]
    db.execute(insert(Contract), contracts)


def _checks(db: Any, district: District, keys: dict[int, str], at: Any) -> None:
    checks, steps = [], []
    for row in district.checks.itertuples(index=False):
        key, day = keys[row.check], date.fromisoformat(f"{row.month}-15")
        checks.append(
            {"id": key, "estate_code": row.estate_code, "month": row.month, "kind": "routine",
             "standard_version": "2025.1", "inspector": "bench", "inspected_on": day, "origin": "sheet", "recorded_at": at}
        )  # fmt: skip
        for seq, step in ((1, "submitted"), (2, "confirmed")):
            steps.append(
                {"check_id": key, "seq": seq, "step": step, "actor": "bench", "on": day, "at": at, "reason": ""}
            )
    db.execute(insert(MonthlyCheck), checks)
    db.execute(insert(CheckStep), steps)
    values = district.results
    for start in range(0, len(values), 200_000):
        part = values.iloc[start : start + 200_000]
        db.execute(
            insert(ItemResult),
            [
                {"year": 2025, "id": start + n, "check_id": keys[check], "item_code": item, "result": result, "place": "",
                 "note": "", "origin": "inspection", "reason": "", "actor": "bench", "valid_from": date(2025, 1, 1),
                 "valid_to": date(2025, 12, 31), "recorded_at": at, "superseded_at": None}
                for n, (check, item, result) in enumerate(zip(part["check"], part["item_code"], part["result"], strict=True))
            ],
        )  # fmt: skip


def _facts(db: Any, district: District, at: Any) -> None:
    base = {"valid_from": date(2025, 1, 1), "valid_to": date(2025, 12, 31), "recorded_at": at, "superseded_at": None}
    year = district.year
    for model, frame, more in (
        (SurveyResult, year.surveys, {}),
        (IndicatorScore, year.indicators, {"evidence": "", "source": "sheet"}),
        (CollectionRate, year.collection_rates, {}),
    ):
        rows = [{"id": ids.new_id(), "year": 2025, **record, **more, **base} for record in frame.to_dict("records")]
        db.execute(insert(model), rows)


def run() -> dict[str, float]:
    """Seconds of each step and the most memory used, in megabytes."""
    took: dict[str, float] = {}
    day = date(2026, 1, 25)
    with timed(took, "prepare_quarters"):
        for quarter in Year(2025).quarters:
            with transaction() as db:
                ratings.prepare_quarter(db, ACTOR, quarter, on=day)
    with timed(took, "publish_quarters"):
        for quarter in Year(2025).quarters:
            with transaction() as db:
                ratings.publish_quarter(db, ACTOR, quarter, on=day)
    with timed(took, "prepare_year"), transaction() as db:
        ratings.prepare_year(db, ACTOR, Year(2025), on=day)
    with timed(took, "publish_year"), transaction() as db:
        ratings.publish_year(db, ACTOR, Year(2025), on=day)
    took["peak_mb"] = peak_mb()
    return took


def run_alone() -> dict[str, float]:
    """``run`` in a process of its own: the memory is the portal's, not that of the peers beside it."""
    command = [sys.executable, "-m", "bench.portal_year"]
    told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(told.stdout.splitlines()[-1])
    return found


def page(path: str, rounds: int = 15) -> tuple[float, float]:
    """(median seconds of a page of the portal, median seconds of a bare Flask page of the same bytes)."""
    client = create_app().test_client()
    body = client.get(path)
    if body.status_code != 200:
        raise SystemExit(f"{path} answers {body.status_code}")
    bare = Flask("bare")
    bare.add_url_rule("/", "page", lambda: body.data.decode())
    return _median(lambda: client.get(path), rounds), _median(lambda: bare.test_client().get("/"), rounds)


def _median(deed: Any, rounds: int) -> float:
    times = []
    for _round in range(rounds):
        began = time.perf_counter()
        deed()
        times.append(time.perf_counter() - began)
    return sorted(times)[len(times) // 2]


def rows_held() -> int:
    """How many item results the database holds."""
    with reading() as db:
        frame = pd.DataFrame(db.execute(select(ItemResult.year)).all())
    return len(frame)


QUARTER = str(Quarter(2025, 4))


if __name__ == "__main__":
    wiring.wire()
    print(json.dumps(run()))
