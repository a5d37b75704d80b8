"""Every legal path of a list case over HTTP, and at every step all that is illegal there."""

from datetime import date

import pytest

from portal.kernel import clock
from portal.kernel.access import Role, person_actor
from portal.kernel.db import reading, transaction
from portal.kernel.periods import Year
from scoring.adverse.chains import CHAINS
from scoring.lists import queries, service
from scoring.lists.models import ListStep
from tests.adverse.walking import Deed, Walk, common, steps
from tests.lists.year import rate, veto
from tests.people import make_person
from tests.ratings.district import DISTRICT

PROPOSED, LAST, AFTER = date(2026, 2, 10), date(2026, 3, 2), date(2026, 3, 3)
HEARING, SERVED, LATER = date(2026, 2, 13), date(2026, 3, 5), date(2026, 3, 9)
DEEDS = {
    **common("list", "list.notice", "list.decision"),
    "decide": Deed(
        "lead",
        lambda walk: f"/lists/cases/{walk.ids['case']}/decide",
        lambda walk: {"outcome": walk.ids.get("outcome", "list"), "why": "事实清楚。"},
    ),
    "publish": Deed("lead", lambda _walk: "/lists/manage/2025/publish"),
    "take off": Deed(
        "lead",
        lambda walk: f"/lists/cases/{walk.ids['case']}/take-off",
        lambda _w: {"reason": "revoked", "why": "判决撤销"},
    ),
}


@pytest.fixture
def walk(district, app, signed_in):
    """``walk(kind)``: a fresh case of the list, proposed on the page by the officer."""
    for login, role in (("officer", Role.OFFICER), ("lawyer", Role.OFFICER), ("lead", Role.LEAD)):
        make_person(role, None, None, login)

    def begin(kind: str) -> Walk:
        if kind == "red":
            rate("E1", 5)
        else:
            rate("E2", None, status="vetoed")
            veto("E2")
        with transaction() as db:
            officer = person_actor("officer", Role.OFFICER, DISTRICT)
            service.propose(db, officer, Year(2025), on=PROPOSED, recorded=False)
        with reading() as db:
            case_id = next(case.id for case, _last in queries.cases(db) if case.kind == kind)
        return Walk(signed_in, DEEDS, {"case": case_id, "day": PROPOSED.isoformat()})

    return begin


def test_the_short_black_way(walk):
    way = walk("black")
    way.do("serve notice", PROPOSED)
    way.do("review", AFTER, early=LAST)
    way.do("decide", AFTER)
    way.ids["day"] = AFTER.isoformat()
    way.do("serve decision", AFTER)
    way.do("publish", SERVED)
    way.do("take off", LATER)
    assert steps(ListStep, way.ids["case"]) == ["candidate", "notice_served", "response_open", "review", "decided_list",
                                                "decision_served", "effective", "exited"]  # fmt: skip


def test_the_black_way_with_points_and_a_hearing(walk):
    way = walk("black")
    way.do("serve notice", PROPOSED)
    way.do("point", PROPOSED, beside=("ask",))
    way.do("ask", PROPOSED, beside=("point", "answer"))
    way.ids["day"] = HEARING.isoformat()
    way.do("arrange", PROPOSED, beside=("point", "answer", "withdraw"))
    way.do("answer", PROPOSED, beside=("point", "withdraw", "arrange"))
    way.do("minutes", HEARING, early=PROPOSED, beside=("point", "withdraw", "arrange"))
    way.do("review", AFTER, early=LAST)
    way.ids["outcome"] = "drop"
    way.do("decide", AFTER)
    way.nothing_but((), LATER)
    case = way.ids["case"]
    assert steps(ListStep, case) == ["candidate", "notice_served", "response_open", "hearing", "review", "dropped"]


def test_what_the_lawyer_disagrees_with_is_not_listed(walk):
    way = walk("black")
    way.post("serve notice", PROPOSED)
    way.ids["verdict"] = "disagree"
    way.do("review", AFTER)
    way.nothing_but((), AFTER)
    way.ids["outcome"] = "drop"
    way.do("decide", AFTER)


def test_an_unanswered_point_and_an_open_hearing_stop_everything(walk):
    way = walk("black")
    for name in ("serve notice", "point", "ask"):
        way.post(name, PROPOSED)
    way.nothing_but(("answer", "arrange", "withdraw"), AFTER)
    way.post("answer", AFTER)
    way.nothing_but(("arrange", "withdraw"), AFTER)
    way.do("withdraw", AFTER, beside=("arrange",))
    way.do("review", AFTER)


def test_the_one_who_gave_the_legal_opinion_does_not_decide(walk):
    make_person(Role.LEAD, None, None, "lead")
    way = walk("black")
    way.post("serve notice", PROPOSED)
    assert way.post("review", AFTER, "lead") == 303, "a lead may give the legal opinion"
    way.nothing_but((), AFTER)


def test_the_red_way(walk):
    way = walk("red")
    way.do("decide", AFTER, early=date(2026, 2, 24))
    way.do("publish", SERVED)
    way.do("take off", LATER)
    assert steps(ListStep, way.ids["case"]) == [
        "candidate",
        "review",
        "public_notice",
        "decided_list",
        "effective",
        "exited",
    ]


def test_nobody_else_knows_of_a_black_candidate(walk, client):
    way = walk("black")
    case = way.ids["case"]
    with clock.on(PROPOSED):
        company = way.client("company", PROPOSED)
        assert company.get(f"/company/decisions/list/{case}").status_code == 404, "not served yet"
        assert "E2花园" not in client.get("/lists").get_data(as_text=True)
        assert client.get(f"/lists/notices/{case}/object").status_code == 404
    way.post("serve notice", PROPOSED)
    with clock.on(PROPOSED):
        assert "陈述、申辩" in company.page(f"/company/decisions/list/{case}").get_text()
        assert way.client("stranger", PROPOSED).get(f"/company/decisions/list/{case}").status_code == 404
        assert "E2花园" not in client.get("/lists").get_data(as_text=True)


def test_the_ways_of_the_chains_are_walked():
    """What the tests above walk, and what only rules and days bring about, is all there is."""
    walked = {
        "list-black": {("", "candidate"), ("candidate", "notice_served"), ("notice_served", "response_open"),
                       ("response_open", "hearing"), ("response_open", "review"), ("hearing", "review"),
                       ("review", "decided_list"), ("review", "dropped"), ("decided_list", "decision_served"),
                       ("decision_served", "effective"), ("effective", "exited")},
        "list-red": {("", "candidate"), ("candidate", "review"), ("review", "public_notice"),
                     ("public_notice", "decided_list"), ("decided_list", "effective"), ("effective", "exited")},
    }  # fmt: skip
    by_rule = {
        "list-black": {("candidate", "dropped"), ("decided_list", "exited"), ("decision_served", "exited")},
        "list-red": {("public_notice", "dropped"), ("decided_list", "exited")},
    }
    for chain, ways in walked.items():
        every = {(before, step) for before, following in CHAINS[chain].items() for step in following}
        assert ways | by_rule[chain] == every
