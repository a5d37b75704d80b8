"""The phone's story: start, a finding with its photo, submit; then the street adjusts, masks a photo and confirms."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.accessibility import axe_clean, fits
from tests.browser.conftest import Server

ESTATE = "故事花园"


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A photo with something to hide in its right upper quarter."""
    image = Image.new("RGB", (800, 600), (150, 170, 150))
    image.paste((230, 190, 160), (560, 120, 700, 260))
    image.save(tmp_path / "photo.jpg")
    return tmp_path / "photo.jpg"


@pytest.fixture
def people(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, tuple[str, str]]]:
    """Cookies of an inspector and a reviewer of one community, where an estate of the story's own joins the register."""
    from portal.kernel import clock, db, ids
    from portal.kernel.access import Role
    from portal.kernel.divisions import street_of
    from portal.kernel.settings import settings
    from portal.registry import api as registry
    from portal.registry.models import Estate, EstateFacts
    from tests.conftest import point_at
    from tests.people import session_cookie

    point_at(server.place, monkeypatch)
    with db.transaction() as session:
        community = str(registry.estates_frame(session, clock.today())["division_code"].iloc[0])
        session.add(Estate(code="STORY-1", recorded_at=clock.now()))
        session.flush()
        facts = {"name": ESTATE, "kind": "commodity", "division_code": community, "households": 600, "search_key": ""}
        versions = {"valid_from": date(1900, 1, 1), "recorded_at": clock.now()}
        session.add(EstateFacts(id=ids.new_id(), estate_code="STORY-1", **facts, **versions))
    yield {
        "inspector": session_cookie(Role.INSPECTOR, community, None, "story-inspector"),
        "reviewer": session_cookie(Role.REVIEWER, street_of(community), None, "story-reviewer"),
    }
    db.dispose()
    settings.cache_clear()


def _as(page: Page, server: Server, cookie: tuple[str, str]) -> None:
    page.context.add_cookies([{"name": cookie[0], "value": cookie[1], "url": server.url}])


def _sound(page: Page) -> None:
    axe_clean(page)
    fits(page)


def _go(page: Page, button: str) -> None:
    page.locator(f".dock button[value='{button}']").click()
    page.wait_for_load_state()


def _file(page: Page, picture: Path) -> str:
    """The inspector's part; the check's id."""
    page.goto("/inspections")
    _sound(page)
    page.get_by_role("button", name=f"开始检查 {ESTATE}").click()
    check_id = page.url.split("/")[4]
    page.goto(f"/inspections/{check_id}")
    codes = [str(link.get_attribute("href")).rsplit("/", 1)[1] for link in page.locator(".category-list a").all()]
    page.goto(f"/inspections/{check_id}/{codes[0]}")
    for code in codes:
        assert page.url.endswith(f"/{code}"), "each step leads to the next"
        page.check("[data-rest]")
        for asking in page.locator(".needs-photo:visible").all():
            asking.locator("xpath=..").locator("input[type=file]").set_input_files(picture)
        if code == "XF":
            page.locator("#item-XF04 input[value=found]").check(force=True)
            page.locator("#item-XF04 [data-step='1']").click()
            page.fill("#XF04-place", "5栋2层东侧通道")
            page.set_input_files("#XF04-photo", picture)
            expect(page.locator("[data-live-score]")).to_have_text("99.00")
            _sound(page)
        _go(page, "next")
    return check_id


def _mask(page: Page) -> None:
    """Draw one box over the right upper quarter and release the copy."""
    page.locator("#finding-XF04 .photo-act").first.click()
    page.wait_for_selector(".mask-ready")
    frame = page.locator(".mask-boxes").bounding_box()
    assert frame is not None
    page.mouse.move(frame["x"] + frame["width"] * 0.6, frame["y"] + frame["height"] * 0.1)
    page.mouse.down()
    page.mouse.move(frame["x"] + frame["width"] * 0.95, frame["y"] + frame["height"] * 0.5, steps=4)
    page.mouse.up()
    assert float(page.locator("input[name=w]").first.input_value()) == pytest.approx(35, abs=0.5)
    _sound(page)
    page.get_by_role("button", name="预览公开效果").click()
    page.wait_for_load_state()
    _sound(page)
    page.get_by_role("button", name="公开这张照片").click()
    expect(page.locator("#finding-XF04 .tag-ok")).to_have_text("已公开")


def test_from_the_first_tap_to_the_confirmed_check(
    open_page: Callable[..., Page], server: Server, people: dict[str, tuple[str, str]], picture: Path
) -> None:
    phone, desk = open_page("phone"), open_page("desk")
    _as(phone, server, people["inspector"])
    _as(desk, server, people["reviewer"])
    check_id = _file(phone, picture)
    expect(phone.locator(".figure")).to_have_text("99.00")
    _sound(phone)
    phone.get_by_role("button", name="提交审核").click()
    expect(phone.locator(".notice-ok")).to_contain_text("审核完毕")

    desk.goto("/reviews")
    _sound(desk)
    desk.goto(f"/reviews/{check_id}")
    _sound(desk)
    desk.locator("#finding-XF04").get_by_role("link", name="调整得分").click()
    desk.fill("#count", "3")
    desk.fill("#reason", "照片显示有3处")
    _sound(desk)
    desk.get_by_role("button", name="调整这一项").click()
    expect(desk.locator("#finding-XF04 del")).to_contain_text("发现2处问题")
    expect(desk.locator(".figure")).to_have_text("98.50")
    _mask(desk)
    desk.get_by_role("button", name="确认这份检查").click()
    expect(desk.locator(".notice-ok")).to_contain_text("计入季度得分")

    phone.goto(f"/inspections/{check_id}")
    expect(phone.locator("h1 + p .tag").first).to_have_text("已确认")
    _sound(phone)
