"""A database for the proof of a backup, made for it and dropped afterwards."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from portal.kernel.settings import settings

_ENDING = "_nightly_proof"
_LONGEST = 63  # bytes of a name in PostgreSQL
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Scratch:
    """An empty database: its address, and ``postgresql`` or ``sqlite``."""

    url: str
    kind: str


@contextmanager
def database(folder: Path) -> Iterator[Scratch]:
    """PostgreSQL's where the portal runs on it and its role may make one (``ALTER ROLE … CREATEDB``), else SQLite in ``folder``.

    The name is the portal's own with an ending; what a killed proof left under it is dropped first.
    """
    configured = _configured()
    ours = _made(configured)
    if ours is None:
        yield Scratch(f"sqlite:///{folder / 'portal.db'}", "sqlite")
        return
    try:
        yield Scratch(ours.render_as_string(hide_password=False), "postgresql")
    finally:
        with _server(configured) as server:
            _drop(server, ours)


def _configured() -> URL:
    url = make_url(settings().database_url)
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


def _made(url: URL) -> URL | None:
    """Make the database; None where there is no PostgreSQL, or it may not be made."""
    name = url.database or ""
    if not url.drivername.startswith("postgresql") or not name:
        return None
    ours = url.set(database=name[: _LONGEST - len(_ENDING)] + _ENDING)
    may = text("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
    try:
        with _server(url) as server:
            if not server.scalar(may):
                return None
            _drop(server, ours)
            # template0: nobody is connected to it, and nothing of the installation stands in it
            server.exec_driver_sql(f"CREATE DATABASE {_quoted(ours)} TEMPLATE template0")
    except SQLAlchemyError as error:
        log.warning("no_scratch_database", exc_info=error)
        return None
    return ours


@contextmanager
def _server(url: URL) -> Iterator[Connection]:
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _quoted(url: URL) -> str:
    return '"' + (url.database or "").replace('"', '""') + '"'


def _drop(server: Connection, ours: URL) -> None:
    server.exec_driver_sql(f"DROP DATABASE IF EXISTS {_quoted(ours)} WITH (FORCE)")
