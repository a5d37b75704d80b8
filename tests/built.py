"""A district that many tests begin with is filled once for a run; each test gets a copy of the instance."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from portal.kernel import db
from portal.kernel.settings import settings
from tests import postgres


def once(name: str, fill: Callable[[], None]) -> None:
    """Fill this test's initialised portal; on SQLite the first of a run is kept by its name and copied."""
    if not settings().database_url.startswith("sqlite"):
        fill()
        return
    run, folder = Path(os.environ["PORTAL_TEST_RUN"]), settings().instance
    kept = run / f"built-{name}"
    with postgres.locked(run, f"built-{name}"):
        db.dispose()
        if kept.exists():
            shutil.rmtree(folder)
            shutil.copytree(kept, folder)
            return
        fill()
        db.dispose()
        with closing(sqlite3.connect(folder / "portal.db")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copytree(folder, kept)
