"""Fixtures of all tests. Nothing here imports the application before its settings point into a test's own folder.

- ``instance``: an initialised portal of the test's own; ``@pytest.mark.both_databases`` runs the test on SQLite and
  again on PostgreSQL, ``@pytest.mark.postgres`` on PostgreSQL only, no mark on SQLite.
- ``app``, ``client``: the application and a strict client that is not signed in.
- ``signed_in(Role.OFFICER)``, ``signed_in("inspector", division="440306017010")``: a strict client signed in as such
  a person.
"""

import gc
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings as examples

from tests import databases, demo, engines, network, postgres, reused, today
from tests.chromium import browser as browser
from tests.databases import Place
from tests.pages import StrictClient

if TYPE_CHECKING:
    from flask import Flask

RUN = "PORTAL_TEST_RUN"
DEMO = pytest.StashKey[subprocess.Popen[bytes]]()


def pytest_configure(config: pytest.Config) -> None:
    """The controller makes the run's folder, open to the user ``postgres``; workers inherit its address."""
    if not hasattr(config, "workerinput"):
        folder = tempfile.mkdtemp(prefix="portal-tests-", dir=os.environ.get("TMPDIR", "/tmp"))
        Path(folder).chmod(0o711)
        os.environ[RUN] = folder
        os.environ["MPLCONFIGDIR"] = str(Path(folder) / "matplotlib")
        os.environ["DASK_TEMPORARY_DIRECTORY"] = folder
        today.begin()
    for name in (
        "DATABASE_URL",
        "DATABASE_REPLICA_URL",
        "PORTAL_KEYS",
        "PORTAL_BACKUP_KEY",
        "FILES_S3_BUCKET",
        "SITE_NAME",
        "PORT",
        "BASE_URL",
    ):
        os.environ.pop(name, None)
    # whatever is read before a fixture sets it must not be the developer's own portal
    os.environ["PORTAL_INSTANCE"] = str(Path(os.environ[RUN]) / "nobody")
    os.environ["PORTAL_SECRET_KEY"] = "only for tests"
    os.environ["PORTAL_FAST_HASH"] = "1"
    network.switch_off()
    os.fsync = _not_waiting_for_the_disk
    gc.set_threshold(100_000, 20, 20)  # looking for cycles as often as Python does takes a tenth of all test time
    if _is_whole_run(config):
        config.stash[DEMO] = demo.begin(Path(os.environ[RUN]))


def _not_waiting_for_the_disk(fd: object) -> None:
    """The files of a test live for seconds, and every import and photo would wait for the disk."""


def _is_whole_run(config: pytest.Config) -> bool:
    """All tests, by several workers: this is their controller."""
    by_workers = bool(config.getoption("numprocesses", None)) and not hasattr(config, "workerinput")
    return by_workers and config.args_source is pytest.Config.ArgsSource.TESTPATHS


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    demo.in_order(items)


# No example is timed: a busy machine is no failure. The examples of a run are those of the next one, so that what lands
# does not fall by chance afterwards; HYPOTHESIS=random looks further.
examples.register_profile("portal", deadline=None, derandomize=os.environ.get("HYPOTHESIS") != "random")
examples.load_profile("portal")


def pytest_sessionfinish() -> None:
    """What is left is looked through for leaks once, not once by each of those who ask after this."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    """The controller ends PostgreSQL and removes the run's folder, also after an interrupted run."""
    if building := config.stash.get(DEMO, None):
        demo.end(building)
    if not hasattr(config, "workerinput") and (folder := os.environ.pop(RUN, "")):
        postgres.stop(Path(folder))
        shutil.rmtree(folder, ignore_errors=True)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the databases of a test by its mark."""
    if "database_kind" in metafunc.fixturenames:
        marks = {mark.name for mark in metafunc.definition.iter_markers()}
        kinds = (
            ["sqlite", "postgres"] if "both_databases" in marks else ["postgres"] if "postgres" in marks else ["sqlite"]
        )
        if len(kinds) > 1 or kinds == ["postgres"]:
            metafunc.parametrize("database_kind", kinds, indirect=True)


@pytest.fixture(autouse=True)
def _chinese_first() -> None:
    """Every test begins in Chinese: the language of a request before it does not stay."""
    from portal.kernel import i18n

    i18n.set_language("zh")


@pytest.fixture(autouse=True, scope="session")
def _statements_compiled_once() -> Iterator[None]:
    from portal.kernel import db

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db, "create_engine", engines.shared_engine)
        yield


@pytest.fixture(scope="session")
def run_folder() -> Path:
    """The folder shared by all workers of this run."""
    return Path(os.environ[RUN])


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """``sqlite`` or ``postgres``."""
    return str(getattr(request, "param", "sqlite"))


def _name(request: pytest.FixtureRequest) -> str:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    plain = re.sub(r"\W+", "_", request.node.name)[:30]
    return f"t_{worker}_{plain}_{id(request.node):x}".lower()


def point_at(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process work on a place."""
    from portal.kernel.settings import reload_settings

    monkeypatch.setenv("PORTAL_INSTANCE", str(place.instance))
    monkeypatch.setenv("DATABASE_URL", place.url)
    reload_settings()


@pytest.fixture
def instance(
    database_kind: str,
    run_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[Place]:
    """An initialised portal of this test's own: ``.url`` and ``.instance`` (folder). The kernel works on it."""
    from portal.kernel import db
    from portal.kernel.settings import settings

    folder, name = tmp_path / "instance", _name(request)
    if database_kind == "postgres":
        place = databases.reused_place(run_folder, folder, name)
    else:
        place = databases.sqlite_place(run_folder, folder)
    point_at(place, monkeypatch)
    yield place
    db.dispose()
    settings.cache_clear()
    if database_kind == "postgres":
        reused.give_back(run_folder)


@pytest.fixture
def empty_database(
    database_kind: str, run_folder: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[str]:
    """Address of a database without tables, for tests of the migrations."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    name = _name(request)
    yield postgres.create_database(run_folder, name)
    postgres.drop_database(run_folder, name)


@cache
def _application() -> "Flask":
    """One application for the process: it finds its database through the settings of the moment, and compiling the
    templates anew for every test would cost more than the tests."""
    from portal.shell.app import create_app
    from portal.shell.compiled import CompiledTemplates

    made = create_app(testing=True)
    made.jinja_env.bytecode_cache = CompiledTemplates(Path(os.environ[RUN]) / "templates")  # of both workers
    made.test_client_class = StrictClient
    return made


@pytest.fixture
def app(instance: Place) -> "Flask":
    """The application on this test's portal."""
    return _application()


@pytest.fixture
def client(app: "Flask") -> StrictClient:
    """A strict client, not signed in."""
    return app.test_client()  # type: ignore[return-value]


@pytest.fixture
def signed_in(app: "Flask") -> Callable[..., StrictClient]:
    """``signed_in(role, division=..., uscc=..., login=...)``: a strict client signed in as such a person."""
    from portal.kernel.access import Role
    from tests.people import session_cookie

    def sign_in(
        role: str, division: str | None = None, uscc: str | None = None, login: str | None = None
    ) -> StrictClient:
        client = app.test_client()
        client.set_cookie(*session_cookie(Role(role), division, uscc, login))
        return client  # type: ignore[return-value]

    return sign_in
