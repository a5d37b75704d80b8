"""The pages of years: stars for the public, their files and their explanation, and the way to publication."""

import csv
import io
import re
from datetime import UTC, date, datetime

import pytest

from portal.kernel import clock
from portal.kernel.db import reading, transaction
from portal.kernel.formats import date_text
from portal.kernel.periods import Quarter, Year
from scoring.ratings import api as ratings
from scoring.surveys import api as surveys
from tests.ratings import district as d

TOLD = date(2026, 1, 28)  # the hold is over on the day of these tests
KINDS = {
    "A-1": ("commodity", d.COMMUNITIES[0]),
    "A-2": ("commodity", d.COMMUNITIES[1]),
    "V-1": ("village", d.COMMUNITIES[2]),
    "P-1": ("commodity", d.COMMUNITIES[0]),
    "X-1": ("commodity", d.COMMUNITIES[0]),
}


@pytest.fixture
def february():
    """10 February 2026."""
    with clock.at(datetime(2026, 2, 10, 2, tzinfo=UTC)):
        yield


@pytest.fixture
def district(app, february):
    """Two published quarters of 2025; P-1 lacks its survey, X-1 has no company, V-1 is vetoed."""
    d.found_district(KINDS, {"X-1": ""})
    with transaction() as db:
        for quarter in (Quarter(2025, 1), Quarter(2025, 2)):
            for month in quarter.months:
                for code in KINDS:
                    d.add_check(db, code, str(month), {"XF01": "1"} if code == "A-2" else {}, "confirmed")
            ratings.publish_quarter(db, d.CLI, quarter, on=TOLD)
        d.add_year_facts(db, "A-1", 9500)
        d.add_year_facts(db, "A-2", 8200)
        d.add_year_facts(db, "V-1", 9000, collection=True)
        for code in d.INDICATORS:
            surveys.record_indicator(
                db, d.CLI, 2025, "P-1", indicator_code=code, score_cp=9000, evidence="台账", on=date(2026, 1, 5)
            )
        surveys.decide_veto(
            db, d.CLI, 2025, "V-1", veto_code="V01", decision="决字1号", decided_on=date(2025, 12, 1),
            evidence="报告", on=date(2026, 1, 6),
        )  # fmt: skip


@pytest.fixture
def published(district):
    """The year published."""
    with transaction() as db:
        ratings.publish_year(db, d.CLI, Year(2025), on=TOLD)


def _text(page) -> str:
    return re.sub(r"\s+", " ", page.find("main").get_text(" ", strip=True))


def _shown(page) -> list[str]:
    return [head.a.get_text() for head in page.select("#main table.table-cards tbody th[data-label='小区']")]


def test_nothing_is_public_before_publication(district, client):
    assert "2025年度" not in _text(client.page("/ratings"))
    client.page("/ratings/2025", 404)
    client.page("/ratings/2025/estates/A-1", 404)
    assert client.get("/ratings/2025.json").status_code == 404


def test_page_counts_the_stars_and_gives_every_reason(published, client):
    page = client.page("/ratings/2025")
    text = _text(page)
    assert "2个小区评定了星级" in text
    assert "其中四星及以上2个" in text
    assert "V01" in text
    assert "年末没有企业服务" in text
    assert "业主满意度：没有数据" in text
    counts = {row.th.get_text(): row.td.get_text() for row in page.select(".twin tbody tr")}
    assert sum(int(count) for count in counts.values()) == len(KINDS)
    assert (counts["不予评星"], counts["暂不评定"], counts["不参评"]) == ("1", "1", "1")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("result=pending", ["P-1花园"]),
        ("result=5", ["A-1花园"]),
        ("kind=village", ["V-1花园"]),
        ("street=440306002000", ["V-1花园"]),
        ("sort=name", ["A-1花园", "A-2花园", "P-1花园", "V-1花园", "X-1花园"]),
    ],
)
def test_files_hold_exactly_the_rows_of_the_page(published, client, query, names):
    assert _shown(client.page(f"/ratings/2025?{query}")) == names
    text = client.get(f"/ratings/2025.csv?{query}").get_data(as_text=True).removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    items = client.get(f"/ratings/2025.json?{query}").get_json()["items"]
    assert [row["name"] for row in rows] == [row["name"] for row in items] == names
    assert [(row["total"] or None, row["status"]) for row in rows] == [(row["total"], row["status"]) for row in items]


def test_a_rating_opens_to_its_parts_rules_and_recomputation(published, client):
    page = client.page("/ratings/2025/estates/A-1")
    text = _text(page)
    assert "有效问卷" in text
    assert "收到有效问卷60份" in text
    assert "91.00分及以上为五星" in text
    assert "深宝住建" in text
    assert "scoring.recompute" in text
    assert page.find("a", href="/quarters/2025Q1/estates/A-1")
    answer = client.get("/ratings/2025/estates/A-1.json").get_json()
    total = sum(part["weight"] * round(float(part["score"]) * 100) for part in answer["components"])
    assert round(float(answer["total"]) * 100) == (2 * total + 100) // 200
    vetoed = _text(client.page("/ratings/2025/estates/V-1"))
    assert "决字1号" in vetoed
    assert "报告" not in vetoed


def test_year_goes_from_preparation_to_the_public_page(district, signed_in, client):
    officer = signed_in("officer", division=d.DISTRICT)
    prepare = "/ratings/year/2025/prepare"
    done = officer.submit(prepare, follow_redirects=True).get_data(as_text=True)
    assert "5个小区有变化" in done
    waiting = _text(officer.page(f"{prepare}?reason=survey:missing"))
    assert "P-1花园" in waiting
    assert "A-1花园" not in waiting
    assert officer.get("/ratings/year/2025/publish").status_code == 403
    assert officer.submit("/ratings/year/2025/publish", page=prepare).status_code == 403
    lead = signed_in("lead", division=d.DISTRICT)
    page = lead.page("/ratings/year/2025/publish")
    seen = page.find("input", attrs={"name": "seen"})["value"]
    done = lead.submit("/ratings/year/2025/publish", {"seen": seen}, follow_redirects=True).get_data(as_text=True)
    assert "2025年度结果已告知企业" in done
    assert "A-1花园" in _text(lead.page("/ratings/held/2025"))
    prepared = _text(lead.page("/ratings/year/2025/prepare"))
    assert "2026年2月25日公布" in prepared
    assert f"表中结果在{date_text(clock.today())}的计算中最后一次变化" in prepared
    assert client.get("/ratings/2025.json").status_code == 404
    with clock.on(date(2026, 2, 25)):
        items = {row["estate_code"]: row for row in client.get("/ratings/2025.json").get_json()["items"]}
    assert {code: row["status"] for code, row in items.items()} == {
        "A-1": "rated",
        "A-2": "rated",
        "P-1": "pending",
        "V-1": "vetoed",
        "X-1": "not_eligible",
    }
    assert items["A-1"]["stars"] == 5


def test_publication_of_what_nobody_saw_is_refused(district, signed_in):
    lead = signed_in("lead", division=d.DISTRICT)
    address = "/ratings/year/2025/publish"
    seen = lead.page(address).find("input", attrs={"name": "seen"})["value"]
    with transaction() as db:
        on = clock.today()
        surveys.record_survey(db, d.CLI, 2025, "P-1", households=600, valid_responses=70, score_cp=8000, on=on)
    assert lead.submit(address, {"seen": seen}).status_code == 409
    with reading() as db:
        assert ratings.years(db) == []


def test_a_late_survey_is_a_correction_with_its_reason(published, signed_in, client):
    with transaction() as db:
        on = clock.today()
        surveys.record_survey(db, d.CLI, 2025, "P-1", households=600, valid_responses=70, score_cp=8000, on=on)
    lead = signed_in("lead", division=d.DISTRICT)
    address = "/ratings/year/2025/publish"
    seen = lead.page(address).find("input", attrs={"name": "seen"})["value"]
    assert lead.submit(address, {"seen": seen}).status_code == 422
    assert lead.submit(address, {"seen": seen, "reason": "补收了问卷"}).status_code == 303
    text = _text(client.page("/ratings/2025/corrections"))
    assert "补收了问卷" in text
    assert "第2版" in text
    assert "更正" in _text(client.page("/ratings/2025/estates/P-1"))
