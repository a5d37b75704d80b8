"""Odd addresses and parameters: whatever is sent, the answer is the portal's own, never a fault of the server.

The test application lets a fault through as an exception, so each of these requests fails by itself.
"""

import pytest

from portal.kernel.access import Role
from scoring.ratings.views.quarter_table import Wanted as WantedQuarter
from scoring.ratings.views.year_table import Wanted as WantedYear

HUGE, LONG, NUL = "9" * 30, "x" * 3000, "a%00b"
PUBLIC = [
    f"/estates?page={HUGE}", f"/estates?q={LONG}", "/estates?q=%25_!", f"/enterprises?page={HUGE}", "/enterprises?page=-1",
    "/lists?as_of=9999-12-31", "/lists?as_of=0001-01-01", f"/lists?year={HUGE}", "/quarters/0000Q1", "/quarters/9999Q4",
    "/quarters/0001Q1.csv", "/ratings/0000", "/ratings/9999", "/enterprises/x?as_of=9999-12-31", "/standards/%25",
    "/api/v1/lists?known_at=0001-01-01T00:00:00%2B23:00", "/api/v1/lists?known_at=9999-12-31T23:59:59-23:00",
    "/api/v1/lists?as_of=0001-01-01", "/api/v1/estates?snapshot=20261122-99991231T235959999999",
    "/api/v1/estates?snapshot=00010101-00010101T000000000000", f"/api/v1/estates?page={HUGE}", f"/api/v1/estates?q={LONG}",
    f"/verify/{LONG}", f"/estates/{LONG}", f"/{LONG}",
    "/api/v1/estates?page_size=501", "/api/v1/quarters/9999Q4/scores", "/api/v1/enterprises/x?as_of=0001-01-01",
]  # fmt: skip
STAFF = {
    Role.OFFICER: [
        f"/registry/estates?page={HUGE}", f"/registry/contracts?page={HUGE}", f"/registry/managers?page={HUGE}",
        f"/year-facts/{HUGE}", "/year-facts/0", f"/lists/manage?year={HUGE}", "/lists/manage?year=-5",
        "/lists/manage/9999/propose", "/lists/manage/0000/propose", "/credit/enterprises/x?as_of=0001-01-01",
        "/ratings/quarter/9999Q4/prepare", "/ratings/quarter/0001Q1/prepare", "/ratings/year/0001/prepare",
    ],
    Role.AUDITOR: [
        "/audit?last=9999-12-31", "/audit?first=0001-01-01", "/audit.csv?last=9999-12-31", f"/audit?page={HUGE}",
    ],
    Role.ADMIN: [f"/admin/people?page={HUGE}"],
    Role.INSPECTOR: ["/inspections?month=0001-01", "/inspections?month=0000-01", f"/inspections?page={HUGE}"],
}  # fmt: skip
ZEROES = [
    f"/estates?q={NUL}", f"/estates/{NUL}", f"/enterprises/{NUL}", f"/quarters/{NUL}", f"/standards/{NUL}",
    f"/photos/{NUL}.jpg", f"/api/v1/estates/{NUL}", f"/api/v1/enterprises/{NUL}", f"/enterprises?q={NUL}",
]  # fmt: skip


def _faults(client, addresses):
    met = {}
    for address in addresses:
        try:
            status = client.get(address, strict=False).status_code
        except Exception as error:  # noqa: BLE001  each is listed, so that all of them are seen at once
            status = f"{type(error).__name__}: {error}"[:120]
        if not isinstance(status, int) or status >= 500:
            met[address[:80]] = status
    return met


@pytest.mark.both_databases
def test_odd_requests(client, signed_in):
    assert not _faults(client, PUBLIC)
    assert not {role: met for role, asked in STAFF.items() if (met := _faults(signed_in(role), asked))}


@pytest.mark.both_databases
def test_a_text_with_a_zero_is_refused(client):
    assert {client.get(address, strict=False).status_code for address in ZEROES} == {400}
    assert client.submit("/sign-in", {"login": "a\x00b", "password": "x"}).status_code == 400


def test_a_zero_is_told_where_it_stands(client):
    """Nobody is told that a page is out of date, when it is the address that is wrong."""
    for address in (f"/estates?q={NUL}", f"/estates/{NUL}"):
        assert "地址里有不允许的字符（%00）。" in client.get(address).text
        assert "The address holds a character that is not allowed (%00)." in client.get(f"/en{address}").text
    for address in (f"/api/v1/estates?q={NUL}", f"/api/v1/estates/{NUL}"):
        told = client.get(address)
        assert (told.status_code, told.mimetype) == (400, "application/problem+json")
        assert "地址里有不允许的字符（%00）。" in told.get_json(force=True)["detail"]
    assert "填写的内容里有不允许的字符" in client.submit("/sign-in", {"login": "a\x00b", "password": "x"}).text


@pytest.mark.parametrize(
    ("method", "address", "allowed"),
    [
        ("POST", "/estates", {"GET", "HEAD", "OPTIONS"}),
        ("DELETE", "/en/sign-in", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("PUT", "/api/v1/estates", {"GET", "HEAD", "OPTIONS"}),
        ("GET", "/api/v1/lists/check", {"OPTIONS", "POST"}),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(client, method, address, allowed):
    told = client.open(address, method=method)
    assert (told.status_code, {*told.headers["Allow"].split(", ")}) == (405, allowed)


@pytest.mark.parametrize("wanted", [WantedQuarter, WantedYear])
def test_an_area_that_is_none_filters_nothing(wanted):
    assert wanted(street="x").division == wanted(community="44", street="9" * 11).division == ""
    assert wanted(community="?", street="440306017000").division == "440306017000"
