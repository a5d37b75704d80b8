"""What a first visit costs over the wire: counted in a browser that has been nowhere, against the server's own packing."""

from datetime import date

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from portal.kernel import clock
from portal.shell.app import create_app
from tests.network import answering
from tests.registry.sheets import USCC
from tests.shell.public_district import GOOD
from tests.shell.public_fixtures import instance  # noqa: F401

MOST_BYTES, MOST_REQUESTS = 120 * 1024, 10
PAGES = ("/", "/estates", f"/estates/{GOOD}", f"/en/estates/{GOOD}", "/lists", "/quarters/2026Q3", "/ratings/2025",
         f"/enterprises/{USCC[0]}", "/data", "/feeds", f"/ratings/2025/estates/{GOOD}")  # fmt: skip


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_told) -> None:
        """Say nothing."""


@pytest.fixture
def address(instance):  # noqa: F811
    with clock.on(date(2026, 11, 22)):
        server = make_server(
            "127.0.0.1", 0, create_app(testing=True, keep_answers=True), threaded=True, request_handler=_Quiet
        )
        with answering(server):
            yield f"http://127.0.0.1:{server.server_port}"


def test_a_first_visit_is_light_and_stays_here(browser, address):
    visits = [_Visit(browser, address, path) for path in PAGES]
    heavy = [told for visit in visits if (told := visit.ended())]
    assert heavy == []


class _Visit:
    """A browser that has been nowhere, on one page; all of them grow quiet at the same time."""

    def __init__(self, browser, address, path):
        self.path, self.seen, self.strangers = path, [], []
        self.context = browser.new_context(viewport={"width": 360, "height": 800})
        self.page = self.context.new_page()
        tool = self.context.new_cdp_session(self.page)
        tool.send("Network.enable")
        tool.on("Network.loadingFinished", lambda told: self.seen.append(told["encodedDataLength"]))
        self.page.on(
            "request", lambda asked: asked.url.startswith((address, "data:")) or self.strangers.append(asked.url)
        )
        assert self.page.goto(address + path).status == 200, path

    def ended(self):
        """What was too much of it, if anything."""
        self.page.wait_for_load_state("networkidle")
        self.context.close()
        assert self.strangers == []
        assert self.seen
        total = sum(self.seen)
        print(f"{self.path}: {total / 1024:.1f} KB in {len(self.seen)} requests")  # noqa: T201
        return (self.path, total, len(self.seen)) if total > MOST_BYTES or len(self.seen) > MOST_REQUESTS else None
