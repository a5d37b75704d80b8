"""The streaming replica that public pages may be read from (``DATABASE_REPLICA_URL``; PostgreSQL only).

It is used while it answers, is a standby, and has replayed all that the primary had ``DATABASE_REPLICA_MAX_LAG`` seconds ago. How
far it lags is measured against the primary's own place in its log, once a second, so that a standby whose link is cut lags however
content it says it is. Whoever carries a cookie reads the primary: who has just done something sees it.
"""

import threading
import time
from collections import deque
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.kernel.db import engine, engine_of
from portal.kernel.settings import settings

LOOK_EVERY, AWAY_FOR = 1.0, 5.0  # seconds between looks, and until the next one at a replica that did not answer
_WRITTEN = text("SELECT CAST(pg_current_wal_lsn() - '0/0' AS bigint)")
_REPLAYED = text("SELECT CASE WHEN pg_is_in_recovery() THEN CAST(pg_last_wal_replay_lsn() - '0/0' AS bigint) END")


class Watch:
    """How far a replica lags, from places in the log: of the primary at past instants, of the replica now."""

    def __init__(self) -> None:
        self._marks: deque[tuple[float, int]] = deque(maxlen=600)
        self._reached_at = float("-inf")

    def lag(self, now: float, written: int | None, replayed: int) -> float:
        """Seconds that it lags at most: since the last look at the primary whose every write it has. ``written`` None: the primary
        does not answer; then it is the replica's best that counts. Infinite until it was once seen to follow."""
        if written is not None:
            self._marks.append((now, written))
        while self._marks and self._marks[0][1] <= replayed:
            self._reached_at = self._marks.popleft()[0]
        if self._marks or self._reached_at == float("-inf"):
            return now - self._reached_at
        return 0.0


class _Looks:
    """What this process knows of the replica at one address."""

    def __init__(self, url: str) -> None:
        self.url, self.watch, self.guard = url, Watch(), threading.Lock()
        self.is_fit, self.next = False, 0.0


_looks = _Looks("")


def is_fit() -> bool:
    """Whether public pages may be read from the replica now. One thread looks, the others go by the last look."""
    global _looks  # noqa: PLW0603  one watch for the address of the moment
    url, now = settings().database_replica_url, time.monotonic()
    if not url:
        return False
    if _looks.url != url:
        _looks = _Looks(url)
    looks = _looks
    if now >= looks.next and looks.guard.acquire(blocking=False):
        try:
            looks.is_fit = _look(looks.watch, now) <= settings().database_replica_max_lag
            looks.next = now + LOOK_EVERY
        except SQLAlchemyError:
            looks.is_fit, looks.next = False, now + AWAY_FOR
        finally:
            looks.guard.release()
    return looks.is_fit


def _look(watch: Watch, now: float) -> float:
    with _replica().connect() as replica:
        try:
            with engine().connect() as primary:
                written = _place(primary, _WRITTEN)
        except SQLAlchemyError:
            written = None  # the primary is away: what the replica has can still be read
        replayed = _place(replica, _REPLAYED)
    if replayed is None:  # no standby (any more)
        return float("inf")
    return watch.lag(now, written, replayed)


def _place(connection: Connection, question: Any) -> int | None:
    found: int | None = connection.execution_options(isolation_level="AUTOCOMMIT").scalar(question)
    return found


def _replica() -> Engine:
    return engine_of(settings().database_replica_url)


def session() -> Session | None:
    """A reading session on the replica, already connected; None when it is not fit or has just gone."""
    if not is_fit():
        return None
    db = Session(_replica(), expire_on_commit=False, autoflush=False)
    try:
        db.connection()
    except SQLAlchemyError:
        db.close()
        _looks.is_fit, _looks.next = False, time.monotonic() + AWAY_FOR
        return None
    return db
