"""What every adverse decision keeps: its chain's transitions, points and their answers, hearings, legal reviews, marks."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import PARTY, PUBLIC, STAFF
from portal.kernel.db import Base
from scoring.adverse.chains import steps_of


def one_of(column: str, values: tuple[str, ...]) -> str:
    """The SQL of a check that a column holds one of some words."""
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class StepColumns:
    """Columns of a journal of steps beside its ``case_id``: the state is the last step, insert only."""

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    step: Mapped[str] = mapped_column(String(16), info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)
    due_on: Mapped[date | None] = mapped_column(info=STAFF)
    document: Mapped[str] = mapped_column(default="", info=STAFF)
    reason: Mapped[str] = mapped_column(default="", info=STAFF)


class ChainTransition(Base):
    """One permitted step of a chain (``chains.CHAINS``); the triggers of the journals read it."""

    __tablename__ = "chain_transition"

    chain: Mapped[str] = mapped_column(String(16), primary_key=True, info=STAFF)
    from_step: Mapped[str] = mapped_column(String(16), primary_key=True, info=STAFF)
    to_step: Mapped[str] = mapped_column(String(16), primary_key=True, info=STAFF)


class Point(Base):
    """A point raised against a decision that is being prepared: by the company, or by anybody on a public notice.

    ``files`` is a JSON list of SHA-256; ``contact`` is sealed under ``point:ID`` and empty for a company.
    """

    __tablename__ = "adverse_point"
    __table_args__ = (
        CheckConstraint(one_of("party", ("company", "public")), name="party_known"),
        CheckConstraint(one_of("channel", ("portal", "paper")), name="channel_known"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    ref: Mapped[str] = mapped_column(String(40), index=True, info=STAFF)
    party: Mapped[str] = mapped_column(String(8), info=STAFF)
    channel: Mapped[str] = mapped_column(String(8), info=STAFF)
    text: Mapped[str] = mapped_column(info=PARTY)
    files: Mapped[str] = mapped_column(default="[]", info=PARTY)
    raised_by: Mapped[str] = mapped_column(info=STAFF)
    contact: Mapped[str] = mapped_column(default="", info=STAFF)
    on: Mapped[date] = mapped_column(info=PARTY)
    at: Mapped[datetime] = mapped_column(info=STAFF)


class Answer(Base):
    """The answer to one point: taken up (wholly, in part, not), with the reasons. One answer, never changed."""

    __tablename__ = "adverse_answer"
    __table_args__ = (CheckConstraint(one_of("verdict", ("taken", "partly", "not_taken")), name="verdict_known"),)

    point_id: Mapped[str] = mapped_column(ForeignKey("adverse_point.id"), primary_key=True, info=STAFF)
    verdict: Mapped[str] = mapped_column(String(10), info=PARTY)
    text: Mapped[str] = mapped_column(info=PARTY)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=PARTY)
    at: Mapped[datetime] = mapped_column(info=STAFF)


class HearingStep(StepColumns, Base):
    """Journal of a hearing; ``case_id`` is the reference of the decision. ``due_on``: the day of the hearing;
    ``reason``: place and chair, or the minutes; ``document``: SHA-256 of the signed minutes."""

    __tablename__ = "adverse_hearing"
    __table_args__ = (CheckConstraint(one_of("step", steps_of("hearing")), name="step_known"),)

    case_id: Mapped[str] = mapped_column(String(40), primary_key=True, info=STAFF)


class LegalReview(Base):
    """法制审核 of a case: by a person who neither proposed nor inspected nor will decide."""

    __tablename__ = "adverse_review"
    __table_args__ = (CheckConstraint(one_of("verdict", ("agree", "disagree")), name="verdict_known"),)

    ref: Mapped[str] = mapped_column(String(40), primary_key=True, info=STAFF)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    verdict: Mapped[str] = mapped_column(String(10), info=STAFF)
    opinion: Mapped[str] = mapped_column(info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)


class Mark(Base):
    """Journal of a side flag of a record: under reconsideration or lawsuit (复议诉讼标注), display stayed (暂停公示)."""

    __tablename__ = "adverse_mark"
    __table_args__ = (
        CheckConstraint(one_of("code", ("review", "stayed")), name="code_known"),
        CheckConstraint(one_of("step", ("set", "lifted")), name="step_known"),
    )

    ref: Mapped[str] = mapped_column(String(40), primary_key=True, info=PUBLIC)
    code: Mapped[str] = mapped_column(String(8), primary_key=True, info=PUBLIC)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    step: Mapped[str] = mapped_column(String(8), info=STAFF)
    on: Mapped[date] = mapped_column(info=PUBLIC)
    at: Mapped[datetime] = mapped_column(info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    document: Mapped[str] = mapped_column(info=STAFF)
    reason: Mapped[str] = mapped_column(info=STAFF)
