"""A portal served by the test's own process, whose clock the test holds: years of work pass in seconds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from werkzeug.serving import WSGIRequestHandler, make_server

from portal.kernel import clock
from tests.network import answering

if TYPE_CHECKING:
    from flask import Flask


@dataclass
class Days:
    """The day that the server lives in, and its address."""

    day: date
    url: str = ""


class _Silent(WSGIRequestHandler):
    """Keeps its lines out of the test's report."""

    def log(self, *_arguments: Any) -> None:
        pass


def _on_the_day(wrapped: Callable[..., Any], days: Days) -> Callable[..., Any]:
    def answered(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        with clock.on(days.day):
            answer = wrapped(environ, start_response)
            try:
                return list(answer)
            finally:
                getattr(answer, "close", bool)()  # a static file is an open one; a short answer is a list

    return answered


@contextmanager
def serving_on(app: "Flask", day: date) -> Iterator[Days]:
    """Serve the application until the block ends; whoever sets ``.day`` moves its clock."""
    days = Days(day)
    # around the application, not in it: tests of one process share it
    server = make_server("127.0.0.1", 0, _on_the_day(app, days), threaded=True, request_handler=_Silent)
    days.url = f"http://127.0.0.1:{server.server_port}"
    with answering(server):
        yield days
