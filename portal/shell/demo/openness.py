"""Openness of the demo district: somebody reads along by mail, and one release of the open data is kept. Called by the story."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select

from portal.kernel import clock
from portal.kernel.db import reading, transaction
from portal.shell.demo.acts import moment
from portal.shell.feeds import delivering
from portal.shell.feeds import service as feeds
from portal.shell.feeds.models import FeedAttempt, FeedDelivery
from portal.shell.opendata import releases

Deed = tuple[datetime, str, Callable[[], Any]]
LABEL = "open data"
READER = "reader@example.org"  # an address of documents: no mail of the demo reaches anybody
ASKED, TOLD = date(2026, 2, 10), date(2026, 10, 30)


def deeds() -> Iterator[Deed]:
    """A subscription of the red list, its mails on record, and a release."""
    yield moment(ASKED, 10), LABEL, _subscribe
    yield moment(TOLD, 8), LABEL, _tell
    yield moment(TOLD, 23), LABEL, _release


def _subscribe() -> None:
    with transaction() as db:
        asked = feeds.subscribe(db, "email", "list:red", READER, "zh")
        feeds.confirm(db, asked.code)


def _tell() -> None:
    """What was news since is queued as the worker does, and stands as delivered."""
    delivering.queue_news()
    with transaction() as db:
        waiting = list(db.scalars(select(FeedDelivery.id).order_by(FeedDelivery.id)))
        rows = [
            {"delivery_id": one, "seq": 1, "at": clock.now(), "outcome": "delivered", "status": 250, "note": ""}
            for one in waiting
        ]
        if rows:
            db.execute(insert(FeedAttempt), rows)


def _release() -> None:
    with reading() as db:
        releases.release(db)
