"""Reads of points, answers, hearings, reviews and marks, by the references of the cases."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.orm import Session

from scoring.adverse.files import listed
from scoring.adverse.models import Answer, HearingStep, LegalReview, Mark, Point

_AT_ONCE = 500
_POINTS, _ANSWERS = Point.__table__, Answer.__table__
_WAITING = (  # asked on staff pages: put together once
    select(func.count())
    .select_from(_POINTS.outerjoin(_ANSWERS, _ANSWERS.c.point_id == _POINTS.c.id))
    .where(_ANSWERS.c.point_id.is_(None))
)


@dataclass(frozen=True)
class PointView:
    """A point with its answer (None while it waits); ``number`` counts within the case, from 1."""

    id: str
    ref: str
    number: int
    party: str
    channel: str
    text: str
    files: tuple[str, ...]
    on: date
    verdict: str | None
    answer: str
    answered_on: date | None
    answered_by: str


def points(db: Session, ref: str) -> list[PointView]:
    """The points of a case in the order in which they came."""
    query = select(Point, Answer).outerjoin(Answer, Answer.point_id == Point.id).where(Point.ref == ref)
    found = db.execute(query.order_by(Point.at, Point.id)).all()
    return [_view(point, answer, number) for number, (point, answer) in enumerate(found, 1)]


def _view(point: Point, answer: Answer | None, number: int) -> PointView:
    given = (answer.verdict, answer.text, answer.on, answer.actor) if answer else (None, "", None, "")
    said = (point.party, point.channel, point.text, tuple(listed(point.files)), point.on)
    return PointView(point.id, point.ref, number, *said, *given)


def unanswered(db: Session, refs: Collection[str]) -> dict[str, int]:
    """How many points wait for their answer, by reference; cases without any are missing."""
    wanted = sorted(refs)
    found: dict[str, int] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        query = select(Point.ref, func.count()).outerjoin(Answer, Answer.point_id == Point.id)
        query = query.where(Point.ref.in_(some), Answer.point_id.is_(None)).group_by(Point.ref)
        found |= {ref: int(number) for ref, number in db.execute(query)}
    return found


def waiting_points(db: Session) -> int:
    """How many points wait for their answer in all."""
    return int(db.scalar(_WAITING) or 0)


def hearing(db: Session, ref: str) -> list[HearingStep]:
    """The journal of the hearing of a case."""
    return list(db.scalars(select(HearingStep).where(HearingStep.case_id == ref).order_by(HearingStep.seq)))


def reviews(db: Session, ref: str) -> list[LegalReview]:
    """The legal reviews of a case, the last one last."""
    return list(db.scalars(select(LegalReview).where(LegalReview.ref == ref).order_by(LegalReview.seq)))


def marks(db: Session, ref: str) -> list[Mark]:
    """The journal of the side flags of a record."""
    return list(db.scalars(select(Mark).where(Mark.ref == ref).order_by(Mark.at, Mark.code, Mark.seq)))


def marked(
    db: Session, refs: Collection[str] | None = None, as_of: date | None = None, known_at: datetime | None = None,
    code: str = "",
) -> dict[str, list[Mark]]:  # fmt: skip
    """Side flags set on a day, as known at an instant, by reference; ``refs`` None asks for every record."""
    given = {"as_of": as_of, "known_at": known_at, "code": code or None}
    asked: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    query = _set_marks(tuple(asked))
    if refs is not None and len(refs) <= _AT_ONCE:
        query = query.where(Mark.ref.in_(sorted(refs)))
    found: dict[str, list[Mark]] = {}
    for mark in db.scalars(query, asked):
        if refs is None or mark.ref in refs:
            found.setdefault(mark.ref, []).append(mark)
    return found


@lru_cache
def _set_marks(asked: tuple[str, ...]) -> Select[Mark]:
    last = select(Mark.ref, Mark.code, func.max(Mark.seq).label("seq")).group_by(Mark.ref, Mark.code)
    if "as_of" in asked:
        last = last.where(Mark.on <= bindparam("as_of"))
    if "known_at" in asked:
        last = last.where(Mark.at <= bindparam("known_at"))
    latest = last.subquery()
    same = and_(Mark.ref == latest.c.ref, Mark.code == latest.c.code, Mark.seq == latest.c.seq)
    query = select(Mark).join(latest, same).where(Mark.step == "set").order_by(Mark.ref, Mark.code)
    return query.where(Mark.code == bindparam("code")) if "code" in asked else query


def raised_lately(db: Session, raised_by: str, since: datetime) -> int:
    """How many points one source raised since an instant."""
    query = select(func.count()).select_from(Point).where(Point.raised_by == raised_by, Point.at > since)
    return int(db.scalar(query) or 0)


def public_points(db: Session, ref: str, at: datetime) -> int:
    """How many points the public raised about a case within a day."""
    query = select(func.count()).select_from(Point).where(Point.ref == ref, Point.party == "public")
    return int(db.scalar(query.where(Point.at > at - timedelta(days=1))) or 0)
