"""Replies 企业说明: what an enterprise says about a finding or a result, its steps, photos and their masked copies.

A reply is private until its result is public and a moderator accepted it. Its state is its last step.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import PARTY, PUBLIC, STAFF
from portal.kernel.db import Base

SUBMITTED, ACCEPTED, REFUSED, REVISED, REJECTED = "submitted", "accepted", "refused", "revised", "rejected"
# the step before ("" begins) and what may follow: a refused reply is revised once, and then accepted or not for good
STEPS: dict[str, tuple[str, ...]] = {
    "": (SUBMITTED,),
    SUBMITTED: (ACCEPTED, REFUSED),
    REFUSED: (REVISED,),
    REVISED: (ACCEPTED, REJECTED),
}
WAITING = (SUBMITTED, REVISED)


class Reply(Base):
    """One enterprise's reply to one thing: a finding (``month`` and ``item_code``) or the result as a whole (both empty)."""

    __tablename__ = "reply"
    __table_args__ = (
        UniqueConstraint("period", "estate_code", "month", "item_code", "uscc", name="uq_reply_subject"),
        Index(None, "uscc"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PUBLIC)
    period: Mapped[str] = mapped_column(String(6), info=PUBLIC)
    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), info=PUBLIC)
    month: Mapped[str] = mapped_column(String(7), default="", info=PUBLIC)
    item_code: Mapped[str] = mapped_column(default="", info=PUBLIC)
    uscc: Mapped[str] = mapped_column(ForeignKey("enterprise.uscc"), info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=PARTY)


class ReplyStep(Base):
    """Journal of a reply: the text with ``submitted`` and ``revised``, a coded reason with ``refused`` and ``rejected``."""

    __tablename__ = "reply_step"
    __table_args__ = (
        CheckConstraint("step IN ('submitted', 'accepted', 'refused', 'revised', 'rejected')", name="step_known"),
        CheckConstraint("(step IN ('submitted', 'revised')) = (text <> '')", name="text_if_written"),
        CheckConstraint("(step IN ('refused', 'rejected')) = (reason_code <> '')", name="reason_if_refused"),
    )

    reply_id: Mapped[str] = mapped_column(ForeignKey("reply.id"), primary_key=True, info=PARTY)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PARTY)
    step: Mapped[str] = mapped_column(String(10), info=PARTY)
    text: Mapped[str] = mapped_column(default="", info=PARTY)
    reason_code: Mapped[str] = mapped_column(String(20), default="", info=PARTY)
    note: Mapped[str] = mapped_column(default="", info=PARTY)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=PARTY)
    at: Mapped[datetime] = mapped_column(info=PARTY)


class ReplyPhoto(Base):
    """A photo of one writing of a reply. Only a copy without metadata is kept; of it the public sees a masked one."""

    __tablename__ = "reply_photo"
    __table_args__ = (
        ForeignKeyConstraint(
            ["reply_id", "seq"], ["reply_step.reply_id", "reply_step.seq"], name="fk_reply_photo_step"
        ),
        Index(None, "reply_id"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PUBLIC)
    reply_id: Mapped[str] = mapped_column(String(20), info=PARTY)
    seq: Mapped[int] = mapped_column(info=PARTY)
    sha256: Mapped[str] = mapped_column(String(64), info=PARTY)
    thumbnail: Mapped[str] = mapped_column(String(64), info=PARTY)
    received_at: Mapped[datetime] = mapped_column(info=PARTY)


class ReplyPhotoRelease(Base):
    """Journal: the moderator released a masked copy of a photo, or takes it back (empty ``public_sha256``)."""

    __tablename__ = "reply_photo_release"

    photo_id: Mapped[str] = mapped_column(ForeignKey("reply_photo.id"), primary_key=True, info=PUBLIC)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    public_sha256: Mapped[str] = mapped_column(String(64), default="", info=PUBLIC)
    boxes: Mapped[str] = mapped_column(default="[]", info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)
