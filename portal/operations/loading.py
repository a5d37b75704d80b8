"""The rows of a backup into a database, within the one transaction that ``kernel.schema.migrating`` opens.

The guards that refuse what the portal never does (a step that may not follow, a change of a journal) rest while the rows come
in, since they come by table and not by story; so do SQLite's foreign keys, which are checked at the end. PostgreSQL checks
its own at the end of each table.
"""

from collections.abc import Callable, Iterable
from graphlib import TopologicalSorter
from typing import Any

from alembic import command
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from portal.kernel import schema
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.operations.container import damaged

Rows = Iterable[list[list[Any]]]


def is_empty(connection: Connection) -> bool:
    """Whether the database has no tables, or holds only what ``portal init`` made."""
    names = set(inspect(connection).get_table_names())
    if not names - {"alembic_version"}:
        return True
    if "audit_log" not in names:
        return False
    # all that ``portal init`` does leaves this one deed in the log; anything else is somebody's work
    others = text("SELECT count(*) FROM audit_log WHERE action <> 'standard.published' OR seq > 1")
    return not connection.scalar(others)


def bring_to(connection: Connection, revision: str | None = None) -> None:
    """Make the tables those of a revision (None: of this release), up or down. Going down, whatever rows there are go first."""
    wanted = revision or schema.head() or ""
    now = MigrationContext.configure(connection).get_current_revision()
    if now is not None and now > wanted:  # numbered words: fresh tables of this release, and a backup of an older one
        Loading(connection).finish()
        command.downgrade(schema.config(connection), wanted)
    elif now != wanted:
        command.upgrade(schema.config(connection), wanted)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


class Loading:
    """Guards at rest, tables empty; ``take`` fills one; ``finish`` wakes the guards and checks what refers to what."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._on_postgres = connection.dialect.name == "postgresql"
        hidden = {"alembic_version"}
        self._tables = [name for name in inspect(connection).get_table_names() if name not in hidden]
        self._wake = self._rest_on_postgres() if self._on_postgres else self._rest_on_sqlite()

    def _rest_on_postgres(self) -> Callable[[], None]:
        # only tables that are no partitions: a partition follows its parent, and is emptied with it
        query = text("SELECT relname FROM pg_class WHERE oid IN (SELECT to_regclass(quote_ident(t)) FROM unnest(CAST(:names AS text[])) t) "
                     "AND NOT relispartition ORDER BY 1")  # fmt: skip
        self._tables = list(self._db.scalars(query, {"names": self._tables}))
        for name in self._tables:
            self._db.exec_driver_sql(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')
        for name in self._filled():
            self._db.exec_driver_sql(f'DELETE FROM "{name}"')  # noqa: S608

        def wake() -> None:
            for name in self._tables:
                self._db.exec_driver_sql(f'ALTER TABLE "{name}" ENABLE TRIGGER USER')

        return wake

    def _filled(self) -> list[str]:
        """Tables of PostgreSQL that hold rows, those that refer to others before them. A new portal has few; to truncate all of
        them would make a thousand files anew."""
        asked = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in self._tables)  # noqa: S608
        filled = set(self._db.scalars(text(asked)))
        refers = text("SELECT child.relname, parent.relname FROM pg_constraint JOIN pg_class child ON child.oid = conrelid "
                      "JOIN pg_class parent ON parent.oid = confrelid WHERE contype = 'f'")  # fmt: skip
        order = TopologicalSorter({name: set[str]() for name in sorted(filled)})
        for child, parent in self._db.execute(refers):
            if child != parent and {child, parent} <= filled:
                order.add(parent, child)
        return list(order.static_order())

    def _rest_on_sqlite(self) -> Callable[[], None]:
        virtual = set(self._db.scalars(text("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'")))
        self._tables = [n for n in self._tables if not any(n == v or n.startswith(f"{v}_") for v in virtual)]
        query = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE(%' ORDER BY name")
        guards = self._db.execute(query).all()
        for guard in guards:
            self._db.exec_driver_sql(f'DROP TRIGGER "{guard.name}"')
        for name in self._tables:
            self._db.exec_driver_sql(f'DELETE FROM "{name}"')  # noqa: S608

        def wake() -> None:
            for guard in guards:
                self._db.exec_driver_sql(guard.sql)

        return wake

    def take(self, name: str, columns: list[str], kinds: list[str], rows: Rows) -> int:
        """Fill one table; says how many rows came."""
        if name not in self._tables:
            raise damaged()
        deed = self._copy if self._on_postgres else self._insert
        return deed(name, columns, kinds, rows)

    def _copy(self, name: str, columns: list[str], kinds: list[str], rows: Rows) -> int:
        instants = [place for place, kind in enumerate(kinds) if kind == "instant"]
        count = 0
        statement = f'COPY "{name}" ({_quoted(columns)}) FROM STDIN'
        raw: Any = self._db.connection
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            for batch in rows:
                for row in batch:
                    for place in instants:
                        row[place] = row[place] and f"{row[place]}+00"
                    copy.write_row(row)
                count += len(batch)
        return count

    def _insert(self, name: str, columns: list[str], kinds: list[str], rows: Rows) -> int:
        places = ", ".join("?" * len(columns))
        statement = f'INSERT INTO "{name}" ({_quoted(columns)}) VALUES ({places})'  # noqa: S608
        raw: Any = self._db.connection
        cursor, count = raw.cursor(), 0
        for batch in rows:
            cursor.executemany(statement, batch)
            count += len(batch)
        cursor.close()
        return count

    def finish(self) -> None:
        """Everything refers to something that is there, and the guards stand again."""
        if not self._on_postgres and self._db.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
            raise damaged()
        self._wake()


def head_of_log(connection: Connection) -> tuple[int, str]:
    """(rows, last hash) of the audit log as its head in the database says."""
    row = connection.execute(text("SELECT count, last_hash FROM audit_head WHERE id = 1")).one_or_none()
    return (0, "") if row is None else (row[0], row[1])


def refuse_unknown(revision: str) -> None:
    """Stop at a backup of a release that this one does not know."""
    if revision not in schema.revisions():
        raise DomainError(_("这份备份由更新的版本制作，请先升级再恢复。没有恢复任何数据。"))
