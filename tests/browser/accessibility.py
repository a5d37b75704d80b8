"""What a page must be free of: axe violations, console errors, requests to elsewhere, sideways scrolling."""

from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page

_SCRIPT = AXE_FILE_PATH.read_text("utf-8")
_THIN = Path(__file__).with_name("thin.js").read_text("utf-8")
_RUN = "options => axe.run(options).then(found => found.violations)"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"], "iframes": False}
EXCESS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def violations(page: Page, colours: bool = True) -> list[str]:
    """Each axe violation of the page with the elements concerned; colours take half of the time."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_SCRIPT)
    wanted = {**OPTIONS, "rules": {"color-contrast": {"enabled": colours}}}
    return [_told(found) for found in page.evaluate(_RUN, wanted)]


def thinned(page: Page, met: set[str]) -> None:
    """Take out of the page what axe has judged already in the same walk; ``met`` remembers its headers and footers.

    Last of all that is done with a page: it is not whole any more.
    """
    met.update(page.evaluate(_THIN, sorted(met)))


def axe_clean(page: Page) -> None:
    """Fail with each axe violation of the page."""
    found = violations(page)
    assert not found, f"{page.url}\n" + "\n".join(found)


def _told(violation: dict[str, Any]) -> str:
    places = "; ".join(" ".join(str(part) for part in node["target"]) for node in violation["nodes"][:5])
    return f"  {violation['id']} ({violation['impact']}): {violation['help']}: {places}"


def fits(page: Page) -> None:
    """Fail when the page is wider than the screen: tables scroll in their own box, the page never."""
    excess = page.evaluate(EXCESS)
    assert excess <= 0, f"{page.url}: {excess} px wider than the screen"
