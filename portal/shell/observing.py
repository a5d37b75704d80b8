"""Every request gets an id and a place in the counters, whoever answers it; what a page or an error answered, a line in the log.

The line names the endpoint, never the address: an address may hold a code or a name that somebody searched for. An id that a
proxy gives (``X-Request-Id``) is taken over only from trusted proxies and only in the shape of one.
"""

import logging
import re
import secrets
import time
from collections.abc import Iterable
from typing import Any

from portal.kernel import counters
from portal.kernel.logs import request_id
from portal.kernel.settings import settings

log = logging.getLogger(__name__)
ENDPOINT = "portal.endpoint"
# counted, not logged; an answer that is kept on the shelf costs less than its line would
QUIET = ("kept", "static", "health.healthz", "health.readyz", "metrics.metrics")
_SHAPE = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}")


def _id(environ: dict[str, Any]) -> str:
    given = environ.get("HTTP_X_REQUEST_ID", "")
    return given if settings().trusted_proxies and _SHAPE.fullmatch(given) else secrets.token_hex(8)


class Observed:
    """WSGI, outermost: what happens within knows its request."""

    def __init__(self, wrapped: Any):
        self.wrapped = wrapped

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        token, began, told = request_id.set(_id(environ)), time.monotonic(), {"status": "500"}

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            told["status"] = status[:3]
            return start_response(status, [*headers, ("X-Request-Id", request_id.get())], *rest)

        try:
            answer: Iterable[bytes] = self.wrapped(environ, start)
            return answer
        finally:
            self._note(environ, told["status"], time.monotonic() - began)
            request_id.reset(token)

    @staticmethod
    def _note(environ: dict[str, Any], status: str, seconds: float) -> None:
        endpoint = str(environ.get(ENDPOINT, "kept"))
        method = environ.get("REQUEST_METHOD", "")
        counters.add("portal_requests_total", status=status, method=method if method in ("GET", "POST") else "other")
        if endpoint != "static":
            counters.took("portal_request_seconds", seconds)
        if endpoint not in QUIET:
            facts = {"endpoint": endpoint, "method": method[:7], "status": int(status), "ms": round(seconds * 1000)}
            log.info("request", extra=facts)
