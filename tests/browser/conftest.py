"""A real browser on a real server: Debian's Chromium, the demo district of 30 estates, phone and desk.

Each worker has one server and one browser; the demo is built once for all. A missing Chromium fails them, nothing is
skipped. ``page`` runs a test at both widths; ``phone`` and ``desk`` at one. At the end of each test the page must
have been quiet: no console error, no uncaught exception, no answer of 5xx, no request to another host.
"""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

from tests import demo
from tests.databases import PORTAL, Place, command_environment

WIDTHS = {"phone": (360, 780), "desk": (1280, 900)}
PATIENCE = 5_000  # ms for an element to appear
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass
class Server:
    """The running demo district."""

    url: str
    place: Place

    def portal(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a ``portal`` command on the server's data."""
        return subprocess.run(
            [PORTAL, *arguments],
            env=command_environment(self.place),
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@contextmanager
def serving(place: Place, log: Path) -> Iterator[str]:
    """``portal serve`` on a free loopback port until the block ends; gives its address."""
    port = _free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [PORTAL, "serve", "--port", str(port)],
            # one process: what it compiles for a page that is seen for the first time, it compiles once
            env={
                **command_environment(place),
                "BASE_URL": f"http://127.0.0.1:{port}",
                "PORT": str(port),
                "WEB_CONCURRENCY": "1",
            },
            cwd="/",
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        for _attempt in range(300):
            if process.poll() is not None or _answers(port):
                break
            time.sleep(0.1)
        if not _answers(port):
            raise RuntimeError(f"portal serve does not answer:\n{log.read_text()}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)  # at once: SIGTERM waits for the connections that browsers keep
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def demo_place(run_folder: Path) -> Place:
    """The demo district of 30 estates, built once; copy it (``shutil.copytree``) rather than build another."""
    return demo.place(run_folder)


@pytest.fixture(scope="session")
def server(demo_place: Place, run_folder: Path) -> Iterator[Server]:
    """The demo district served for this worker's browser tests, on a copy, so that what they change stays theirs."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    folder = run_folder / f"served-{worker}"
    shutil.copytree(demo_place.instance, folder, ignore=shutil.ignore_patterns("templates"))
    place = Place(f"sqlite:///{folder / 'portal.db'}", folder)
    (run_folder / "templates").mkdir(exist_ok=True)
    (folder / "templates").symlink_to(run_folder / "templates")  # compiled once for all servers
    with serving(place, run_folder / f"server-{worker}.log") as url:
        yield Server(url, place)


@dataclass
class Quiet:
    """Collects what a page should never do. ``allow`` takes texts of complaints that a test provokes on purpose."""

    server: str
    complaints: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def allow(self, text: str) -> None:
        """Accept complaints that contain this text."""
        self.allowed.append(text)

    def watch(self, context: BrowserContext) -> None:
        """Listen to every page of a context."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(f"exception: {error.error}"))
        context.on("request", self._request)
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"console {message.type}: {message.text} ({message.location.get('url', '')})")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.server, "data:", "blob:")):
            self.complaints.append(f"request to {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status} from {response.url}")

    def check(self) -> None:
        """Fail with everything that was not allowed."""
        loud = [text for text in self.complaints if not any(allowed in text for allowed in self.allowed)]
        assert not loud, "the page was not quiet:\n  " + "\n  ".join(loud)


@pytest.fixture
def quiet(server: Server) -> Iterator[Quiet]:
    """The collector of this test's complaints, checked at its end."""
    collector = Quiet(server.url)
    yield collector
    collector.check()


@pytest.fixture
def open_page(browser: Browser, server: Server, quiet: Quiet) -> Iterator[Callable[..., Page]]:
    """``open_page("phone")``: a page in a context of its own (own cookies); relative addresses lead to the server."""
    contexts = []

    def opened(width: str = "desk", javascript: bool = True, locale: str = "zh-CN") -> Page:
        across, down = WIDTHS[width]
        context = browser.new_context(
            base_url=server.url,
            viewport={"width": across, "height": down},
            has_touch=width == "phone",
            locale=locale,
            timezone_id="Asia/Shanghai",
            java_script_enabled=javascript,
            service_workers="block",
        )
        context.set_default_timeout(PATIENCE)
        quiet.watch(context)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(params=list(WIDTHS))
def page(request: pytest.FixtureRequest, open_page: Callable[..., Page]) -> Page:
    """A page at phone width, then again at desk width."""
    return open_page(request.param)


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    """A page 360 px wide."""
    return open_page("phone")


@pytest.fixture
def desk(open_page: Callable[..., Page]) -> Page:
    """A page 1280 px wide."""
    return open_page("desk")


@pytest.fixture
def sign_in(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Page, str], None]]:
    """``sign_in(page, "officer")``: the page's browser holds a session of the demo's first person with that role.

    For tests of what lies behind the door; the sign-in page itself is tested by using it.
    """
    from portal.kernel import db
    from portal.kernel.access import Role
    from portal.kernel.settings import settings
    from tests.conftest import point_at
    from tests.people import demo_session_cookie

    def signed(page: Page, role: str) -> None:
        point_at(server.place, monkeypatch)
        name, value = demo_session_cookie(Role(role))
        page.context.add_cookies([{"name": name, "value": value, "url": server.url}])

    yield signed
    db.dispose()
    settings.cache_clear()
