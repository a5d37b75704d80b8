"""Migrations run up and down, and lead to exactly what the models say, on both databases."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, create_engine, inspect
from sqlalchemy.pool import NullPool

from migrations.tables import differences, metadata, partitions
from portal.kernel import schema
from portal.kernel.classes import Audience


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _tables(url: str) -> set[str]:
    with connected(url) as connection:
        return set(inspect(connection).get_table_names()) - partitions(connection) - {"alembic_version"}


@pytest.mark.both_databases
def test_migrations_run_up_down_and_up_again(empty_database):
    schema.upgrade(empty_database)
    whole = _tables(empty_database)
    assert whole == set(metadata().tables)
    assert schema.is_current(empty_database)

    schema.downgrade(empty_database)
    assert _tables(empty_database) == set()

    schema.upgrade(empty_database)
    assert _tables(empty_database) == whole


@pytest.mark.both_databases
def test_schema_equals_the_models(empty_database):
    schema.upgrade(empty_database)
    with connected(empty_database) as connection:
        assert differences(connection) == []


def test_second_upgrade_changes_nothing(instance):
    assert schema.upgrade(instance.url) is False


def test_migrations_are_numbered_words():
    names = sorted(path.name for path in (schema.MIGRATIONS / "versions").glob("*.py") if path.name != "__init__.py")
    assert [name for name in names if not re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", name)] == []
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1)), "numbers follow one another, none twice"


def test_every_column_declares_who_may_see_it():
    found = [
        f"{table.name}.{column.name}"
        for table in metadata().sorted_tables
        for column in table.columns
        if not isinstance(column.info.get("audience"), Audience)
    ]
    assert found == []
