"""A name for the state of the data, cheap enough to be asked for on every request.

Every change of state writes a row of the audit log (``kernel.audit``), so the last row names the state; sign-ins, sign-outs,
subscriptions, the owners' door and an inspector's working paper (checks begun, photos added: the office's own until a check is
submitted and a photo released) change nothing public and do not count. SQLite says in microseconds whether anybody has
committed since the last question.
"""

import os
import sqlite3
import threading
from datetime import date

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from portal.kernel import clock
from portal.kernel.db import engine
from portal.kernel.settings import settings

State = tuple[str, int, date]
_LAST = (
    "SELECT seq FROM audit_log WHERE action NOT LIKE 'session.%' AND action NOT LIKE 'sign-in.%' "
    "AND action NOT LIKE 'look.%' AND action NOT LIKE 'feed.%' AND action NOT LIKE 'owner.%' "
    "AND action NOT IN ('check.started', 'photo.added') "
    "ORDER BY year DESC, seq DESC LIMIT 1"  # as the primary key is ordered: else all rows of the log are read and sorted
)


class _Watch(threading.local):
    """What a thread holds open to ask: a connection of its own, and what it heard last."""

    where: tuple[int, str] | None = None
    sqlite: sqlite3.Connection | None = None
    postgres: Connection | None = None
    version = -1
    seq = 0


_watch = _Watch()


def state() -> State | None:
    """Address of the database, last deed on record and the day: what public answers depend on. None when nobody can tell."""
    url = settings().database_url
    try:
        if _watch.where != (os.getpid(), url):
            _open(url)
        seq = _last_on_sqlite() if _watch.sqlite is not None else _last_on_postgres()
    except (sqlite3.Error, SQLAlchemyError):  # no database, or none yet: nothing is kept
        _watch.where = None
        return None
    return url, seq, clock.today()


def _open(url: str) -> None:
    if _watch.where is not None and _watch.where[0] == os.getpid():
        for held in (_watch.sqlite, _watch.postgres):
            if held is not None:
                held.close()
    _watch.where, _watch.sqlite, _watch.postgres, _watch.version = None, None, None, -1
    if url.startswith("sqlite"):
        path = engine().url.database or ""
        _watch.sqlite = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
    else:
        _watch.postgres = engine().connect().execution_options(isolation_level="AUTOCOMMIT")
    _watch.where = (os.getpid(), url)


def _last_on_sqlite() -> int:
    assert _watch.sqlite is not None
    version = _watch.sqlite.execute("PRAGMA data_version").fetchone()[0]
    if version != _watch.version:
        found = _watch.sqlite.execute(_LAST).fetchone()
        _watch.seq, _watch.version = (found[0] if found else 0), version
    return _watch.seq


def _last_on_postgres() -> int:
    assert _watch.postgres is not None
    return _watch.postgres.scalar(text(_LAST)) or 0
