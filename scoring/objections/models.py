"""Objections: what is contested, its points, files and answers, and the journal of its steps; and the register of
reconsiderations and lawsuits that are pending against a result.

Everything here is insert only. The state of an objection is its last step; database triggers refuse a step that may not
follow the one before it, and a decision while a point has no answer.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import PARTY, PUBLIC, STAFF
from portal.kernel.db import Base

KINDS = ("check", "quarter", "rating", "credit", "list", "affiliation")
NEXT_STEPS: dict[str, tuple[str, ...]] = {
    "": ("filed",),
    "filed": ("accepted", "refused", "withdrawn"),
    "accepted": ("extension_asked", "decided", "withdrawn"),
    "extension_asked": ("extended", "extension_denied", "decided", "withdrawn"),
    "extended": ("decided", "withdrawn"),
    "extension_denied": ("decided", "withdrawn"),
}
STEPS = tuple(dict.fromkeys(step for steps in NEXT_STEPS.values() for step in steps))
OPEN_STEPS = tuple(step for step in NEXT_STEPS if step)
REVIEW_STEPS = tuple(step for step in OPEN_STEPS if step != "filed")
VERDICTS = ("allowed", "dismissed")
OUTCOMES = ("allowed", "partly_allowed", "dismissed")
PROCEEDINGS = ("reconsideration", "lawsuit")
PROCEEDING_NEXT: dict[str, tuple[str, ...]] = {"": ("pending",), "pending": ("ended",)}
RESULTS = ("maintained", "changed", "revoked", "withdrawn", "inadmissible")


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class Objection(Base):
    """An objection of a company to one record (``ref``). ``level``: who reviews it, the street or the district;
    ``contested`` (JSON): the figures as they stood when it was filed."""

    __tablename__ = "objection"
    __table_args__ = (
        Index(None, "ref"),
        Index(None, "uscc"),
        CheckConstraint(_one_of("kind", KINDS), name="kind_known"),
        CheckConstraint("level IN ('street', 'district')", name="level_known"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PARTY)
    number: Mapped[str] = mapped_column(String(20), unique=True, info=PARTY)
    ref: Mapped[str] = mapped_column(info=PUBLIC)
    kind: Mapped[str] = mapped_column(String(12), info=PUBLIC)
    uscc: Mapped[str] = mapped_column(String(18), info=PARTY)
    estate_code: Mapped[str | None] = mapped_column(String(32), info=PARTY)
    division_code: Mapped[str] = mapped_column(String(12), info=PARTY)
    level: Mapped[str] = mapped_column(String(8), info=PARTY)
    contested: Mapped[str] = mapped_column(info=PARTY)
    filed_by: Mapped[str] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=PARTY)


class ObjectionPoint(Base):
    """One point that the company raises; each gets its answer before the decision."""

    __tablename__ = "objection_point"

    objection_id: Mapped[str] = mapped_column(ForeignKey("objection.id"), primary_key=True, info=PARTY)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PARTY)
    text: Mapped[str] = mapped_column(info=PARTY)


class ObjectionFile(Base):
    """A file that the company hands in with its objection."""

    __tablename__ = "objection_file"

    objection_id: Mapped[str] = mapped_column(ForeignKey("objection.id"), primary_key=True, info=PARTY)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True, info=PARTY)
    name: Mapped[str] = mapped_column(info=PARTY)
    media_type: Mapped[str] = mapped_column(info=PARTY)
    size: Mapped[int] = mapped_column(info=PARTY)


class ObjectionStep(Base):
    """Journal of an objection; its state is the last step. ``code``: the coded reason of a refusal, the outcome of a
    decision; ``reason``: the same in writing; ``document_id``: the document that says it."""

    __tablename__ = "objection_step"
    __table_args__ = (CheckConstraint(_one_of("step", STEPS), name="step_known"), Index(None, "step"))

    objection_id: Mapped[str] = mapped_column(ForeignKey("objection.id"), primary_key=True, info=PARTY)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PARTY)
    step: Mapped[str] = mapped_column(String(18), info=PARTY)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=PARTY)
    at: Mapped[datetime] = mapped_column(info=PARTY)
    code: Mapped[str] = mapped_column(String(24), default="", info=PARTY)
    reason: Mapped[str] = mapped_column(default="", info=PARTY)
    document_id: Mapped[str] = mapped_column(String(20), default="", info=PARTY)


class ObjectionAnswer(Base):
    """The answer to one point, written with the decision."""

    __tablename__ = "objection_answer"
    __table_args__ = (CheckConstraint(_one_of("verdict", VERDICTS), name="verdict_known"),)

    objection_id: Mapped[str] = mapped_column(ForeignKey("objection.id"), primary_key=True, info=PARTY)
    point_seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PARTY)
    verdict: Mapped[str] = mapped_column(String(10), info=PARTY)
    text: Mapped[str] = mapped_column(info=PARTY)


class ObjectionCorrection(Base):
    """One fact that a decision corrected: what (``check:ID/ITEM``, ``survey:2025/E``, ``credit:CASE``), from and to."""

    __tablename__ = "objection_correction"

    objection_id: Mapped[str] = mapped_column(ForeignKey("objection.id"), primary_key=True, info=PARTY)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PARTY)
    target: Mapped[str] = mapped_column(info=PARTY)
    old: Mapped[str] = mapped_column(info=PARTY)
    new: Mapped[str] = mapped_column(info=PARTY)


class Proceeding(Base):
    """An administrative reconsideration or a lawsuit against a record, as an officer registered it."""

    __tablename__ = "proceeding"
    __table_args__ = (Index(None, "ref"), CheckConstraint(_one_of("kind", PROCEEDINGS), name="kind_known"))

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    ref: Mapped[str] = mapped_column(info=PUBLIC)
    kind: Mapped[str] = mapped_column(String(16), info=PUBLIC)
    authority: Mapped[str] = mapped_column(info=STAFF)
    number: Mapped[str] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class ProceedingStep(Base):
    """Journal of a proceeding: ``pending`` since a day, ``ended`` with its result (``code``)."""

    __tablename__ = "proceeding_step"
    __table_args__ = (CheckConstraint("step IN ('pending', 'ended')", name="step_known"),)

    proceeding_id: Mapped[str] = mapped_column(ForeignKey("proceeding.id"), primary_key=True, info=STAFF)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    step: Mapped[str] = mapped_column(String(8), info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)
    code: Mapped[str] = mapped_column(String(16), default="", info=STAFF)
    reason: Mapped[str] = mapped_column(default="", info=STAFF)
