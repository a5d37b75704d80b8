"""What is written down: numbered papers and their signatures, promises and their course, openings of a sealed file."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mediation.cases.models.record import LIVE, SIDES, one_of
from portal.kernel.classes import PARTY, PUBLIC, STAFF
from portal.kernel.db import Base

PAPER_KINDS = ("refusal", "transfer", "termination", "minutes", "agreement", "deletion")
SIGNERS = ("party", "mediator")
METHODS = ("portal", "paper")
PROMISE_NEXT: dict[str, tuple[str, ...]] = {
    "": ("made",),
    "made": ("proved", "kept", "broken"),
    "proved": ("proved", "kept", "broken"),
    "broken": ("kept",),
}
PROMISE_STEPS = tuple(dict.fromkeys(step for steps in PROMISE_NEXT.values() for step in steps))


class MediationPaper(Base):
    """A paper as issued: number, hash and the code that verifies it are public; ``content`` is ciphertext (canonical JSON),
    but for the certificate of a deletion, which tells nothing of anybody. ``ref``: the session of minutes."""

    __tablename__ = "mediation_paper"
    __table_args__ = (
        UniqueConstraint("kind", "year", "seq"),
        UniqueConstraint("verify_code"),
        Index(None, "case_id"),
        CheckConstraint(one_of("kind", PAPER_KINDS), name="kind_known"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PARTY)
    case_id: Mapped[str] = mapped_column(ForeignKey("mediation_case.id"), info=PARTY)
    kind: Mapped[str] = mapped_column(String(12), info=PUBLIC)
    ref: Mapped[str] = mapped_column(String(20), default="", info=PARTY)
    year: Mapped[int] = mapped_column(info=PUBLIC)
    seq: Mapped[int] = mapped_column(info=PUBLIC)
    number: Mapped[str] = mapped_column(String(60), info=PUBLIC)
    content: Mapped[str] = mapped_column(info=PARTY)
    sha256: Mapped[str] = mapped_column(String(64), info=PUBLIC)
    verify_code: Mapped[str] = mapped_column(String(32), info=PUBLIC)
    on: Mapped[date] = mapped_column(info=PUBLIC)
    actor: Mapped[str] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class MediationSignature(Base):
    """A signature under a paper: who, over which hash, when and how (in the portal, or on paper as the office noted)."""

    __tablename__ = "mediation_signature"
    __table_args__ = (
        CheckConstraint(one_of("role", SIGNERS), name="role_known"),
        CheckConstraint(one_of("method", METHODS), name="method_known"),
    )

    paper_id: Mapped[str] = mapped_column(ForeignKey("mediation_paper.id"), primary_key=True, info=PARTY)
    signer: Mapped[str] = mapped_column(String(32), primary_key=True, info=PARTY)
    role: Mapped[str] = mapped_column(String(8), info=PARTY)
    sha256: Mapped[str] = mapped_column(String(64), info=PARTY)
    method: Mapped[str] = mapped_column(String(8), info=PARTY)
    on: Mapped[date] = mapped_column(info=PARTY)
    at: Mapped[datetime] = mapped_column(info=PARTY)
    actor: Mapped[str] = mapped_column(info=STAFF)


class MediationPromise(Base):
    """One term of an agreement in force: which side owes it, until when; ``terms`` is ciphertext (JSON: kind, amount, act)."""

    __tablename__ = "mediation_promise"
    __table_args__ = (
        UniqueConstraint("paper_id", "seq"),
        Index(None, "case_id"),
        CheckConstraint(one_of("side", SIDES), name="side_known"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PARTY)
    case_id: Mapped[str] = mapped_column(ForeignKey("mediation_case.id"), info=PARTY)
    paper_id: Mapped[str] = mapped_column(ForeignKey("mediation_paper.id"), info=PARTY)
    seq: Mapped[int] = mapped_column(info=PARTY)
    side: Mapped[str] = mapped_column(String(10), info=PARTY)
    due_on: Mapped[date] = mapped_column(info=PARTY)
    terms: Mapped[str] = mapped_column(info=PARTY)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class MediationPromiseStep(Base):
    """Journal of a promise: made, proved, kept or broken. ``note`` is ciphertext; ``file_id``: a proof."""

    __tablename__ = "mediation_promise_step"
    __table_args__ = (
        CheckConstraint(one_of("step", PROMISE_STEPS), name="step_known"),
        Index("uq_mediation_promise_step_live", "promise_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_mediation_promise_step_state", "step", sqlite_where=LIVE, postgresql_where=LIVE),
    )

    promise_id: Mapped[str] = mapped_column(ForeignKey("mediation_promise.id"), primary_key=True, info=PARTY)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PARTY)
    step: Mapped[str] = mapped_column(String(8), info=PARTY)
    on: Mapped[date] = mapped_column(info=PARTY)
    at: Mapped[datetime] = mapped_column(info=PARTY)
    note: Mapped[str] = mapped_column(default="", info=PARTY)
    file_id: Mapped[str | None] = mapped_column(ForeignKey("mediation_file.id"), info=PARTY)
    actor: Mapped[str] = mapped_column(info=STAFF)
    superseded_at: Mapped[datetime | None] = mapped_column(info=STAFF)


class MediationCourt(Base):
    """What a court said: it confirmed an agreement, or that it was broken. The number of its document, never its text."""

    __tablename__ = "mediation_court"
    __table_args__ = (
        UniqueConstraint("case_id", "kind"),
        CheckConstraint("kind IN ('confirmation', 'breach')", name="kind_known"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PARTY)
    case_id: Mapped[str] = mapped_column(ForeignKey("mediation_case.id"), info=PARTY)
    kind: Mapped[str] = mapped_column(String(12), info=PARTY)
    court: Mapped[str] = mapped_column(info=PARTY)
    number: Mapped[str] = mapped_column(info=PARTY)
    on: Mapped[date] = mapped_column(info=PARTY)
    actor: Mapped[str] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class MediationLead(Base):
    """A person handed the credit office the number of a court's document on a broken promise: once a case, nothing else."""

    __tablename__ = "mediation_lead"

    case_id: Mapped[str] = mapped_column(ForeignKey("mediation_case.id"), primary_key=True, info=STAFF)
    uscc: Mapped[str] = mapped_column(String(18), info=STAFF)
    number: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class MediationOpening(Base):
    """A sealed file was opened by somebody, for a reason (ciphertext), until the end of the day."""

    __tablename__ = "mediation_opening"
    __table_args__ = (Index(None, "case_id", "login"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    case_id: Mapped[str] = mapped_column(ForeignKey("mediation_case.id"), info=STAFF)
    login: Mapped[str] = mapped_column(String(32), info=STAFF)
    reason: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)
