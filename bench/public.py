"""``public_read_vs_…``: public reads over HTTP, requests a second.

The portal, a bare Flask view that returns a constant of the same size (same server, one worker each), Datasette with the same rows
and nginx with the same bytes as a file: one after the other, each in a process of its own, asked over one connection. Datasette:
extra ``bench``; nginx: Debian's package nginx-light. Without one of them its figure is left out, and that is said.
"""

import importlib.util
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from portal.kernel import audit, clock, ids
from portal.kernel.access import system_actor
from portal.kernel.db import transaction
from scoring.lists.models import ListCase, ListEntry

SECONDS, ENTRIES, WARM = 2.0, 25, 20
BARE = """
import sys
from flask import Flask
from gunicorn.app.base import BaseApplication
size, port = int(sys.argv[1]), sys.argv[2]
app = Flask("bare")
body = "x" * size
app.add_url_rule("/", "page", lambda: body)
class Server(BaseApplication):
    def load_config(self):
        for name, value in dict(bind=f"127.0.0.1:{port}", worker_class="gthread", workers=1, threads=4).items():
            self.cfg.set(name, value)
        self.cfg.set("control_socket_disable", True)
    def load(self):
        return app
Server().run()
"""


def enter_lists(uscc: str) -> None:
    """Some entries in force of one company."""
    at = clock.now()
    base = {"kind": "red", "subject_type": "estate", "reason": "five_stars", "uscc": uscc, "manager_code": "PM1"}
    with transaction() as db:
        audit.record(db, system_actor("bench"), "lists.entered", "bench:lists")
        for number in range(ENTRIES):
            case_id = ids.new_id()
            db.add(
                ListCase(id=case_id, year=2025, subject=f"E{number:06d}", attempt=1, facts="{}", conditions="[]",
                         rule_set="commodity-2018", recorded_at=at, **base)
            )  # fmt: skip
            db.flush()
            db.add(
                ListEntry(id=ids.new_id(), case_id=case_id, year=2025, subject=f"E{number:06d}", decision="深示例〔2026〕1号",
                          valid_from=date(2026, 1, 1), valid_to=None, recorded_at=at, superseded_at=None, **base)
            )  # fmt: skip


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


@contextmanager
def _served(command: list[str], port: int, path: str, workers: str = "1") -> Iterator[None]:
    environment = {**os.environ, "WEB_CONCURRENCY": workers}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _attempt in range(900):
            try:
                _ask(HTTPConnection("127.0.0.1", port, timeout=5), path)
                break
            except OSError:
                if process.poll() is not None:
                    raise SystemExit(f"{command[0]} ended with {process.returncode}") from None
                time.sleep(0.2)
        else:
            raise SystemExit(f"{command[0]} does not answer on {port}")
        yield
    finally:
        process.terminate()
        process.wait(90)


def _ask(connection: HTTPConnection, path: str) -> int:
    connection.request("GET", path)
    answer = connection.getresponse()
    size = len(answer.read())
    if answer.status != 200:
        raise SystemExit(f"{path} answers {answer.status}")
    return size


def rate(command: list[str], port: int, path: str) -> tuple[float, int]:
    """(requests a second, bytes of one answer)."""
    with _served(command, port, path), closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        for _warm in range(WARM):
            size = _ask(connection, path)
        began, count = time.perf_counter(), 0
        while time.perf_counter() - began < SECONDS:
            _ask(connection, path)
            count += 1
        return count / (time.perf_counter() - began), size


def _portal(path: str) -> tuple[float, int]:
    port = _port()
    command = [str(Path(sys.executable).with_name("portal")), "serve", "--port", str(port)]
    return rate(command, port, path)


def _bare(size: int) -> float:
    port = _port()
    return rate([sys.executable, "-c", BARE, str(size), str(port)], port, "/")[0]


def _datasette(folder: Path, rows: list[dict[str, Any]]) -> float | None:
    if importlib.util.find_spec("datasette") is None:
        return None
    file, port = folder / "lists.db", _port()
    file.unlink(missing_ok=True)
    names = list(rows[0])
    with closing(sqlite3.connect(file)) as db:
        db.execute(f"CREATE TABLE lists ({', '.join(names)})")
        values = [tuple(str(row[name]) if row[name] is not None else None for name in names) for row in rows]
        db.executemany(f"INSERT INTO lists VALUES ({', '.join('?' * len(names))})", values)
        db.execute("CREATE INDEX by_uscc ON lists (uscc)")
        db.commit()
    command = [sys.executable, "-m", "datasette", "serve", "--immutable", str(file), "--port", str(port)]
    return rate(command, port, f"/lists/lists.json?uscc={rows[0]['uscc']}&_shape=objects&_size=max")[0]


NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; worker_processes 1; {user}
events {{}}
http {{
  access_log off; default_type application/json;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder}; scgi_temp_path {folder};
  uwsgi_temp_path {folder}; keepalive_requests 1000000;
  server {{ listen 127.0.0.1:{port}; root {folder}/www; }}
}}
"""


def _nginx(folder: Path, body: bytes) -> float | None:
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        print("nginx is not installed (Debian package nginx-light): not compared with it")
        return None
    place, port = folder / "nginx", _port()
    (place / "www").mkdir(parents=True, exist_ok=True)
    (place / "www" / "page").write_bytes(body)
    user = "user root;" if os.geteuid() == 0 else ""
    (place / "nginx.conf").write_text(NGINX.format(folder=place, port=port, user=user))
    return rate([program, "-c", str(place / "nginx.conf")], port, "/page")[0]


def entered(uscc: str) -> tuple[str, bytes, list[dict[str, Any]]]:
    """Enter the lists; (their address, the answer's bytes, its rows)."""
    from portal.shell.app import create_app

    enter_lists(uscc)
    lists = f"/api/v1/lists?uscc={uscc}"
    answer = create_app().test_client().get(lists)
    rows = answer.json["items"]  # type: ignore[index]
    if len(rows) < ENTRIES:
        raise SystemExit(f"{lists} answers {len(rows)} entries")
    return lists, answer.data, rows


def measure(folder: Path, lists: str, body: bytes, rows: list[dict[str, Any]]) -> dict[str, tuple[float, float]]:
    """Figure to (ours, the peer's), in requests a second."""
    ours, size = _portal(lists)
    found = {"public_read_vs_flask": (ours, _bare(size))}
    theirs = _datasette(folder, rows)
    if theirs is not None:
        found["public_read_vs_datasette"] = (ours, theirs)
    theirs = _nginx(folder, body)
    if theirs is not None:
        found["public_read_vs_nginx"] = (ours, theirs)
    ours, size = _portal("/estates/E000001")
    found["estate_page_vs_flask"] = (ours, _bare(size))
    return found
