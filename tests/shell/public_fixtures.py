"""The public district as a place of a test's own: filled once for a run, copied for each test."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests import databases, postgres
from tests.conftest import point_at
from tests.databases import Place


def _template(run_folder: Path) -> Path:
    folder = run_folder / "public-district"
    with postgres.locked(run_folder, "public-district"):
        if not (run_folder / "public-district.made").exists():
            place = databases.sqlite_place(run_folder, folder)
            with pytest.MonkeyPatch.context() as patch:
                from portal.kernel import db
                from tests.shell import public_district

                point_at(place, patch)
                public_district.found()
                db.dispose()
            with closing(sqlite3.connect(folder / "portal.db")) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (run_folder / "public-district.made").touch()
    return folder


@pytest.fixture
def instance(run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A copy of the district with a past."""
    from portal.kernel import db
    from portal.kernel.settings import settings

    folder = tmp_path / "instance"
    shutil.copytree(_template(run_folder), folder)
    place = Place(f"sqlite:///{folder / 'portal.db'}", folder)
    point_at(place, monkeypatch)
    yield place
    db.dispose()
    settings.cache_clear()


@pytest.fixture
def app(app):
    """The application, with a stand-in for the page of the lists while it is not there."""
    from portal.kernel.web import public

    if "lists.index" not in app.view_functions:
        app.add_url_rule("/lists", "lists.index", public(lambda: "lists"))
    return app
