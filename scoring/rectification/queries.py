"""Reads of orders and their journals; every list has an order and a bound."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.divisions import prefix
from portal.registry import api as registry
from scoring.rectification.models import (
    RectificationOrder,
    RectificationPhoto,
    RectificationPhotoRelease,
    RectificationStep,
)
from scoring.rectification.moves import BEGUN

ORDER, STEP = RectificationOrder, RectificationStep
AT_ONCE = 2000


@dataclass(frozen=True)
class OrderRow:
    """An order and where it stands. ``seq`` is its last step's number; ``answered_at`` the last answer, ``ended_at`` the
    verification or cancellation."""

    id: str
    check_id: str
    item_code: str
    round: int
    estate_code: str
    month: str
    uscc: str | None
    standard_version: str
    hazard_class: str
    result: str
    place: str
    note: str
    found_on: date
    opened_on: date
    opened_at: datetime
    state: str
    seq: int
    step: str
    step_at: datetime

    @property
    def number(self) -> str:
        """The number on the notice: month, estate and item, and the round from the second on."""
        again = f"-{self.round}" if self.round > 1 else ""
        return f"ZG-{self.month.replace('-', '')}-{self.estate_code}-{self.item_code}{again}"

    @property
    def subject(self) -> str:
        """How deadlines, documents and the audit log name it."""
        return subject_of(self.id)


def subject_of(order_id: str) -> str:
    """``order:ID``."""
    return f"order:{order_id}"


_COLUMNS = tuple(getattr(ORDER, name) for name in list(OrderRow.__dataclass_fields__)[:15])


_later = STEP.__table__.alias("later")
_newer = select(_later.c.seq).where(_later.c.order_id == STEP.order_id, _later.c.seq > STEP.seq)
_STANDING = (
    select(*_COLUMNS, STEP.state, STEP.seq, STEP.step, STEP.happened_at)
    .join(STEP, STEP.order_id == ORDER.id)
    .where(~_newer.exists())
)


def _select(*where: ColumnElement[bool]) -> Select[Any]:
    """Orders with their last step."""
    return _STANDING.where(*where)


def _rows(db: Session, rows: Select[Any]) -> list[OrderRow]:
    return [OrderRow(*row) for row in db.execute(rows)]


def order_row(db: Session, order_id: str) -> OrderRow | None:
    """One order as it stands."""
    found = _rows(db, _select(ORDER.id == order_id))
    return found[0] if found else None


def of_checks(db: Session, check_ids: Sequence[str]) -> list[OrderRow]:
    """All orders of checks, cancelled ones included, by check, item and round."""
    found: list[OrderRow] = []
    for part in pieces(check_ids):
        found += _rows(db, _select(ORDER.check_id.in_(part)).order_by(ORDER.check_id, ORDER.item_code, ORDER.round))
    return found


def pieces(values: Iterable[str]) -> Iterator[list[str]]:
    """Values in parts that fit into one question."""
    listed = sorted(set(values))
    for start in range(0, len(listed), AT_ONCE):
        yield listed[start : start + AT_ONCE]


def scope(db: Session, *, within: str | None = None, uscc: str | None = None) -> list[ColumnElement[bool]]:
    """Conditions for what a jurisdiction or a company sees; the whole district needs none."""
    where: list[ColumnElement[bool]] = []
    if uscc is not None:
        where.append(ORDER.uscc == uscc)
    elif within is not None and len(prefix(within)) > 6:
        where.append(ORDER.estate_code.in_(list(registry.estate_places(db, clock.today(), within))))
    return where


def begun(db: Session, where: Sequence[ColumnElement[bool]], limit: int = AT_ONCE) -> list[OrderRow]:
    """Orders that are open or wait for verification, the most dangerous and oldest first."""
    rows = _select(*where, STEP.state.in_(BEGUN))
    return _rows(db, rows.order_by(ORDER.hazard_class.desc(), ORDER.opened_at, ORDER.id).limit(limit))


def ended(
    db: Session, where: Sequence[ColumnElement[bool]], states: Sequence[str], limit: int, offset: int
) -> tuple[list[OrderRow], int]:
    """Orders in end states, the latest first: (this page, how many in all)."""
    rows = _select(*where, STEP.state.in_(states))
    total = int(db.scalar(select(func.count()).select_from(rows.subquery())) or 0)
    page = rows.order_by(ORDER.opened_at.desc(), ORDER.id).limit(limit).offset(offset)
    return _rows(db, page), total


def counts(db: Session, where: Sequence[ColumnElement[bool]]) -> dict[str, int]:
    """State to number of orders."""
    inner = _select(*where).subquery()
    rows = select(inner.c.state, func.count()).group_by(inner.c.state)
    return {str(state): int(number) for state, number in db.execute(rows)}


def number(db: Session, state: str, where: Sequence[ColumnElement[bool]]) -> int:
    """How many orders are in a state."""
    rows = _numbered().where(*where) if where else _numbered()
    return int(db.scalar(rows, {"state": state}) or 0)


@cache
def _numbered() -> Select[int]:
    rows = select(func.count()).select_from(ORDER).join(STEP, STEP.order_id == ORDER.id)
    return rows.where(STEP.state == bindparam("state"), ~_newer.exists())


def opened_before(db: Session, instant: datetime, hazard_class: str) -> list[OrderRow]:
    """The orders of a class that were open at some time before an instant and are not taken away, by estate; without those
    put to the street."""
    where = (ORDER.hazard_class == hazard_class, ORDER.opened_at < instant, STEP.state != "cancelled",
             ORDER.uscc.is_not(None))  # fmt: skip
    return _rows(db, _select(*where).order_by(ORDER.estate_code, ORDER.id))


@dataclass(frozen=True)
class Standing:
    """How many orders of an estate and class are in a state."""

    estate_code: str
    hazard_class: str
    state: str
    number: int


def standing_of_all(db: Session) -> list[Standing]:
    """Every estate's orders by class and state; cancelled ones and those put to the street are left out."""
    inner = _select(STEP.state != "cancelled", ORDER.uscc.is_not(None)).subquery()
    by = (inner.c.estate_code, inner.c.hazard_class, inner.c.state)
    return [Standing(*row) for row in db.execute(select(*by, func.count()).group_by(*by).order_by(*by))]


def of_estate(db: Session, estate_code: str, since: date | None = None, limit: int = 200) -> list[OrderRow]:
    """The orders of an estate that count (cancelled ones are none), the latest first."""
    where = [ORDER.estate_code == estate_code, STEP.state != "cancelled"]
    if since is not None:
        where.append(ORDER.opened_on >= since)
    return _rows(db, _select(*where).order_by(ORDER.opened_at.desc(), ORDER.id).limit(limit))


def of_year(db: Session, year: int, estates: Collection[str] | None = None) -> list[tuple[str, str]]:
    """(order id, estate) of the orders of a year's checks, cancelled ones left out."""
    where = [ORDER.month >= f"{year}-01", ORDER.month <= f"{year}-12", STEP.state != "cancelled"]
    where.append(ORDER.uscc.is_not(None))  # what the street has to see to is no company's rate
    if estates is not None and len(estates) <= 500:
        where.append(ORDER.estate_code.in_(sorted(estates)))
    rows = db.execute(_select(*where).order_by(ORDER.estate_code, ORDER.id))
    return [(row.id, row.estate_code) for row in rows if estates is None or row.estate_code in estates]


@dataclass(frozen=True)
class StepRow:
    """A line of an order's journal."""

    order_id: str
    seq: int
    step: str
    state: str
    actor: str
    on: date
    happened_at: datetime
    text: str


def steps(db: Session, order_ids: Sequence[str]) -> dict[str, list[StepRow]]:
    """Order to its journal, the first step first."""
    columns = [getattr(STEP, name) for name in StepRow.__dataclass_fields__]
    found: dict[str, list[StepRow]] = {}
    for part in pieces(order_ids):
        rows = select(*columns).where(STEP.order_id.in_(part)).order_by(STEP.order_id, STEP.seq)
        for row in db.execute(rows):
            found.setdefault(row.order_id, []).append(StepRow(*row))
    return found


def photos(db: Session, order_ids: Sequence[str]) -> dict[str, list[tuple[RectificationPhoto, str, str]]]:
    """Order to its photos, each with the SHA-256 of its public copy (empty: none) and the boxes drawn on it."""
    P, R = RectificationPhoto, RectificationPhotoRelease
    found: dict[str, list[tuple[RectificationPhoto, str, str]]] = {}
    for part in pieces(order_ids):
        last = select(R.photo_id, func.max(R.seq).label("seq")).group_by(R.photo_id).subquery()
        rows = select(P, R.public_sha256, R.boxes).outerjoin(last, last.c.photo_id == P.id)
        rows = rows.outerjoin(R, and_(R.photo_id == P.id, R.seq == last.c.seq)).where(P.order_id.in_(part))
        for photo, public, boxes in db.execute(rows.order_by(P.order_id, P.seq, P.received_at, P.id)):
            found.setdefault(photo.order_id, []).append((photo, public or "", boxes or "[]"))
    return found


def photo_row(db: Session, photo_id: str) -> RectificationPhoto | None:
    """One photo."""
    return db.get(RectificationPhoto, photo_id)


def public_copy_of(db: Session, photo_id: str) -> str | None:
    """SHA-256 of the released copy of a photo, None while the office keeps it."""
    R = RectificationPhotoRelease
    last = select(R.public_sha256).where(R.photo_id == photo_id).order_by(R.seq.desc()).limit(1)
    return db.scalar(last) or None
