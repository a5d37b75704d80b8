"""The journal of queries, and how often one address may look codes up."""

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from portal.kernel.keys import key_ring
from portal.kernel.sources import source
from portal.receipts.models import Look, Query

WINDOW = timedelta(minutes=10)
LOOKS = 60
QUERIES = 600
OPEN_TO_ALL = "public"  # the authorisation of whoever asks for what anybody may know


class TooMany(DomainError):
    """Too many tries from one address; ``wait`` is the number of seconds until the next is answered."""

    def __init__(self, wait: int):
        super().__init__(_("查询次数太多，请%(n)s分钟后再试。", n=max(1, math.ceil(wait / 60))))
        self.wait = wait


@dataclass(frozen=True)
class Asker:
    """Who asks: the channel (``page``, ``sheet``, ``api``), the address it comes from, the login of who is signed in."""

    channel: str
    address: str
    login: str | None = None
    authorisation: str = OPEN_TO_ALL


def _hidden(address: str) -> str:
    return key_ring().identity_hash(f"query address:{source(address)}")[1]


def count_look(db: Session, address: str, most: int | None = None) -> None:
    """Count a look at a code. Raises ``TooMany`` after 60 (or ``most``) within 10 minutes from one address."""
    hidden, now = _hidden(address), clock.now()
    db.execute(delete(Look).where(Look.at <= now - WINDOW))
    _refuse_beyond(db, Look.at, Look.address_hash == hidden, LOOKS if most is None else most)
    db.add(Look(id=new_id(), address_hash=hidden, at=now))


def refuse_flood(db: Session, address: str) -> None:
    """Raises ``TooMany`` after 600 queries within 10 minutes from one address, whatever their number of rows."""
    _refuse_beyond(db, Query.at, Query.address_hash == _hidden(address), QUERIES)


def _refuse_beyond(db: Session, at: Any, whose: ColumnElement[bool], allowed: int) -> None:
    now = clock.now()
    count, first = db.execute(select(func.count(), func.min(at)).where(whose, at > now - WINDOW)).one()
    if count >= allowed:
        raise TooMany(max(1, math.ceil((first + WINDOW - now).total_seconds())))


def note(db: Session, asker: Asker, kind: str, rows: int, receipt_id: str | None = None) -> None:
    """Write a query into the journal."""
    db.add(
        Query(
            id=new_id(),
            at=clock.now(),
            kind=kind,
            channel=asker.channel,
            login=asker.login,
            address_hash=_hidden(asker.address),
            authorisation=asker.authorisation,
            rows=rows,
            receipt_id=receipt_id,
        )  # fmt: skip
    )
