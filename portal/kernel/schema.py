"""The database's schema: Alembic run from code, so that no configuration file and no working folder is needed.

Migrations live in ``migrations/versions`` (numbered words, both directions). A run of them is one transaction on both
databases, under a lock, so that two ``portal init`` at once do the work once.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from portal.kernel.settings import settings

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
_LOCK = 7_011_306_501  # any number, the same for all processes of the portal


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration; ``migrations/env.py`` finds the connection to work on in its attributes."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made


@contextmanager
def migrating(url: str | None = None) -> Iterator[Connection]:
    """One write transaction for a change of the schema, on an engine of its own, under the migration lock.

    SQLite's driver would commit before each DDL statement and its foreign keys would cascade when a table is rebuilt:
    here the transaction is opened by hand and foreign keys rest until it is over.
    """
    engine = _engine(url)
    if engine.dialect.name == "sqlite":
        _keep_to_owner(engine.url.database)

        @event.listens_for(engine, "connect")
        def _prepare(raw: Any, _: Any) -> None:
            raw.isolation_level = None
            raw.execute("PRAGMA busy_timeout=60000")
            raw.execute("PRAGMA foreign_keys=OFF")
            raw.execute("PRAGMA journal_mode=WAL")

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            yield connection
    finally:
        engine.dispose()


def _keep_to_owner(file: str | None) -> None:
    """SQLite's file holds names and phones: nobody else on the machine reads it, nor its log, which takes its mode."""
    if file and file != ":memory:" and Path(file).parent.is_dir():
        Path(file).touch(mode=0o600)
        Path(file).chmod(0o600)


def upgrade(url: str | None = None, revision: str = "head") -> bool:
    """Bring the database to a revision; says whether anything had to be done. A missing SQLite file is made."""
    with migrating(url) as connection:
        before = _revision(connection)
        command.upgrade(config(connection), revision)
        return _revision(connection) != before


def downgrade(url: str | None = None, revision: str = "base") -> None:
    """Take the database back to a revision. Data of the tables that go is lost."""
    with migrating(url) as connection:
        command.downgrade(config(connection), revision)


def current(url: str | None = None) -> str | None:
    """The revision the database stands at, or None for one without tables."""
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            return _revision(connection)
    finally:
        engine.dispose()


@cache
def head() -> str | None:
    """The newest revision of this release."""
    return ScriptDirectory.from_config(config()).get_current_head()


@cache
def revisions() -> frozenset[str]:
    """Every revision that this release knows."""
    return frozenset(script.revision for script in ScriptDirectory.from_config(config()).walk_revisions())


def is_current(url: str | None = None) -> bool:
    """Whether the database stands at the newest revision: what ``/readyz`` asks."""
    return current(url) == head()


def revise(message: str, url: str | None = None) -> Path:
    """Write the next migration from what the models have and the database lacks; its number follows the newest one."""
    number = f"{int(head() or '0') + 1:04d}"
    with migrating(url) as connection:
        made = command.revision(config(connection), message, autogenerate=True, rev_id=number)
    head.cache_clear()
    revisions.cache_clear()
    return Path(made.path)  # type: ignore[union-attr]


def _engine(url: str | None) -> Engine:
    url = url or settings().database_url
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    return create_engine(url, poolclass=NullPool)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


if __name__ == "__main__":
    print(revise(" ".join(sys.argv[1:])))  # noqa: T201  python -m portal.kernel.schema add rating state
