"""Reads of replies: each with its last step, the text that was written last, and its photos."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from scoring.replies.models import WAITING, Reply, ReplyPhoto, ReplyPhotoRelease, ReplyStep


@dataclass(frozen=True)
class PhotoView:
    """A photo of a reply: SHA-256 of what is kept, of its small copy, and of the masked one (empty: not released)."""

    id: str
    reply_id: str
    seq: int
    sha256: str
    thumbnail: str
    public_sha256: str
    boxes: str


@dataclass(frozen=True)
class StepView:
    """One step of a reply."""

    seq: int
    step: str
    text: str
    reason_code: str
    note: str
    actor: str
    on: date
    at: datetime


@dataclass(frozen=True)
class ReplyView:
    """A reply as it stands. ``photos`` are those of the last writing."""

    id: str
    period: str
    estate_code: str
    month: str
    item_code: str
    uscc: str
    steps: tuple[StepView, ...]
    photos: tuple[PhotoView, ...]

    @property
    def part(self) -> str:
        """What of the result it is about: ``2025-03/XF04``, empty for the whole."""
        return f"{self.month}/{self.item_code}" if self.item_code else ""

    @property
    def last(self) -> StepView:
        """Where it stands."""
        return self.steps[-1]

    @property
    def written(self) -> StepView:
        """The writing in hand."""
        return next(step for step in reversed(self.steps) if step.text)

    @property
    def is_waiting(self) -> bool:
        """Whether a moderator has to decide."""
        return self.last.step in WAITING


def replies(db: Session, *wanted: ColumnElement[bool]) -> list[ReplyView]:
    """Replies by what they are about, in the order of estate, month and item."""
    order = (Reply.period, Reply.estate_code, Reply.month, Reply.item_code, Reply.id)
    rows = list(db.scalars(select(Reply).where(*wanted).order_by(*order)))
    ids = [row.id for row in rows]
    steps, photos = _steps(db, ids), _photos(db, ReplyPhoto.reply_id.in_(ids))
    found = []
    for row in rows:
        own = tuple(steps[row.id])
        written = max(step.seq for step in own if step.text)
        shown = tuple(photo for photo in photos if (photo.reply_id, photo.seq) == (row.id, written))
        found.append(ReplyView(row.id, row.period, row.estate_code, row.month, row.item_code, row.uscc, own, shown))
    return found


def _steps(db: Session, ids: Collection[str]) -> dict[str, list[StepView]]:
    found: dict[str, list[StepView]] = {}
    for row in db.scalars(select(ReplyStep).where(ReplyStep.reply_id.in_(ids)).order_by(ReplyStep.seq)):
        found.setdefault(row.reply_id, []).append(
            StepView(row.seq, row.step, row.text, row.reason_code, row.note, row.actor, row.on, row.at)
        )
    return found


def _photos(db: Session, wanted: ColumnElement[bool]) -> list[PhotoView]:
    later, R, P = aliased(ReplyPhotoRelease), ReplyPhotoRelease, ReplyPhoto
    newer = select(later.seq).where(later.photo_id == R.photo_id, later.seq > R.seq)
    rows = (
        select(P.id, P.reply_id, P.seq, P.sha256, P.thumbnail, R.public_sha256, R.boxes)
        .outerjoin(R, (R.photo_id == P.id) & ~newer.exists())
        .where(wanted)
        .order_by(P.reply_id, P.seq, P.received_at, P.id)
    )
    return [PhotoView(*row[:5], row[5] or "", row[6] or "[]") for row in db.execute(rows)]


def photo(db: Session, photo_id: str) -> PhotoView | None:
    """One photo."""
    return next(iter(_photos(db, ReplyPhoto.id == photo_id)), None)


@lru_cache
def in_state(*states: str) -> ColumnElement[bool]:
    """Replies whose last step is one of these."""
    later = aliased(ReplyStep)
    newer = select(later.seq).where(later.reply_id == ReplyStep.reply_id, later.seq > ReplyStep.seq)
    return Reply.id.in_(select(ReplyStep.reply_id).where(ReplyStep.step.in_(states), ~newer.exists()))


def waiting(db: Session) -> int:
    """How many wait for a moderator."""
    return db.scalar(_waiting()) or 0


@cache
def _waiting() -> Select[int]:
    return select(func.count()).select_from(Reply).where(in_state(*WAITING))


def count(db: Session, *wanted: ColumnElement[bool]) -> int:
    """How many replies."""
    return db.scalar(select(func.count()).select_from(Reply).where(*wanted)) or 0
