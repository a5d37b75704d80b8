"""Credit events of enterprises and managers, links between enterprises, and commitments that enterprises signed.

Score and grade are derived for a day, never stored.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import PARTY, PUBLIC, STAFF
from portal.kernel.db import Base
from portal.kernel.versions import Versioned

LIVE = text("superseded_at IS NULL")


class CreditCase(Base):
    """The identity of a credit event: one act against one subject. ``source_key`` makes an event of a rating unique."""

    __tablename__ = "credit_case"
    __table_args__ = (CheckConstraint("subject_type IN ('enterprise', 'manager')", name="subject_type_known"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PUBLIC)
    source_key: Mapped[str] = mapped_column(unique=True, info=STAFF)
    subject_type: Mapped[str] = mapped_column(String(10), info=PUBLIC)
    subject: Mapped[str] = mapped_column(String(32), index=True, info=PUBLIC)
    act_id: Mapped[str] = mapped_column(index=True, info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


STEPS = ("proposed", "noticed", "answered", "decided", "confirmed", "refused", "withdrawn", "repaired")
STEP_KNOWN = f"step IN ({', '.join(repr(step) for step in STEPS)})"
LINK_STEPS = ("proposed", "confirmed", "refused", "withdrawn")
LINK_STEP_KNOWN = f"step IN ({', '.join(repr(step) for step in LINK_STEPS)})"


class CreditStep(Base):
    """Journal of a credit event. ``confirmed``: it counts; ``repaired``: it counted until the repair.

    An adverse event that the office proposes is ``noticed`` when its notice was served, ``answered``, and ``decided``
    until the decision was served. Which step may follow which is also held by a trigger.
    """

    __tablename__ = "credit_step"
    __table_args__ = (CheckConstraint(STEP_KNOWN, name="step_known"),)

    case_id: Mapped[str] = mapped_column(primary_key=True, info=STAFF)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    step: Mapped[str] = mapped_column(String(10), info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)
    reason: Mapped[str] = mapped_column(default="", info=STAFF)


class CreditEvent(Versioned, Base):
    """What a credit event says and the days it counts (valid_from to valid_to). Points are signed centipoints."""

    __tablename__ = "credit_event"
    __table_args__ = (
        Index("uq_credit_event_live", "case_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        CheckConstraint("points_cp <> 0", name="points_not_zero"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    case_id: Mapped[str] = mapped_column(index=True, info=PUBLIC)
    code: Mapped[str] = mapped_column(String(8), info=PUBLIC)
    points_cp: Mapped[int] = mapped_column(info=PUBLIC)
    estate_code: Mapped[str | None] = mapped_column(info=PUBLIC)
    uscc: Mapped[str | None] = mapped_column(String(18), info=PUBLIC)
    document: Mapped[str] = mapped_column(default="", info=PUBLIC)
    document_on: Mapped[date | None] = mapped_column(info=PUBLIC)
    issued_by: Mapped[str] = mapped_column(default="", info=PUBLIC)
    document_sha256: Mapped[str] = mapped_column(default="", info=PUBLIC)
    catalogue: Mapped[str] = mapped_column(info=PUBLIC)
    note: Mapped[str] = mapped_column(default="", info=STAFF)


class CreditAnswer(Base):
    """What the enterprise answered to the notice of a credit event, and the answer that the decision gives to it."""

    __tablename__ = "credit_answer"
    __table_args__ = (CheckConstraint("side IN ('enterprise', 'office')", name="side_known"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PARTY)
    case_id: Mapped[str] = mapped_column(String(20), index=True, info=PARTY)
    side: Mapped[str] = mapped_column(String(10), info=PARTY)
    body: Mapped[str] = mapped_column(info=PARTY)
    file_sha256: Mapped[str] = mapped_column(default="", info=PARTY)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=PARTY)
    at: Mapped[datetime] = mapped_column(info=PARTY)


class Affiliation(Base):
    """A link between two enterprises as a rule proposed it. ``former`` and ``later`` are in the order of the code for a
    rule without direction. ``evidence`` is sealed: it names people and telephones."""

    __tablename__ = "affiliation"

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PARTY)
    key: Mapped[str] = mapped_column(unique=True, info=STAFF)
    rule: Mapped[str] = mapped_column(String(40), info=PARTY)
    former: Mapped[str] = mapped_column(String(18), index=True, info=PARTY)
    later: Mapped[str] = mapped_column(String(18), index=True, info=PARTY)
    since: Mapped[date] = mapped_column(info=PARTY)
    evidence: Mapped[str] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class AffiliationStep(Base):
    """Journal of a link: proposed by a rule, ``confirmed`` or ``refused`` by a person, ``withdrawn`` when it was wrong."""

    __tablename__ = "affiliation_step"
    __table_args__ = (CheckConstraint(LINK_STEP_KNOWN, name="step_known"),)

    affiliation_id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    step: Mapped[str] = mapped_column(String(10), info=PARTY)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=PARTY)
    at: Mapped[datetime] = mapped_column(info=STAFF)
    reason: Mapped[str] = mapped_column(default="", info=PARTY)


class Commitment(Base):
    """A credit commitment that an enterprise signed: which template, under which number, by whom (sealed), until when."""

    __tablename__ = "credit_commitment"
    __table_args__ = (Index("uq_credit_commitment_once", "uscc", "template", "version", "signed_on", unique=True),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PUBLIC)
    number: Mapped[str] = mapped_column(unique=True, info=PUBLIC)
    template: Mapped[str] = mapped_column(String(40), info=PUBLIC)
    version: Mapped[str] = mapped_column(String(20), info=PUBLIC)
    uscc: Mapped[str] = mapped_column(String(18), index=True, info=PUBLIC)
    text_sha256: Mapped[str] = mapped_column(String(64), info=PUBLIC)
    signer: Mapped[str] = mapped_column(info=PARTY)
    actor: Mapped[str] = mapped_column(info=STAFF)
    signed_on: Mapped[date] = mapped_column(info=PUBLIC)
    valid_to: Mapped[date | None] = mapped_column(info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)
