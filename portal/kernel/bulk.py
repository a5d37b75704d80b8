"""Write rows by the hundred thousand: COPY on PostgreSQL, one prepared statement on SQLite."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import FromClause, insert
from sqlalchemy.orm import Session


def insert_rows(db: Session, table: FromClause, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that all have the same columns, within the session's transaction; defaults are not filled in.

    On the table itself: the mapper would look at each row once more. Values are plain texts, numbers, dates and aware
    instants.
    """
    if not rows:
        return
    connection = db.connection()
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), list(rows))  # type: ignore[arg-type]
        return
    names = list(rows[0])
    columns = ", ".join(f'"{name}"' for name in names)
    with connection.connection.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:  # type: ignore[attr-defined]
        for row in rows:
            copy.write_row([row[name] for name in names])
