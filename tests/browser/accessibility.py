"""What a page must be free of: axe violations, console errors, requests to elsewhere, sideways scrolling."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_AXE = Axe()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def axe_clean(page: Page) -> None:
    """Fail with each axe violation of the page and the elements concerned."""
    violations = _AXE.run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response["violations"]
    assert not violations, f"{page.url}\n" + "\n".join(_told(violation) for violation in violations)


def _told(violation: dict[str, Any]) -> str:
    places = "; ".join(" ".join(str(part) for part in node["target"]) for node in violation["nodes"][:5])
    return f"  {violation['id']} ({violation['impact']}): {violation['help']}: {places}"


def fits(page: Page) -> None:
    """Fail when the page is wider than the screen: tables scroll in their own box, the page never."""
    excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert excess <= 0, f"{page.url}: {excess} px wider than the screen"
