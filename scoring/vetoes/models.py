"""Vetoes on their way: a proposal with its evidence, and its steps. A decided one becomes a fact of the year (surveys)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import PARTY, STAFF
from portal.kernel.db import Base
from scoring.adverse.api import StepColumns, one_of, steps_of


class VetoCase(Base):
    """A veto proposed for an estate and year, addressed to the company that answers for it.

    ``evidence``: JSON list of SHA-256 of the annex; ``responsibility``: the document that establishes responsibility
    (V06 needs one); ``hint``: the record that gave the hint, ``order:ID``, empty when a person found it.
    """

    __tablename__ = "veto_case"
    __table_args__ = (Index("uq_veto_case_attempt", "year", "estate_code", "veto_code", "attempt", unique=True),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    year: Mapped[int] = mapped_column(info=PARTY)
    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), info=PARTY)
    veto_code: Mapped[str] = mapped_column(String(4), info=PARTY)
    attempt: Mapped[int] = mapped_column(default=1, info=STAFF)
    uscc: Mapped[str] = mapped_column(String(18), index=True, info=PARTY)
    facts: Mapped[str] = mapped_column(info=PARTY)
    evidence: Mapped[str] = mapped_column(default="[]", info=PARTY)
    responsibility: Mapped[str] = mapped_column(default="", info=PARTY)
    hint: Mapped[str] = mapped_column(default="", info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class VetoStep(StepColumns, Base):
    """Journal of a veto case; the state is the last step, and no step can be skipped."""

    __tablename__ = "veto_step"
    __table_args__ = (CheckConstraint(one_of("step", steps_of("veto")), name="step_known"),)

    case_id: Mapped[str] = mapped_column(ForeignKey("veto_case.id"), primary_key=True, info=STAFF)
