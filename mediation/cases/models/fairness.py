"""Was it fair? What parties and mediators say of each stage of a case, and that they were reminded of it once."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from mediation.cases.models.record import one_of
from portal.kernel.classes import STAFF
from portal.kernel.db import Base

STAGES = ("acceptance", "talks", "later")
ROLES = ("applicant", "respondent", "mediator")
QUESTIONS = ("heard", "understood", "free", "timely", "recommend")
ANSWERS = ("yes", "partly", "no")


class MediationOpinion(Base):
    """What one person says of one stage, once. No page shows a row by itself; ``remark`` is ciphertext. Rows go when the case
    is deleted, and never else."""

    __tablename__ = "mediation_opinion"
    __table_args__ = (
        Index(None, "on"),
        CheckConstraint(one_of("stage", STAGES), name="stage_known"),
        CheckConstraint(one_of("role", ROLES), name="role_known"),
        *(CheckConstraint(one_of(name, ANSWERS), name=f"{name}_known") for name in QUESTIONS),
    )

    case_id: Mapped[str] = mapped_column(ForeignKey("mediation_case.id"), primary_key=True, info=STAFF)
    stage: Mapped[str] = mapped_column(String(12), primary_key=True, info=STAFF)
    author: Mapped[str] = mapped_column(String(32), primary_key=True, info=STAFF)
    role: Mapped[str] = mapped_column(String(10), info=STAFF)
    heard: Mapped[str] = mapped_column(String(6), info=STAFF)
    understood: Mapped[str] = mapped_column(String(6), info=STAFF)
    free: Mapped[str] = mapped_column(String(6), info=STAFF)
    timely: Mapped[str] = mapped_column(String(6), info=STAFF)
    recommend: Mapped[str] = mapped_column(String(6), info=STAFF)
    remark: Mapped[str] = mapped_column(default="", info=STAFF)
    on: Mapped[date] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)


class MediationOpinionCall(Base):
    """Those who had not spoken of a stage were reminded, once."""

    __tablename__ = "mediation_opinion_call"
    __table_args__ = (CheckConstraint(one_of("stage", STAGES), name="stage_known"),)

    case_id: Mapped[str] = mapped_column(ForeignKey("mediation_case.id"), primary_key=True, info=STAFF)
    stage: Mapped[str] = mapped_column(String(12), primary_key=True, info=STAFF)
    on: Mapped[date] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)
