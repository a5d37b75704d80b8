"""A person's browser, as far as the trial needs one: a session, forms, photos, and trying again."""

import http.client
import re
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tools.faults.journal import Journal

PATIENCE = 60  # seconds
IDLE = 1.0  # seconds after which a connection is not used again: the server closes it after two
Files = dict[str, tuple[str, bytes]]


class Lost(Exception):
    """No answer, or one that says to try again later."""


class Stopped(Exception):
    """The trial is over, and what was begun stays open."""


@dataclass
class Answer:
    """Status, ``Location`` and the page."""

    status: int
    location: str
    text: str

    def found(self, pattern: str) -> str:
        """What the first group of a pattern matches in the page, else nothing."""
        match = re.search(pattern, self.text)
        return match.group(1) if match else ""

    @property
    def token(self) -> str:
        """The token of the page's forms."""
        return self.found(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass
class Browser:
    """``cookies``: of a person who is signed in. ``keeps_open``: one connection for requests that follow at once."""

    port: int
    cookies: dict[str, str]
    journal: Journal
    over: threading.Event
    token: str = field(default="")
    keeps_open: bool = False
    _open: http.client.HTTPConnection | None = None
    _last: float = 0.0

    def get(self, path: str) -> Answer:
        """A page; tried again until it comes."""
        return self._until_answered("GET", path, b"", "")

    def post(self, path: str, fields: dict[str, str], files: Files | None = None) -> Answer:
        """A form with the token of the last page; the very same is sent again until there is an answer."""
        sent = {"csrf_token": self.token, **fields}
        if files is None:
            return self._until_answered("POST", path, urlencode(sent).encode(), "application/x-www-form-urlencoded")
        mark = uuid.uuid4().hex
        return self._until_answered("POST", path, _parts(mark, sent, files), f"multipart/form-data; boundary={mark}")

    def open(self, path: str) -> Answer:
        """A page with forms: its token is for the next ones."""
        answer = self.get(path)
        self.token = answer.token
        return answer

    def _until_answered(self, method: str, path: str, body: bytes, kind: str) -> Answer:
        while True:
            try:
                answer = self._ask(method, path, body, kind)
            except Lost as error:
                self.journal.failed(str(error))
            else:
                return answer
            if self.over.is_set():
                raise Stopped
            time.sleep(0.1)

    def _connection(self) -> http.client.HTTPConnection:
        """The open one, unless the server may be closing it."""
        if self._open is None or time.monotonic() - self._last > IDLE:
            self.close()
            self._open = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        return self._open

    def close(self) -> None:
        """Let go of the connection."""
        if self._open is not None:
            self._open.close()
        self._open = None

    def _ask(self, method: str, path: str, body: bytes, kind: str) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if kind:
            headers["Content-Type"] = kind
        self.journal.sent()
        connection = self._connection()
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Lost(type(error).__name__) from error
        self._last = time.monotonic()
        if not self.keeps_open:
            self.close()
        for line in response.headers.get_all("Set-Cookie") or []:
            self.cookies.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
        if response.status >= 500:
            raise Lost(str(response.status))
        return Answer(response.status, response.headers.get("Location", ""), text)


def _parts(mark: str, fields: dict[str, str], files: Files) -> bytes:
    """A form with files."""
    pieces = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    for name, (filename, data) in files.items():
        head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        pieces.append(head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + data + b"\r\n")
    return b"".join(pieces) + f"--{mark}--\r\n".encode()
