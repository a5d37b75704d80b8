"""Pages of the roster: who keeps it, how somebody comes, is away and goes, and ties that bar from cases."""

import re
from datetime import timedelta

import pytest

from mediation.roster import api as roster
from portal.accounts import api as accounts
from portal.kernel import clock
from portal.kernel.access import Role
from portal.kernel.db import reading
from tests.mediation.centre import COMPANY, DISTRICT, E1, TODAY, found
from tests.people import make_person

FACTS = {
    "name": "钱和",
    "part": "mediator",
    "body": "宝安区物业事务机构",
    "languages": ["zh", "yue"],
    "kinds": ["fees"],
    "capacity": "8",
}


@pytest.fixture
def keeper(instance, signed_in):
    with clock.on(TODAY):
        found()
        make_person(Role.MEDIATOR, DISTRICT, None, "med9")
        yield signed_in(Role.REGISTRAR, division=DISTRICT)


def listed(on=TODAY):
    with reading() as db:
        return {one.login: one for one in roster.on_roster(db, on)}


def test_somebody_comes_is_away_and_goes(keeper):
    wrong = keeper.submit("/mediation/roster/add", {**FACTS, "login": "med9", "languages": []})
    assert wrong.status_code == 422
    assert keeper.submit("/mediation/roster/add", {**FACTS, "login": "med9"}).status_code == 303
    assert (listed()["med9"].languages, listed()["med9"].capacity) == (("zh", "yue"), 8)
    page = "/mediation/roster/med9"
    until = TODAY + timedelta(days=9)
    assert keeper.submit(f"{page}/away", {"until": str(TODAY - timedelta(days=1))}, page=page).status_code == 422
    assert keeper.submit(f"{page}/away", {"until": str(until)}, page=page).status_code == 303
    assert "暂停" in keeper.get("/mediation/roster").text
    assert keeper.submit(f"{page}/away", {"until": str(until)}, page=page).status_code == 409
    assert "med9" not in listed(until)
    assert "med9" in listed(until + timedelta(days=1))
    assert keeper.submit(page, FACTS, page=page).status_code == 303, "back before the time"
    assert "med9" in listed()
    assert keeper.submit(f"{page}/end", page=page).status_code == 303
    assert "med9" not in listed()
    with clock.on(TODAY, hour=11), reading() as db:
        assert {one.facts.login: one.state for one in roster.everybody(db, TODAY)}.get("med9") in (None, "off")


def test_a_tie_bars_and_the_registrar_alone_ends_it(keeper, signed_in):
    mediator = signed_in(Role.MEDIATOR, division=DISTRICT, login="med1")
    with reading() as db:
        assert accounts.person(db, "med1").role == Role.MEDIATOR
    assert mediator.submit("/mediation/my-ties", {"kind": "owner", "estate": "NONE"}).status_code in (404, 422)
    assert mediator.submit("/mediation/my-ties", {"kind": "owner", "estate": E1}).status_code == 303
    page = "/mediation/roster/med1"
    assert keeper.submit(f"{page}/ties", {"kind": "adviser", "uscc": COMPANY}, page=page).status_code == 303
    with reading() as db:
        bars = roster.conflicts(db, E1, [COMPANY], TODAY)["med1"]
    assert {one.code for one in bars} == {"owner", "adviser"}
    end = [form["action"] for form in keeper.page(page).find_all("form", action=re.compile("/ties/.*/end$"))]
    assert len(end) == 2
    assert mediator.post(end[0]).status_code in (400, 403)
    assert [keeper.submit(one, page=page).status_code for one in end] == [303, 303]
    with reading() as db:
        assert "med1" not in roster.conflicts(db, E1, [COMPANY], TODAY + timedelta(days=1))


def test_a_street_looks_and_keeps_its_rooms(keeper, signed_in):
    street = signed_in(Role.REGISTRAR, division="440306001000")
    assert street.get("/mediation/roster").status_code == 200
    assert street.get("/mediation/roster/med1").status_code == 403
    assert street.get("/mediation/roster/add").status_code == 403
    room = {"code": "S1", "name": "街道调解室", "division": "440306001000"}
    assert street.submit("/mediation/roster/places", room, page="/mediation/roster").status_code == 303
    far = street.submit(
        "/mediation/roster/places", {**room, "code": "S2", "division": DISTRICT}, page="/mediation/roster"
    )
    assert far.status_code == 422
    assert signed_in(Role.OFFICER).get("/mediation/roster").status_code == 403
