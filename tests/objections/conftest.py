"""The world of objections, built once for a run and copied for each test; sign-in by login with the clock held."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests import databases, postgres
from tests.conftest import point_at
from tests.databases import Place
from tests.objections import world as stage
from tests.pages import StrictClient


def _template(run_folder: Path) -> tuple[Path, stage.World]:
    import json

    folder, told = run_folder / "objections-world", run_folder / "objections-world.json"
    with postgres.locked(run_folder, "objections-world"):
        if not told.exists():
            place = databases.sqlite_place(run_folder, folder)
            with pytest.MonkeyPatch.context() as patch:
                from portal.kernel import db
                from portal.shell import wiring

                point_at(place, patch)
                wiring.wire()
                made = stage.found()
                db.dispose()
            with closing(sqlite3.connect(folder / "portal.db")) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            told.write_text(json.dumps(made.refs))
    return folder, stage.World(json.loads(told.read_text()))


@pytest.fixture
def instance(run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A copy of the world."""
    from portal.kernel import clock, db
    from portal.kernel.settings import settings

    folder = tmp_path / "instance"
    shutil.copytree(_template(run_folder)[0], folder)
    place = Place(f"sqlite:///{folder / 'portal.db'}", folder)
    point_at(place, monkeypatch)
    with clock.on(stage.TODAY):
        yield place
    db.dispose()
    settings.cache_clear()


@pytest.fixture
def world(run_folder: Path, instance: Place) -> stage.World:
    """What there is to contest."""
    return _template(run_folder)[1]


@pytest.fixture
def as_(app, signed_in) -> Callable[[str], StrictClient]:
    """``as_("officer2")``: a client signed in as that person."""
    from tests.people import cookie_of

    def sign_in(login: str) -> StrictClient:
        client = app.test_client()
        client.set_cookie(*cookie_of(login))
        return client

    return sign_in
