"""The processes of a trial: web, worker, and where there is one the database; how each is killed and started again."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests import postgres
from tests.databases import Place, command_environment
from tests.replication import Server

PROJECT = Path(__file__).resolve().parents[2]
ALARM = 120.0  # seconds after which something that should have happened will not


def until(true: Callable[[], bool], what: str) -> None:
    """Wait until something is so. ``RuntimeError`` when it never is."""
    end = time.monotonic() + ALARM
    while not true():
        if time.monotonic() > end:
            raise RuntimeError(f"waited in vain: {what}")
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether there is such a process, and it is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def children(pid: int) -> list[int]:
    """Processes that a process has started."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def kill(pid: int) -> None:
    """At once, without a word."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


@dataclass
class Database:
    """A PostgreSQL server of the trial's own."""

    server: Server

    @classmethod
    def of(cls, run: Path) -> "Database":
        """The server that ``tests.postgres`` started in a folder."""
        port = int(postgres.server(run).rsplit(":", 1)[1])
        return cls(Server(run / "postgres" / "data", port))

    @property
    def postmaster(self) -> int:
        """Process id of the server's first process."""
        return int((self.server.data / "postmaster.pid").read_text().split()[0])

    def kill(self) -> None:
        """The first process dies; the others notice and go."""
        first = self.postmaster
        others = children(first)
        kill(first)
        until(lambda: not any(alive(pid) for pid in [first, *others]), "the database's processes are gone")
        # where nobody buries the dead at once (a container), the server would take the one before for alive
        (self.server.data / "postmaster.pid").unlink(missing_ok=True)

    def kill_backend(self, choice: int) -> None:
        """One process that serves a connection dies; the server throws out everybody and recovers by itself."""
        serving = [pid for pid in children(self.postmaster) if self._serves(pid)]
        if serving:
            kill(serving[choice % len(serving)])

    @staticmethod
    def _serves(pid: int) -> bool:
        try:
            return b"127.0.0.1" in Path(f"/proc/{pid}/cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            return False

    def start(self) -> None:
        """Recover and serve; tried again, as a system's service is, while something of the one before is left."""
        until(self._starts, "the database starts")

    def _starts(self) -> bool:
        try:
            self.server.start()
        except RuntimeError:
            return False
        return True


def _path() -> str:
    """Where modules are found: in the project too."""
    return os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(PROJECT)]))


class Portal:
    """Web and worker on a place, started through the nursery."""

    def __init__(self, place: Place, log: Path):
        self.place, self.port = place, postgres.free_port()
        environment = {**command_environment(place), "PYTHONPATH": _path(), "WEB_CONCURRENCY": "2"}
        self._log = log.open("ab")
        self._nursery = subprocess.Popen(
            [sys.executable, "-m", "tools.faults.nursery"], cwd=PROJECT, env=environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self._log, text=True, start_new_session=True,
        )  # fmt: skip
        self.web = self.worker = 0
        self._read()  # "ready"

    def _read(self) -> str:
        assert self._nursery.stdout
        line = self._nursery.stdout.readline()
        if not line:
            raise RuntimeError(f"the nursery died, see {self._log.name}")
        return line.strip()

    def _ask(self, words: str) -> int:
        assert self._nursery.stdin
        self._nursery.stdin.write(f"{words}\n")
        self._nursery.stdin.flush()
        return int(self._read())

    def start_web(self) -> None:
        """Start the web server, whether or not it is ready."""
        self.web = self._ask(f"web {self.port}")

    def start_worker(self) -> None:
        """Start the worker."""
        self.worker = self._ask("worker")

    def kill_web(self) -> None:
        """The server and all that answer for it."""
        self._kill_group(self.web)

    def kill_web_child(self, choice: int) -> None:
        """One of the processes that answer; the server starts another."""
        answering = children(self.web)
        if answering:
            kill(answering[choice % len(answering)])

    def kill_worker(self) -> None:
        """The worker."""
        self._kill_group(self.worker)

    @staticmethod
    def _kill_group(pid: int) -> None:
        members = [pid, *children(pid)]
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        until(lambda: not any(alive(member) for member in members), "the processes are gone")

    def wait_until_ready(self) -> None:
        """Until the web server and its database serve."""
        until(self._is_ready, "the portal is ready")

    def _is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/readyz")
            response = connection.getresponse()
            response.read()
            return response.status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def end(self) -> None:
        """Everything."""
        assert self._nursery.stdin
        assert self._nursery.stdout
        self._nursery.stdin.close()
        self._nursery.wait(30)
        self._nursery.stdout.close()
        self._log.close()
