"""A PostgreSQL of the tests' own: started by the first test that asks, shared by all workers, stopped at the end.

The run's folder (``PORTAL_TEST_RUN``) is made by the controller and inherited by its workers; a file lock in it decides
who starts the server. initdb refuses root, so as root it runs as Debian's user ``postgres``.
"""

import fcntl
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

TEMPLATE = "portal_template"


@contextmanager
def locked(folder: Path, name: str) -> Iterator[None]:
    """One process of the run at a time."""
    with (folder / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def binaries() -> Path:
    """The folder of the newest PostgreSQL server on this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if not found:
        raise RuntimeError("No PostgreSQL server found: apt-get install postgresql (make test does it as root)")
    return found[-1].parent


def as_postgres(*command: str) -> None:
    """Run a program of PostgreSQL as the user that it wants. ``RuntimeError`` with what it said when it fails."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    done = subprocess.run([*prefix, *command], capture_output=True, text=True, cwd="/", check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


def give_away(path: Path) -> None:
    """Let the server's user own a folder or file, where that is another one."""
    if os.geteuid() == 0:
        shutil.chown(path, "postgres", "postgres")


def free_port() -> int:
    """A port on loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def server(run: Path) -> str:
    """Address of the run's server without a database name, started if this is the first call of the run."""
    address = run / "postgres.url"
    with locked(run, "postgres"):
        if not address.exists():
            address.write_text(_start(run / "postgres"))
    return address.read_text()


def _start(folder: Path) -> str:
    folder.mkdir()
    give_away(folder)
    port = free_port()
    data, log = str(folder / "data"), str(folder / "log")
    # no fsync: the data live for minutes; -l is a must, else the server keeps the pipe of this call open
    settings = ("listen_addresses=127.0.0.1", "fsync=off", "full_page_writes=off", "max_connections=200")
    options = f"-p {port} -k {folder} " + " ".join(f"-c {setting}" for setting in settings)
    initdb, control = str(binaries() / "initdb"), str(binaries() / "pg_ctl")
    as_postgres(initdb, "-D", data, "-A", "trust", "-U", "test", "-E", "UTF8", "--no-locale", "--no-sync")
    as_postgres(control, "-D", data, "-w", "-l", log, "-o", options, "start")
    return f"postgresql+psycopg://test@127.0.0.1:{port}"


def stop(run: Path) -> None:
    """End the run's server, if one was started."""
    if (run / "postgres.url").exists():
        as_postgres(str(binaries() / "pg_ctl"), "-D", str(run / "postgres" / "data"), "-m", "immediate", "-w", "stop")


def administer(url: str, *statements: str) -> None:
    """Statements on the server as a whole."""
    with psycopg.connect(f"{url.replace('+psycopg', '')}/postgres", autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def create_database(run: Path, name: str, template: str | None = None) -> str:
    """A new database, empty or a copy of a template nobody is connected to; its address."""
    url = server(run)
    administer(url, f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
    return f"{url}/{name}"


def drop_database(run: Path, name: str) -> None:
    """Remove a test's database, whoever is still connected."""
    administer(server(run), f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
