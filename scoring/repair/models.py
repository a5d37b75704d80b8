"""Repair of credit: applications against an entry of the black list or a credit event, their papers and steps."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import PARTY, STAFF
from portal.kernel.db import Base
from scoring.adverse.api import StepColumns, one_of, steps_of


class RepairCase(Base):
    """An application: ``target`` is ``list:CASE`` or ``credit:CASE``, ``uscc`` the company that applies."""

    __tablename__ = "repair_case"
    __table_args__ = (Index("uq_repair_case_attempt", "target", "attempt", unique=True),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    target: Mapped[str] = mapped_column(String(40), info=PARTY)
    attempt: Mapped[int] = mapped_column(default=1, info=STAFF)
    uscc: Mapped[str] = mapped_column(String(18), index=True, info=PARTY)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class RepairPaper(Base):
    """What the company hands in: the application (``seq`` 1) and the supplement after the one notice of gaps (2).

    ``files``: JSON list of SHA-256. ``signed_by`` is sealed under ``repair:ID``; ``commitment`` is the text signed.
    """

    __tablename__ = "repair_paper"

    case_id: Mapped[str] = mapped_column(ForeignKey("repair_case.id"), primary_key=True, info=STAFF)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    statement: Mapped[str] = mapped_column(info=PARTY)
    files: Mapped[str] = mapped_column(default="[]", info=PARTY)
    commitment: Mapped[str] = mapped_column(default="", info=PARTY)
    signed_by: Mapped[str] = mapped_column(default="", info=STAFF)
    on: Mapped[date] = mapped_column(info=PARTY)
    at: Mapped[datetime] = mapped_column(info=STAFF)


class RepairStep(StepColumns, Base):
    """Journal of an application; a refusal's ``reason`` begins with its code, ``code: text``."""

    __tablename__ = "repair_step"
    __table_args__ = (CheckConstraint(one_of("step", steps_of("repair")), name="step_known"),)

    case_id: Mapped[str] = mapped_column(ForeignKey("repair_case.id"), primary_key=True, info=STAFF)
