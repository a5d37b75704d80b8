"""The small district of these tests, on a day on which the October check of 2026 is due."""

import shutil
import sqlite3
from contextlib import closing

import pytest

from portal.kernel import clock, db, i18n
from tests.checks import district as small


@pytest.fixture(scope="session")
def kept_district(tmp_path_factory):
    """Where the first test on SQLite leaves its district: the sheets are brought in once, the others copy the files."""
    return tmp_path_factory.mktemp("district") / "kept"


def _keep(instance, folder) -> None:
    db.dispose()
    with closing(sqlite3.connect(instance.instance / "portal.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copytree(instance.instance, folder)


@pytest.fixture
def district(instance, database_kind, kept_district):
    i18n.set_language("zh")
    if database_kind == "sqlite" and kept_district.exists():
        shutil.copytree(kept_district, instance.instance, dirs_exist_ok=True)
    else:
        small.build()
        if database_kind == "sqlite":
            _keep(instance, kept_district)
    with clock.on(small.DAY):
        yield instance
