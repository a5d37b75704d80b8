"""``score_year_vs_duckdb``: the scoring rules against DuckDB computing the same figures from the same rows in process."""

import time
from dataclasses import replace

import duckdb
import pandas as pd

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


def measure(district: District) -> tuple[float, float]:
    """(seconds of ours, seconds of DuckDB), the better of three each; the totals must agree to the centipoint."""
    best = [float("inf"), float("inf")]
    for _round in range(3):
        for place, deed in enumerate((lambda: ours(district), lambda: theirs(district, 2))):
            began = time.perf_counter()
            total = deed()
            best[place] = min(best[place], time.perf_counter() - began)
            if place == 0:
                mine = total
        if not (mine.astype("int64").to_numpy() == total.astype("int64").to_numpy()).all():
            raise SystemExit("the rules and DuckDB disagree")
    return best[0], best[1]
