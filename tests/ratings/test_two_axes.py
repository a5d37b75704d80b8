"""A year as public on a day and known at an instant, on page, API and export: a late correction changes the first and
never the second."""

import csv
import subprocess
import sys
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.db import reading, transaction
from portal.kernel.ids import new_row_number
from portal.kernel.periods import Quarter, Year
from portal.shell.opendata import api as opendata
from scoring.checks.models import ItemResult, MonthlyCheck
from scoring.ratings import api as ratings
from tests.ratings import district as d

TOLD, CORRECTED = date(2026, 1, 20), date(2026, 3, 2)
BEFORE = "2026-02-20T12:00"  # the district's time, between publication and correction


@pytest.fixture
def corrected(app):
    """A-1 is pending for want of a survey when the year is published in January, and rated by a correction in March."""
    with clock.at(datetime(2026, 2, 10, 2, tzinfo=UTC)):
        d.found_district({"A-1": ("commodity", d.COMMUNITIES[0]), "A-2": ("commodity", d.COMMUNITIES[1])}, {})
        with transaction() as db:
            for quarter in (Quarter(2025, 1), Quarter(2025, 2)):
                for month in quarter.months:
                    for code in ("A-1", "A-2"):
                        d.add_check(db, code, str(month), {}, "confirmed")
                ratings.publish_quarter(db, d.CLI, quarter, on=TOLD)
            d.add_year_facts(db, "A-2", 9000)
            ratings.publish_year(db, d.CLI, Year(2025), on=TOLD)
    with clock.at(datetime(2026, 3, 2, 2, tzinfo=UTC)), transaction() as db:
        d.add_year_facts(db, "A-1", 9500)
        ratings.publish_year(db, d.CLI, Year(2025), on=CORRECTED)


ASKED = [
    ("", "rated"),
    ("?as_of=2026-02-20", "pending"),
    ("?as_of=2026-03-02", "rated"),
    (f"?known_at={BEFORE}", "pending"),
    ("?as_of=2026-02-20&known_at=2026-03-03T09:00", "pending"),
]


@pytest.mark.parametrize(("query", "status"), ASKED)
def test_page_files_and_api_answer_for_the_moment_asked_for(corrected, client, query, status):
    with clock.at(datetime(2026, 3, 10, 2, tzinfo=UTC)):
        items = client.get(f"/ratings/2025.json{query}").json["items"]
        assert {item["estate_code"]: item["status"] for item in items}["A-1"] == status
        page = client.page(f"/ratings/2025{query}")
        assert bool(page.select("#as_of[value='2026-02-20']")) == ("as_of=2026-02-20" in query)
        asked = query.replace(":00", ":00:00%2B08:00") if "known_at" in query else query
        answer = client.get(f"/api/v1/ratings/2025{asked}").json["items"]
        assert {item["estate_code"]: item["status"] for item in answer}["A-1"] == status
        assert client.get(f"/api/v1/quarters/2025Q1/scores{asked}").json["total"] == 2


def test_the_whole_quarter_page_is_of_the_moment_asked_for(corrected, client):
    """A check of the first quarter is corrected in March: rows, heat map, its file and publications of then know nothing of
    it."""
    with clock.at(datetime(2026, 3, 4, 2, tzinfo=UTC)), transaction() as db:
        check = db.scalar(
            select(MonthlyCheck.id).where(MonthlyCheck.estate_code == "A-1", MonthlyCheck.month == "2025-03")
        )
        found = {"year": 2025, "check_id": check, "item_code": "XF01", "result": "2", "note": "", "actor": "ins"}
        times = {"valid_from": date(2025, 3, 15), "recorded_at": clock.now()}
        db.add(ItemResult(id=new_row_number(), **found, **times))
        db.flush()
        ratings.publish_quarter(db, d.CLI, Quarter.parse("2025Q1"), on=date(2026, 3, 4), reason="补录检查")
    with clock.at(datetime(2026, 3, 10, 2, tzinfo=UTC)):
        now = client.get("/quarters/2025Q1").get_data(as_text=True)
        means = client.get("/quarters/2025Q1/heat.json").json["items"][0]["2025Q1"]
        assert "更正过1次" in now
        assert means != "100.00"
        for query in ("?as_of=2026-02-20", f"?known_at={BEFORE}", f"?as_of=2026-03-09&known_at={BEFORE}"):
            then = client.get(f"/quarters/2025Q1{query}").get_data(as_text=True)
            assert "更正过" not in then, query
            assert means not in then
            assert client.get(f"/quarters/2025Q1/heat.json{query}").json["items"][0]["2025Q1"] == "100.00"
            assert f"/quarters/2025Q1/heat.csv{query.replace(':', '%3A')}".replace("&", "&amp;") in then


def test_the_whole_year_page_is_of_the_moment_asked_for(corrected, client):
    """Its rows, the distribution, its file, the count of what is rated and the publications of then know nothing of March."""
    with clock.at(datetime(2026, 3, 10, 2, tzinfo=UTC)):

        def counts(query: str) -> dict[str, int]:
            rows = client.get(f"/ratings/2025/distribution.json{query}").json["items"]
            return {row["result"]: row["estates"] for row in rows if row["estates"]}

        assert "pending" not in counts("")
        assert sum(counts("").values()) == 2
        assert "更正过1次" in client.get("/ratings/2025").get_data(as_text=True)
        for query in ("?as_of=2026-02-20", f"?known_at={BEFORE}", f"?as_of=2026-03-09&known_at={BEFORE}"):
            then = client.page(f"/ratings/2025{query}")
            assert counts(query)["pending"] == 1, query
            assert "更正过" not in then.get_text()
            row = next(row for row in then.select("tbody tr") if row.select("a[href*='/ratings/2025/estates/A-1']"))
            assert "暂不评定" in row.get_text()
            link = f"/ratings/2025/distribution.csv{query.replace(':', '%3A')}"
            assert link in [a["href"] for a in then.select("a[href*='distribution.csv']")]


def test_what_cannot_be_read_or_lies_ahead_is_said(corrected, client):
    with clock.at(datetime(2026, 3, 10, 2, tzinfo=UTC)):
        for query in ("?as_of=2099-01-01", "?as_of=soon", "?known_at=2099-01-01T00:00"):
            assert "现在显示的是今天的情况" in client.page(f"/ratings/2025{query}").get_text()
        assert client.get("/api/v1/ratings/2025?known_at=2099-01-01T00:00:00Z").status_code == 400


def test_an_export_of_an_earlier_moment_is_that_moment_and_recomputes(corrected, tmp_path):
    with clock.at(datetime(2026, 3, 10, 2, tzinfo=UTC)), reading() as db:
        known = datetime(2026, 2, 20, 4, tzinfo=UTC)
        opendata.export(db, tmp_path / "then", date(2026, 2, 20), known)
        opendata.export(db, tmp_path / "now")
    for folder, status, revision in (("then", "pending", "1"), ("now", "rated", "2")):
        with (tmp_path / folder / "ratings.csv").open(encoding="utf-8-sig", newline="") as file:
            row = {r["estate_code"]: r for r in csv.DictReader(file)}["A-1"]
        assert (row["status"], row["revision"]) == (status, revision)
        done = subprocess.run(
            [sys.executable, "-m", "scoring.recompute", str(tmp_path / folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, "0 differ" in done.stdout) == (0, True), done.stdout + done.stderr
