"""Requests to fix 整改通知单: one for each finding, its journal, and the photos of what was done.

An order is never changed; where it stands is its last step. When it is due, and whether in time, is the deadline's.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import PARTY, PUBLIC, STAFF
from portal.kernel.db import Base
from scoring.rectification.moves import ONCE, constraint


class RectificationOrder(Base):
    """One finding of a check, put to the enterprise that served the estate that day, or, where nobody served it (``uscc`` empty),
    to the street. ``round`` counts from 1: a finding
    that was taken away and came back is a new order. ``opened_at`` is the notice, from which hours count."""

    __tablename__ = "rectification_order"
    __table_args__ = (
        UniqueConstraint("check_id", "item_code", "round"),
        Index(None, "estate_code", "month"),
        Index(None, "uscc"),
        Index(None, "month"),
        CheckConstraint("hazard_class IN ('A', 'B', 'C')", name="hazard_class_known"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PUBLIC)
    check_id: Mapped[str] = mapped_column(ForeignKey("monthly_check.id"), info=STAFF)
    item_code: Mapped[str] = mapped_column(info=PUBLIC)
    round: Mapped[int] = mapped_column(info=PUBLIC)
    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), info=PUBLIC)
    month: Mapped[str] = mapped_column(String(7), info=PUBLIC)
    uscc: Mapped[str | None] = mapped_column(ForeignKey("enterprise.uscc"), info=PUBLIC)
    standard_version: Mapped[str] = mapped_column(ForeignKey("standard_version.version"), info=PUBLIC)
    hazard_class: Mapped[str] = mapped_column(String(1), info=PUBLIC)
    result: Mapped[str] = mapped_column(info=PUBLIC)
    place: Mapped[str] = mapped_column(default="", info=PARTY)
    note: Mapped[str] = mapped_column(default="", info=PARTY)
    found_on: Mapped[date] = mapped_column(info=PUBLIC)
    opened_on: Mapped[date] = mapped_column(info=PUBLIC)
    opened_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class RectificationStep(Base):
    """Journal of an order. ``was`` and ``was_seq`` name the step before, which must exist in that state: a state cannot be
    skipped in the database either. ``happened_at`` is the instant of the act, ``at`` the record time."""

    __tablename__ = "rectification_step"
    __table_args__ = (
        UniqueConstraint("order_id", "seq", "state"),
        ForeignKeyConstraint(
            ["order_id", "was_seq", "was"],
            ["rectification_step.order_id", "rectification_step.seq", "rectification_step.state"],
            name="fk_rectification_step_before",
        ),
        CheckConstraint(constraint(), name="step_possible"),
        *(
            Index(f"uq_rectification_step_{step}", "order_id", unique=True, sqlite_where=text(f"step = '{step}'"),
                  postgresql_where=text(f"step = '{step}'"))
            for step in ONCE
        ),
    )  # fmt: skip

    order_id: Mapped[str] = mapped_column(ForeignKey("rectification_order.id"), primary_key=True, info=STAFF)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    step: Mapped[str] = mapped_column(String(20), info=PUBLIC)
    was_seq: Mapped[int | None] = mapped_column(info=STAFF)
    was: Mapped[str | None] = mapped_column(String(10), info=STAFF)
    state: Mapped[str] = mapped_column(String(10), info=PUBLIC)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=PUBLIC)
    happened_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    at: Mapped[datetime] = mapped_column(info=STAFF)
    text: Mapped[str] = mapped_column(default="", info=PARTY)


class RectificationPhoto(Base):
    """A photo that came with a step of an order (an answer, temporary protection), kept outside the database."""

    __tablename__ = "rectification_photo"
    __table_args__ = (Index(None, "order_id"), Index(None, "sha256"))

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PARTY)
    order_id: Mapped[str] = mapped_column(ForeignKey("rectification_order.id"), info=PARTY)
    seq: Mapped[int] = mapped_column(info=PARTY)
    sha256: Mapped[str] = mapped_column(String(64), info=PARTY)
    thumbnail: Mapped[str] = mapped_column(String(64), info=PARTY)
    media_type: Mapped[str] = mapped_column(info=PARTY)
    taken_at: Mapped[datetime | None] = mapped_column(info=PARTY)
    latitude_e6: Mapped[int | None] = mapped_column(info=STAFF)
    longitude_e6: Mapped[int | None] = mapped_column(info=STAFF)
    uploaded_by: Mapped[str] = mapped_column(info=STAFF)
    received_at: Mapped[datetime] = mapped_column(info=PARTY)


class RectificationPhotoRelease(Base):
    """Journal: a reviewer released a masked public copy of such a photo, or took it back (empty ``public_sha256``)."""

    __tablename__ = "rectification_photo_release"

    photo_id: Mapped[str] = mapped_column(ForeignKey("rectification_photo.id"), primary_key=True, info=PUBLIC)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    public_sha256: Mapped[str] = mapped_column(default="", info=PUBLIC)
    boxes: Mapped[str] = mapped_column(default="[]", info=STAFF)
    reason: Mapped[str] = mapped_column(default="", info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)
