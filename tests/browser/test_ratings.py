"""The ways through quarters and stars in a real browser, in both languages and widths."""

import pytest

from tests.browser.accessibility import arrived


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_from_the_list_down_to_the_clause(page, prefix):
    """An owner opens the last quarter, an estate in it, and the clause under a lost point."""
    page.goto(f"{prefix}/quarters/2026Q3?sort=-score")
    page.locator("main table.table-cards tbody th a").first.click()
    page.wait_for_url(f"**{prefix}/quarters/2026Q3/estates/*")
    page.locator("main a[href*='/standards/']").first.click()
    page.wait_for_url(f"**{prefix}/standards/*")


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_stars_open_down_to_a_quarter(page, prefix):
    page.goto(f"{prefix}/ratings/2025?result=5")
    if not page.locator("main table.table-cards tbody th a").count():
        page.goto(f"{prefix}/ratings/2025")
    page.locator("main table.table-cards tbody th a").first.click()
    page.wait_for_url(f"**{prefix}/ratings/2025/estates/*")
    page.locator("main a[href*='/quarters/']").first.click()
    page.wait_for_url(f"**{prefix}/quarters/*/estates/*")


def test_table_sorts_and_filters_without_javascript(open_page):
    page = open_page(javascript=False)
    page.goto("/quarters/2026Q3")
    page.select_option("#kind", "village")
    page.get_by_role("button", name="筛选").click()
    arrived(page)
    assert "kind=village" in page.url
    kinds = page.locator("main table.table-cards tbody th .muted").all_inner_texts()
    assert kinds
    assert set(kinds) == {"村改居小区"}
