"""The small district of the checks, with people of two companies and everybody who has a part in requests to fix."""

import shutil
import sqlite3
from contextlib import closing

import pytest

from portal.kernel import clock, db
from portal.shell import wiring
from tests.checks import district as small
from tests.checks.conftest import district as district
from tests.checks.conftest import kept_district as kept_district
from tests.rectification import acts


@pytest.fixture(autouse=True)
def _wired():
    wiring.wire()


@pytest.fixture(scope="session")
def kept_orders(tmp_path_factory):
    """Where the first test on SQLite leaves its district with a confirmed check; the others copy the files."""
    return tmp_path_factory.mktemp("orders") / "kept"


@pytest.fixture
def asked(instance, database_kind, kept_orders):
    """A check of 12 October 2026, ten o'clock, with a finding of each class, confirmed at once."""
    if database_kind == "sqlite" and kept_orders.exists():
        shutil.copytree(kept_orders, instance.instance, dirs_exist_ok=True)
    else:
        small.build()
        with clock.on(small.DAY):
            acts.confirmed()
        if database_kind == "sqlite":
            db.dispose()
            with closing(sqlite3.connect(instance.instance / "portal.db")) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            shutil.copytree(instance.instance, kept_orders)
    with clock.on(small.DAY):
        yield instance


@pytest.fixture
def order(asked):
    """The class B order, due on the 19th."""
    return acts.orders()["SB07"]


@pytest.fixture
def urgent(asked):
    """The class C order, due on the 13th at ten."""
    return acts.orders()["XF01"]
