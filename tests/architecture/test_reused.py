"""The database that tests on PostgreSQL share is as new for each of them, whatever the test before did."""

import os

import psycopg
import pytest

from tests import reused

ROWS = "INSERT INTO division (code, name, level, parent_code) VALUES ('440300000000', '宝安区', 'district', '')"
SEEDED = "UPDATE standard_item SET item_zh = 'x'"
GUARDED = "DELETE FROM audit_log"
SCHEMA = "ALTER TABLE division ADD COLUMN odd text"


def _all(url: str) -> dict[str, list[str]]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        tables = [row[0] for row in connection.execute(reused.TABLES)]
        held = {
            name: connection.execute(f'SELECT t::text FROM "{name}" t ORDER BY 1'.encode()).fetchall()
            for name in tables
        }
        return {**held, "sequences": connection.execute(reused.SEQUENCES).fetchall()}


WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")  # both workers make databases at once


@pytest.mark.parametrize("deed", [ROWS, SEEDED, GUARDED, SCHEMA], ids=["rows", "seeded", "guarded", "schema"])
def test_nothing_of_a_test_reaches_the_next(deed, run_folder, tmp_path):
    from tests.databases import reused_place

    first = reused_place(run_folder, tmp_path / "one", f"reused_one_{WORKER}")
    new = _all(first.url)
    assert sum(map(len, new.values())) > 100
    with psycopg.connect(first.url.replace("+psycopg", "")) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(deed.encode())
    assert deed == SCHEMA or _all(first.url) != new
    reused.give_back(run_folder)
    second = reused_place(run_folder, tmp_path / "two", f"reused_two_{WORKER}")
    assert _all(second.url) == new
    reused.give_back(run_folder)
