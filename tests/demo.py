"""The demo district of 30 estates, built once for a run. A run of all tests begins it at once, in a process of its own, so
that nobody waits for it; the tests that ask for it come late in the order (``last``)."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests import postgres
from tests.databases import PORTAL, PROJECT, Place, command_environment, sqlite_place

FIXTURES = {"demo_place", "server"}


def place(run: Path) -> Place:
    """Where it lies, built by whoever asks first; the others wait."""
    folder = run / "demo"
    with postgres.locked(run, "demo"):
        if not (run / "demo.made").exists():
            shutil.rmtree(folder, ignore_errors=True)  # what a build that failed left
            _load(sqlite_place(run, folder))
            (run / "demo.made").touch()
    return Place(f"sqlite:///{folder / 'portal.db'}", folder)


def _load(found: Place) -> None:
    done = subprocess.run(
        [PORTAL, "demo", "--estates", "30"],
        env=command_environment(found),
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"portal demo failed:\n{done.stdout}{done.stderr}")


def begin(run: Path) -> subprocess.Popen[bytes]:
    """Build it beside the tests. Who asks for it meanwhile waits; if this fails, the first who asks builds and tells why."""
    return subprocess.Popen(
        [sys.executable, "-m", __name__, str(run)],
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def end(building: subprocess.Popen[bytes]) -> None:
    """With the command it runs; nothing is left of it in an interrupted run."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(building.pid, signal.SIGTERM)
    building.wait()


def in_order(items: list[pytest.Item]) -> None:
    """A third of the other tests while the district is built; then those that need it, since they take longest; the rest
    fills both workers to the end."""
    late = [item for item in items if FIXTURES & set(getattr(item, "fixturenames", ()))]
    others = [item for item in items if item not in set(late)]
    items[:] = [*others[: len(others) // 3], *late, *others[len(others) // 3 :]]


if __name__ == "__main__":
    place(Path(sys.argv[1]))
