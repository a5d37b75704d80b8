"""Quarters and stars in a real browser: no violations, no noise, no sideways scrolling, in both languages and widths."""

import pytest

from tests.browser.accessibility import axe_clean, fits

PUBLIC = (
    "/quarters",
    "/quarters/2026Q3",
    "/quarters/2025Q1/corrections",
    "/ratings",
    "/ratings/2025",
    "/ratings/2025/corrections",
)
STAFF = (
    ("lead", "/ratings/manage"),
    ("officer", "/ratings/quarter/2026Q3/prepare"),
    ("officer", "/ratings/quarter/2026Q3/publish"),
    ("officer", "/ratings/year/2025/prepare"),
    ("lead", "/ratings/year/2025/publish"),
    ("reviewer", "/ratings/quarter/2026Q3/review"),
)


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("address", PUBLIC)
def test_public_pages(page, prefix, address):
    assert page.goto(prefix + address).status == 200
    axe_clean(page)
    fits(page)


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize(("role", "address"), STAFF)
def test_staff_pages(page, sign_in, prefix, role, address):
    sign_in(page, role)
    assert page.goto(prefix + address).status == 200
    axe_clean(page)
    fits(page)


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_from_the_list_down_to_the_clause(page, prefix):
    """An owner opens the last quarter, an estate in it, and the clause under a lost point."""
    page.goto(f"{prefix}/quarters/2026Q3?sort=-score")
    page.locator("main table.table-cards tbody th a").first.click()
    page.wait_for_url(f"**{prefix}/quarters/2026Q3/estates/*")
    axe_clean(page)
    fits(page)
    page.locator("main a[href*='/standards/']").first.click()
    page.wait_for_url(f"**{prefix}/standards/*")


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_stars_open_down_to_a_quarter(page, prefix):
    page.goto(f"{prefix}/ratings/2025?result=5")
    if not page.locator("main table.table-cards tbody th a").count():
        page.goto(f"{prefix}/ratings/2025")
    page.locator("main table.table-cards tbody th a").first.click()
    page.wait_for_url(f"**{prefix}/ratings/2025/estates/*")
    axe_clean(page)
    fits(page)
    page.locator("main a[href*='/quarters/']").first.click()
    page.wait_for_url(f"**{prefix}/quarters/*/estates/*")


def test_table_sorts_and_filters_without_javascript(open_page):
    page = open_page(javascript=False)
    page.goto("/quarters/2026Q3")
    page.select_option("#kind", "village")
    page.get_by_role("button", name="筛选").click()
    assert "kind=village" in page.url
    kinds = page.locator("main table.table-cards tbody th .muted").all_inner_texts()
    assert kinds
    assert set(kinds) == {"村改居小区"}
