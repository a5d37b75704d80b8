"""Every chart has its figures beside it: as a table on the page and as files; and the page of a street."""

import csv
import io
from datetime import date

import pytest

from portal.kernel import clock
from tests.shell.public_district import GOOD
from tests.shell.public_fixtures import app as app
from tests.shell.public_fixtures import instance as instance

STREET, ESTATE = "440306017000", f"/quarters/2026Q2/estates/{GOOD}"


@pytest.fixture(autouse=True)
def _on_a_day():
    with clock.on(date(2026, 11, 22)):
        yield


def rows(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


TWINS = {
    f"/streets/{STREET}/trend": "quarter",
    f"/streets/{STREET}/categories": "category",
    f"/streets/{STREET}/distribution": "estates",
    "/quarters/2026Q2/heat": "street",
    f"{ESTATE}/categories": "lost",
    f"/ratings/2025/estates/{GOOD}/components": "score",
    "/ratings/2025/distribution": "estates",
    f"/estates/{GOOD}/distribution": "estates",
    f"/estates/{GOOD}": "score",
}


@pytest.mark.parametrize("address", TWINS)
def test_a_chart_as_files(client, address):
    found = rows(client, f"{address}.csv")
    assert found
    assert TWINS[address] in found[0]
    assert client.get(f"{address}.xlsx").data.startswith(b"PK")
    answer = client.get(f"{address}.json").json
    assert len(answer.get("items", found)) == len(found)


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize(
    "page",
    [
        f"/streets/{STREET}",
        "/quarters/2026Q2",
        ESTATE,
        f"/ratings/2025/estates/{GOOD}",
        "/ratings/2025",
        f"/estates/{GOOD}",
    ],
)
def test_a_chart_is_named_by_a_sentence_and_stands_beside_its_table(client, page, prefix):
    shown = client.page(prefix + page)
    charts = shown.select("svg.chart")
    for chart in charts:
        assert chart.find("title").get_text(strip=True)
        assert chart.find("desc").get_text(strip=True)
    assert shown.select("table, ul.bars")  # bars are a list whose figures stand beside them
    assert any(link["href"].split("?")[0].endswith(".csv") for link in shown.select("p.exports a"))


def test_the_mean_of_a_street_is_that_of_its_estates(client):
    scores = [row for row in rows(client, f"/quarters/2026Q3.csv?street={STREET}") if row["score"]]
    mean = sum(round(float(row["score"]) * 100) for row in scores) / len(scores) / 100
    last = rows(client, f"/streets/{STREET}/trend.csv")[-1]
    assert last["quarter"] == "2026Q3"
    assert abs(float(last["mean"]) - mean) < 0.0051
    spread = rows(client, f"/streets/{STREET}/distribution.csv")
    assert sum(int(row["estates"]) for row in spread) == len(scores)
    lost = [float(row["lost"]) for row in rows(client, f"/streets/{STREET}/categories.csv")]
    assert lost == sorted(lost, reverse=True)
    assert 0 < sum(lost) < 100


@pytest.mark.parametrize("code", ["440306017010", "440306000000", "x"])
def test_only_streets_have_the_page(client, code):
    assert client.get(f"/streets/{code}").status_code == 404
