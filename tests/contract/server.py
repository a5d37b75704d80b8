"""``portal serve`` on a free loopback port, read as a stranger reads it."""

import json
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from types import TracebackType
from typing import Any

from tests.contract.command import BIN, Portal


class Server:
    """A context: started, answering, and ended by its own process."""

    def __init__(self, portal: Portal) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [BIN / "portal", "serve", "--port", str(port)],
            cwd="/", env=portal.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def __enter__(self) -> "Server":
        for _ in range(300):
            try:
                self.text("/healthz")
            except OSError:
                time.sleep(0.1)
            else:
                return self
        self.process.terminate()
        raise AssertionError("portal serve did not answer /healthz within 30 s")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.send_signal(signal.SIGINT)  # at once
        self.process.wait(20)

    def text(self, path: str, expect: int = 200) -> str:
        """The body; the status must be the expected one."""
        try:
            with urllib.request.urlopen(self.address + path, timeout=30) as answer:
                status, body = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, body = error.code, error.read()
        assert status == expect, f"{path}: {status}\n{body[:500]!r}"
        return str(body.decode())

    def get(self, path: str, expect: int = 200) -> Any:
        return json.loads(self.text(path, expect))

    def items(self, path: str) -> list[dict[str, Any]]:
        """Every item of a list, following ``next``; the total must be right."""
        found: list[dict[str, Any]] = []
        page, following = self.get(path), path
        while True:
            assert {"items", "total", "next", "snapshot"} <= page.keys()
            found += page["items"]
            if not page["next"]:
                break
            following = page["next"].removeprefix(self.address)
            page = self.get(following)
        assert page["total"] == len(found), path
        return found
