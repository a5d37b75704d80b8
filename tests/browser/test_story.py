"""The year of an estate in a real browser, from a phone's first check to the public star page and down to the photo.

People do on pages what is theirs to do; what other people file (the other months, the second estate) comes in by the
command line. The clock of the server is the test's. Every figure shown is compared with the oracle of the contract's
tests, which shares no code with the scoring rules, and with the open data.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from portal.kernel import clock
from tests.browser.accessibility import axe_clean, fits
from tests.browser.conftest import PATIENCE, WIDTHS, Quiet
from tests.browser.days import Days, serving_on
from tests.contract.command import read, sheet
from tests.contract.district import items
from tests.contract.oracle import (
    INDICATORS,
    Facts,
    components,
    month_score,
    months_of,
    points,
    quarter_rows,
    rating_row,
    uscc_check_digit,
)

STREET, COMMUNITY = "440306017000", "440306017010"
ESTATE, OTHER, NAME = "GS-1", "GS-2", "故事花园"
USCC = "91440300MA5FANG00"
USCC += uscc_check_digit(USCC)
PASSWORD = "Haile-2025-Jiancha"
PLACES = [
    ("440306000000", "宝安区", "district", "440300000000"),
    (STREET, "福永街道", "street", "440306000000"),
    (COMMUNITY, "海乐社区", "community", STREET),
]
PEOPLE = [
    ("insp", "林一", "inspector", COMMUNITY),
    ("street", "周二", "reviewer", STREET),
    ("officer", "吴三", "officer", "440306000000"),
    ("lead", "郑四", "lead", "440306000000"),
]
QUARTERS = {"2025Q2": "2025-07", "2025Q3": "2025-10", "2025Q4": "2026-01"}  # published in these months


def _rows(header: str, *lines: Any) -> list[dict[str, str]]:
    return [dict(zip(header.split(), map(str, line), strict=True)) for line in lines]


def _others_checks() -> dict[tuple[str, str], list[tuple[str, str, str]]]:
    """All checks of 2025 but the one of the story."""
    months = [f"2025-{month:02d}" for month in range(1, 13)]
    found = {(ESTATE, m): [("XF05", "fail", "")] if m == "2025-05" else [("*", "pass", "")] for m in months}
    found |= {(OTHER, m): [("XF04", "2", ""), ("ZH01", "half", "")] for m in months}
    del found[ESTATE, "2025-03"]
    return found


class Story:
    """The portal on its days, the browser that comes to it, and what the oracle knows."""

    def __init__(self, days: Days, browser: Browser, folder: Path) -> None:
        self.days, self.browser, self.folder = days, browser, folder
        self.facts = Facts(
            items(),
            estates=_rows(
                "estate_code name kind division_code address households floor_area_m2 delivered_on latitude longitude",
                (ESTATE, NAME, "commodity", COMMUNITY, "海秀路1号", 600, "", "", "", ""),
                (OTHER, "邻居苑", "commodity", COMMUNITY, "海秀路2号", 600, "", "", "", ""),
            ),
            contracts=_rows(
                "estate_code uscc manager_code starts_on ends_on",
                *((code, USCC, "PM-1", "2024-01-01", "") for code in (ESTATE, OTHER)),
            ),
            checks=_others_checks(),
        )

    def command(self, *words: str) -> str:
        """``portal WORDS`` on the day; what it said."""
        from portal.shell.cli import cli

        with clock.on(self.days.day):
            done = CliRunner().invoke(cli, list(words))
        assert done.exit_code == 0, f"{words}: {done.output}{done.exception!r}"
        return done.output

    def load(self, kind: str, rows: list[dict[str, str]]) -> str:
        """Import rows as a sheet."""
        return self.command("import", kind, str(sheet(self.folder, kind, rows)))

    def load_checks(self, months: list[str]) -> None:
        """The sheet of checks of some months, as other inspectors send it."""
        self.load("checks", [
            {"estate_code": estate, "month": month, "inspected_on": f"{month}-12", "inspector": "insp",
             "item_code": item, "result": result, "note": note}
            for (estate, month), rows in self.facts.checks.items() if month in months and (estate, month) != (ESTATE, "2025-03")
            for item, result, note in rows
        ])  # fmt: skip

    @contextmanager
    def page(self, login: str = "", width: str = "desk") -> Iterator[Page]:
        """A page of a browser of its own, signed in as somebody; it has to stay quiet."""
        from tests.people import cookie_of

        across, down = WIDTHS[width]
        context = self.browser.new_context(
            base_url=self.days.url,
            viewport={"width": across, "height": down},
            has_touch=width == "phone",
            locale="zh-CN",
        )
        context.set_default_timeout(PATIENCE)
        quiet = Quiet(self.days.url)
        quiet.watch(context)
        if login:
            with clock.on(self.days.day):
                name, value = cookie_of(login)
            context.add_cookies([{"name": name, "value": value, "url": self.days.url}])
        yield context.new_page()
        context.close()
        quiet.check()


@pytest.fixture
def story(app: Any, browser: Browser, tmp_path: Path) -> Iterator[Story]:
    """The register of a small community and its people at the end of March 2025."""
    with serving_on(app, date(2025, 3, 28)) as days:
        yield Story(days, browser, tmp_path)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A phone's photo with the time and place in it, and something to hide in its right upper quarter."""
    image = Image.new("RGB", (800, 600), (150, 170, 150))
    image.paste((230, 190, 160), (560, 120, 700, 260))
    exif = Image.Exif()
    exif[0x010F] = "Fictional phone"
    exif.get_ifd(0x8769)[0x9003] = "2025:03:28 09:30:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (22.0, 40.0, 12.0), 3: "E", 4: (113.0, 49.0, 30.0)})
    image.save(tmp_path / "photo.jpg", exif=exif)
    return tmp_path / "photo.jpg"


def _sound(page: Page) -> None:
    axe_clean(page)
    fits(page)


def _register(story: Story) -> str:
    """Sheets of the register; the inspector's one-time code. The others have signed in before."""
    from portal.shell.demo.acts import set_passwords

    story.load("divisions", _rows("code name level parent_code", *PLACES))
    story.load("enterprises", _rows("uscc name legal_representative phone address", (USCC, "虚构物业", "", "", "")))
    story.load("managers", _rows("manager_code name id_number phone", ("PM-1", "张五", "11010519491231002X", "")))
    story.load("estates", story.facts.estates)
    story.load("contracts", story.facts.contracts)
    said = story.load("people", _rows("login name role division_code uscc", *((*person, "") for person in PEOPLE)))
    set_passwords(("street", "officer", "lead"), "not a hash: no password opens it")
    return next(word for line in said.splitlines() if "insp" in line for word in line.split() if word.count("-") == 2)


def _sign_in(page: Page, code: str) -> None:
    page.goto("/inspections")
    page.get_by_label("登录名").fill("insp")
    page.get_by_label("密码或一次性登录码").fill(code)
    page.get_by_role("button", name="登录", exact=True).click()
    _sound(page)
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.get_by_role("button", name="设置密码并登录").click()
    page.wait_for_url("**/inspections")


def _file(page: Page, picture: Path) -> str:
    """The inspector's check by its steps; its id."""
    _sound(page)
    page.get_by_role("button", name=f"开始检查 {NAME}").click()
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
            _find(page, picture)
        page.locator(".dock button[value=next]").click()
        page.wait_for_load_state()
    expect(page.locator(".figure")).to_have_text("99.00")
    _sound(page)
    page.get_by_role("button", name="提交审核").click()
    expect(page.locator(".notice-ok")).to_contain_text("审核完毕")
    return check_id


def _find(page: Page, picture: Path) -> None:
    page.locator("#item-XF04 input[value=found]").check(force=True)
    page.locator("#item-XF04 [data-step='1']").click()
    page.fill("#XF04-place", "5栋2层东侧通道")
    page.set_input_files("#XF04-photo", picture)
    expect(page.locator("[data-live-score]")).to_have_text("99.00")
    _sound(page)


def _review(page: Page, check_id: str) -> None:
    """The street's part: two findings are three, a masked photo is public, the check confirmed."""
    page.goto("/reviews")
    _sound(page)
    page.get_by_role("row").filter(has_text="2025-03").get_by_role("link", name=NAME).click()
    assert page.url.endswith(f"/reviews/{check_id}")
    _sound(page)
    page.locator("#finding-XF04").get_by_role("link", name="调整得分").click()
    page.fill("#count", "3")
    page.fill("#reason", "照片显示有3处")
    _sound(page)
    page.get_by_role("button", name="调整这一项").click()
    expect(page.locator("#finding-XF04 del")).to_contain_text("发现2处问题")
    expect(page.locator(".figure")).to_have_text("98.50")
    _mask(page)
    page.get_by_role("button", name="确认这份检查").click()
    expect(page.locator(".notice-ok")).to_contain_text("计入季度得分")


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


def _press(page: Page, address: str, *names: str) -> None:
    """Open a page and follow links and buttons by their names."""
    page.goto(address)
    for name in names:
        page.get_by_role("link", name=name, exact=True).or_(
            page.get_by_role("button", name=name, exact=True)
        ).first.click()
        page.wait_for_load_state()
    _sound(page)


def _first_quarter(story: Story) -> dict[str, dict[str, str]]:
    """Initial result, street's review, publication by pages; the oracle's rows."""
    story.days.day = date(2025, 4, 8)
    with story.page("insp", "phone") as page:
        _press(page, "/ratings/quarter/2025Q1/prepare", "生成2025年第一季度初评结果")
    story.days.day = date(2025, 4, 15)
    with story.page("street") as page:
        _press(page, "/ratings/quarter/2025Q1/prepare", "逐个社区复核", "海乐社区", "确认海乐社区的结果")
    story.days.day = date(2025, 4, 21)
    with story.page() as page:
        assert page.request.get("/quarters/2025Q1").status == 404
    with story.page("officer") as page:
        _press(page, "/ratings/quarter/2025Q1/prepare", "预览将要公布的内容")
        rows = quarter_rows(story.facts, "2025Q1", {key for key in story.facts.checks if key[1] < "2025-04"})
        expect(page.locator("main")).to_contain_text(rows[ESTATE]["score"])
        page.get_by_role("button", name="公布2025年第一季度得分").click()
        page.wait_for_load_state()
        _sound(page)
    return rows


def _other_quarters(story: Story, rows: dict[str, dict[str, dict[str, str]]]) -> None:
    for quarter, month in QUARTERS.items():
        story.days.day = date.fromisoformat(f"{month}-05")
        story.load_checks(months_of(quarter))
        story.command("quarter", "confirm", quarter)
        story.command("quarter", "publish", quarter)
        done = {key for key in story.facts.checks if key[1] <= months_of(quarter)[-1]}
        rows[quarter] = quarter_rows(story.facts, quarter, done)


def _year(story: Story) -> None:
    """The officer types the facts of the estate and computes; the lead publishes."""
    story.days.day = date(2026, 1, 20)
    story.facts.surveys[ESTATE] = (600, 200, 9350)
    story.facts.indicators |= {(ESTATE, code): 9100 + number for number, code in enumerate(INDICATORS)}
    with story.page("officer") as page:
        page.goto(f"/year-facts/2025/{ESTATE}/edit")
        for name, value in (("households", "600"), ("valid_responses", "200"), ("survey_score", "93.50")):
            page.fill(f"#{name}", value)
        for code in INDICATORS:
            page.fill(f"#score_{code}", points(story.facts.indicators[ESTATE, code]))
            page.fill(f"#evidence_{code}", "台账")
        page.get_by_role("button", name="保存年度数据").click()
        page.wait_for_load_state()
        _press(page, "/ratings/year/2025/prepare", "按最新数据计算2025年度星级")
    with story.page("lead") as page:
        _press(page, "/ratings/year/2025/prepare", "预览将要公布的内容", "公布2025年度星级")


def _down_to_the_photo(page: Page, rating: dict[str, str], parts: dict[str, int | None], quarter: str) -> None:
    """Anybody: search, stars, total, component, quarter, month, item, photo and clause."""
    page.goto("/")
    page.get_by_label("小区或者企业", exact=True).fill("gushihuayuan")
    page.get_by_role("button", name="查询").click()
    page.get_by_role("link", name=NAME, exact=True).first.click()
    expect(page.locator("main .figure").first).to_contain_text(rating["total"])
    _sound(page)
    page.get_by_role("link", name="这个结果怎么来的").click()
    page.wait_for_url(f"**/ratings/2025/estates/{ESTATE}")
    shown = page.locator("table[class*=table-cards] tbody td[data-label='得分']").all_inner_texts()
    assert sorted(shown) == sorted(points(value) for value in parts.values())
    expect(page.locator("tfoot td[data-label='得分']")).to_have_text(rating["total"])
    _sound(page)
    page.get_by_role("link", name="2025年第一季度", exact=True).first.click()
    page.wait_for_url(f"**/quarters/2025Q1/estates/{ESTATE}")
    expect(page.locator("main .figure")).to_contain_text(quarter)
    march = page.locator("section[aria-labelledby='m-2025-03']")
    expect(march.locator("h2")).to_contain_text("98.5")
    expect(march).to_contain_text("XF04")
    _sound(page)
    address = march.locator("figure a").first.get_attribute("href")
    photo = page.request.get(str(address))
    assert photo.headers["content-type"] == "image/jpeg"
    copy = Image.open(io.BytesIO(photo.body()))
    assert not dict(copy.getexif())
    assert copy.getpixel((630, 190)) != pytest.approx((230, 190, 160), abs=25), "the mask covers what was to hide"
    assert copy.getpixel((100, 500)) == pytest.approx((150, 170, 150), abs=10)
    march.get_by_role("link", name="检查标准2025.1版，XF04项").click()
    expect(page.locator("#item-XF04")).to_be_visible()


def test_from_the_first_check_to_the_public_stars(story: Story, picture: Path) -> None:
    code = _register(story)
    story.load_checks(["2025-01", "2025-02"])
    with story.page(width="phone") as page:
        _sign_in(page, code)
        check_id = _file(page, picture)
    story.days.day = date(2025, 4, 2)
    story.load_checks(["2025-03"])
    with story.page("street") as page:
        _review(page, check_id)
    story.facts.checks[ESTATE, "2025-03"] = [("XF04", "3", "")]
    assert month_score(story.facts.items, story.facts.checks[ESTATE, "2025-03"]) == 9850
    rows = {"2025Q1": _first_quarter(story)}
    _other_quarters(story, rows)
    _year(story)

    own = [quarter[ESTATE] for quarter in rows.values()]
    rating = rating_row(story.facts, 2025, story.facts.estates[0], own)
    parts = components(story.facts, ESTATE, "commodity", own)
    story.days.day = date(2026, 2, 2)
    with story.page(width="phone") as page:
        _down_to_the_photo(page, rating, parts, rows["2025Q1"][ESTATE]["score"])
    with story.page("officer") as page:
        _press(page, "/lists/manage?year=2025", "提出建议", "提出1项建议")
        expect(page.locator("#red tbody th")).to_contain_text(NAME)
    with story.page() as page:
        page.goto("/lists")
        expect(page.locator("main")).to_contain_text(NAME)

    story.command("export", "open-data", str(story.folder / "data"))
    exported = read(story.folder / "data")
    assert [r for r in exported["ratings"] if r["estate_code"] == ESTATE] == [{**rating, "revision": "1"}]
    scores = {r["quarter"]: r["score"] for r in exported["quarter_scores"] if r["estate_code"] == ESTATE}
    assert scores == {quarter: found[ESTATE]["score"] for quarter, found in rows.items()}
