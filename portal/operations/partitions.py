"""Partitions of the years to come, made before a year begins: PostgreSQL's tables of rows by year.

A row of a year without a partition of its own lies in the table's default partition, where a new partition of that year would
be refused: then nothing is made and the name is given back, for a person to move the rows (docs/operations.md).
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.db import Base

AHEAD = 3  # years


def tables() -> list[str]:
    """Tables that are divided by year."""
    return [t.name for t in Base.metadata.sorted_tables if t.dialect_options["postgresql"].get("partition_by")]


def make_ahead(db: Session) -> list[str]:
    """Make what is missing for this year and the next ones; names of what was made. Nothing to do on SQLite."""
    if db.get_bind().dialect.name != "postgresql":
        return []
    there = set(db.scalars(text("SELECT relname FROM pg_class WHERE relispartition ORDER BY 1")))
    year, made = clock.today().year, []
    for table in tables():
        for one in range(year, year + AHEAD + 1):
            name = f"{table}_{one}"
            stray = text(f'SELECT EXISTS (SELECT 1 FROM "{table}_other" WHERE year = :year)')  # noqa: S608
            if name not in there and not db.scalar(stray, {"year": one}):
                db.execute(text(f'CREATE TABLE "{name}" PARTITION OF "{table}" FOR VALUES FROM ({one}) TO ({one + 1})'))
                made.append(name)
    return made
