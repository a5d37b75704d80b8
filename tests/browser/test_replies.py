"""An enterprise on a phone: from the notice of a held result to a reply with two photos, in both languages."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from portal.kernel import clock
from portal.kernel.access import Role
from portal.kernel.db import transaction
from portal.kernel.periods import Quarter
from scoring.ratings import api as ratings
from tests.browser.accessibility import axe_clean, fits
from tests.browser.days import serving_on
from tests.people import session_cookie
from tests.ratings import district as d

TOLD, OPEN = date(2025, 4, 21), date(2025, 4, 28)
PHONE = {"width": 360, "height": 740}
WORDS = {
    "": ("说明XF01", "企业说明", "说明的照片", "提交说明", "等待审核", "企业说明"),
    "/en": ("Reply to XF01", "Company's reply", "Photos", "Send reply", "Waiting to be checked", "Company's reply"),
}
SAID = "当日已更换灭火器，附照片。"


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Two phone photos."""
    for number in (1, 2):
        Image.new("RGB", (640, 480), (150, 170, 60 * number)).save(tmp_path / f"{number}.jpg")
    return [tmp_path / "1.jpg", tmp_path / "2.jpg"]


@pytest.fixture
def told(app: Any) -> Any:
    """A quarter of which the enterprise hears this morning."""
    d.found_district({"E-1": ("commodity", d.COMMUNITIES[0])})
    with clock.on(TOLD), transaction() as db:
        for month in ("2025-01", "2025-02"):
            d.add_check(db, "E-1", month, {"XF01": "2"} if month == "2025-01" else {}, "confirmed")
        ratings.publish_quarter(db, d.CLI, Quarter.parse("2025Q1"), on=TOLD)
    return app


def _page(browser: Browser, url: str, role: Role | None, day: date, **who: Any) -> Page:
    context = browser.new_context(base_url=url, viewport=PHONE, has_touch=True)
    if role:
        with clock.on(day):
            name, value = session_cookie(role, d.DISTRICT, who.get("uscc"), who.get("login"))
        context.add_cookies([{"name": name, "value": value, "url": url}])
    page = context.new_page()
    page.set_default_timeout(20_000)
    return page


def _sound(page: Page) -> None:
    axe_clean(page)
    fits(page)


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_from_the_notice_to_a_reply_with_two_photos(
    told: Any, browser: Browser, photos: list[Path], prefix: str
) -> None:
    reply, text, field, send, waiting, heading = WORDS[prefix]
    with serving_on(told, TOLD) as days:
        page = _page(browser, days.url, Role.ENTERPRISE, TOLD, uscc=d.USCC[0], login="co")
        page.goto(f"{prefix}/notices")
        page.locator("main tr", has_text="2025Q1").get_by_role("button").click()
        page.wait_for_url(f"**{prefix}/company/results")
        _sound(page)
        page.locator("main a", has_text="E-1花园").first.click()
        _sound(page)
        page.get_by_role("link", name=reply, exact=True).click()
        page.get_by_label(text, exact=True).fill(SAID)
        page.get_by_label(field).set_input_files(photos)
        _sound(page)
        page.get_by_role("button", name=send).click()
        expect(page.locator("main")).to_contain_text(waiting)
        expect(page.locator(".reply img")).to_have_count(2)

        officer = _page(browser, days.url, Role.OFFICER, TOLD, login="moderator")
        officer.goto(f"{prefix}/ratings/held/2025Q1")
        _sound(officer)
        officer.goto(f"{prefix}/replies")
        officer.locator("main th a").first.click()
        officer.locator("form[action$='/accept'] button").click()
        expect(officer.locator(".notice-ok")).to_be_visible()

        anybody = _page(browser, days.url, None, TOLD)
        answer = anybody.goto(f"{prefix}/quarters/2025Q1/estates/E-1")
        assert answer is not None
        assert answer.status == 404
        days.day = OPEN
        anybody.goto(f"{prefix}/quarters/2025Q1/estates/E-1")
        beside = anybody.locator("#m-2025-01 ~ ul .reply, section[aria-labelledby=m-2025-01] .reply")
        expect(beside).to_contain_text(heading)
        expect(beside).to_contain_text(SAID)
        _sound(anybody)
        for one in (page, officer, anybody):
            one.context.close()
