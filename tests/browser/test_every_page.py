"""Every page of the portal, in both languages, on a phone and a desk: sound, quiet, whole, and in one language."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.browser import addresses, languages
from tests.browser.accessibility import EXCESS, Judge, thinned, violations
from tests.browser.conftest import Quiet, Server
from tests.databases import PROJECT

SCREENS: dict[str, ViewportSize] = {"phone": {"width": 360, "height": 780}, "desk": {"width": 1240, "height": 900}}
# Axe is dear: every run judges each page in Chinese on a phone, and in English at a desk but for its colours, which are the
# same; a block that comes again in the same place is judged once (thin.js). ``make walk`` judges all four, whole.
JUDGED = {"zh": "phone", "en": "desk"}
ALL_FOUR = "WALK" in os.environ


@pytest.fixture(scope="module")
def stops(server: Server) -> Iterator[list[addresses.Stop]]:
    """All pages, with the kernel of this process on the server's data."""
    from portal.kernel import db
    from portal.kernel.settings import settings
    from portal.shell.app import create_app
    from tests.conftest import point_at

    with pytest.MonkeyPatch.context() as patch:
        point_at(server.place, patch)
        addresses.prepare()
        yield list(addresses.stops(create_app(testing=True)))
        db.dispose()
    settings.cache_clear()


class Visitor:
    """One browser context and page for each person; the page is resized rather than loaded again."""

    def __init__(self, browser: Browser, server: Server, quiet: Quiet, language: str) -> None:
        self.browser, self.server, self.quiet = browser, server, quiet
        self.contexts: dict[str | None, BrowserContext] = {}
        self.met: set[str] = set()
        self.judge = Judge(browser, server.url, SCREENS[JUDGED[language]])

    def page_of(self, login: str | None) -> Page:
        """The page of a person, signed in."""
        from tests.disclosure.owned import owner_cookie
        from tests.people import cookie_of

        if login not in self.contexts:
            context = self.browser.new_context(base_url=self.server.url, has_touch=True, timezone_id="Asia/Shanghai")
            self.contexts[login] = context
            self.quiet.watch(context)
            if login:
                name, value = owner_cookie() if login == addresses.OWNER else cookie_of(login)
                context.add_cookies([{"name": name, "value": value, "url": self.server.url}])
            context.new_page().set_viewport_size(SCREENS["phone"])
        return self.contexts[login].pages[0]

    def look(self, stop: addresses.Stop, language: str, data: languages.Data) -> list[str]:
        """What is wrong with a page."""
        page = self.page_of(stop.login)
        self.quiet.complaints.clear()
        # as the last page left it, then the other
        first, second = sorted(SCREENS, key=lambda name: SCREENS[name] != page.viewport_size)
        answer = page.goto(("/en" if language == "en" else "") + stop.path)
        assert answer is not None
        wrong = [] if answer.status == stop.status else [f"answers {answer.status}, expected {stop.status}"]
        wrong += languages.strangers(page, language, data)
        for name in (first, second):
            if name == second:
                page.set_viewport_size(SCREENS[name])
            excess = page.evaluate(EXCESS)
            wrong += [f"{excess} px wider than the {name}"] if excess > 0 else []
            if ALL_FOUR:
                wrong += [f"on the {name}: {told.strip()}" for told in violations(page)]
        if not ALL_FOUR and thinned(page, self.met):
            judged = self.judge.violations(page, language == "zh")
            wrong += [f"on the {JUDGED[language]}: {told.strip()}" for told in judged]
        refused = f"status of {stop.status}"
        return wrong + [told for told in self.quiet.complaints if stop.status == 200 or refused not in told]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page(browser: Browser, server: Server, stops: list[addresses.Stop], language: str) -> None:
    data = languages.Data(languages.data_texts())
    visitor = Visitor(browser, server, Quiet(server.url), language)
    faults = {stop: visitor.look(stop, language, data) for stop in stops}
    for context in (*visitor.contexts.values(), visitor.judge.page.context):
        context.close()
    told = [f"{stop.path} ({stop.login}): {fault}" for stop, found in faults.items() for fault in found]
    assert not told, f"{len(told)} faults\n" + "\n".join(told)


def test_no_stylesheet_asks_for_the_orientation() -> None:
    sheets = [
        path for room in ("portal", "scoring", "disclosure", "mediation") for path in (PROJECT / room).rglob("*.css")
    ]
    assert sheets
    assert [path.name for path in sheets if "orientation" in path.read_text("utf-8")] == []
