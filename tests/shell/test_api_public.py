"""The open API: fields and formats of the contract, paging over one snapshot, problems that name the parameter."""

from datetime import date

import pytest

from portal.kernel import clock
from portal.kernel.db import transaction
from portal.kernel.periods import Year
from portal.shell.opendata.api import TABLES
from scoring.ratings import api as ratings
from tests.ratings.district import add_year_facts
from tests.registry.sheets import USCC, bring
from tests.shell.public_district import CLI, ENTERPRISES, ESTATES, GOOD
from tests.shell.public_fixtures import app, instance  # noqa: F401

COLUMNS = {table.name: list(table.columns) for table in TABLES}
TODAY = date(2026, 11, 22)
LATER = date(2036, 1, 1)  # after everything on record, the machine's own founding of the portal included
LISTS = ("/api/v1/estates", "/api/v1/enterprises", "/api/v1/quarters/2026Q3/scores", "/api/v1/ratings/2025",
         "/api/v1/lists?as_of=2026-06-01")  # fmt: skip


@pytest.fixture(autouse=True)
def today():
    """The day of the tests, whatever the machine says."""
    with clock.on(TODAY):
        yield


def _all(client, path: str, size: int = 5) -> list[dict]:
    """Every item, following ``next``."""
    answer = client.get(f"{path}{'&' if '?' in path else '?'}page_size={size}").json
    items, snapshot, total = answer["items"], answer["snapshot"], answer["total"]
    while answer["next"]:
        answer = client.get(answer["next"]).json
        assert (answer["snapshot"], answer["total"]) == (snapshot, total)
        items += answer["items"]
    assert len(items) == total
    return items


FILES = (
    ("/api/v1/estates", "estates.csv"),
    ("/api/v1/enterprises", "enterprises.csv"),
    ("/api/v1/quarters/2026Q3/scores", "quarter_scores.csv"),
    ("/api/v1/ratings/2025", "ratings.csv"),
)


def test_fields_are_the_columns_of_the_files(client):
    for path, file in FILES:
        fields = list(client.get(path).json["items"][0])
        assert [name for name in fields if name != "flags"] == COLUMNS[file]  # a mark is no column of the file


def test_entries_have_the_columns_of_lists(client):
    item = client.get("/api/v1/lists?as_of=2026-06-01").json["items"][0]
    assert set(COLUMNS["lists.csv"]) <= set(item)
    assert item["recorded_at"].endswith("Z")
    assert len(item["recorded_at"]) == 20


def test_answers_of_lists(client):
    for path in LISTS:
        answer = client.get(path)
        assert set(answer.json) == {"items", "total", "next", "snapshot"}
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Set-Cookie" not in answer.headers
        assert client.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_pages_follow_each_other(client):
    for path in LISTS:
        items = _all(client, path, 2)
        assert items == client.get(path).json["items"], path
        assert len(items) > 2, path


def test_scores_are_texts_with_two_digits(client):
    for item in client.get("/api/v1/quarters/2025Q1/scores").json["items"]:
        if item["status"] == "published":
            assert len(item["score"].split(".")[1]) == 2
            assert isinstance(item["rank_district"], int)
        else:
            assert item["score"] is None
            assert item["rank_street"] is None


def test_filters(client):
    assert {row["kind"] for row in _all(client, "/api/v1/estates?kind=village")} == {"village"}
    assert [row["estate_code"] for row in _all(client, "/api/v1/estates?q=hyhy")] == ["BA-001"]
    places = {row["division_code"][:9] for row in _all(client, "/api/v1/estates?division=440306017000")}
    assert places == {"440306017"}
    assert [row["uscc"] for row in _all(client, "/api/v1/enterprises?q=changan")] == [USCC[1]]


def test_one_estate(client):
    found = client.get(f"/api/v1/estates/{GOOD}").json
    assert found["estate_code"] == GOOD
    assert len(found["quarter_scores"]) == 7
    assert list(found["ratings"][0]) == [*COLUMNS["ratings.csv"], "flags"]
    assert found["lists"][0]["kind"] == "red"


def test_one_enterprise_with_credit(client):
    found = client.get(f"/api/v1/enterprises/{USCC[0]}?as_of=2026-06-01").json
    credit = found["credit"]
    counted = sum(round(float(event["points"]) * 100) for event in credit["events"] if event["points"][0] != "-")
    assert round(float(credit["score"]) * 100) == 8000 + min(2000, counted)
    assert credit["grade"]
    assert client.get(f"/api/v1/enterprises/{USCC[0]}?as_of=2025-06-01").json["credit"]["score"] == "80.00"


def test_lists_on_two_axes(client):
    path = "/api/v1/lists"
    assert client.get(f"{path}?as_of=2026-03-24").json["total"] == 0
    assert client.get(f"{path}?as_of=2026-06-01").json["total"] > 0
    assert client.get(f"{path}?as_of=2026-06-01&known_at=2026-03-24T00:00:00Z").json["total"] == 0
    entries = client.get(f"{path}?as_of=2026-06-01&kind=black").json["items"]
    assert {entry["kind"] for entry in entries} == {"black"}
    mine = client.get(f"{path}?as_of=2026-06-01&uscc={USCC[1]}").json["items"]
    assert {entry["uscc"] for entry in mine} == {USCC[1]}


def test_known_at_includes_its_own_second(client):
    """Instants are printed in whole seconds: what was recorded at the printed time is known at it."""
    first = client.get("/api/v1/lists?as_of=2026-06-01").json["items"][0]["recorded_at"]
    assert client.get(f"/api/v1/lists?as_of=2026-06-01&known_at={first}").json["total"] > 0


WRONG = (
    ("/api/v1/estates?kind=castle", "kind"),
    ("/api/v1/estates?division=4403", "division"),
    ("/api/v1/estates?page=0", "page"),
    ("/api/v1/estates?page_size=501", "page_size"),
    ("/api/v1/estates?colour=red", "colour"),
    ("/api/v1/estates?snapshot=yesterday", "snapshot"),
    ("/api/v1/estates?snapshot=20261399-20260101T000000000000", "snapshot"),
    ("/api/v1/enterprises?snapshot=../../portal.db", "snapshot"),
    ("/api/v1/lists?kind=grey", "kind"),
    ("/api/v1/lists?as_of=2026-13-01", "as_of"),
    ("/api/v1/lists?as_of=20260301", "as_of"),
    ("/api/v1/lists?as_of=2048-01-01", "as_of"),
    ("/api/v1/lists?known_at=2026-01-25", "known_at"),
    ("/api/v1/lists?known_at=2027-01-25T08:00:00Z", "known_at"),
    (f"/api/v1/enterprises/{USCC[0]}?as_of=2027-01-01", "as_of"),
    ("/api/v1/quarters/2025Q5/scores", "quarter"),
    ("/api/v1/ratings/last", "year"),
)


def test_problem_names_the_parameter(client):
    for path, parameter in WRONG:
        answer = client.get(path)
        assert answer.status_code == 400, path
        assert answer.mimetype == "application/problem+json", path
        assert (answer.json["parameter"], answer.json["status"]) == (parameter, answer.status_code), path
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


UNKNOWN = ("/api/v1/estates/NONE", "/api/v1/enterprises/NONE", "/api/v1/quarters/2024Q1/scores", "/api/v1/ratings/2019",
           "/api/v1/x")  # fmt: skip


def test_a_period_is_not_found_before_it_was_public_or_known(client):
    for path in ("/api/v1/quarters/2025Q1/scores", "/api/v1/ratings/2025"):
        assert client.get(path).json["total"] > 0
        for before in ("as_of=2025-01-01", "known_at=2025-01-01T00:00:00Z"):
            answer = client.get(f"{path}?{before}")
            assert (answer.status_code, answer.mimetype) == (404, "application/problem+json"), (path, before)
            assert "还没有公布" in answer.json["detail"]


def test_unknown_is_404(client):
    for path in UNKNOWN:
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert answer.mimetype == "application/problem+json", path


def test_paging_shows_one_state_of_estates(client):
    before = client.get("/api/v1/estates?page_size=4").json
    header = ",".join(COLUMNS["estates.csv"])
    with clock.on(LATER):
        bring("estates", f"{header}\nBA-000,新开小区,commodity,440306017011,新路1号,100,,,,\n")
    items, answer = before["items"], before
    while answer["next"]:
        answer = client.get(answer["next"]).json
        items += answer["items"]
    assert [item["estate_code"] for item in items] == sorted(ESTATES)
    assert client.get("/api/v1/estates").json["total"] == len(ESTATES) + 1


def test_paging_shows_one_state_of_companies(client):
    before = client.get("/api/v1/enterprises?page_size=1").json
    with clock.on(LATER):
        bring("enterprises", ENTERPRISES.replace("虚构新来物业", "虚构改名物业"))
    items, answer = before["items"], before
    while answer["next"]:
        answer = client.get(answer["next"]).json
        items += answer["items"]
    assert [item["name"] for item in items if item["uscc"] == USCC[2]] == ["虚构新来物业有限公司"]
    assert "虚构改名物业有限公司" in {item["name"] for item in client.get("/api/v1/enterprises").json["items"]}


def test_paging_shows_one_state_of_ratings(client):
    """A pending estate is rated while somebody reads: the pages in hand stay as they were."""
    before = client.get("/api/v1/ratings/2025?page_size=3").json
    with clock.on(LATER), transaction() as db:
        add_year_facts(db, "BA-008", 9500, collection=True)
        ratings.publish_year(db, CLI, Year(2025), on=TODAY)
    items, answer = before["items"], before
    while answer["next"]:
        answer = client.get(answer["next"]).json
        items += answer["items"]
    now = {row["estate_code"]: row for row in client.get("/api/v1/ratings/2025").json["items"]}
    then = {row["estate_code"]: row for row in items}
    assert (then["BA-008"]["status"], then["BA-008"]["revision"]) == ("pending", 1)
    assert (now["BA-008"]["status"], now["BA-008"]["revision"]) == ("rated", 2)
    assert len(items) == before["total"]


def test_every_route_is_described(app, client):  # noqa: F811
    described = client.get("/api/openapi.json").json
    assert described["openapi"].startswith("3.1")
    names = {"{code}": "<code>", "{uscc}": "<uscc>", "{quarter}": "<quarter>", "{year}": "<year>"}
    paths = set()
    for path in described["paths"]:
        for wanted, rule in names.items():
            path = path.replace(wanted, rule)
        paths.add(path)
    routes = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith(("/api/", "/.well-known/keys"))}
    assert routes == paths


def test_described_parameters_are_the_ones_taken(app, client):  # noqa: F811
    described = client.get("/api/openapi.json").json["paths"]
    for rule in app.url_map.iter_rules():
        taken = getattr(app.view_functions[rule.endpoint], "parameters", None)
        if rule.rule.startswith("/api/v1") and taken is not None:
            path = rule.rule.replace("<", "{").replace(">", "}")
            told = {row["name"] for row in described[path]["get"]["parameters"] if row["in"] == "query"}
            assert told == set(taken), path


def test_described_fields_are_the_ones_answered(client):
    schemas = client.get("/api/openapi.json").json["components"]["schemas"]
    for path, schema in (
        ("/api/v1/estates", "Estate"),
        ("/api/v1/enterprises", "Enterprise"),
        ("/api/v1/quarters/2026Q3/scores", "QuarterScore"),
        ("/api/v1/ratings/2025", "Rating"),
        ("/api/v1/lists?as_of=2026-06-01", "ListEntry"),
    ):
        assert list(schemas[schema]["properties"]) == list(client.get(path).json["items"][0])
    assert set(schemas["EstateRecord"]["properties"]) == set(client.get(f"/api/v1/estates/{GOOD}").json)
    one = client.get(f"/api/v1/enterprises/{USCC[0]}").json
    assert set(schemas["EnterpriseRecord"]["properties"]) == set(one)
    assert set(schemas["Credit"]["properties"]) == set(one["credit"])
    assert list(schemas["CreditEvent"]["properties"]) == list(one["credit"]["events"][0])


def test_sentences_of_the_pages_stand_in_the_answer(client):
    for prefix in ("", "/en"):
        said = client.get(f"{prefix}/api/v1/estates/{GOOD}").json["explanation"]
        assert [row["about"].split(":")[0] for row in said] == ["quarter", "rating", "list"] or len(said) >= 2
        for row in said:
            assert all(row[name] for name in ("sentences", "on", "next", "page"))
            page = client.get(prefix + row["page"]).text
            if not row["about"].startswith("list:"):
                assert all(sentence in page for sentence in row["sentences"]), row["about"]
