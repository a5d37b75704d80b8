"""Where personal data and secrets must not be found: errors, logs, files that others on the machine can read."""

import stat

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal.kernel.db import transaction


@pytest.mark.both_databases
def test_an_error_of_the_database_does_not_tell_what_was_to_be_written(instance):
    statement = text("INSERT INTO person (login, name, nothing) VALUES (:login, :name, 1)")
    with pytest.raises(DBAPIError) as caught, transaction() as db:
        db.execute(statement, {"login": "zhang", "name": "张密密"})
    assert "张密密" not in str(caught.value)


def test_nobody_else_on_the_machine_reads_the_database(tmp_path, monkeypatch):
    from portal.kernel import db, schema
    from portal.kernel.settings import reload_settings

    monkeypatch.setenv("PORTAL_INSTANCE", str(tmp_path / "new"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("PORTAL_SECRET_KEY", raising=False)
    reload_settings()
    try:
        schema.upgrade()
        with db.transaction() as session:
            session.execute(text("SELECT 1"))
            seen = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}
    finally:
        db.dispose()
    assert {name: mode for name, mode in seen.items() if mode & 0o077} == {}
    assert {"portal.db", "portal.db-wal", "secret_key"} <= set(seen)


@pytest.mark.both_databases
def test_a_row_of_a_journal_is_not_written_over(instance):
    """The guards against UPDATE and DELETE hold for SQLite's INSERT OR REPLACE and PostgreSQL's upsert too."""
    with transaction() as db:
        keep = text("INSERT INTO estate (code, recorded_at) VALUES ('E-1', '2025-01-01')")
        db.execute(keep)
        replaced = {
            "sqlite": "INSERT OR REPLACE INTO estate (code, recorded_at) VALUES ('E-1', '2030-01-01')",
            "postgresql": "INSERT INTO estate (code, recorded_at) VALUES ('E-1', '2030-01-01')"
            " ON CONFLICT (code) DO UPDATE SET recorded_at = excluded.recorded_at",
        }[db.get_bind().dialect.name]
    with pytest.raises(DBAPIError, match="append only"), transaction() as db:
        db.execute(text(replaced))
