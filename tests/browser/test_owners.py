"""An owner on a phone: from the door to what the lift advertising earned last quarter and where it went, in a few taps."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from portal.kernel import clock
from tests.browser.accessibility import axe_clean, fits
from tests.browser.days import serving_on
from tests.disclosure import owned

PHONE = {"width": 360, "height": 740}
WORDS = {
    "": ("您的小区", "楼栋", "房号", "业主姓名", "手机号后四位", "下一步", "验证码", "进入我的小区", "广告收入",
         "这笔钱去了哪里", "其余4,800.00元留在账户里。", "5,000.00元", "转入维修资金"),
    "/en": ("Your estate", "Building", "Home number", "Owner's name", "Last 4 digits of the phone number", "Continue",
            "Code", "Enter my estate", "Advertising", "Where this money went", "The other CNY 4,800.00 stayed in the account.",
            "CNY 5,000.00", "Paid into the maintenance fund"),
}  # fmt: skip


@pytest.mark.parametrize(("prefix", "javascript"), [("", True), ("", False), ("/en", True)])
def test_what_the_lift_advertising_earned_and_where_it_went(
    app: Any, browser: Browser, prefix: str, javascript: bool
) -> None:
    estate, building, unit, name, last4, go, code, enter, source, where, kept, earned, use = WORDS[prefix]
    owned.found()
    with serving_on(app, owned.TODAY) as days:
        context = browser.new_context(
            base_url=days.url,
            viewport=PHONE,
            has_touch=True,
            java_script_enabled=javascript,  # type: ignore[arg-type]
        )
        page = context.new_page()
        page.set_default_timeout(20_000)
        taps: list[str] = []

        def tap(place: Locator) -> None:
            taps.append(page.url)
            place.click()

        def sound() -> None:
            fits(page)
            if javascript:
                axe_clean(page)

        page.goto(f"{prefix}/owner")
        sound()
        expect(page.get_by_label(estate)).to_be_visible()  # nobody is signed in: the door
        page.goto(f"{prefix}/owner/enter/E-1")  # as the link on the estate's public page leads
        page.get_by_label(building).fill("3栋")
        page.get_by_label(unit).fill("1201")
        page.get_by_label(name).fill(owned.NAME)
        page.get_by_label(last4).fill("1234")
        sound()
        tap(page.get_by_role("button", name=go))
        with clock.on(owned.TODAY):
            sent = owned.last_code()
        page.get_by_label(code, exact=True).fill(sent)
        sound()
        tap(page.get_by_role("button", name=enter))
        page.wait_for_url(f"**{prefix}/owner")
        sound()
        row = page.locator("main li", has_text=source).first
        expect(row).to_contain_text(earned)  # what it earned stands on the first page
        tap(row.get_by_role("link"))  # one tap, and where it went
        expect(page.get_by_role("heading", name=where)).to_be_visible()
        expect(page.locator("main")).to_contain_text(kept)
        expect(page.locator("main")).to_contain_text(use)
        assert len(taps) == 3  # and five short fields: well within a minute
        sound()
        page.locator("main tbody a").first.click()  # the line itself, with its vouchers
        expect(page.locator("main")).to_contain_text(earned)
        sound()
        assert "13812345678" not in page.content()
        context.close()
