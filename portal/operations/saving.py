"""``portal backup``: everything in one file, while the portal runs.

The head outside the log is read first, then the database in one read snapshot (SQLite: one read transaction; PostgreSQL:
REPEATABLE READ), then the files. A file is in the store before the row that names it is committed, so the files of every row
of the snapshot are there; what came later is a harmless surplus, known by its content.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, MetaData, Table, create_engine, event, select
from sqlalchemy.pool import NullPool

from portal.kernel import audit_head, clock, schema
from portal.kernel.db import Base
from portal.kernel.errors import DomainError
from portal.kernel.files import FileDamaged, StoreAway, store
from portal.kernel.i18n import _
from portal.kernel.settings import settings
from portal.operations import places
from portal.operations.container import Writer
from portal.operations.contents import BLOCK, put, put_table
from portal.operations.places import Place


@dataclass
class Saved:
    """What a backup holds. ``damaged``: files of the store whose bytes are no longer what their name says; they are left out."""

    rows: int = 0
    tables: dict[str, int] = field(default_factory=dict)
    files: int = 0
    keys: int = 0
    size: int = 0
    sha256: str = ""
    encrypted: bool = False
    damaged: list[str] = field(default_factory=list)


def here() -> Place:
    """The configured portal."""
    return Place(settings().database_url, settings().instance, settings().keys)


def _metadata() -> MetaData:
    """All tables; the shell has loaded the slices that declare them."""
    return Base.metadata


@contextmanager
def snapshot(url: str) -> Iterator[Connection]:
    """One consistent view of the database, on a connection of its own; nobody waits for it."""
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    on_postgres = url.startswith("postgresql")
    how: dict[str, Any] = {"isolation_level": "REPEATABLE READ"} if on_postgres else {}
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True, **how)
    if not on_postgres:

        @event.listens_for(engine, "connect")
        def _by_hand(raw: Any, _record: Any) -> None:
            raw.isolation_level = None

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN")

    try:
        with engine.connect() as connection:
            if on_postgres:
                connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            connection.exec_driver_sql("SELECT count(*) FROM alembic_version").scalar()  # the view begins here
            yield connection
            connection.rollback()
    finally:
        engine.dispose()


def backup(target: Path, passphrase: str | None = None) -> Saved:
    """Write a backup of the configured portal to ``target``, whole or not at all.

    ``passphrase``: None takes ``PORTAL_BACKUP_KEY``; with an empty one the backup is not encrypted and holds no keys.
    DomainError when the folder cannot be written, or the object storage of the files is away.
    """
    passphrase = settings().backup_key if passphrase is None else passphrase
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".draft", dir=target.parent)
    except OSError as error:
        raise DomainError(_("备份写不进%(path)s：%(error)s", path=target, error=error.strerror)) from error
    draft = Path(name)
    try:
        with os.fdopen(handle, "w+b") as file:
            saved = _write(file, here(), target, passphrase)
            file.flush()
            os.fsync(file.fileno())
            saved.size = file.tell()
            file.seek(0)
            saved.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        draft.replace(target)
    except StoreAway as error:
        raise DomainError(_("证据文件的对象存储不能使用（%(error)s），没有备份。", error=error.strerror)) from error
    except OSError as error:
        raise DomainError(_("备份写不进%(path)s：%(error)s", path=target, error=error.strerror)) from error
    finally:
        draft.unlink(missing_ok=True)
    return saved


def _write(file: BinaryIO, place: Place, target: Path, passphrase: str) -> Saved:
    writer, saved = Writer(file, passphrase), Saved(encrypted=bool(passphrase))
    outside = None
    with suppress(audit_head.Unreadable):
        outside = audit_head.plain(audit_head.read())
    put(writer, "meta", {
        "made_at": clock.instant_text(clock.now()), "revision": schema.head(), "audit_head": outside,
        "database": "postgresql" if place.url.startswith("postgresql") else "sqlite",
    })  # fmt: skip
    with snapshot(place.url) as connection:
        for table in _metadata().sorted_tables:
            saved.tables[table.name] = put_table(writer, table.name, list(table.columns), _rows(connection, table))
    saved.rows = sum(saved.tables.values())
    if passphrase:
        for path in places.key_files(place):
            put(writer, "key", {"name": path.name}, [path.read_bytes()])
            saved.keys += 1
    _write_files(writer, place, target, saved)
    told = {"tables": saved.tables, "files": saved.files, "keys": saved.keys, "damaged": saved.damaged}
    put(writer, "end", told)
    writer.finish()
    return saved


def _rows(connection: Connection, table: Table) -> Iterator[Any]:
    """Every row as it lies, a thousand at a time: sorting a table of millions would cost more than writing it."""
    yield from connection.execute(select(table).execution_options(yield_per=1000))


def _write_files(writer: Writer, place: Place, target: Path, saved: Saved) -> None:
    kept = store()
    for named in kept.stored():
        try:
            file = kept.open(named.sha256)
        except FileDamaged:
            saved.damaged.append(named.sha256)
            continue
        with file:
            _put_open(writer, file, {"sha256": named.sha256}, saved)
    for inside in places.others(place, target):
        _put_file(writer, place.instance / inside, {"path": str(inside)}, saved)


def _put_file(writer: Writer, path: Path, facts: dict[str, str], saved: Saved) -> None:
    with path.open("rb") as file:
        _put_open(writer, file, facts, saved)


def _put_open(writer: Writer, file: BinaryIO, facts: dict[str, str], saved: Saved) -> None:
    put(writer, "file", facts, iter(lambda: file.read(BLOCK), b""))
    saved.files += 1
