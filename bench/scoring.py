"""``score_year_vs_duckdb``, ``score_year_vs_polars``: the scoring rules against DuckDB and Polars computing the same totals from the
same rows in process. The rules also give reasons, ranks and components; the peers are asked for totals (DuckDB for ranks too)."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import duckdb
import pandas as pd
import polars as pl

from bench.facts import District
from scoring.rules.months import month_scores
from scoring.rules.quarters import quarter_scores
from scoring.rules.years import ratings

MONTHS = """
CREATE OR REPLACE TEMP TABLE m AS
WITH lost AS (
  SELECT r."check",
    SUM(CASE WHEN r.result = 'na' THEN 0
             WHEN r.result = 'pass' THEN 0
             WHEN r.result IN ('fail', 'zero') THEN s.max_cp
             WHEN r.result = 'half' THEN s.max_cp // 2
             ELSE LEAST(s.max_cp, CAST(r.result AS BIGINT) * CASE s.deduction WHEN 'P0.5' THEN 50 ELSE 100 END) END) AS lost,
    SUM(CASE WHEN r.result = 'na' THEN s.max_cp ELSE 0 END) AS out_cp
  FROM results r JOIN standard s USING (item_code) GROUP BY 1)
SELECT c."check", c.estate_code, c.month, (CAST(substr(c.month, 6, 2) AS INT) + 2) // 3 AS q,
  (2 * 10000 * (f.full_cp - l.out_cp - l.lost) + (f.full_cp - l.out_cp)) // (2 * (f.full_cp - l.out_cp)) AS score_cp
FROM checks c JOIN lost l USING ("check"), (SELECT CAST(SUM(max_cp) AS BIGINT) AS full_cp FROM standard) f
"""
QUARTERS = """
CREATE OR REPLACE TEMP TABLE qs AS
WITH s AS (SELECT estate_code, q, (2 * SUM(score_cp) + COUNT(*)) // (2 * COUNT(*)) AS score_cp FROM m GROUP BY 1, 2)
SELECT s.*, RANK() OVER (PARTITION BY q, kind ORDER BY score_cp DESC) AS rank_district,
  RANK() OVER (PARTITION BY q, kind, street_code ORDER BY score_cp DESC) AS rank_street
FROM s JOIN estates USING (estate_code)
"""
YEAR = """
WITH g AS (SELECT estate_code, (2 * SUM(score_cp) + COUNT(*)) // (2 * COUNT(*)) AS management FROM qs GROUP BY 1),
i AS (SELECT estate_code, (2 * SUM(score_cp) + COUNT(*)) // (2 * COUNT(*)) AS comprehensive FROM indicators GROUP BY 1)
SELECT e.estate_code, CASE e.kind WHEN 'village'
  THEN (2 * (10 * v.score_cp + 40 * g.management + 30 * i.comprehensive + 20 * c.rate_cp) + 100) // 200
  ELSE (2 * (30 * v.score_cp + 40 * g.management + 30 * i.comprehensive) + 100) // 200 END AS total
FROM estates e JOIN g USING (estate_code) JOIN i USING (estate_code) JOIN surveys v USING (estate_code)
LEFT JOIN collection c USING (estate_code) ORDER BY 1
"""


def ours(district: District) -> pd.Series:
    """Every month, quarter and year figure by the rules; the totals, by estate."""
    months = month_scores(district.checks, district.results, {"2025.1": district.standard})
    quarter = (months["month"].str[5:7].astype("int64") + 2) // 3
    scored = [
        quarter_scores(months.loc[quarter == number, ["estate_code", "score_cp"]], district.estates)
        for number in (1, 2, 3, 4)
    ]
    quarters = pd.concat(scored, ignore_index=True)[["estate_code", "score_cp"]].dropna()
    result = ratings(replace(district.year, quarters=quarters), 2025)
    return result.ratings.set_index("estate_code")["total_cp"].sort_index()


def theirs(district: District, threads: int) -> pd.Series:
    """The same figures by DuckDB."""
    with duckdb.connect(config={"threads": threads}) as db:
        db.register("results", district.results)
        db.register("checks", district.checks)
        db.register("estates", district.estates)
        db.register("standard", district.standard.reset_index()[["item_code", "max_cp", "deduction"]])
        db.register("surveys", district.year.surveys)
        db.register("indicators", district.year.indicators)
        db.register("collection", district.year.collection_rates)
        db.execute(MONTHS)
        db.execute(QUARTERS)
        return db.execute(YEAR).df().set_index("estate_code")["total"]


def polars_totals(scans: dict[str, Any], standard: Any) -> pd.Series:
    """Totals by estate from lazy frames ``results, checks, estates, surveys, indicators, collection_rates``."""
    whole = pl.Int64
    count = pl.col("result").cast(pl.String).str.to_integer(strict=False)
    step = pl.when(pl.col("deduction") == "P0.5").then(50).otherwise(100)
    lost = (
        pl.when(pl.col("result").is_in(["na", "pass"])).then(0)
        .when(pl.col("result").is_in(["fail", "zero"])).then(pl.col("max_cp"))
        .when(pl.col("result") == "half").then(pl.col("max_cp") // 2)
        .otherwise(pl.min_horizontal("max_cp", count * step))
    )  # fmt: skip
    results = scans["results"].with_columns(pl.col("item_code", "result").cast(pl.String))
    results = results.join(standard, on="item_code").with_columns(lost=lost.cast(whole))
    out = pl.when(pl.col("result") == "na").then(pl.col("max_cp")).otherwise(0).cast(whole)
    checks = results.group_by("check").agg(pl.col("lost").sum(), out_cp=out.sum())
    full = standard.select(full_cp=pl.col("max_cp").sum().cast(whole))
    possible = pl.col("full_cp") - pl.col("out_cp")
    months = scans["checks"].select("check", "estate_code", pl.col("month").cast(pl.String)).join(checks, on="check")
    months = months.join(full, how="cross").with_columns(
        quarter=(pl.col("month").str.slice(5, 2).cast(whole) + 2) // 3,
        score_cp=(2 * 10000 * (possible - pl.col("lost")) + possible) // (2 * possible),
    )

    def mean(column: str) -> Any:
        return (2 * pl.col(column).sum() + pl.len()) // (2 * pl.len())

    quarters = months.with_columns(pl.col("estate_code").cast(pl.String))
    quarters = quarters.group_by("estate_code", "quarter").agg(score_cp=mean("score_cp"))
    management = quarters.group_by("estate_code").agg(management=mean("score_cp"))
    comprehensive = scans["indicators"].group_by("estate_code").agg(comprehensive=mean("score_cp"))
    all_parts = scans["estates"].join(management, on="estate_code").join(comprehensive, on="estate_code")
    all_parts = all_parts.join(scans["surveys"].select("estate_code", survey="score_cp"), on="estate_code")
    all_parts = all_parts.join(scans["collection_rates"].select("estate_code", "rate_cp"), on="estate_code", how="left")
    both = 40 * pl.col("management") + 30 * pl.col("comprehensive")
    village = (2 * (10 * pl.col("survey") + both + 20 * pl.col("rate_cp")) + 100) // 200
    other = (2 * (30 * pl.col("survey") + both) + 100) // 200
    total = pl.when(pl.col("kind") == "village").then(village).otherwise(other)
    found = all_parts.select("estate_code", total=total).sort("estate_code").collect(engine="streaming")
    return found["total"].to_pandas()


def by_polars(district: District) -> Callable[[], pd.Series]:
    """The same figures by Polars; its frames are made before the clock starts."""
    year = district.year
    frames = {"results": district.results, "checks": district.checks, "estates": district.estates,
              "surveys": year.surveys, "indicators": year.indicators, "collection_rates": year.collection_rates}  # fmt: skip
    scans = {name: pl.from_pandas(frame).lazy() for name, frame in frames.items()}
    standard = pl.from_pandas(district.standard.reset_index()[["item_code", "max_cp", "deduction"]]).lazy()
    return lambda: polars_totals(scans, standard)


def measure(district: District) -> tuple[float, float, float]:
    """Seconds of ours, of DuckDB and of Polars, the better of three each; the totals must agree to the centipoint."""
    deeds = (lambda: ours(district), lambda: theirs(district, 2), by_polars(district))
    best = [float("inf")] * len(deeds)
    for _round in range(3):
        totals = []
        for place, deed in enumerate(deeds):
            began = time.perf_counter()
            totals.append(deed().astype("int64").to_numpy())
            best[place] = min(best[place], time.perf_counter() - began)
        if any((totals[0] != other).any() for other in totals[1:]):
            raise SystemExit("the rules and their peers disagree")
    return best[0], best[1], best[2]
