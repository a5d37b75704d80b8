"""Fresh databases in milliseconds: one template for each kind of database and run, copied for each test.

A template is what ``portal init`` makes: the database and the instance folder beside it (keys, head of the audit log).
"""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests import postgres, reused

PROJECT = Path(__file__).resolve().parents[1]
PORTAL = Path(sys.executable).with_name("portal")


@dataclass(frozen=True)
class Place:
    """A database and its instance folder."""

    url: str
    instance: Path


def command_environment(place: Place) -> dict[str, str]:
    """The environment in which ``portal`` works on a place."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_KEYS")}
    return {**kept, "PORTAL_INSTANCE": str(place.instance), "DATABASE_URL": place.url}


def initialise(place: Place) -> None:
    """``portal init`` in a process of its own, as an administrator runs it."""
    place.instance.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [PORTAL, "init"], env=command_environment(place), cwd="/", capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"portal init failed on {place.url}:\n{done.stdout}{done.stderr}")


def sqlite_place(run: Path, folder: Path) -> Place:
    """A copy of the SQLite template in ``folder``."""
    template = run / "sqlite-template"
    with postgres.locked(run, "sqlite-template"):
        if not (run / "sqlite-template.made").exists():
            initialise(Place(f"sqlite:///{template / 'portal.db'}", template))
            with closing(sqlite3.connect(template / "portal.db")) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (run / "sqlite-template.made").touch()
    shutil.copytree(template, folder)
    return Place(f"sqlite:///{folder / 'portal.db'}", folder)


def _postgres_template(run: Path) -> Path:
    """Made once; the instance folder that belongs to it."""
    template = run / "postgres-template"
    with postgres.locked(run, "postgres-template"):
        if not (run / "postgres-template.made").exists():
            postgres.drop_database(run, postgres.TEMPLATE)  # what a failed one left: the next who asks tells why, too
            initialise(Place(postgres.create_database(run, postgres.TEMPLATE), template))
            (run / "postgres-template.made").touch()
    return template


def postgres_place(run: Path, folder: Path, name: str) -> Place:
    """A copy of the PostgreSQL template under a name of its own; drop it with ``postgres.drop_database``."""
    shutil.copytree(_postgres_template(run), folder)
    return Place(postgres.create_database(run, name, postgres.TEMPLATE), folder)


def reused_place(run: Path, folder: Path, name: str) -> Place:
    """As ``postgres_place``, but of this worker's one database; give it back with ``reused.give_back``."""
    shutil.copytree(_postgres_template(run), folder)
    return Place(reused.take(run, name), folder)
