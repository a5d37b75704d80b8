"""An owner's way: search by pinyin, read the estate's page, look at its company. Phone and desk."""

import json
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect
from pypinyin import lazy_pinyin


def _read(server, path: str) -> dict:
    with urlopen(server.url + path) as answer:
        return json.load(answer)


@pytest.fixture
def estate(server) -> dict:
    """An estate with a score and a company."""
    rows = _read(server, "/estates.json?sort=score")["items"]
    return _read(server, f"/api/v1/estates/{rows[0]['estate_code']}") | {"score": rows[0]["score"]}


def test_search_by_pinyin_leads_to_the_estate(page: Page, estate):
    page.goto("/")
    page.get_by_label("小区或者企业", exact=True).fill("".join(lazy_pinyin(estate["name"])))
    page.get_by_role("button", name="查询").click()
    page.get_by_role("link", name=estate["name"], exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(estate["name"])
    expect(page.get_by_role("heading", name=f"{estate['score']}分")).to_be_visible()
    page.get_by_role("link", name=estate["service"]["name"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(estate["service"]["name"])


def test_a_company_on_another_day(page: Page, estate):
    page.goto(f"/enterprises/{estate['service']['uscc']}")
    page.get_by_label("按哪一天的情况").fill("2025-01-02")
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_role("heading", name="按2025年1月2日的情况")).to_be_visible()


def test_without_scripts(open_page, estate):
    page = open_page("phone", javascript=False)
    page.goto(f"/estates?q={estate['estate_code']}")
    expect(page.get_by_role("link", name=estate["name"], exact=True)).to_be_visible()


LOOKS = """() => {
  const text = document.querySelector('svg.chart text'), style = getComputedStyle(text);
  const drawn = character => {
    const canvas = Object.assign(document.createElement('canvas'), {width: 40, height: 40}), pen = canvas.getContext('2d');
    pen.font = `24px ${style.fontFamily}`; pen.fillText(character, 4, 30);
    return pen.getImageData(0, 0, 40, 40).data.filter((_, place) => place % 4 === 3).join();
  };
  return [...'宝安区街道\\uE000'].map(drawn);
}"""


def test_chinese_in_a_chart_is_drawn_with_a_font_that_has_it(desk: Page):
    """A character without a glyph looks like every other one without."""
    desk.goto("/streets/440306017000")
    looks = desk.evaluate(LOOKS)
    assert len(set(looks)) == len(looks)
    assert all("255" in look for look in looks[:-1])
