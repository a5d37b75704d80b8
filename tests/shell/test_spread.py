"""Where an estate stands among its kind: page, table and picture say the same, in both languages."""

from datetime import date

import pytest

from portal.kernel import clock
from tests.shell.public_district import BAD, GOOD
from tests.shell.public_fixtures import app, instance  # noqa: F401


@pytest.fixture(autouse=True)
def today(instance):  # noqa: F811
    with clock.on(date(2026, 11, 22)):
        yield


@pytest.mark.parametrize("code", [GOOD, BAD])
def test_the_estate_is_marked_where_it_stands(client, code):
    table = client.get(f"/estates/{code}/distribution.json").json
    peers = [row for row in client.get("/api/v1/quarters/2026Q3/scores?page_size=500").json["items"] if row["score"]]
    own = next(row for row in peers if row["estate_code"] == code)
    same = [row for row in peers if row["kind"] == own["kind"]]
    here = [row for row in table["items"] if row["here"]]
    assert len(here) == 1
    assert float(here[0]["from"]) <= float(own["score"]) <= float(here[0]["to"])
    assert sum(row["estates"] for row in table["items"]) == len(same)
    lower = sum(float(row["score"]) < float(own["score"]) for row in same)
    assert f"{len(same)}个" in table["about"]
    assert f"有{lower}个" in table["about"]
    page = client.page(f"/estates/{code}")
    section = page.find(id="among")
    assert section.h2.get_text() == table["about"]
    assert "本小区在这里" in section.svg.get_text()
    assert [cell.get_text(strip=True) for cell in section.select("tbody td")] == [
        str(row["estates"]) for row in table["items"]
    ]
    assert "this estate is here" in client.page(f"/en/estates/{code}").find(id="among").svg.get_text()


def test_who_has_no_score_stands_nowhere(client):
    with clock.on(date(2026, 11, 11)):  # before the two months that were confirmed late
        assert client.page("/estates/BA-010").find(id="among") is None
        assert client.get("/estates/BA-010/distribution.csv").text.strip("\ufeff\r\n") == "from,to,estates,here"
