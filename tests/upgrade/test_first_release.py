"""A portal of the first release, brought to this one with its data: every published figure stays, and recomputes.

``first_release/portal.sql.xz`` is the whole database of a demo district of three estates as the first release (schema
0001) made it, its audit head beside it, and the files of its own open data. Its keys are derived from their names.
"""

import base64
import csv
import hashlib
import json
import lzma
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import MetaData, create_engine, insert, select, text
from sqlalchemy.pool import NullPool

from portal.kernel import audit, clock, db, schema
from portal.kernel.settings import settings
from portal.registry import api as registry
from portal.shell.opendata import api as opendata
from scoring import recompute
from tests.conftest import point_at
from tests.databases import Place

RELEASED = Path(__file__).with_name("first_release")
PUBLISHED = ("ratings", "quarter_scores", "lists", "months", "components", "check_results", "vetoes")
LATER = datetime(2026, 11, 23, 2, tzinfo=UTC)


def _keys(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    for purpose in ("audit", "data", "identity", "signing"):
        derived = hashlib.sha256(f"released {purpose}".encode()).digest()
        (folder / f"{purpose}-20241203-000000.key").write_bytes(base64.b64encode(derived))


def _fill_sqlite(file: Path) -> None:
    script = lzma.decompress((RELEASED / "portal.sql.xz").read_bytes()).decode()
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(script)


def _instants_in_utc(row: dict[str, object]) -> dict[str, object]:
    """SQLite keeps no zone; PostgreSQL would take the machine's."""
    return {name: value.replace(tzinfo=UTC) if isinstance(value, datetime) else value for name, value in row.items()}


def _fill_postgres(url: str, source: Path) -> None:
    """The same rows in a PostgreSQL database of the first schema."""
    schema.upgrade(url, "0001")
    read = create_engine(f"sqlite:///{source}", poolclass=NullPool)
    write = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)
    tables = MetaData()
    tables.reflect(write)
    names = {row[0] for row in _names(source)}
    with read.connect() as old, write.begin() as new:
        new.execute(text("SET session_replication_role = replica"))
        for table in tables.sorted_tables:
            if table.name in names and table.name != "alembic_version":
                rows = [_instants_in_utc(dict(row)) for row in old.execute(select(table)).mappings()]
                new.execute(table.delete())
                if rows:
                    new.execute(insert(table), rows)


def _names(file: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()


@pytest.fixture
def released(empty_database: str, database_kind: str, tmp_path: Path, monkeypatch) -> Iterator[Place]:
    """The first release's portal, not upgraded yet."""
    place = Place(empty_database, tmp_path / "instance")
    place.instance.mkdir()
    _keys(place.instance / "keys")
    shutil.copy(RELEASED / "audit-head.json", place.instance)
    file = tmp_path / ("empty.db" if database_kind == "sqlite" else "source.db")
    _fill_sqlite(file)
    if database_kind == "postgres":
        _fill_postgres(empty_database, file)
    point_at(place, monkeypatch)
    yield place
    db.dispose()
    settings.cache_clear()


@pytest.mark.both_databases
def test_published_figures_stay_and_recompute(released, tmp_path):
    assert schema.current() == "0001"
    schema.upgrade()
    assert schema.is_current()

    with clock.at(LATER), db.reading() as read:
        assert audit.verify(read)[1] is None
        opendata.export(read, tmp_path / "data", date(2026, 11, 22))
        people, total = registry.find_managers(read, limit=None)
        assert total == 2
        assert registry.find_managers(read, people[0].name)[0][0].code == people[0].code
        in_clear = set(read.scalars(text("SELECT name_sealed FROM manager")))
        assert not in_clear & {one.name for one in people}

    for name in PUBLISHED:
        then = _rows(RELEASED / f"{name}.csv")
        now = _rows(tmp_path / "data" / f"{name}.csv")
        assert [{column: row[column] for column in then[0]} for row in now] == then, name
    found = recompute.recompute(tmp_path / "data")
    assert found.compared > 200
    assert [*found.faults, *found.differences] == []


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def test_the_log_of_then_is_checked(released):
    """Break it and see: a row changed before the upgrade is named after it."""
    with closing(sqlite3.connect(released.url.removeprefix("sqlite:///"))) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
            if "audit_log" in name:
                connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE audit_log SET detail = ? WHERE seq = 7", (json.dumps({"changed": 1}),))
        connection.commit()
    schema.upgrade()
    with clock.at(LATER), db.reading() as read:
        finding = audit.verify(read)[1]
    assert finding is not None
    assert finding.seq == 7
