"""The public pages: what they say, in both languages, with their twins, for everybody the same and without private data."""

import csv
import io
import re
import zipfile
from contextlib import contextmanager
from datetime import date

import openpyxl
import pytest
from sqlalchemy import event

from portal.kernel import clock
from tests.registry.sheets import USCC
from tests.shell.public_district import BAD, ESTATES, GOOD, NAMES, PRIVATE
from tests.shell.public_fixtures import app, instance  # noqa: F401

pytestmark = pytest.mark.usefixtures("instance")
PAGES = (
    "/", "/estates", "/estates?q=hyhy", "/estates?q=zzzz", "/estates?sort=stars&kind=commodity", f"/estates/{GOOD}",
    f"/estates/{BAD}", "/estates/BA-006", "/estates/BA-008", "/estates/BA-010", "/estates/BA-012", "/enterprises",
    f"/enterprises/{USCC[0]}", f"/enterprises/{USCC[1]}", f"/enterprises/{USCC[2]}", "/data", "/help", "/accessibility", "/privacy",
)  # fmt: skip
TWINS = (
    "/index.json", "/estates.json", "/estates.csv", f"/estates/{GOOD}.json", f"/estates/{GOOD}.csv", "/enterprises.json",
    "/enterprises.csv", f"/enterprises/{USCC[0]}.json", f"/enterprises/{USCC[0]}.csv", "/data.json", "/data/dictionary.csv",
)  # fmt: skip
API = (
    "/api/v1/estates", f"/api/v1/estates/{GOOD}", "/api/v1/enterprises", f"/api/v1/enterprises/{USCC[0]}",
    "/api/v1/quarters/2026Q3/scores", "/api/v1/ratings/2025", "/api/v1/lists?as_of=2026-06-01", "/api/openapi.json",
)  # fmt: skip
KEPT = (
    "深圳市虚构海乐物业管理有限公司", "深圳市虚构长安物业服务有限公司", "虚构新来物业有限公司", "海乐社区", "海裕社区", "怀德社区",
    "深圳市宝安区海乐路1号", "深圳市宝安区怀德路9号", "宝住建榜决", "补充确认两个月的检查",
)  # fmt: skip
TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def today():
    """The day of the tests, whatever the machine says."""
    with clock.on(TODAY):
        yield


@contextmanager
def counted():
    """Collects the SELECTs of a block."""
    from portal.kernel.db import engine

    seen = []

    def note(_connection, _cursor, statement, *_rest):
        if statement.startswith("SELECT"):
            seen.append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    yield seen
    event.remove(engine(), "before_cursor_execute", note)


def _rows(response) -> list[dict]:
    return list(csv.DictReader(io.StringIO(response.get_data(as_text=True).removeprefix("\ufeff"))))


def test_pages_in_both_languages_without_cookie(client):
    for path in PAGES:
        zh, en = client.get(path), client.get(f"/en{path}")
        assert (zh.status_code, en.status_code) == (200, 200), path
        assert "Set-Cookie" not in zh.headers
        assert "Set-Cookie" not in en.headers
        assert 'lang="en"' in en.get_data(as_text=True)


def _own_chinese(page, kept: set[str]) -> str:
    """The Chinese of a page that is no name of an estate, place, company or document."""
    for part in page.select("header, footer, .exports"):
        part.decompose()
    text = page.get_text()
    for name in sorted((*NAMES, *KEPT, *kept), key=len, reverse=True):
        text = text.replace(name, "")
    return "".join(re.findall("[\u4e00-\u9fff]+", re.sub("虚构路[0-9]+号|〔[0-9]+〕[0-9]+号", "", text)))


def test_english_twins_speak_no_chinese_of_their_own(client):
    items = {row["item_en"] for row in _rows(client.get("/standards/2025.1.csv"))}  # as the checklist prints them
    for path in PAGES:
        assert _own_chinese(client.page(f"/en{path}"), items) == "", path


def test_same_bytes_for_everybody(client, signed_in):
    officer = signed_in("officer")
    for path in (*PAGES[:2], f"/estates/{GOOD}"):
        assert client.get(path).data == officer.get(path).data
        assert client.get(path).headers["ETag"] == client.get(path).headers["ETag"]


def test_an_estate_is_found(client):
    for query in ("海裕花园", "haiyuhuayuan", "hyhy", "BA-001"):
        assert client.page(f"/estates?q={query}").select_one("main tbody th a").get_text() == "海裕花园"


def test_an_estate_is_found_by_address(client):
    assert "锦绣园" in client.page("/estates?q=虚构路15号").select_one("main table").get_text()


def test_a_company_is_found_beside_estates(client):
    for query in (USCC[0], "91 350100 M000100Y4 3", "虚构海乐", "xghl"):
        assert client.page(f"/estates?q={query}").find("a", href=f"/enterprises/{USCC[0]}") is not None


def test_nothing_found_says_what_to_try(client):
    assert "没有找到“zzzz”。可以试试小区全名、拼音或者地址。" in client.page("/estates?q=zzzz").get_text()


def test_filters_and_order(client):
    rows = client.get("/estates.json?division=440306020000&sort=stars").json["items"]
    assert {row["division_code"][:9] for row in rows} == {"440306020"}
    stars = [-1 if row["stars"] is None else row["stars"] for row in rows]
    assert stars == sorted(stars, reverse=True)
    kinds = {row["kind"] for row in client.get("/estates.json?kind=village").json["items"]}
    assert kinds == {"village"}


def test_tables_agree_with_the_page(client):
    page, content = client.page("/estates"), client.get("/estates.json").json
    table, book = (
        _rows(client.get("/estates.csv")),
        openpyxl.load_workbook(io.BytesIO(client.get("/estates.xlsx").data)),
    )
    assert content["total"] == len(table) == len(ESTATES)
    header, *cells = [[cell for cell in row] for row in book.active.iter_rows(values_only=True)]
    assert tuple(header) == tuple(table[0])
    for row, item, line, cell in zip(page.select("main tbody tr"), content["items"], table, cells, strict=True):
        shown = row.get_text()
        assert item["name"] in shown
        assert (item["score"] or "–") in shown
        assert line == {name: "" if value is None else str(value) for name, value in item.items()}
        assert [value if value is None else str(value) for value in cell] == [
            None if value is None else str(value) for value in item.values()
        ]


def test_companies_agree_with_the_page(client):
    page, rows = client.page("/enterprises"), client.get("/enterprises.json").json["items"]
    for row, item in zip(page.select("main tbody tr"), rows, strict=True):
        assert item["name"] in row.get_text()
        assert item["credit_score"] in row.get_text()
    assert _rows(client.get("/enterprises.csv")) == [
        {key: "" if value is None else str(value) for key, value in row.items()} for row in rows
    ]


def test_estate_page_tells_the_story(client):
    found = client.get(f"/estates/{GOOD}.json").json
    page = client.page(f"/estates/{GOOD}")
    text, last, rating = page.get_text(), found["quarter_scores"][-1], found["ratings"][-1]
    assert f"2026年第三季度：{last['score']}分" in text
    assert f"排第{last['rank_street']}名" in text
    assert rating["total"] in text
    assert page.find("svg", class_="stars")["aria-label"].startswith({5: "五星", 4: "四星"}[rating["stars"]])
    assert [row.th.get_text() for row in page.select("details.twin")[0].select("tbody tr")] == [
        row["quarter"] for row in reversed(found["quarter_scores"])
    ]
    assert found["service"]["manager_code"] in text
    assert [row["quarter"] for row in _rows(client.get(f"/estates/{GOOD}.csv"))] == [
        row["quarter"] for row in found["quarter_scores"]
    ]


def test_lost_points_add_up(client):
    """What the bars show is what the months lost."""
    from portal.kernel.web import request_session
    from portal.shell.public.quarter import opened

    with client.application.test_request_context("/"):
        shown = opened(request_session(), "2026Q3", BAD)
        lost = sum(month.applicable_cp - month.earned_cp for month in shown.months)
        assert sum(item.lost_cp for item in shown.items) == lost > 0
        assert abs(sum(entry.lost_cp for entry in shown.categories) * len(shown.months) - lost) < 3 * len(
            shown.categories
        )
    assert all(item.name in client.page(f"/estates/{BAD}").get_text() for item in shown.items)


def test_statuses_without_stars_are_words(client):
    assert "不予评星" in client.page("/estates/BA-006").select_one(".plaque").get_text()
    assert "暂不评定" in client.page("/estates/BA-008").select_one(".plaque").get_text()
    assert client.page("/estates/BA-006").select_one(".plaque svg.stars") is None
    assert "不参评" in client.page("/estates/BA-012").select_one(".plaque").get_text()


def test_correction_is_told(client):
    text = client.page("/estates/BA-010").get_text()
    assert "2026年11月12日更正2026年第三季度的结果" in text
    assert "补充确认两个月的检查" in text


def test_credit_arithmetic_is_shown(client):
    found = client.get(f"/enterprises/{USCC[0]}.json").json["credit"]
    page = client.page(f"/enterprises/{USCC[0]}").get_text()
    assert f"＝{found['score']}分" in page
    assert f"信用{found['grade']}级" in page
    assert len(found["events"]) == len(client.page(f"/enterprises/{USCC[0]}").select("ol.timeline li")) > 0


def test_company_as_of_an_earlier_day(client):
    before = client.get(f"/enterprises/{USCC[0]}.json?as_of=2026-01-24").json
    assert before["credit"]["score"] == "80.00"
    assert before["credit"]["events"] == []
    assert before["lists"] == []
    assert len(client.get(f"/enterprises/{USCC[0]}.json?as_of=2026-06-01").json["lists"]) > 0
    assert client.get(f"/enterprises/{USCC[0]}?as_of=2027-01-01").status_code == 422
    assert client.get(f"/enterprises/{USCC[0]}?as_of=gestern").status_code == 422


def test_unknown_codes_are_404(client):
    for path in ("/estates/NONE", "/estates/NONE.json", "/enterprises/91350100M000100Y44"):
        assert client.get(path).status_code == 404


def test_no_private_value_leaks(client):
    for path in PAGES + TWINS + API:
        answer = client.get(path)
        text = answer.get_data(as_text=True)
        assert answer.status_code == 200, path
        assert [value for value in PRIVATE if value in text] == [], path
        assert not re.search(r"\b1[3-9]\d{9}\b", text), path


def test_queries_do_not_grow_with_the_rows(client):
    for path, most in (("/", 12), ("/estates", 12), ("/estates?sort=score", 12), ("/enterprises", 10)):
        client.get(path)
        with counted() as seen:
            assert client.get(path).status_code == 200
        assert len(seen) <= most, "\n".join([path, *seen])


def test_home_counts_the_stars(client):
    found = client.get("/index.json").json
    assert sum(row["count"] for row in found["stars"]) == len(NAMES)
    shown = [row.get_text(" ", strip=True) for row in client.page("/").select("details.twin tbody tr")]
    assert [int(line.split()[-1]) for line in shown] == [row["count"] for row in found["stars"]]


def test_open_data_can_be_recomputed(client, tmp_path):
    from scoring import recompute

    answer = client.get("/data/open-data.zip")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        archive.extractall(tmp_path)
    answer.close()
    assert recompute.main([str(tmp_path / "open-data")]) == 0
    text = "".join(file.read_text("utf-8-sig") for file in (tmp_path / "open-data").glob("*.csv"))
    assert [value for value in PRIVATE if value in text] == []


def test_dictionary_names_every_column(client):
    from portal.shell.opendata.api import TABLES

    named = {(row["file"], row["column"]) for row in _rows(client.get("/data/dictionary.csv"))}
    assert {(table.name, column) for table in TABLES for column in table.columns} <= named
