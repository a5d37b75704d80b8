"""An object storage on loopback: one server for the process, started by the first test that asks; a bucket for each test.

``bucket.trouble`` is what the server does next time: a status to answer, ``"no-conditions"`` (it knows no If-None-Match),
``"silent"`` (it never answers) or ``"lost"`` (the deed is done and its answer lost, once).
"""

import io
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from http.server import ThreadingHTTPServer
from pathlib import Path

import localbucket
import pytest

from portal.kernel import files_s3
from portal.kernel.settings import reload_settings

KEY, SECRET = "AKIAEVIDENCE", "the-secret-of-the-bucket"
TROUBLE: dict[str, int | str] = {}
HEADERS: dict[str, str] = {}  # of the last request, names in small letters


@dataclass
class Bucket:
    """A bucket, and where the server keeps its objects."""

    name: str
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def trouble(self, kind: int | str | None) -> None:
        """What the server does from now on with this bucket."""
        TROUBLE.pop(self.name, None)
        if kind is not None:
            TROUBLE[self.name] = kind

    def objects(self) -> dict[str, bytes]:
        """Every object by its name."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()
        }

    def path(self, sha256: str) -> Path:
        """The file of an object."""
        return self.folder / files_s3.name_of(sha256)


class _Handler(localbucket.S3Handler):  # type: ignore[misc]
    def log_message(self, *_anything: object) -> None:
        """Silent."""

    def _dispatch(self, action: object) -> None:
        name = self.path.lstrip("/").partition("/")[0].partition("?")[0]
        HEADERS.clear()
        HEADERS.update({key.lower(): value for key, value in self.headers.items()})
        trouble = TROUBLE.get(name)
        if trouble == "silent":
            threading.Event().wait(0.5)
            self.close_connection = True
            return
        if trouble == "lost":
            del TROUBLE[name]
            self.wfile = io.BytesIO()  # the answer goes nowhere, and the connection ends
            self.close_connection = True
        refused = 501 if trouble == "no-conditions" and self.headers.get("If-None-Match") else trouble
        if isinstance(refused, int):
            self._read_body()
            self._send(HTTPStatus(refused), b"<Error><Code>Trouble</Code></Error>")
            return
        super()._dispatch(action)


@cache
def _server() -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 5}, daemon=True).start()
    return server


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """Let the portal keep its files in a bucket of the test's own."""
    server, root = _server(), tmp_path / "storage"
    made = Bucket("evidence", root / "evidence")
    made.folder.mkdir(parents=True)
    monkeypatch.setattr(_Handler, "data_root", root, raising=False)
    monkeypatch.setattr(files_s3, "_PAUSE", {**files_s3._PAUSE, "init_backoff": files_s3.timedelta(milliseconds=1)})
    made.environment = {
        "FILES_S3_BUCKET": made.name, "FILES_S3_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
        "FILES_S3_KEY": KEY, "FILES_S3_SECRET": SECRET,
    }  # fmt: skip
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    reload_settings()
    yield made
    TROUBLE.clear()
