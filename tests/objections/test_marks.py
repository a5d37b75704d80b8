"""A contested record is marked at once wherever it shows, on pages and in JSON, and the mark follows what happens."""

from datetime import date, timedelta

import pytest

from portal.kernel import clock
from portal.kernel.access import Role, person_actor
from portal.kernel.db import reading, transaction
from portal.kernel.flags import flags
from scoring.objections import api as objections
from tests.objections.acts import act, decision, filed, reached
from tests.objections.world import ESTATE, KINDS, OBJECTOR, REVIEWER, TODAY
from tests.ratings.district import DISTRICT

MARK = "异议处理中（2026年6月3日收到）"
# Where a record of each kind shows: pages for everybody, pages of the company, pages of the office.
SHOWN = {
    "check": ([f"/quarters/2025Q2/estates/{ESTATE}", f"/estates/{ESTATE}"], [], []),
    "quarter": ([f"/quarters/2025Q2/estates/{ESTATE}", "/quarters/2025Q2", f"/estates/{ESTATE}",
                 f"/enterprises/{OBJECTOR}", f"/ratings/2025/estates/{ESTATE}"],
                ["/company", f"/company/estates/{ESTATE}", "/company/objections/results"], []),
    "rating": ([f"/ratings/2025/estates/{ESTATE}", "/ratings/2025", f"/estates/{ESTATE}", f"/enterprises/{OBJECTOR}"],
               ["/company", f"/company/estates/{ESTATE}", "/company/objections/results"], []),
    "credit": ([f"/enterprises/{OBJECTOR}"], ["/company", "/company/objections/results"],
               [f"/credit/enterprises/{OBJECTOR}"]),
    "list": (["/lists", f"/enterprises/{OBJECTOR}", f"/estates/{ESTATE}"], ["/company", "/company/objections/results"],
             ["/lists/manage?year=2025"]),
}  # fmt: skip
JSON = {
    "quarter": (["/api/v1/quarters/2025Q2/scores", f"/api/v1/estates/{ESTATE}", f"/estates/{ESTATE}.json",
                 f"/quarters/2025Q2/estates/{ESTATE}.json"]),
    "rating": ["/api/v1/ratings/2025", f"/api/v1/estates/{ESTATE}", f"/ratings/2025/estates/{ESTATE}.json"],
    "credit": [f"/api/v1/enterprises/{OBJECTOR}", f"/enterprises/{OBJECTOR}.json"],
    "list": ["/api/v1/lists", "/lists.json", f"/api/v1/estates/{ESTATE}", f"/api/v1/enterprises/{OBJECTOR}"],
}  # fmt: skip


def _pages(as_, client, kind):
    everybody, company, office = SHOWN[kind]
    for path in everybody:
        yield path, client
    for path in company:
        yield path, as_("company")
    for path in office:
        yield path, as_("officer2")


@pytest.mark.parametrize("kind", KINDS)
def test_the_mark_shows_at_once_and_goes_with_the_withdrawal(as_, client, world, kind):
    company = as_("company")
    path, reader = next(_pages(as_, client, kind))
    assert MARK not in reader.page(path).get_text(), path

    objection_id = filed(company, world.refs[kind])

    for path, reader in _pages(as_, client, kind):
        assert MARK in reader.page(path).get_text(), path
    case = f"/company/objections/{objection_id}"
    company.submit(f"{case}/withdraw", {"seen": 1}, page=case)
    path, reader = next(_pages(as_, client, kind))
    assert MARK not in reader.page(path).get_text(), path


def _codes(answer, ref_kind) -> list[str]:
    found = []

    def walk(value):
        if isinstance(value, dict):
            found.extend(flag["code"] for flag in value.get("flags", ()))
            for one in value.values():
                walk(one)
        elif isinstance(value, list):
            for one in value:
                walk(one)

    walk(answer)
    return found


@pytest.mark.parametrize("kind", list(JSON))
def test_programs_read_the_mark_too(as_, client, world, kind):
    office = as_(REVIEWER[kind])
    for path in JSON[kind]:
        assert _codes(client.get(path).json, kind) == []
    objection_id = filed(as_("company"), world.refs[kind])
    for path in JSON[kind]:
        assert _codes(client.get(path).json, kind) == ["objection"], path
    act(office, objection_id, "accept")
    act(office, objection_id, "decide", **decision(kind, False))
    for path in JSON[kind]:
        assert _codes(client.get(path).json, kind) == ["objection_decided"], path


def test_bidders_read_the_mark_in_their_answer(as_, client, world):
    filed(as_("company"), world.refs["list"])

    answer = client.post("/api/v1/lists/check", json={"queries": [{"uscc": OBJECTOR}]}).json

    assert [flag["code"] for flag in answer["items"][0]["entries"][0]["flags"]] == ["objection"]


def test_the_result_stays_marked_for_its_time(as_, world):
    ref = world.refs["rating"]
    reached(as_("company"), as_("officer2"), world, "rating", "decided")

    def codes(day: date) -> list[str]:
        with clock.on(day), reading() as db:
            return [flag.code for flag in flags(db, [ref]).get(ref, ())]

    assert codes(TODAY) == ["objection_decided"]
    assert codes(TODAY + timedelta(days=30)) == ["objection_decided"]
    assert codes(TODAY + timedelta(days=31)) == []


def test_a_refused_objection_leaves_no_mark(as_, world):
    reached(as_("company"), as_("officer2"), world, "rating", "refused")

    with reading() as db:
        assert flags(db, list(world.refs.values())) == {}


def test_marks_are_read_on_both_axes(as_, world):
    ref, company = world.refs["rating"], as_("company")
    filed(company, ref)
    before = clock.now() - timedelta(minutes=1)

    with reading() as db:
        assert flags(db, [ref], as_of=TODAY - timedelta(days=1)) == {}
        assert flags(db, [ref], known_at=before) == {}
        assert [flag.code for flag in flags(db, [ref], as_of=TODAY)[ref]] == ["objection"]


def test_a_lawsuit_marks_until_its_result(as_, client, world):
    officer, path = as_("officer2"), "/objections/proceedings"
    form = {"ref": world.refs["rating"], "kind": "lawsuit", "authority": "某法院", "number": "（2026）粤01行初1号",
            "since": "2026-06-02"}  # fmt: skip
    assert officer.submit(path, form).status_code == 303
    assert officer.submit(path, form).status_code == 422  # the same number is on file
    assert "行政诉讼中（2026年6月2日起）" in client.page("/ratings/2025").get_text()
    assert as_("lead2").post(path, data=form).status_code in (400, 403)

    with reading() as db:
        from scoring.objections import queries

        proceeding = queries.proceeding_rows(db)[0][0].id
    ending = {"result": "maintained", "why": "（2026）粤01行初1号判决书", "ended_on": "2026-06-03"}
    assert officer.submit(f"{path}/{proceeding}/end", ending, page=path).status_code == 303
    text = client.page("/ratings/2025").get_text()
    assert "行政诉讼中" not in text
    assert "行政诉讼已结束：维持" in text
    assert officer.submit(f"{path}/{proceeding}/end", ending, page=path).status_code == 422


def test_statistics_hide_small_counts(client, as_, world):
    from scoring.objections.views.public import suppressed

    assert suppressed({"check": {"open": 9, "allowed": 3, "dismissed": 6}}) == {
        "check": {"open": 9, "allowed": None, "dismissed": None}
    }
    assert suppressed({"check": {"open": 0, "allowed": 3, "dismissed": 2}})["check"]["open"] == 0
    assert "不足5件" in client.page("/statistics/objections").get_text()
    officer = person_actor("company", Role.ENTERPRISE, DISTRICT, OBJECTOR)
    with transaction() as db:
        for ref in world.refs.values():
            objections.file(db, officer, ref, points=["有误。"], on=TODAY)
    assert "共收到5件" in client.page("/statistics/objections").get_text()
    reviewer = as_("officer2")
    with reading() as db:
        from scoring.objections import queries

        waiting = [own.id for own, _last in queries.rows(db) if own.kind == "rating"]
    act(reviewer, waiting[0], "accept")
    assert "按时办结100%" in client.page("/statistics/objections").get_text()
    assert "100%" in reviewer.page("/objections").get_text()
