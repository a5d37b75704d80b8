"""Write rows by the hundred thousand: COPY on PostgreSQL, one prepared statement on SQLite."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Dialect, FromClause
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session


def insert_rows(db: Session, table: FromClause, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that all have the same columns, within the session's transaction; defaults are not filled in.

    On the table itself: the mapper would look at each row once more. Values are plain texts, numbers, dates and aware
    instants.
    """
    if rows:
        names = list(rows[0])
        values = itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)
        insert_tuples(db, table, names, [values(row) for row in rows])


def insert_tuples(db: Session, table: FromClause, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """The same with rows as tuples in the order of the names."""
    if not rows:
        return
    connection = db.connection()
    columns = ", ".join(f'"{name}"' for name in names)
    if connection.dialect.name != "postgresql":
        marks = ", ".join("?" * len(names))
        text = f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks})'  # type: ignore[attr-defined]
        connection.exec_driver_sql(text, _spelled(connection, table, names, rows))
        return
    with connection.connection.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:  # type: ignore[attr-defined]
        for row in rows:
            copy.write_row(row)


def _spelled(
    connection: Connection, table: FromClause, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    """Values as the driver takes them: days, instants and truth values are spelled column by column."""
    spelling = _spelling(connection.dialect, table, tuple(names))
    if not spelling:
        return list(rows)
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for place, spell in spelling.items():
        columns[place] = _mapped(spell, columns[place])
    return list(zip(*columns, strict=True))


@lru_cache(512)
def _spelling(dialect: Dialect, table: FromClause, names: tuple[str, ...]) -> dict[int, Callable[[Any], Any]]:
    """The place of each column that a driver does not take as it is, with what spells it."""
    spelling: dict[int, Callable[[Any], Any]] = {}
    for place, name in enumerate(names):
        processor = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
        if processor is not None:
            spelling[place] = processor
    return spelling


def _mapped(spell: Callable[[Any], Any], values: Sequence[Any]) -> list[Any]:
    """Each value spelled; days and instants repeat by the thousand, so each is spelled once."""
    try:
        known = {value: spell(value) for value in set(values)}
    except TypeError:  # a value without a hash, as of a JSON column
        return [spell(value) for value in values]
    return list(map(known.__getitem__, values))
