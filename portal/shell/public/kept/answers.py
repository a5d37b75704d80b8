"""Public answers kept in memory by the state of the data: a publication shows at once, and what is held stays held.

An answer is kept when it may be kept on the way too (``Cache-Control: public``), set no cookie and is whole. Its key is the address
and the state of the data with the day; whatever happens in the portal makes another state, and a new day another key. Nothing is
kept longer than a minute, for pages that count hours.
"""

import gzip
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portal.kernel import clock
from portal.kernel.settings import settings
from portal.shell.public.kept.limits import Limits
from portal.shell.public.kept.state import State, state

Headers = list[tuple[str, str]]
Answer = Iterable[bytes]
LONGEST = timedelta(seconds=60)
MOST_BYTES, BIGGEST = 48 * 1024 * 1024, 2 * 1024 * 1024
SMALLEST_PACKED = 600
API = "/api/v1/"
STATIC = "/static/"
_PACKED = ("text/", "application/json", "application/problem+json", "application/javascript", "image/svg+xml",
           "application/atom+xml")  # fmt: skip
# for a minute; a cache on the way may show the old answer half a minute longer while it asks for the new one, and an hour while
# the portal does not answer
CACHED = "public, max-age=60, stale-while-revalidate=30, stale-if-error=3600"


@dataclass(frozen=True)
class Kept:
    """An answer as it goes over the wire, plain and packed."""

    state: State | None
    until: datetime | None
    status: str
    headers: Headers
    etag: str
    plain: bytes
    packed: bytes | None

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        return len(self.plain) + len(self.packed or b"") + 512


class Shelf:
    """Answers by address, the longest unused forgotten first."""

    def __init__(self, most: int = MOST_BYTES):
        self._most, self._size = most, 0
        self._held: OrderedDict[Any, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: Any, now_state: State | None) -> Kept | None:
        """The answer of an address in this state of the data."""
        with self._lock:
            found = self._held.get(key)
            if found is None or (found.until is not None and (found.state != now_state or found.until < clock.now())):
                return None
            self._held.move_to_end(key)
            return found

    def keep(self, key: Any, answer: Kept) -> None:
        """Put an answer on the shelf."""
        with self._lock:
            old = self._held.pop(key, None)
            self._size += answer.size - (old.size if old else 0)
            self._held[key] = answer
            while self._size > self._most:
                self._size -= self._held.popitem(last=False)[1].size


class KeptAnswers:
    """WSGI: answers from the shelf, or asks the application and keeps what may be kept. Packs text, tells the API's limit."""

    def __init__(self, wrapped: Any, limits: Limits | None = None):
        self.wrapped, self.shelf, self.limits = wrapped, Shelf(), limits or Limits()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Answer:
        path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
        is_api = path.startswith(API)
        if method != "GET" or "HTTP_RANGE" in environ:
            return self._limited(environ, start_response, 1) if is_api else self.wrapped(environ, start_response)
        now_state = None if path.startswith(STATIC) else state()
        key = (
            environ.get("SCRIPT_NAME", ""), path, environ.get("QUERY_STRING", ""), environ.get("HTTP_HOST", ""),
            environ.get("wsgi.url_scheme", ""), bool(settings().database_replica_url and environ.get("HTTP_COOKIE")),
        )  # fmt: skip
        found = self.shelf.find(key, now_state)
        if found is not None:
            more = self.limits.look(environ, 0).headers() if is_api else []
            return _send(found, environ, start_response, more)
        if is_api:
            told = self.limits.look(environ, 1)
            if told.refused:
                return _refused(told.headers(), start_response)
            return self._made(key, now_state, environ, start_response, told.headers())
        return self._made(key, now_state, environ, start_response, [])

    def _limited(self, environ: dict[str, Any], start_response: Any, cost: int) -> Answer:
        told = self.limits.look(environ, cost)
        if told.refused:
            return _refused(told.headers(), start_response)

        def start(status: str, headers: Headers, *more: Any) -> Any:
            return start_response(status, [*headers, *_unless_own(headers, told.headers())], *more)

        answer: Answer = self.wrapped(environ, start)
        return answer

    def _made(
        self, key: Any, now_state: State | None, environ: dict[str, Any], start_response: Any, more: Headers
    ) -> Answer:
        begun: list[tuple[str, Headers]] = []

        def start(status: str, headers: Headers, *_more: Any) -> Callable[[bytes], None]:
            begun[:] = [(status, headers)]
            return _no_write

        # the whole answer is asked for, whatever the client has: it is compared here
        asked = {
            name: value
            for name, value in environ.items()
            if name not in ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")
        }
        body = self.wrapped(asked, start)
        status, headers = begun[0]
        more = _unless_own(headers, more)
        names = {name.lower(): value for name, value in headers}
        is_static = key[1].startswith(STATIC)
        length = int(names.get("content-length") or BIGGEST + 1)
        is_kept = (
            status.startswith("200")
            and "set-cookie" not in names
            and "cookie" not in names.get("vary", "").lower()
            and (is_static or (now_state is not None and names.get("cache-control") == CACHED))
            and length <= BIGGEST
        )
        if not is_kept:
            if _matches(environ, names.get("etag", "").removeprefix("W/")):
                _close(body)
                start_response("304 NOT MODIFIED", [pair for pair in headers if not _of_body(pair[0])] + more)
                return [b""]
            start_response(status, headers + more)
            return body
        try:
            plain = b"".join(body)
        finally:
            _close(body)
        made = _kept(None if is_static else now_state, status, headers, names, plain)
        self.shelf.keep(key, made)
        return _send(made, environ, start_response, more)


def _kept(now_state: State | None, status: str, headers: Headers, names: dict[str, str], plain: bytes) -> Kept:
    is_text = names.get("content-type", "").startswith(_PACKED)
    packed = gzip.compress(plain, 6, mtime=0) if is_text and len(plain) >= SMALLEST_PACKED else None
    rest = [(name, value) for name, value in headers if name.lower() not in ("content-length", "etag", "vary")]
    until = None if now_state is None else clock.now() + LONGEST
    etag = names.get("etag", "").removeprefix("W/")
    return Kept(now_state, until, status, [*rest, ("Vary", "Accept-Encoding")], etag, plain, packed)


def _unless_own(headers: Headers, told: Headers) -> Headers:
    """What is told of the limit, unless the answer tells of a narrower one that its deed keeps."""
    return [] if any(name == "RateLimit" for name, _value in headers) else told


def _no_write(_data: bytes) -> None:
    raise RuntimeError("answers are returned, not written")


def _close(body: Any) -> None:
    close = getattr(body, "close", None)
    if close is not None:
        close()


def _of_body(name: str) -> bool:
    return name.lower() in ("content-length", "content-type", "content-encoding", "content-disposition")


def _matches(environ: dict[str, Any], etag: str) -> bool:
    """Whether the client holds this answer already (RFC 9110: weakly compared)."""
    asked = environ.get("HTTP_IF_NONE_MATCH", "")
    if not asked or not etag:
        return False
    return asked.strip() == "*" or any(one.strip().removeprefix("W/") == etag for one in asked.split(","))


def _send(found: Kept, environ: dict[str, Any], start_response: Any, more: Headers) -> Answer:
    packed = found.packed is not None and _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
    body = found.packed if packed and found.packed is not None else found.plain
    headers = [*found.headers, *more]
    if found.etag:
        headers.append(("ETag", f"W/{found.etag}" if packed else found.etag))
    if _matches(environ, found.etag):
        start_response("304 NOT MODIFIED", [pair for pair in headers if not _of_body(pair[0])])
        return [b""]
    if packed:
        headers.append(("Content-Encoding", "gzip"))
    start_response(found.status, [*headers, ("Content-Length", str(len(body)))])
    return [body]


def _takes_gzip(accepted: str) -> bool:
    for one in accepted.lower().split(","):
        name, _semicolon, quality = one.strip().partition(";")
        if name in ("gzip", "*"):
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _refused(headers: Headers, start_response: Any) -> Answer:
    problem = {
        "type": "about:blank", "title": "请求太多 / Too many requests", "status": 429,
        "detail": "请按Retry-After稍后再试；成批取数请下载开放数据。 / Try again after Retry-After seconds; for bulk use the data files.",
    }  # fmt: skip
    body = json.dumps(problem, ensure_ascii=False).encode()
    start_response("429 TOO MANY REQUESTS", [
        ("Content-Type", "application/problem+json"), ("Content-Length", str(len(body))), ("Cache-Control", "no-store"),
        ("Access-Control-Allow-Origin", "*"), *headers,
    ])  # fmt: skip
    return [body]
