"""A company on its phone: from the notice to the answer with two photos; then the inspector closes it on hers."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from portal.kernel import clock
from portal.kernel.access import Role
from portal.shell import wiring
from tests.browser.accessibility import axe_clean, fits
from tests.browser.conftest import PATIENCE, WIDTHS
from tests.browser.days import serving_on
from tests.checks import district as small
from tests.people import session_cookie
from tests.rectification import acts
from tests.registry.sheets import USCC


@pytest.fixture
def days(app):
    wiring.wire()
    small.build()
    with clock.on(small.DAY):
        acts.submitted()
    with serving_on(app, small.DAY) as running:
        yield running


def _photo(name, colour):
    target = io.BytesIO()
    Image.new("RGB", (1600, 1200), colour).save(target, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": target.getvalue()}


def _page(browser, days, role, **where):
    context = browser.new_context(
        base_url=days.url, viewport=dict(zip(("width", "height"), WIDTHS["phone"], strict=True)), locale="zh-CN"
    )
    context.set_default_timeout(PATIENCE)
    with clock.on(days.day):
        name, value = session_cookie(role, where.get("division"), where.get("uscc"), None)
    context.add_cookies([{"name": name, "value": value, "url": days.url}])
    return context.new_page()


def test_an_answer_with_two_photos_takes_four_touches(browser, days):
    page = _page(browser, days, Role.ENTERPRISE, uscc=USCC[1])
    page.goto("/rectification")
    fits(page)
    page.get_by_role("link", name="XF01 ").click()  # 1: the order
    expect(page.get_by_text("还有24小时")).to_be_visible()
    axe_clean(page)
    fits(page)
    page.get_by_label("整改后的照片").set_input_files(
        [_photo("a.jpg", "red"), _photo("b.jpg", "blue")]
    )  # 2: the photos
    page.get_by_label("整改情况").fill("已清理楼道杂物")  # 3: the words
    page.get_by_role("button", name="提交整改反馈").click()  # 4: sent
    expect(page.get_by_text("等待社区复查")).to_be_visible()
    expect(page.locator(".timeline img")).to_have_count(2)
    page.context.close()

    page = _page(browser, days, Role.INSPECTOR, division="440306017010")
    page.goto("/rectification")
    page.get_by_role("link", name="XF01 ").click()
    axe_clean(page)
    fits(page)
    page.get_by_role("button", name="复查通过，办结").click()
    expect(page.get_by_text("按期完成")).to_be_visible()
    page.context.close()
