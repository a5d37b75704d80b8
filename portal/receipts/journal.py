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


@dataclass(frozen=True)
class Quota:
    """How often one address may ask within ``WINDOW``, how often it still may, and the seconds until it may once more."""

    most: int
    left: int
    wait: int


class TooMany(DomainError):
    """Too many tries from one address; ``quota.wait`` is the number of seconds until the next is answered."""

    def __init__(self, quota: Quota):
        super().__init__(_("查询次数太多，请%(n)s分钟后再试。", n=max(1, math.ceil(quota.wait / 60))))
        self.quota = quota


@dataclass(frozen=True)
class Asker:
    """Who asks: the channel (``page``, ``sheet``, ``api``), the address it comes from, the login of who is signed in."""

    channel: str
    address: str
    login: str | None = None
    authorisation: str = OPEN_TO_ALL


def _hidden(address: str) -> str:
    return key_ring().identity_hash(f"query address:{source(address)}")[1]


def count_look(db: Session, address: str, most: int | None = None) -> Quota:
    """Count a look at a code; answers what is left. Raises ``TooMany`` after 60 (or ``most``) within 10 minutes from one address."""
    hidden, now = _hidden(address), clock.now()
    db.execute(delete(Look).where(Look.at <= now - WINDOW))
    quota = _refuse_beyond(db, Look.at, Look.address_hash == hidden, LOOKS if most is None else most)
    db.add(Look(id=new_id(), address_hash=hidden, at=now))
    return quota


def refuse_flood(db: Session, address: str) -> Quota:
    """What is left with the query asked now. Raises ``TooMany`` after 600 within 10 minutes from one address, whatever their
    number of rows."""
    return _refuse_beyond(db, Query.at, Query.address_hash == _hidden(address), QUERIES)


def _refuse_beyond(db: Session, at: Any, whose: ColumnElement[bool], allowed: int) -> Quota:
    now = clock.now()
    count, first = db.execute(select(func.count(), func.min(at)).where(whose, at > now - WINDOW)).one()
    wait = max(1, math.ceil(((first or now) + WINDOW - now).total_seconds()))
    quota = Quota(allowed, max(0, allowed - count - 1), wait)
    if count >= allowed:
        raise TooMany(quota)
    return quota


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
