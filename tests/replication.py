"""A primary and its streaming standby, started for a trial: both from one backup of a server that holds a portal's database."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.kernel import audit
from portal.kernel.access import system_actor
from portal.kernel.audit import AuditEntry
from portal.kernel.db import transaction
from tests import postgres

ACTOR, ACTION = system_actor("trial"), "trial.done"


def back_up(url: str, folder: Path) -> Path:
    """A copy of the running server at an address, as PostgreSQL makes it."""
    folder.mkdir()
    postgres.give_away(folder)
    program, target = str(postgres.binaries() / "pg_basebackup"), str(folder / "backup")
    postgres.as_postgres(
        program, "-d", url.replace("+psycopg", ""), "-D", target, "-X", "stream", "-c", "fast", "--no-sync"
    )
    return folder / "backup"


@dataclass
class Server:
    """One of the two. ``data``: its folder."""

    data: Path
    port: int
    options: str = ""

    def start(self) -> None:
        """Start and wait until it answers."""
        fixed = f"-p {self.port} -k {self.data.parent} -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off -c max_connections=200"
        self._control("start", "-w", "-l", str(self.data.parent / f"{self.port}.log"), "-o", f"{fixed} {self.options}")

    def kill(self) -> None:
        """As when the machine goes: nothing is finished, nobody is told."""
        with suppress(RuntimeError):
            self._control("stop", "-m", "immediate", "-w")

    def promote(self) -> None:
        """Make a standby the primary."""
        self._control("promote", "-w")

    def ask(self, *statements: str) -> object:
        """The first cell of the last statement's answer."""
        with psycopg.connect(f"postgresql://test@127.0.0.1:{self.port}/postgres", autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement.encode())
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    def _control(self, *words: str) -> None:
        postgres.as_postgres(str(postgres.binaries() / "pg_ctl"), "-D", str(self.data), *words)


@dataclass
class Pair:
    """A primary and its standby; ``url``: where the portal finds whichever of them takes writes."""

    primary: Server
    standby: Server
    database: str

    @property
    def url(self) -> str:
        """Both hosts; the driver goes to the one that takes writes."""
        hosts = "&".join(f"host=127.0.0.1:{server.port}" for server in (self.primary, self.standby))
        return f"postgresql+psycopg://test@/{self.database}?{hosts}&target_session_attrs=read-write"

    @property
    def replica_url(self) -> str:
        """The standby alone."""
        return f"postgresql+psycopg://test@127.0.0.1:{self.standby.port}/{self.database}"

    def wait_for_every_commit(self) -> None:
        """From now on a commit is acknowledged only when the standby has it too."""
        self.primary.ask("ALTER SYSTEM SET synchronous_standby_names = 'standby'", "SELECT pg_reload_conf()")
        until(lambda: self.primary.ask("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == 1)

    def cut(self) -> None:
        """The link between them breaks, and neither of them notices more than that."""
        self.standby.ask("ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()")
        until(lambda: self.primary.ask("SELECT count(*) FROM pg_stat_replication") == 0)


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something is so. ``RuntimeError`` when it never is."""
    for _attempt in range(int(seconds / 0.02)):
        if true():
            return
        time.sleep(0.02)
    raise RuntimeError("waited in vain")


@contextmanager
def pair(backup: Path, folder: Path, database: str) -> Iterator[Pair]:
    """Both servers from a backup, running; ended afterwards."""
    folder.mkdir()
    postgres.give_away(folder)
    servers = []
    for name in ("primary", "standby"):
        postgres.as_postgres("cp", "-a", str(backup), str(folder / name))
        servers.append(Server(folder / name, postgres.free_port()))
    made = Pair(*servers, database)
    made.standby.options = "-c hot_standby=on -c wal_retrieve_retry_interval=100ms"
    link = f"primary_conninfo = 'host=127.0.0.1 port={made.primary.port} user=test application_name=standby'\n"
    with (made.standby.data / "postgresql.auto.conf").open("a") as file:
        file.write(link)
    (made.standby.data / "standby.signal").touch()
    postgres.give_away(made.standby.data / "standby.signal")
    try:
        made.primary.start()
        made.standby.start()
        until(lambda: made.primary.ask("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") == 1)
        yield made
    finally:
        for server in servers:
            server.kill()
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Client:
    """Somebody who does one deed after the other, tries again when told that something went wrong, and keeps a list of what was
    acknowledged."""

    name: str
    acknowledged: list[str] = field(default_factory=list)
    failures: int = 0
    longest: float = 0.0
    _over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Until ``stop``."""
        number = 0
        while not self._over.is_set():
            number += 1
            began = time.monotonic()
            while not self._over.is_set():
                try:
                    self.do(f"{self.name}:{number}")
                    self.longest = max(self.longest, time.monotonic() - began)
                    break
                except SQLAlchemyError:
                    self.failures += 1
                    time.sleep(0.05)

    def do(self, subject: str) -> None:
        """One deed, done once however often it is tried."""
        with transaction() as db:
            if not done(db, subject):
                audit.record(db, ACTOR, ACTION, subject)
        self.acknowledged.append(subject)

    def stop(self) -> None:
        """After the deed that is under way."""
        self._over.set()


def done(db: Session, subject: str) -> bool:
    """Whether a deed is on record."""
    return bool(db.scalar(select(func.count()).where(AuditEntry.action == ACTION, AuditEntry.subject == subject)))


def on_record(db: Session) -> dict[str, int]:
    """Deed to how often it is on record."""
    rows = select(AuditEntry.subject, func.count()).where(AuditEntry.action == ACTION).group_by(AuditEntry.subject)
    return {str(subject): int(count) for subject, count in db.execute(rows)}


@contextmanager
def at_work(names: list[str]) -> Iterator[list[Client]]:
    """Clients in threads of their own, stopped at the end."""
    clients = [Client(name) for name in names]
    threads = [threading.Thread(target=client.run) for client in clients]
    for thread in threads:
        thread.start()
    try:
        yield clients
    finally:
        for client in clients:
            client.stop()
        for thread in threads:
            thread.join(30)
