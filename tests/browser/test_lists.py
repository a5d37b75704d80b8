"""The office takes a year through its lists in a real browser, while the clock moves; every page on the way is looked at."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from portal.kernel import clock
from tests.browser.accessibility import axe_clean, fits
from tests.browser.conftest import PATIENCE, WIDTHS
from tests.browser.days import Days, serving_on

PROPOSED, LAST_RESPONSE, DECIDED, SERVED = (date(2026, 2, 10), date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 5))


@dataclass
class Office:
    """A server whose clock the test holds, and a browser that comes to it on that day."""

    days: Days
    browser: Browser

    @contextmanager
    def page(self, role: str = "", width: str = "desk") -> Iterator[Page]:
        """A quiet page, signed in on the day as a person of that role."""
        from portal.kernel.access import Role
        from tests.people import session_cookie

        across, down = WIDTHS[width]
        context = self.browser.new_context(
            base_url=self.days.url, viewport={"width": across, "height": down}, locale="zh-CN"
        )
        context.set_default_timeout(PATIENCE)
        if role:
            with clock.on(self.days.day):
                name, value = session_cookie(Role(role), None, None, None)
            context.add_cookies([{"name": name, "value": value, "url": self.days.url}])
        loud: list[str] = []
        context.on(
            "console", lambda message: loud.append(message.text) if message.type in ("error", "warning") else None
        )
        context.on("weberror", lambda error: loud.append(str(error.error)))
        yield context.new_page()
        context.close()
        assert [text for text in loud if "status of 422" not in text] == []  # a form refused on purpose

    def look(self, path: str, role: str = "") -> None:
        """The page is accessible and fits: in Chinese on a phone, in English at a desk."""
        for width, address in (("phone", path), ("desk", f"/en{path}")):
            with self.page(role, width) as page:
                answer = page.goto(address)
                assert answer is not None
                assert answer.status == 200, address
                axe_clean(page)
                fits(page)


@pytest.fixture
def office(app: Any, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """A district whose year 2025 is published: E1 with five stars, E2 vetoed."""
    from portal.kernel import hooks
    from tests.lists.year import found, rate, veto
    from tests.ratings.district import USCC

    found({"E1": USCC[0], "E2": USCC[1]})
    for event in list(hooks._subscribers):
        if event == "veto.decided":
            monkeypatch.setitem(hooks._subscribers, event, [])
    rate("E1", 5)
    rate("E2", None, status="vetoed", uscc=USCC[1], manager="PM-2")
    veto("E2")
    with serving_on(app, PROPOSED) as days:
        yield Office(days, browser)


def _black() -> str:
    from portal.kernel.db import reading
    from scoring.lists import queries

    with reading() as db:
        return next(case.id for case, _last in queries.cases(db) if case.kind == "black")


def _served(office: Office, kind: str, day: date) -> None:
    """The officer records the paper service of the black case's document in the browser."""
    from tests.adverse.walking import document

    with office.page("officer", "phone") as page:
        page.goto(f"/documents/{document(f'list:{_black()}', kind)}")
        page.get_by_label("直接送达").check()
        page.get_by_label("送达日期").fill(day.isoformat())
        page.get_by_label("凭证编号或者说明").fill("送达回证1号")
        page.get_by_role("button", name="登记送达").click()
        page.get_by_text("期限从送达之日起算").wait_for()


def _reviewed() -> None:
    """A lawyer of the district has given the legal opinion."""
    from portal.kernel.access import Role, person_actor
    from portal.kernel.db import transaction
    from scoring.adverse import api as adverse

    lawyer = person_actor("lawyer", Role.OFFICER, "440306000000")
    with clock.on(DECIDED), transaction() as db:
        adverse.review(db, lawyer, f"list:{_black()}", verdict="agree", opinion="程序合法。", on=DECIDED)


def test_a_year_of_lists(office: Office) -> None:
    manage = "/lists/manage?year=2025"
    office.look("/lists/manage/2025/propose", "officer")
    with office.page("officer") as page:
        page.goto(manage)
        page.get_by_role("link", name="提出建议").click()
        page.get_by_role("button", name="提出2项建议").click()
        page.get_by_text("红榜1项进入公示，黑榜1项制作告知书").wait_for()
    _served(office, "list.notice", PROPOSED)

    office.days.day = LAST_RESPONSE
    with office.page("lead") as page:
        page.goto("/lists/manage/2025/decide")
        page.get_by_text("2026年3月2日（含当日）才结束").wait_for()
        assert page.get_by_role("button", name="作出决定").count() == 0
    office.days.day = DECIDED
    _reviewed()
    office.look("/lists/manage/2025/decide", "lead")
    with office.page("lead") as page:
        page.goto(manage)
        page.get_by_role("link", name="作出决定").click()
        page.get_by_role("button", name="对2项建议作出决定").click()
        page.get_by_text("红榜列入1项，黑榜列入1项").wait_for()

    _served(office, "list.decision", DECIDED)
    office.days.day = SERVED
    office.look("/lists/manage/2025/publish", "lead")
    with office.page("lead", "phone") as page:
        page.goto(manage)
        page.get_by_role("link", name="核对并公布决定").click()
        page.get_by_role("button", name="公布2025年度红榜、黑榜").click()
        page.get_by_text("从今天起在榜").wait_for()
        page.get_by_role("link", name="E2花园").click()
        case = page.url.removeprefix(office.days.url)
        page.get_by_role("link", name="看决定书").click()
        page.get_by_text("六十日内").wait_for()
    for path in (case, f"/adverse/list/{case.rpartition('/')[2]}"):
        office.look(path, "lead")
    with office.page() as page:
        page.goto("/lists")
        assert page.locator("#red tbody th").all_inner_texts() == ["E1花园"]
        assert page.locator("#black tbody th").all_inner_texts() == ["E2花园"]


def test_credit_pages(office: Office) -> None:
    from tests.ratings.district import USCC

    with office.page("officer") as page:
        page.goto(f"/credit/new?subject_type=enterprise&subject={USCC[0]}")
        page.get_by_role("button", name="提出登记").click()
        page.get_by_role("heading", name="有错误").wait_for()
        axe_clean(page)
        page.get_by_label("信用事项", exact=True).select_option("G03")
        page.get_by_label("来源文书文号").fill("文1号")
        page.get_by_label("来源文书日期").fill("2026-02-09")
        page.get_by_label("制发机关").fill("某机关")
        paper = {"name": "表彰.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n"}
        page.locator("input[type=file]").set_input_files(paper)  # type: ignore[arg-type]
        page.get_by_role("button", name="提出登记").click()
        page.get_by_text("您提出的事项由另一名人员核准").wait_for()
        proposed = page.url.removeprefix(office.days.url)
    office.look(proposed, "lead")
    with office.page("lead", "phone") as page:
        page.goto(proposed)
        page.get_by_role("button", name="核准这一信用事项").click()
        page.get_by_text("已核准，从今天起计分").wait_for()
