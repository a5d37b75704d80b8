"""Reads of the register, of sessions' owners, balances, and questions."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from disclosure.owners.models import (
    FundAnswer,
    FundQuestion,
    OwnerFacts,
    OwnerSession,
    OwnerUnit,
    UnitBalance,
)
from portal.kernel.versions import known, recorded


@dataclass(frozen=True)
class Owner:
    """Who came in: one person's holding of one unit. ``since``: the first day; nothing personal."""

    id: str
    estate_code: str
    unit_id: str
    since: date


@dataclass(frozen=True)
class UnitView:
    """A home as its owners and the office read it."""

    id: str
    estate_code: str
    building: str
    unit: str


@dataclass(frozen=True)
class Answer:
    """A public answer. ``outcome``: explained, accepted or rejected; ``speaker``: enterprise or committee."""

    outcome: str
    text: str
    speaker: str
    on: date


@dataclass(frozen=True)
class Question:
    """A question as anybody may read it: its own words (``text``) only once they are answered and hold nothing personal.

    ``ref``: ``fund-line:YEAR-ID`` of the line it is about, empty for the funds as a whole.
    """

    id: str
    estate_code: str
    kind: str
    ref: str
    on: date
    text: str
    answers: tuple[Answer, ...]

    @property
    def answered_on(self) -> date | None:
        """The day of the first answer."""
        return self.answers[0].on if self.answers else None


@dataclass(frozen=True)
class QuestionRecord:
    """A question with its writer's own words, for who answers and who wrote it. ``seq``: how many answers it has."""

    public: Question
    text: str
    holding_id: str
    unit_id: str
    seq: int


def line_ref(year: int | None, line_id: int | None) -> str:
    """The reference of a line, empty without one."""
    return f"fund-line:{year}-{line_id}" if year is not None and line_id is not None else ""


def holds(today: date) -> ColumnElement[bool]:
    """Versions of holdings that open the door: true today and beyond, so that moving out ends it on the last day itself."""
    return and_(known(OwnerFacts, today), or_(OwnerFacts.valid_to.is_(None), OwnerFacts.valid_to > today))


def owner_of_session(db: Session, token_hash: str, now: datetime, idle_since: datetime, today: date) -> Owner | None:
    """Whose session it is, while it runs and its holder is an owner of the unit today."""
    query = (
        select(OwnerFacts, OwnerUnit.estate_code)
        .join(OwnerSession, OwnerSession.holding_id == OwnerFacts.holding_id)
        .join(OwnerUnit, OwnerUnit.id == OwnerFacts.unit_id)
        .where(OwnerSession.token_hash == token_hash, OwnerSession.revoked_at.is_(None))
        .where(OwnerSession.expires_at > now, OwnerSession.last_seen_at > idle_since)
        .where(holds(today), OwnerFacts.kind == "owner")
    )
    row = db.execute(query).one_or_none()
    return Owner(row[0].holding_id, row[1], row[0].unit_id, row[0].valid_from) if row else None


def unit_at(db: Session, estate_code: str, building_key: str, unit_key: str) -> OwnerUnit | None:
    """A unit by its place."""
    place = (
        OwnerUnit.estate_code == estate_code,
        OwnerUnit.building_key == building_key,
        OwnerUnit.unit_key == unit_key,
    )
    return db.scalars(select(OwnerUnit).where(*place)).one_or_none()


def units(db: Session, estate_code: str) -> list[OwnerUnit]:
    """All units of an estate, by building and number."""
    order = (OwnerUnit.building_key, OwnerUnit.unit_key, OwnerUnit.id)
    return list(db.scalars(select(OwnerUnit).where(OwnerUnit.estate_code == estate_code).order_by(*order)))


def unit_view(db: Session, unit_id: str) -> UnitView:
    """A unit."""
    row = db.get_one(OwnerUnit, unit_id)
    return UnitView(row.id, row.estate_code, row.building, row.unit)


def facts_of(db: Session, estate_code: str) -> list[tuple[OwnerFacts, OwnerUnit]]:
    """Every live version of an estate's holdings, past ones too, by place and start."""
    query = (
        select(OwnerFacts, OwnerUnit)
        .join(OwnerUnit, OwnerUnit.id == OwnerFacts.unit_id)
        .where(OwnerUnit.estate_code == estate_code, recorded(OwnerFacts))
        .order_by(OwnerUnit.building_key, OwnerUnit.unit_key, OwnerFacts.valid_from, OwnerFacts.holding_id)
    )
    return [(row[0], row[1]) for row in db.execute(query)]


def owner_counts(db: Session, today: date) -> dict[str, int]:
    """How many owners each estate's register has today."""
    query = (
        select(OwnerUnit.estate_code, func.count())
        .join(OwnerFacts, OwnerFacts.unit_id == OwnerUnit.id)
        .where(holds(today), OwnerFacts.kind == "owner")
        .group_by(OwnerUnit.estate_code)
        .order_by(OwnerUnit.estate_code)
    )
    return {code: int(count) for code, count in db.execute(query)}


def live_facts(db: Session, holding_id: str) -> OwnerFacts | None:
    """What is known of a holding now."""
    query = select(OwnerFacts).where(OwnerFacts.holding_id == holding_id, recorded(OwnerFacts))
    return db.scalars(query).one_or_none()


def balances(db: Session, unit_id: str, limit: int = 12) -> list[UnitBalance]:
    """A unit's balances, the newest day first, of each day what was said last."""
    newest = select(UnitBalance.as_of, func.max(UnitBalance.seq).label("seq")).where(UnitBalance.unit_id == unit_id)
    last = newest.group_by(UnitBalance.as_of).subquery()
    query = select(UnitBalance).join(last, (last.c.as_of == UnitBalance.as_of) & (last.c.seq == UnitBalance.seq))
    own = query.where(UnitBalance.unit_id == unit_id)
    return list(db.scalars(own.order_by(UnitBalance.as_of.desc()).limit(limit)))


def question_records(db: Session, *where: object, limit: int | None = None) -> list[QuestionRecord]:
    """Questions with their answers, the newest first."""
    query = select(FundQuestion).where(*where)  # type: ignore[arg-type]
    rows = list(db.scalars(query.order_by(FundQuestion.recorded_at.desc(), FundQuestion.id).limit(limit)))
    said = _answers(db, [row.id for row in rows])
    return [_record(row, said.get(row.id, [])) for row in rows]


def _answers(db: Session, ids: Collection[str]) -> dict[str, list[FundAnswer]]:
    found: dict[str, list[FundAnswer]] = {}
    ordered, listed = (FundAnswer.question_id, FundAnswer.seq), sorted(ids)
    for first in range(0, len(listed), 500):
        some = select(FundAnswer).where(FundAnswer.question_id.in_(listed[first : first + 500])).order_by(*ordered)
        for row in db.scalars(some):
            found.setdefault(row.question_id, []).append(row)
    return found


def _record(row: FundQuestion, said: list[FundAnswer]) -> QuestionRecord:
    shown = Question(
        row.id, row.estate_code, row.kind, line_ref(row.year, row.line_id), row.on,
        said[-1].public_text if said and all(one.public_text for one in said) else "",
        tuple(Answer(one.outcome, one.text, one.speaker, one.on) for one in said),
    )  # fmt: skip
    return QuestionRecord(shown, row.text, row.holding_id, row.unit_id, len(said))


def open_by_estate(db: Session, on: date, estates: Iterable[str] | None = None) -> dict[str, int]:
    """How many questions of each estate had no answer at the end of a day."""
    answered = select(FundAnswer.question_id).where(FundAnswer.on <= on)
    query = select(FundQuestion.estate_code, func.count()).where(
        FundQuestion.on <= on, FundQuestion.id.not_in(answered)
    )
    if estates is not None:
        query = query.where(FundQuestion.estate_code.in_(list(estates)))
    rows = db.execute(query.group_by(FundQuestion.estate_code).order_by(FundQuestion.estate_code))
    return {code: int(count) for code, count in rows}
