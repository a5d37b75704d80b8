"""What a page must be free of: axe violations, console errors, requests to elsewhere, sideways scrolling."""

from collections import Counter
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, Page, ViewportSize

_SCRIPT = AXE_FILE_PATH.read_text("utf-8")
_THIN = Path(__file__).with_name("thin.js").read_text("utf-8")
_JUDGE = Path(__file__).with_name("judge.js").read_text("utf-8")
_RUN = "options => axe.run(options).then(found => found.violations)"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# No stylesheet is fetched again for the one rule that reads them: css-orientation-lock, which ``test_every_page`` sees to.
OPTIONS = {
    "runOnly": {"type": "tag", "values": RULES},
    "resultTypes": ["violations"],
    "iframes": False,
    "preload": False,
}
EXCESS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Judge:
    """A page in a context of its own that shows axe other pages, so that axe is loaded once and finds its code warm."""

    def __init__(self, browser: Browser, url: str, size: ViewportSize) -> None:
        self.page = browser.new_context(base_url=url, has_touch=True, viewport=size).new_page()
        self.page.goto("/")
        self.met: set[str] = set()

    def violations(self, page: Page, colours: bool) -> list[str]:
        """As ``violations`` of the page."""
        self._show(page)
        return violations(self.page, colours)

    def new_violations(self, page: Page) -> list[str]:
        """Those in blocks that it has not been shown before."""
        self._show(page)
        return violations(self.page) if thinned(self.page, self.met) else []

    def _show(self, page: Page) -> None:
        self.page.evaluate(_JUDGE, page.evaluate(_JUDGE, None))


def violations(page: Page, colours: bool = True) -> list[str]:
    """Each axe violation of the page with the elements concerned; colours take half of the time."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_SCRIPT)
    wanted = {**OPTIONS, "rules": {"color-contrast": {"enabled": colours}}}
    return [_told(found) for found in page.evaluate(_RUN, wanted)]


def thinned(page: Page, met: set[str]) -> bool:
    """Take out of the page the blocks that axe has judged already in the same walk, remembered in ``met``, and of blocks
    built alike side by side all but two; whether anything is left that it has not judged.

    Last of all that is done with a page: it is not whole any more.
    """
    keys = page.evaluate(_THIN, None)
    alike: Counter[str] = Counter()
    known = []
    for at, key in enumerate(keys):
        alike[key] += 1
        if key in met or alike[key] > 2:
            known.append(at)
    left = page.evaluate(_THIN, known)
    is_new = left not in met
    met.update(keys, [left])
    return is_new


_judges: dict[tuple[Browser, str, int], Judge] = {}


def axe_clean(page: Page) -> None:
    """Fail with each axe violation of the page; what a page of this width has been judged for already is not judged again."""
    arrived(page)
    browser, size = page.context.browser, page.viewport_size
    assert browser is not None
    assert size is not None
    server = "/".join(page.url.split("/")[:3])
    key = (browser, server, size["width"])
    if key not in _judges:
        _judges[key] = Judge(browser, server, size)
    found = _judges[key].new_violations(page)
    assert not found, f"{page.url}\n" + "\n".join(found)


def arrived(page: Page) -> None:
    """Wait until all of a page is there: a press comes back at the first byte of the page that it leads to, before its body.

    What waits by itself (``expect``, a press, ``fill``) needs none of it; what reads at once (``count``, ``all``,
    ``evaluate``, ``content``) does.
    """
    page.wait_for_load_state()


def _told(violation: dict[str, Any]) -> str:
    places = "; ".join(" ".join(str(part) for part in node["target"]) for node in violation["nodes"][:5])
    return f"  {violation['id']} ({violation['impact']}): {violation['help']}: {places}"


def fits(page: Page) -> None:
    """Fail when the page is wider than the screen: tables scroll in their own box, the page never."""
    arrived(page)
    excess = page.evaluate(EXCESS)
    assert excess <= 0, f"{page.url}: {excess} px wider than the screen"
