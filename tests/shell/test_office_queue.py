"""My work: one queue of deadlines and the rest, each counted once, with whose turn it is, why, and a page that opens."""

from datetime import date

import pytest

from portal.deadlines import api as deadlines
from portal.kernel import clock, hooks
from portal.kernel.access import Role
from portal.kernel.db import transaction
from portal.kernel.work import WorkItem
from tests.deadlines.acts import HELD, JOB, OFFICER, USCC, do, start

MONDAY, LATE, SOON = date(2026, 3, 2), date(2026, 3, 12), date(2026, 3, 6)


@pytest.fixture
def quiet(instance, app, monkeypatch):
    """The slices tell nothing but one pile of reviews."""
    for event in ("work.figures", "site.facts", "deadlines.escalated"):
        monkeypatch.setitem(hooks._subscribers, event, [])
    told = lambda _db, actor: [WorkItem("审核已提交的检查", "reviews.queue", count=3, rules=("check.review",))]  # noqa: E731, ARG005
    monkeypatch.setitem(hooks._subscribers, "work.items", [told])


def _page(signed_in, role: Role, day: date, prefix: str = "", **more):
    with clock.on(day):
        return signed_in(role, **more).page(f"{prefix}/work")


def _begin(subject: str, on: date, holder: deadlines.Holder = HELD) -> None:
    with clock.on(on), transaction() as db:
        args = {
            "holder": holder,
            "title": f"小区{subject}",
            "endpoint": "reviews.review",
            "values": {"check_id": subject},
        }
        deadlines.start(db, OFFICER, "check.review", f"check:{subject}", **args)


def test_each_thing_is_counted_once(quiet, signed_in):
    _begin("a", MONDAY)
    _begin("b", SOON)
    page = _page(signed_in, Role.REVIEWER, LATE)
    assert "3件事等您办理，其中1件已逾期" in page.h1.get_text()
    rows = page.select("tbody tr")
    assert [row.th.get_text(" ", strip=True) for row in rows] == [
        "审核检查： 小区a",
        "审核检查： 小区b",
        "审核已提交的检查",
    ]
    assert rows[0].a["href"] == "/reviews/a"
    assert "已逾期3个工作日" in rows[0].get_text()
    assert rows[0].select_one(".tag-late svg"), "late is a word, an icon and a colour"
    assert "还有1个工作日" in rows[1].get_text()
    assert "街道审核人员" in rows[0].get_text()
    assert "5个工作日内审核" in rows[0].get_text()
    assert page.select_one('.staff-row a[href="/work"] .count').get_text().startswith("3")
    told = page.select_one(".figure-row").get_text(" ", strip=True)
    assert "正在计算的期限 2 其中1件已逾期" in told
    assert "按时办结率 0%" in told
    english = _page(signed_in, Role.REVIEWER, LATE, "/en").get_text()
    assert "Overdue by 3 working days" in english
    assert "Review a check" in english


def test_what_comes_up_leads_to_a_page_that_opens(quiet, signed_in):
    _begin("a", MONDAY)
    with clock.on(LATE), transaction() as db:
        deadlines.escalate(db, JOB)
    row = _page(signed_in, Role.OFFICER, LATE).select_one("tbody tr")
    assert "下级逾期，请督促办理" in row.get_text()
    assert row.a["href"] == "/inspections/a", "an officer may look, not review"
    assert "下级逾期" not in _page(signed_in, Role.REVIEWER, LATE).get_text()


def test_a_company_sees_its_own(quiet, signed_in, monkeypatch):
    start("case:1", MONDAY, "notice.response", deadlines.Holder(Role.ENTERPRISE, "440306017000", USCC))
    page = _page(signed_in, Role.ENTERPRISE, MONDAY, uscc=USCC)
    assert "贵企业" in page.select_one("tbody tr").get_text()
    other = _page(signed_in, Role.ENTERPRISE, MONDAY, uscc="91440300MA5F000027", login="other")
    assert [row.th.get_text() for row in other.select("tbody tr")] == ["审核已提交的检查"]


def test_what_rests_says_so(quiet, signed_in):
    _begin("a", MONDAY)
    do(MONDAY, "pause", "check.review", "check:a", reason="等材料")
    row = _page(signed_in, Role.REVIEWER, LATE).select_one("tbody tr")
    assert "已中止" in row.get_text()
    assert not row.select_one(".tag-late")
