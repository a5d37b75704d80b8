"""One PostgreSQL database for each worker, put back after each test to what ``portal init`` made, under a name of the next
test's own. Making and dropping one for each test costs half a second of a processor: it has 1,600 relations.

Whatever a test did to the schema, its settings or its size is seen, and the database is then made anew.
"""

from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import Connection, sql

from tests import postgres

GROWN = 30_000_000  # bytes; what many rows leave behind would slow the tests that follow
# Everything but rows: relations with their rights, columns, triggers, functions, constraints, schemas, settings.
SHAPE = """
SELECT md5(concat_ws('|',
 (SELECT string_agg(concat(oid, relname, relkind, relacl, reloptions), ',' ORDER BY oid)
  FROM pg_class WHERE relnamespace = 'public'::regnamespace),
 (SELECT string_agg(concat(attrelid, attname, atttypid, attnotnull, attisdropped, attacl), ',' ORDER BY attrelid, attnum)
  FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = 'public'::regnamespace AND attnum > 0),
 (SELECT string_agg(concat(oid, tgname, tgenabled), ',' ORDER BY oid) FROM pg_trigger),
 (SELECT string_agg(concat(oid, prosrc), ',' ORDER BY oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace),
 (SELECT string_agg(concat(oid, conname, convalidated), ',' ORDER BY oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace),
 (SELECT string_agg(concat(oid, adbin), ',' ORDER BY oid) FROM pg_attrdef),
 (SELECT string_agg(concat(nspname, nspacl), ',' ORDER BY oid) FROM pg_namespace WHERE nspname !~ '^pg_'),
 (SELECT string_agg(concat(extname, extversion), ',' ORDER BY oid) FROM pg_extension),
 (SELECT string_agg(concat(setrole, setconfig), ',') FROM pg_db_role_setting
  WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()))))
"""
TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname"
SEQUENCES = "SELECT sequencename, coalesce(last_value, start_value), last_value IS NOT NULL FROM pg_sequences"
STRANGERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@dataclass
class Kept:
    """The database of this worker: its name now, and what it is put back to."""

    name: str
    shape: str
    tables: list[str]
    rows: dict[str, bytes]
    sequences: list[tuple[str, int, bool]]


_kept: list[Kept] = []


def take(run: Path, name: str) -> str:
    """The address of a database as ``portal init`` made it, under this name."""
    url = postgres.server(run)
    if not _kept:
        postgres.create_database(run, name, postgres.TEMPLATE)
        with _connected(url, name) as connection:
            _kept.append(_looked_at(connection, name))
        return f"{url}/{name}"
    kept = _kept[0]
    postgres.administer(url, f'ALTER DATABASE "{kept.name}" RENAME TO "{name}"')
    kept.name = name
    return f"{url}/{name}"


def give_back(run: Path) -> None:
    """Put the database back; drop it where that is not enough, so that the next test makes another."""
    kept, url = _kept[0], postgres.server(run)
    try:
        with _connected(url, kept.name) as connection:
            is_whole = _put_back(connection, kept)
    except psycopg.Error:  # somebody holds a lock, or the database is gone
        is_whole = False
    if not is_whole:
        postgres.drop_database(run, kept.name)
        _kept.clear()


def _connected(url: str, name: str) -> Connection[tuple[object, ...]]:
    return psycopg.connect(f"{url.replace('+psycopg', '')}/{name}", options="-c lock_timeout=2000")


def _looked_at(connection: Connection, name: str) -> Kept:
    tables = [row[0] for row in connection.execute(TABLES)]
    rows = {table: _copied(connection, table) for table in _filled(connection, tables)}
    shape = connection.execute(SHAPE).fetchone()
    assert shape is not None
    return Kept(name, shape[0], tables, rows, connection.execute(SEQUENCES).fetchall())


def _filled(connection: Connection, tables: list[str]) -> list[str]:
    asked = [
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(t), sql.Identifier(t)) for t in tables
    ]
    return [row[0] for row in connection.execute(sql.SQL(" UNION ALL ").join(asked))]


def _copied(connection: Connection, table: str) -> bytes:
    order = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(table))
    with connection.cursor() as cursor, cursor.copy(order) as copy:
        return b"".join(bytes(part) for part in copy)


def _put_back(connection: Connection, kept: Kept) -> bool:
    connection.execute(STRANGERS)
    told = connection.execute(SHAPE).fetchone()
    size = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    if told is None or size is None or told[0] != kept.shape or size[0] > GROWN:
        return False
    connection.execute("SET session_replication_role = replica")  # guards and references do not speak here
    for table in _filled(connection, kept.tables):
        connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
    with connection.cursor() as cursor:
        for table, rows in kept.rows.items():
            order = sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(sql.Identifier(table))
            with cursor.copy(order) as copy:
                copy.write(rows)
    for sequence, value, is_called in kept.sequences:
        connection.execute("SELECT setval(%s::regclass, %s, %s)", (f'public."{sequence}"', value, is_called))
    return True
