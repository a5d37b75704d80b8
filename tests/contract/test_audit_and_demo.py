"""The log tells who tampered with the database file; two demo districts of one seed are the same."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.browser.conftest import demo_place as demo_place
from tests.clockwork.sitecustomize import AHEAD
from tests.contract.command import Portal, read, recompute
from tests.databases import Place

DIVISIONS = Path(__file__).resolve().parents[2] / "portal" / "registry" / "data" / "divisions-440306.csv"


def _without_guards(database: sqlite3.Connection) -> None:
    names = [
        r[0] for r in database.execute("select name from sqlite_master where type='trigger' and tbl_name='audit_log'")
    ]
    assert names, "no trigger guards audit_log"
    for name in names:
        database.execute(f"drop trigger {name}")


def _change(database: sqlite3.Connection) -> int:
    database.execute("update audit_log set actor = 'nobody' where seq = 2")
    return 2


def _drop_middle(database: sqlite3.Connection) -> int:
    database.execute("delete from audit_log where seq = 2")
    return 2


def _cut_tail(database: sqlite3.Connection) -> int:
    last = int(database.execute("select max(seq) from audit_log").fetchone()[0])
    database.execute("delete from audit_log where seq = ?", (last,))
    return last


def _cut_tail_and_head(database: sqlite3.Connection) -> int:
    """Whoever holds the database file mends the head table too; the head beside the database still knows."""
    last = _cut_tail(database)
    columns = [r[1] for r in database.execute("pragma table_info(audit_head)")]
    for name in [r[0] for r in database.execute("select name from sqlite_master where type='trigger'")]:
        database.execute(f"drop trigger {name}")
    digest = database.execute("select hash from audit_log order by seq desc limit 1").fetchone()[0]
    values = {
        "last_hash": digest, "hash": digest, "count": last - 1, "row_count": last - 1, "rows": last - 1, "seq": last - 1
    }  # fmt: skip
    for column in set(columns) & values.keys():
        database.execute(f"update audit_head set {column} = ?", (values[column],))
    return last


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Portal:
    """A new portal with the divisions: a log of several rows."""
    portal = Portal(tmp_path_factory.mktemp("small"))
    portal.run("init")
    portal.run("import", "divisions", str(DIVISIONS))
    return portal


@pytest.mark.parametrize("tamper", [_change, _drop_middle, _cut_tail, _cut_tail_and_head])
def test_tampering_is_named(tamper: Callable[[sqlite3.Connection], int], small: Portal, tmp_path: Path) -> None:
    shutil.copytree(small.folder, tmp_path / "copy")
    copy = Portal(tmp_path / "copy")
    with closing(sqlite3.connect(copy.instance / "portal.db")) as database:
        _without_guards(database)
        row = tamper(database)
        database.commit()
    done = copy.run("audit", "verify", expect=1)
    assert str(row) in done.stdout + done.stderr


def test_the_database_refuses_to_forget(small: Portal) -> None:
    small.run("audit", "verify")
    with closing(sqlite3.connect(small.instance / "portal.db")) as database:
        for statement in ("update audit_log set actor = 'x'", "delete from audit_log"):
            with pytest.raises(sqlite3.DatabaseError):
                database.execute(statement)


@pytest.fixture
def demo(demo_place: Place, tmp_path: Path) -> Portal:
    """The demo district of 30 estates."""
    shutil.copytree(demo_place.instance, tmp_path / "one" / "instance")
    return Portal(tmp_path / "one")


def test_the_same_seed_tells_the_same_story(demo: Portal, tmp_path: Path) -> None:
    """To the instants at which it is recorded, on whatever day it is told."""
    again = Portal(tmp_path / "two")
    again.initialise()
    again.environment[AHEAD] = str(float(os.environ[AHEAD]) + 40 * 24 * 3600)
    again.run("demo", "--estates", "30")
    again.again("demo", "--estates", "30")
    again.environment[AHEAD] = os.environ[AHEAD]
    first, second = demo.export("one"), again.export("two")
    assert first == second
    assert (len(first["estates"]), len(first["enterprises"])) == (30, 6)


def test_the_demo_holds_what_the_contract_names(demo: Portal) -> None:
    """A red and a black entry in force on 2026-06-01, and figures that anyone recomputes."""
    demo.run("audit", "verify")
    public = demo.export("one")
    day = "2026-06-01"
    in_force = [r for r in public["lists"] if r["effective_from"] <= day <= (r["effective_to"] or "9999")]
    assert {row["kind"] for row in in_force} == {"red", "black"}
    done = recompute(demo.folder / "one")
    assert done.returncode == 0, done.stdout + done.stderr
    assert read(demo.folder / "one")["ratings"]
