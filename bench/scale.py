"""``python -m bench.scale 100``: a year of 100 districts (150,000 estates, 122 million item results) prepared from Parquet.

Writes the year as Parquet, a folder for each district (not counted), then scores it from the item results on — months, quarters,
ranks, components, stars, reasons — in processes of their own: here, one district after the other; on a Dask cluster of two workers;
and with DuckDB and Polars over the same files (totals only). Prints seconds, rows and the peak memory of every process. All answers
must be the same: ours by a hash of every row, the peers' by their totals.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from bench import facts
from bench.memory import peak_mb
from scoring.ratings import cluster
from scoring.ratings.figures import parquet
from scoring.rules.parts import RatedPart, YearPart, rated_part, together

YEAR, WORKERS, LIMIT_MB = 2025, 2, 2048
WORDS = {
    "P0.5": ("pass", "1", "2"),
    "P1": ("pass", "1", "2"),
    "T": ("pass", "half", "zero"),
    "BIN": ("pass", "fail", "na"),
}
RESULTS = ("pass", "1", "2", "half", "zero", "fail", "na")


def write(folder: Path, standard: pd.DataFrame, districts: int) -> int:
    """The year as Parquet; how many item results it has."""
    random = np.random.default_rng(7)
    codes = np.array([[RESULTS.index(word) for word in WORDS[rule]] for rule in standard["deduction"]], dtype=np.int8)
    rows = 0
    for number in range(districts):
        part, results = _district(random, standard, codes, number)
        parquet.write(folder, f"{number:04d}", part)
        pyarrow.parquet.write_table(results, folder / f"{number:04d}" / "results.parquet", compression="zstd")
        rows += results.num_rows
    return rows


def _district(
    random: np.random.Generator, standard: pd.DataFrame, codes: np.ndarray, number: int
) -> tuple[YearPart, pa.Table]:
    """One district without its results, and its results as a table: every item of every check a row."""
    estates, first = facts.ESTATES, number * facts.ESTATES
    names = np.array([f"E{first + n:07d}" for n in range(estates)], dtype=object)
    area = f"44{number + 1:04d}"
    kinds = facts.KINDS[np.arange(estates) % 3]
    checks = pd.DataFrame(
        {
            "check": np.arange(first * 12, (first + estates) * 12),
            "estate_code": np.repeat(names, 12),
            "month": np.tile([f"{YEAR}-{m:02d}" for m in range(1, 13)], estates),
            "standard": "2025.1",
        }
    )
    draw = random.choice(3, size=len(checks) * len(standard), p=[0.8, 0.15, 0.05])
    items = np.tile(np.arange(len(standard)), len(checks))
    results = pa.table(
        {
            "check": np.repeat(checks["check"].to_numpy(), len(standard)),
            "item_code": pa.DictionaryArray.from_arrays(
                pa.array(items.astype(np.int16)), pa.array(standard.index.tolist())
            ),
            "result": pa.DictionaryArray.from_arrays(pa.array(codes[items, draw]), pa.array(RESULTS)),
        }
    )
    frame = pd.DataFrame({"estate_code": names, "kind": kinds})
    year = replace(facts._year(random, frame), quarters=pd.DataFrame({"estate_code": pd.Series(dtype="str")}))
    streets = [f"{area}{n % 11 + 1:03d}000" for n in range(estates)]
    places = pd.DataFrame({"estate_code": names, "street_code": streets})
    empty = pd.DataFrame({"check": pd.Series(dtype="int64")})
    return YearPart(checks, empty, {"2025.1": standard}, year, places), results


def rated(folder: str, name: str) -> RatedPart:
    """One district from its files."""
    return rated_part(parquet.read(Path(folder), name), YEAR, score_quarters=True)


def ours(folder: Path, address: str | None = None) -> RatedPart:
    """The whole year, here or on a cluster."""
    return together(cluster.each(partial(rated, str(folder)), parquet.names(folder), address))


def _digest(year: RatedPart) -> str:
    made = hashlib.sha256()
    assert year.quarters is not None
    for frame in (year.year.ratings, year.year.components, year.quarters):
        made.update(pd.util.hash_pandas_object(frame.astype("str"), index=False).to_numpy().tobytes())
    return made.hexdigest()


def _totals_digest(totals: pd.Series) -> str:
    return hashlib.sha256(totals.astype("int64").to_numpy().tobytes()).hexdigest()


class _Clock:
    """Seconds on the wall, and of processors: what other processes take is not in the second."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def told(self) -> dict[str, float]:
        """Since the start."""
        return {"seconds": time.perf_counter() - self.wall, "cpu_seconds": time.process_time() - self.cpu}


def _told(clock: _Clock, year: RatedPart) -> dict[str, Any]:
    took, totals = clock.told(), year.year.ratings.sort_values("estate_code")["total_cp"]
    return {
        **took,
        "peak_mb": peak_mb(),
        "digest": _digest(year),
        "totals": _totals_digest(totals),
    }


def run_local(folder: Path) -> dict[str, Any]:
    """One district after the other in this process."""
    clock = _Clock()
    return _told(clock, ours(folder))


def run_cluster(folder: Path) -> dict[str, Any]:
    """On two worker processes of one thread each; their start is not counted."""
    from distributed import Client, LocalCluster

    with (
        tempfile.TemporaryDirectory() as scratch,
        LocalCluster(
            n_workers=WORKERS, threads_per_worker=1, host="127.0.0.1", dashboard_address=None,
            local_directory=scratch, memory_limit=f"{LIMIT_MB}MiB",
        ) as workers,
        Client(workers, set_as_default=False) as client,
    ):  # fmt: skip
        before, clock = sum(client.run(time.process_time).values()), _Clock()
        told = _told(clock, ours(folder, workers.scheduler_address))
        told["cpu_seconds"] += sum(client.run(time.process_time).values()) - before
        return told | {"workers_mb": sorted(client.run(peak_mb).values())}


def run_duckdb(folder: Path) -> dict[str, Any]:
    """The totals by DuckDB with two threads, over all files at once."""
    import duckdb

    from bench.scoring import MONTHS, QUARTERS
    from bench.scoring import YEAR as SQL

    clock = _Clock()
    with duckdb.connect(config={"threads": 2, "memory_limit": f"{LIMIT_MB}MiB"}) as db:
        for view in ("results", "checks", "surveys", "indicators", "collection_rates"):
            db.execute(f"CREATE VIEW {view} AS SELECT * FROM read_parquet('{folder}/*/{view}.parquet')")
        db.execute("CREATE VIEW collection AS SELECT * FROM collection_rates")
        db.execute(
            f"CREATE VIEW estates AS SELECT e.estate_code, e.kind, p.street_code FROM read_parquet('{folder}/*/estates.parquet') e "
            f"JOIN read_parquet('{folder}/*/places.parquet') p USING (estate_code)"
        )
        standard = parquet.read(folder, parquet.names(folder)[0]).standards["2025.1"]
        db.register("standard", standard.reset_index()[["item_code", "max_cp", "deduction"]])
        db.execute(MONTHS)
        db.execute(QUARTERS)
        totals = db.execute(SQL).df()["total"]
    return {**clock.told(), "peak_mb": peak_mb(), "totals": _totals_digest(totals)}


def run_polars(folder: Path) -> dict[str, Any]:
    """The totals by Polars' streaming engine with two threads, over all files at once."""
    import polars as pl

    from bench.scoring import polars_totals

    clock = _Clock()
    names = ("results", "checks", "estates", "surveys", "indicators", "collection_rates")
    scans = {name: pl.scan_parquet(folder / "*" / f"{name}.parquet") for name in names}
    standard = parquet.read(folder, parquet.names(folder)[0]).standards["2025.1"]
    totals = polars_totals(scans, pl.from_pandas(standard.reset_index()[["item_code", "max_cp", "deduction"]]).lazy())
    return {**clock.told(), "peak_mb": peak_mb(), "totals": _totals_digest(totals)}


RUNS = {"local": run_local, "cluster": run_cluster, "duckdb": run_duckdb, "polars": run_polars}


def measure(districts: int, runs: tuple[str, ...] = tuple(RUNS), folder: Path | None = None) -> dict[str, Any]:
    """Seconds, rows and peak memory of each run, every one in a process of its own. Exits when two answers differ."""
    from bench import portal_year

    with tempfile.TemporaryDirectory() as scratch:
        place = folder or Path(scratch)
        rows = write(place, portal_year.standard(), districts) if not any(place.glob("*/places.parquet")) else 0
        if not rows:
            rows = sum(pyarrow.parquet.read_metadata(path).num_rows for path in place.glob("*/results.parquet"))
        size = sum(path.stat().st_size for path in place.rglob("*.parquet"))
        told: dict[str, Any] = {
            "districts": districts,
            "estates": districts * facts.ESTATES,
            "rows": rows,
            "bytes": size,
        }
        for name in runs:
            told[name] = _in_process(name, place)
    if (
        len({told[name]["totals"] for name in runs}) > 1
        or len({told[n]["digest"] for n in runs if n in ("local", "cluster")}) > 1
    ):
        raise SystemExit(f"the answers differ: {told}")
    return told


def _in_process(name: str, folder: Path) -> dict[str, Any]:
    environment = {**os.environ, "POLARS_MAX_THREADS": "2", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, "-m", "bench.scale", "--run", name, str(folder)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def show(told: dict[str, Any]) -> None:
    """A line for each run."""
    print(
        f"{told['estates']:,} estates, {told['rows']:,} item results, {told['bytes'] / told['rows']:.2f} bytes of Parquet each"
    )
    for name in RUNS:
        if name in told:
            run = told[name]
            workers = "".join(f" + {mb:.0f}" for mb in run.get("workers_mb", ()))
            cpu = run["cpu_seconds"] / told["rows"] * 1e6
            print(
                f"  {name:8}{run['seconds']:9.1f} s{run['cpu_seconds']:9.1f} s of processors ({cpu:.2f} s for 1,000,000 results)"
                f"   peak {run['peak_mb']:.0f}{workers} MB"
            )


def main() -> int:
    """``python -m bench.scale 1 10 100``: each scale in its turn."""
    if "--run" in sys.argv:
        print(json.dumps(RUNS[sys.argv[2]](Path(sys.argv[3]))))
        return 0
    with tempfile.TemporaryDirectory() as instance:
        os.environ.update(PORTAL_INSTANCE=instance, DATABASE_URL="")
        for scale in [int(text) for text in sys.argv[1:]] or [1]:
            told = measure(scale)
            show(told)
            print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
