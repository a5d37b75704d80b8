"""SQLite alone has REPLACE, which could write over a row of the log; PostgreSQL's upsert is an UPDATE, refused in test_audit."""

import sqlite3
from contextlib import closing

import pytest

from tests.kernel.test_audit import verdict, write


def test_a_bare_connection_cannot_write_over_a_row(instance):
    """Without the portal's own settings SQLite's REPLACE tells no DELETE trigger; the row stands all the same."""
    write("a:1")
    whole, _found = verdict()
    with closing(sqlite3.connect(instance.instance / "portal.db")) as bare:
        bare.execute("PRAGMA recursive_triggers=OFF")
        with pytest.raises(sqlite3.DatabaseError, match="append only"):
            bare.execute(
                "INSERT OR REPLACE INTO audit_log SELECT year, seq, at, 'nobody', action, subject, detail, key_id, "
                "prev_hash, hash FROM audit_log WHERE seq = 1"
            )
    assert verdict() == (whole, None)
