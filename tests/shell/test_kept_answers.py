"""Answers kept in memory: the same bytes, new the moment something is published, and never a held result."""

import gzip
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from portal.kernel import clock
from portal.kernel.db import reading, transaction
from portal.kernel.periods import Quarter
from portal.receipts import journal
from portal.shell.app import create_app
from portal.shell.public.kept.answers import KeptAnswers, Shelf
from portal.shell.public.kept.limits import Limits
from scoring.ratings import api as ratings
from scoring.ratings.models import QuarterScore
from tests.pages import StrictClient
from tests.ratings.district import add_check
from tests.registry.sheets import USCC, bring
from tests.shell.public_district import CLI, ESTATES, GOOD
from tests.shell.public_fixtures import instance  # noqa: F401

TODAY = date(2026, 11, 22)
PAGES = ("/", f"/estates/{GOOD}", f"/en/estates/{GOOD}", "/estates?q=hyhy", "/data", f"/api/v1/lists?uscc={USCC[0]}",
         "/api/v1/estates?page_size=5", "/static/theme.css", f"/estates/{GOOD}.csv")  # fmt: skip


@pytest.fixture(scope="module")
def keeping():
    """One application that keeps its answers."""
    made = create_app(testing=True, keep_answers=True)
    made.test_client_class = StrictClient
    return made


@pytest.fixture
def kept(instance, keeping):  # noqa: F811
    with clock.on(TODAY):
        yield keeping.test_client()


def _shelf(app) -> Shelf:
    return _keeper(app).shelf


def _keeper(app) -> KeptAnswers:
    found = app.wsgi_app
    while not isinstance(found, KeptAnswers):
        found = found.wrapped
    return found


@pytest.mark.parametrize("path", PAGES)
def test_the_second_answer_is_the_first(kept, client, path):
    with client.get(path) as plain:
        plain.get_data()
    first, second = kept.get(path), kept.get(path)
    assert first.data == second.data == plain.data
    same = {"Content-Type", "Cache-Control", "Content-Security-Policy", "Access-Control-Allow-Origin"}
    for name in same & set(plain.headers.keys()):
        assert plain.headers[name] == second.headers[name]
    again = kept.get(path, headers={"If-None-Match": second.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_an_answer_at_hand_asks_the_database_nothing(kept, keeping, monkeypatch):
    path = f"/estates/{GOOD}"
    first = kept.get(path).data
    monkeypatch.setattr(_keeper(keeping), "wrapped", None)  # whoever calls the application fails
    assert kept.get(path).data == first


def test_text_is_packed_for_who_takes_it(kept):
    path = f"/estates/{GOOD}"
    plain = kept.get(path)
    packed = kept.get(path, headers={"Accept-Encoding": "gzip, deflate"}, strict=False)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 3
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert kept.get(path, headers={"Accept-Encoding": "gzip;q=0"}).data == plain.data
    assert kept.get(path, headers={"If-None-Match": packed.headers["ETag"]}).status_code == 304


def test_a_change_shows_at_once(kept):
    path = f"/estates/{GOOD}"
    assert "碧海云庭" in kept.get(path).text
    bring(
        "estates",
        "estate_code,name,kind,division_code,address,households\nBA-002,碧海新庭,commodity,440306017010,,500\n",
    )
    assert "碧海新庭" in kept.get(path).text


def test_a_publication_shows_on_its_day_and_no_day_before(kept):
    quarter, path = Quarter.parse("2026Q4"), "/api/v1/quarters/2026Q4/scores"
    published = date(2027, 1, 20)
    with clock.on(quarter.last), transaction() as db:
        for code in ESTATES:
            for month in quarter.months:
                add_check(db, code, str(month), {}, "confirmed")
    with clock.on(published):
        assert kept.get(path).status_code == 404
        assert kept.get("/index.json").json["quarter"] == "2026Q3"
        with transaction() as db:
            ratings.publish_quarter(db, CLI, quarter, on=published)
    with reading() as db:
        public_from = db.scalar(select(func.max(QuarterScore.public_from)).where(QuarterScore.quarter == "2026Q4"))
    for day in (published, public_from - timedelta(days=1), public_from):
        with clock.on(day):
            shown = day >= public_from
            assert kept.get(path).status_code == (200 if shown else 404), day
            assert kept.get("/index.json").json["quarter"] == ("2026Q4" if shown else "2026Q3")
            assert ("2026年第四季度" in kept.get(f"/estates/{GOOD}").text) == shown


def test_what_a_signing_in_changes_leaves_answers_alone(kept, keeping, signed_in):
    path = f"/estates/{GOOD}"
    kept.get(path)
    before = _shelf(keeping)._held.copy()
    signed_in("officer")
    kept.get(path)
    assert all(_shelf(keeping)._held[key] is answer for key, answer in before.items())


def test_pages_with_a_form_are_nobodys_else(kept, keeping):
    kept.get("/sign-in")
    kept.get("/healthz")
    assert not [key for key in _shelf(keeping)._held if key[1] in ("/sign-in", "/healthz")]


def test_the_shelf_has_an_end(keeping, kept):
    made = Shelf(most=20_000)
    keeper = _keeper(keeping)
    keeper.shelf, old = made, keeper.shelf
    try:
        for number in range(40):
            kept.get(f"/api/v1/estates?page_size={number + 1}")
        assert made._size <= 20_000
        assert len(made._held) < 40
    finally:
        keeper.shelf = old


def test_the_limit_is_told_truly(kept, keeping):
    keeper = _keeper(keeping)
    keeper.limits, old = Limits(per_window=5), keeper.limits
    try:
        with clock.at(clock.now()):
            told = [kept.get(f"/api/v1/estates?page_size={n}").headers["RateLimit-Remaining"] for n in range(50, 55)]
            assert told == ["4", "3", "2", "1", "0"]
            at_hand = kept.get("/api/v1/estates?page_size=50")  # costs nothing
            assert (at_hand.status_code, at_hand.headers["RateLimit-Remaining"]) == (200, "0")
            refused = kept.get("/api/v1/estates?page_size=60")
            assert refused.status_code == 429
            assert refused.content_type == "application/problem+json"
            assert int(refused.headers["Retry-After"]) == int(refused.headers["RateLimit-Reset"]) <= 60
            assert kept.post("/api/v1/lists/check", json={"queries": []}).status_code == 429
            assert kept.get("/estates").status_code == 200, "pages have no limit"
        with clock.at(clock.now() + timedelta(seconds=61)):
            assert kept.get("/api/v1/estates?page_size=60").status_code == 200
    finally:
        keeper.limits = old


def test_a_narrower_limit_of_a_deed_is_the_one_that_is_told(kept, monkeypatch):
    monkeypatch.setattr(journal, "LOOKS", 2)
    with clock.at(clock.now()):
        answers = [kept.post("/api/v1/receipts/verify", data=b"{}") for _look in range(2)]
        assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["1", "0"]
        refused = kept.post("/api/v1/receipts/verify", data=b"{}")
        looked = kept.get("/api/v1/receipts/0000-0000")
    for answer in (refused, looked):
        assert (answer.status_code, answer.headers["RateLimit-Remaining"]) == (429, "0")
        assert answer.headers.getlist("RateLimit") == ['"receipts";r=0;t=600']
        assert answer.headers["Retry-After"] == answer.headers["RateLimit-Reset"] == "600"


def test_two_languages_and_hosts_are_told_apart(kept):
    assert kept.get("/help").data != kept.get("/en/help").data
    first = kept.get("/api/v1/estates?page_size=2", base_url="http://a.example").json["next"]
    second = kept.get("/api/v1/estates?page_size=2", base_url="http://b.example").json["next"]
    assert first.startswith("http://a.example/")
    assert second.startswith("http://b.example/")
