"""The pages of quarters: what the public reads, its files, and the staff's way from checks to publication."""

import csv
import io
import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event, select

from portal.kernel import clock
from portal.kernel.access import Role
from portal.kernel.db import engine, reading, transaction
from portal.kernel.periods import Quarter
from scoring.checks.models import CheckStep
from scoring.ratings import api as ratings
from scoring.ratings.models import QuarterScore, Release
from tests.ratings import district as d

KINDS = {
    "A-1": ("commodity", d.COMMUNITIES[0]),
    "A-2": ("commodity", d.COMMUNITIES[0]),
    "B-1": ("commodity", d.COMMUNITIES[1]),
    "C-1": ("village", d.COMMUNITIES[2]),
}
Q1, MONTHS = Quarter(2025, 1), ("2025-01", "2025-02", "2025-03")
TOLD = date(2025, 4, 10)  # the hold is over on the day of these tests
IN_APRIL = datetime(2025, 4, 25, 2, tzinfo=UTC)


@pytest.fixture
def april():
    """25 April 2025: the first quarter is over."""
    with clock.at(IN_APRIL):
        yield


@pytest.fixture
def district(app, april):
    """Three months of checks, submitted: A-2 loses points, C-1 has one month only."""
    d.found_district(KINDS)
    with transaction() as db:
        for month in MONTHS:
            d.add_check(db, "A-1", month, {})
            d.add_check(db, "A-2", month, {"XF01": "2", "ZH06": "zero"})
            d.add_check(db, "B-1", month, {"SB02": "fail"})
        d.add_check(db, "C-1", MONTHS[0], {})


@pytest.fixture
def published(district):
    """The quarter confirmed and published."""
    with transaction() as db:
        ratings.confirm_quarter(db, d.CLI, Q1, on=clock.today())
    with transaction() as db:
        ratings.publish_quarter(db, d.CLI, Q1, on=TOLD)


def _text(page) -> str:
    return re.sub(r"\s+", " ", page.find("main").get_text(" ", strip=True))


def _shown(page) -> list[str]:
    return [head.a.get_text() for head in page.select("#main table.table-cards tbody th[data-label='小区']")]


def test_nothing_is_public_before_publication(district, client):
    assert "2025年第一季度" not in _text(client.page("/quarters"))
    client.page("/quarters/2025Q1", 404)
    client.page("/quarters/2025Q1/estates/A-1", 404)
    client.page("/quarters/2025Q1/corrections", 404)
    assert client.get("/quarters/2025Q1.json").status_code == 404


@pytest.mark.parametrize("address", ["/quarters/2025Q5", "/quarters/abc", "/quarters/2025Q5.csv", "/ratings/20x5"])
def test_what_is_no_period_is_not_found(app, client, address):
    assert client.get(address).status_code == 404


def test_page_says_the_finding_and_ranks_within_a_kind(published, client):
    page = client.page("/quarters/2025Q1")
    assert "3个小区有得分" in _text(page)
    assert "1个小区确认的检查不足2个月" in _text(page)
    assert _shown(page) == ["A-1花园", "B-1花园", "A-2花园", "C-1花园"]
    assert "2025年第一季度" in _text(client.page("/quarters"))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("street=440306002000", ["C-1花园"]),
        ("street=440306001000&community=440306001002", ["B-1花园"]),
        ("kind=village", ["C-1花园"]),
        ("sort=-score", ["A-2花园", "B-1花园", "A-1花园", "C-1花园"]),
        ("sort=name", ["A-1花园", "A-2花园", "B-1花园", "C-1花园"]),
        ("sort=nonsense", ["A-1花园", "B-1花园", "A-2花园", "C-1花园"]),
    ],
)
def test_files_hold_exactly_the_rows_of_the_page(published, client, query, names):
    assert _shown(client.page(f"/quarters/2025Q1?{query}")) == names
    text = client.get(f"/quarters/2025Q1.csv?{query}").get_data(as_text=True).removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    answer = client.get(f"/quarters/2025Q1.json?{query}").get_json()
    assert [row["name"] for row in rows] == [row["name"] for row in answer["items"]] == names
    assert [row["score"] or None for row in rows] == [row["score"] for row in answer["items"]]
    assert answer["total"] == len(names)


def test_figures_of_the_file_are_the_published_ones(published, client):
    rows = {row["estate_code"]: row for row in client.get("/quarters/2025Q1.json").get_json()["items"]}
    with reading() as db:
        plain = ("rank_district", "rank_street", "status", "months", "uscc")
        names = (QuarterScore.estate_code, QuarterScore.score_cp, *(getattr(QuarterScore, name) for name in plain))
        stored = {code: (score, figures) for code, score, *figures in db.execute(select(*names))}
    assert set(rows) == set(stored) == set(KINDS)
    for code, (score, figures) in stored.items():
        assert rows[code]["score"] == (None if score is None else f"{score // 100}.{score % 100:02d}")
        assert [rows[code][name] for name in plain] == figures


def _queries(client, address: str) -> int:
    said: list[str] = []
    listen = lambda *facts: said.append(facts[2])  # noqa: E731
    event.listen(engine(), "before_cursor_execute", listen)
    try:
        assert client.get(address).status_code == 200
    finally:
        event.remove(engine(), "before_cursor_execute", listen)
    return len(said)


def test_queries_do_not_grow_with_the_estates(published, client):
    """Thirty estates more cost no query more, so 1,500 do not either."""
    before = _queries(client, "/quarters/2025Q1")
    with transaction() as db:
        for number in range(30):
            d.add_estate(db, f"N-{number}", "commodity", d.COMMUNITIES[0], d.USCC[1])
        for number in range(30):
            for month in MONTHS[:2]:
                d.add_check(db, f"N-{number}", month, {}, "confirmed")
        ratings.publish_quarter(db, d.CLI, Q1, on=clock.today())
    assert _queries(client, "/quarters/2025Q1") <= before <= 20


def test_an_estates_score_opens_down_to_item_and_clause(published, client):
    page = client.page("/quarters/2025Q1/estates/A-2")
    text = _text(page)
    assert "发现2处问题，每处扣1分" in text
    assert "排第3名" in text.replace(" ", "") or "并列第3名" in text
    assert page.find("a", href=re.compile(r"/standards/2025\.1#item-XF01"))
    answer = client.get("/quarters/2025Q1/estates/A-2.json").get_json()
    items = {i["item_code"]: i for m in answer["month_scores"] for c in m["categories"] for i in c["items"]}
    assert {code: item["result"] for code, item in items.items()} == {"XF01": "2", "ZH06": "zero"}
    assert items["XF01"]["lost"] == "2.00"
    client.page("/quarters/2025Q1/estates/NOBODY", 404)


# ---- the staff's way

STAFF_PAGES = {
    "/ratings/manage": {"inspector", "reviewer", "officer", "lead", "auditor"},
    "/ratings/quarter/2025Q1/prepare": {"inspector", "reviewer", "officer", "lead", "auditor"},
    "/ratings/quarter/2025Q1/review": {"reviewer"},
    f"/ratings/quarter/2025Q1/review/{d.COMMUNITIES[0]}": {"reviewer"},
    "/ratings/quarter/2025Q1/publish": {"officer", "lead"},
    "/ratings/year/2024/prepare": {"officer", "lead"},
    "/ratings/year/2024/publish": {"lead"},
}
ROLES = [str(role) for role in Role]


def _place(role: str) -> str:
    return {"inspector": d.COMMUNITIES[0], "reviewer": d.STREETS[0]}.get(role, d.DISTRICT)


@pytest.mark.parametrize("role", ROLES)
def test_each_page_opens_to_its_roles_only(district, signed_in, role):
    client = signed_in(role, division=_place(role), uscc=d.USCC[0] if role == "enterprise" else None)
    got = {address: client.get(address).status_code for address in STAFF_PAGES}
    assert got == {address: 200 if role in roles else 403 for address, roles in STAFF_PAGES.items()}


def test_other_areas_are_not_found(district, signed_in):
    reviewer = signed_in("reviewer", division=d.STREETS[0])
    reviewer.page(f"/ratings/quarter/2025Q1/review/{d.COMMUNITIES[2]}", 404)
    reviewer.page(f"/ratings/quarter/2025Q1/review/{d.STREETS[0]}", 404)
    own = f"/ratings/quarter/2025Q1/review/{d.COMMUNITIES[0]}"
    prepare = f"/ratings/quarter/2025Q1/prepare?division={d.COMMUNITIES[2]}"
    assert reviewer.submit(prepare, page=own).status_code == 404
    text = _text(reviewer.page("/ratings/quarter/2025Q1/prepare"))
    assert "社区001001" in text
    assert "社区002001" not in text


def test_quarter_goes_from_initial_result_to_the_public_page(district, signed_in, client):
    inspector = signed_in("inspector", division=d.COMMUNITIES[0])
    done = inspector.submit("/ratings/quarter/2025Q1/prepare", follow_redirects=True)
    assert "2个小区有变化" in done.get_data(as_text=True)
    reviewer = signed_in("reviewer", division=d.STREETS[0])
    review = f"/ratings/quarter/2025Q1/review/{d.COMMUNITIES[0]}"
    page = reviewer.page(review)
    assert "发现2处问题" in _text(page)
    seq = page.find("input", attrs={"name": "seq"})["value"]
    assert reviewer.submit(review, {"seq": seq}).status_code == 303
    with reading() as db:
        assert ratings.steps(db, Q1)[d.COMMUNITIES[0]][1] == "confirmed"
    officer = signed_in("officer", division=d.DISTRICT)
    preview = officer.page("/ratings/quarter/2025Q1/publish")
    assert "4份检查没有确认" in _text(preview).replace(" ", "")
    seen = preview.find("input", attrs={"name": "seen"})["value"]
    result = officer.submit("/ratings/quarter/2025Q1/publish", {"seen": seen}, follow_redirects=True)
    assert "2025年第一季度结果已告知企业" in result.get_data(as_text=True)
    assert "2025年5月7日公布" in _text(officer.page("/ratings/manage"))
    assert "A-1花园" in _text(officer.page("/ratings/held/2025Q1"))
    assert "2025年5月7日" in _text(client.page("/forthcoming"))
    assert client.get("/forthcoming.json").get_json()["items"][0]["public_from"] == "2025-05-07"
    assert client.get("/quarters/2025Q1.json").status_code == 404
    with clock.on(date(2025, 5, 7)):
        rows = {r["estate_code"]: r["status"] for r in client.get("/quarters/2025Q1.json").get_json()["items"]}
        assert "2025年5月7日" in _text(client.page("/quarters/2025Q1"))
        officer = signed_in("officer", division=d.DISTRICT)
        assert officer.get("/ratings/held/2025Q1").location == "/quarters/2025Q1"
        assert officer.get("/ratings/held/2025Q2").status_code == 404
    assert rows == {
        "A-1": "published",
        "A-2": "published",
        "B-1": "insufficient_data",
        "C-1": "insufficient_data",
    }


def test_a_stale_confirmation_is_refused(district, signed_in):
    review = f"/ratings/quarter/2025Q1/review/{d.COMMUNITIES[0]}"
    reviewer = signed_in("reviewer", division=d.STREETS[0])
    reviewer.submit(f"/ratings/quarter/2025Q1/prepare?division={d.COMMUNITIES[0]}", page=review)
    seq = reviewer.page(review).find("input", attrs={"name": "seq"})["value"]
    assert reviewer.submit(review, {"seq": seq}).status_code == 303
    again = reviewer.submit(review, {"seq": seq}, page="/ratings/quarter/2025Q1/prepare")
    assert again.status_code == 409
    forged = reviewer.submit(review, {"seq": "x"}, page="/ratings/quarter/2025Q1/prepare")
    assert forged.status_code == 409
    with reading() as db:
        closed = select(CheckStep).where(CheckStep.step == "confirmed")
        assert len(db.scalars(closed).all()) == 6


def test_publication_of_what_nobody_saw_is_refused(district, signed_in):
    officer = signed_in("officer", division=d.DISTRICT)
    page = officer.page("/ratings/quarter/2025Q1/publish")
    seen = page.find("input", attrs={"name": "seen"})["value"]
    with transaction() as db:
        ratings.confirm_quarter(db, d.CLI, Q1, on=clock.today())
    refused = officer.submit("/ratings/quarter/2025Q1/publish", {"seen": seen})
    assert refused.status_code == 409
    with reading() as db:
        assert db.scalars(select(Release)).all() == []


def test_a_correction_needs_its_reason_and_is_shown_with_it(published, signed_in, client):
    with transaction() as db:
        d.add_check(db, "C-1", MONTHS[1], {"XF01": "1"}, "confirmed")
    officer = signed_in("officer", division=d.DISTRICT)
    address = "/ratings/quarter/2025Q1/publish"
    page = officer.page(address)
    assert "将要更正的内容" in _text(page)
    seen = page.find("input", attrs={"name": "seen"})["value"]
    refused = officer.submit(address, {"seen": seen, "reason": " "})
    assert refused.status_code == 422
    assert "请填写更正原因" in refused.get_data(as_text=True)
    done = officer.submit(address, {"seen": seen, "reason": "补充确认了迟交的检查"})
    assert done.status_code == 303
    text = _text(client.page("/quarters/2025Q1/corrections"))
    assert "补充确认了迟交的检查" in text
    assert "第2版" in text
    rows = client.get("/quarters/2025Q1/corrections.json").get_json()["items"]
    score = next(row for row in rows if row["field"] == "score_cp")
    assert (score["estate_code"], score["old"], score["revision"]) == ("C-1", "–", 2)
    assert score["new"] == client.get("/quarters/2025Q1/estates/C-1.json").get_json()["score"]
    assert "更正过1次" in _text(client.page("/quarters/2025Q1"))
    assert "没有要公布的" in _text(officer.page(address))


def test_work_says_what_waits_and_until_when(district):
    from portal.kernel.access import Role, person_actor
    from scoring.ratings.work import work_items

    def waiting(role: Role, place: str) -> list[tuple[str, str, int | None]]:
        with reading() as db:
            found = work_items(db, actor=person_actor("x", role, place))
        return [(item.endpoint, str(item.due_on), item.count) for item in found if item.values.get("quarter")]

    assert waiting(Role.INSPECTOR, d.COMMUNITIES[0]) == [("ratings.quarter_prepare", "2025-04-12", None)]
    assert waiting(Role.REVIEWER, d.STREETS[0]) == [("ratings.quarter_review", "2025-04-20", 2)]
    assert waiting(Role.OFFICER, d.DISTRICT) == [("ratings.quarter_prepare", "2025-04-30", None)]
    assert waiting(Role.AUDITOR, d.DISTRICT) == []
    with transaction() as db:
        ratings.confirm_quarter(db, d.CLI, Q1, d.STREETS[0], on=clock.today())
    assert waiting(Role.REVIEWER, d.STREETS[0]) == []
    assert waiting(Role.INSPECTOR, d.COMMUNITIES[0]) == []
