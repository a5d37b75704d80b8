"""``python -m bench.servers``: the portal served by gunicorn as it is set, beside granian with as many processes and threads.

Three paired runs over four connections at once, of a kept public page, of a form that is made for each asker and of a question to the
database; requests a second and the slowest hundredth in milliseconds.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from bench.public import _port, _served

ROUNDS, CONNECTIONS, SECONDS = 3, 4, 2.0
PATHS = {"kept page": "/help", "form": "/sign-in", "database": "/readyz"}


def commands(port: int) -> dict[str, list[str]]:
    """How each is started: two processes of four threads."""
    here = Path(sys.executable)
    granian = [
        str(here.with_name("granian")), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "2",
        "--blocking-threads", "4", "--factory", "--no-log", "portal.shell.app:create_app",
    ]  # fmt: skip
    return {"gunicorn": [str(here.with_name("portal")), "serve", "--port", str(port)], "granian": granian}


def load(port: int, path: str) -> tuple[float, float]:
    """(requests a second, 99th percentile in milliseconds)."""
    taken: list[float] = []
    until = time.perf_counter() + SECONDS

    def ask() -> None:
        with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            while time.perf_counter() < until:
                began = time.perf_counter()
                connection.request("GET", path)
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    raise SystemExit(f"{path} answers {answer.status}")
                taken.append(time.perf_counter() - began)

    threads = [threading.Thread(target=ask) for _connection in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(taken) / SECONDS, sorted(taken)[len(taken) * 99 // 100] * 1000


def main() -> int:
    """Print a line for each server and path."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(PORTAL_INSTANCE=folder, DATABASE_URL="", WEB_CONCURRENCY="2")
        subprocess.run([str(Path(sys.executable).with_name("portal")), "init"], check=True, stdout=subprocess.DEVNULL)
        found: dict[tuple[str, str], list[tuple[float, float]]] = {}
        for _round in range(ROUNDS):
            for name in ("gunicorn", "granian"):
                port = _port()
                with _served(commands(port)[name], port, "/healthz", workers="2"):
                    for what, path in PATHS.items():
                        load(port, path)
                        found.setdefault((name, what), []).append(load(port, path))
        for (name, what), runs in found.items():
            print(
                f"{name:10}{what:12}{median(r for r, _p in runs):9.0f} requests/s{median(p for _r, p in runs):9.1f} ms p99"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
