"""The database: typed base, engines, sessions, and the one visible transaction.

Two databases, one behaviour: SQLite in WAL mode whose writes begin IMMEDIATE, and PostgreSQL.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from threading import Lock
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, MetaData, create_engine, event, text
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from portal.kernel import slow
from portal.kernel.settings import settings

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware UTC in Python on both databases. A naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("instants must be aware")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of every table. Constraint names follow one convention, so that both databases agree."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime()}


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun by the listener below, not by the driver
        for pragma in (
            "journal_mode=WAL",
            "foreign_keys=ON",
            "recursive_triggers=ON",  # INSERT OR REPLACE deletes a row in silence, unless this lets the guards see it
            "busy_timeout=30000",
            "synchronous=NORMAL",
            "cache_size=-65536",
            "mmap_size=268435456",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        write = connection.get_execution_options().get("portal_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


_making = Lock()


def _engine(url: str) -> Engine:
    with _making:  # two threads at once would make two engines and lose the connections of one
        return _made_engine(url)


@cache
def _made_engine(url: str) -> Engine:
    # hide_parameters: an error's text goes into the log, and what was to be written may be a name or a phone
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": 30}, hide_parameters=True)
        _prepare_sqlite(engine)
        slow.watch(engine)
        return engine
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    patience = {"connect_timeout": 5}  # seconds; a host that is gone must not hold a thread for minutes
    engine = create_engine(
        url, pool_pre_ping=True, pool_size=8, max_overflow=8, hide_parameters=True, connect_args=patience
    )
    slow.watch(engine)
    return engine


def engine() -> Engine:
    """The engine of the configured database."""
    return _engine(settings().database_url)


def engine_of(url: str) -> Engine:
    """The engine of another database of this installation (a replica of the configured one)."""
    return _engine(url)


@cache
def _writing(engine: Engine) -> Engine:
    """The same engine, whose SQLite transactions begin with the write lock."""
    return engine.execution_options(portal_write=True)


def dispose() -> None:
    """Close all connections (tests, and before a process forks)."""
    for url in {settings().database_url, settings().database_replica_url} - {""}:
        _engine(url).dispose()
    _made_engine.cache_clear()
    _writing.cache_clear()


@contextmanager
def transaction() -> Iterator[Session]:
    """Commit everything done inside, or nothing. Opened at the edge only: a POST view, a command, a job.

    What services register with ``before_commit`` (audit rows) is written last; what they register with
    ``after_commit`` (files, mail) happens only once the commit is through.
    """
    with Session(_writing(engine()), expire_on_commit=False) as db:
        try:
            if db.get_bind().dialect.name == "sqlite":
                db.connection()  # take the write lock before anything is read
            yield db
            db.flush()
            for last in db.info.pop("before_commit", {}).values():
                last(db)
            db.commit()
        except BaseException:
            db.rollback()
            raise
        for then in db.info.pop("after_commit", []):
            then()


@contextmanager
def reading() -> Iterator[Session]:
    """A consistent view for reading; nothing can be committed through it."""
    with Session(engine(), expire_on_commit=False, autoflush=False) as db:
        try:
            yield db
        finally:
            db.rollback()


def before_commit(db: Session, name: str, deed: Callable[[Session], None]) -> None:
    """Do this as the last statements of the transaction, once for each name."""
    db.info.setdefault("before_commit", {})[name] = deed


def after_commit(db: Session, deed: Callable[[], None]) -> None:
    """Do this once the transaction is committed; forgotten when it is rolled back."""
    db.info.setdefault("after_commit", []).append(deed)


def lock(db: Session, name: str) -> None:
    """Let one transaction at a time do the named deed. SQLite's writers are serial already."""
    if db.get_bind().dialect.name == "postgresql":
        key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
        db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
