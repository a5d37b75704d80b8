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
