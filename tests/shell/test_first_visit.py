"""What a first visit costs over the wire: counted in a browser that has been nowhere, against the server's own packing."""

import threading
from datetime import date

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from portal.kernel import clock
from portal.shell.app import create_app
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
            "127.0.0.1", 0, create_app(testing=True, keep_answers=True), threaded=False, request_handler=_Quiet
        )
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_first_visit_is_light_and_stays_here(browser, address):
    heavy = []
    for path in PAGES:
        context = browser.new_context(viewport={"width": 360, "height": 800})
        page = context.new_page()
        seen, strangers = [], []
        tool = context.new_cdp_session(page)
        tool.send("Network.enable")
        tool.on("Network.loadingFinished", lambda told, seen=seen: seen.append(told["encodedDataLength"]))
        page.on(
            "request",
            lambda asked, strangers=strangers: asked.url.startswith((address, "data:")) or strangers.append(asked.url),
        )
        assert page.goto(address + path, wait_until="networkidle").status == 200, path
        total = sum(seen)
        print(f"{path}: {total / 1024:.1f} KB in {len(seen)} requests")  # noqa: T201
        assert strangers == []
        assert seen
        if total > MOST_BYTES or len(seen) > MOST_REQUESTS:
            heavy.append((path, total, len(seen)))
        context.close()
    assert heavy == []
