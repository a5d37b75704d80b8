"""Monthly checks: the visit, its steps, what was found, photos.

A pass is the absence of an item result in a check that was submitted. A street's adjustment is a new version of the item
result with origin ``review``; the inspector's version stays.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import PUBLIC, STAFF
from portal.kernel.db import Base
from portal.kernel.versions import Versioned

STEPS = ("draft", "submitted", "returned", "confirmed")
ORIGINS = ("inspection", "review", "correction")
LIVE = text("superseded_at IS NULL")


class MonthlyCheck(Base):
    """One visit to an estate: at most one routine check of an estate and month."""

    __tablename__ = "monthly_check"
    __table_args__ = (
        Index("uq_monthly_check_routine", "estate_code", "month", unique=True,
              sqlite_where=text("kind = 'routine'"), postgresql_where=text("kind = 'routine'")),
        Index(None, "month"),
        CheckConstraint("kind IN ('routine', 'random')", name="kind_known"),
        CheckConstraint("origin IN ('page', 'sheet')", name="origin_known"),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=STAFF)
    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), info=PUBLIC)
    month: Mapped[str] = mapped_column(String(7), info=PUBLIC)
    kind: Mapped[str] = mapped_column(String(8), default="routine", info=PUBLIC)
    standard_version: Mapped[str] = mapped_column(ForeignKey("standard_version.version"), info=PUBLIC)
    inspector: Mapped[str] = mapped_column(String(32), info=STAFF)
    inspected_on: Mapped[date] = mapped_column(info=PUBLIC)
    origin: Mapped[str] = mapped_column(String(8), info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)


class CheckStep(Base):
    """Journal of a check; its state is its last step. ``on`` is the date of the act, ``at`` the record time."""

    __tablename__ = "check_step"
    __table_args__ = (CheckConstraint("step IN ('draft', 'submitted', 'returned', 'confirmed')", name="step_known"),)

    check_id: Mapped[str] = mapped_column(ForeignKey("monthly_check.id"), primary_key=True, info=STAFF)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    step: Mapped[str] = mapped_column(String(10), info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)
    reason: Mapped[str] = mapped_column(default="", info=STAFF)


class CheckComment(Base):
    """A reviewer's comment on one item (or on the check as a whole, empty item code), made with a return."""

    __tablename__ = "check_comment"
    __table_args__ = (Index(None, "check_id"),)

    id: Mapped[str] = mapped_column(primary_key=True, info=STAFF)
    check_id: Mapped[str] = mapped_column(ForeignKey("monthly_check.id"), info=STAFF)
    step_seq: Mapped[int] = mapped_column(info=STAFF)
    item_code: Mapped[str] = mapped_column(default="", info=STAFF)
    text: Mapped[str] = mapped_column(info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)


class CheckDraft(Base):
    """An inspector's working paper while the check is a draft or returned: no fact until it is submitted (JSON)."""

    __tablename__ = "check_draft"

    check_id: Mapped[str] = mapped_column(ForeignKey("monthly_check.id"), primary_key=True, info=STAFF)
    payload: Mapped[str] = mapped_column(info=STAFF)
    version: Mapped[int] = mapped_column(default=1, info=STAFF)
    updated_at: Mapped[datetime] = mapped_column(info=STAFF)


class ItemResult(Versioned, Base):
    """What was found at one item: exceptions only. ``result`` as in the sheet: a count, half, zero, fail, na, or pass
    (an adjustment back to a plain pass). Carries its year first in every key and is partitioned on PostgreSQL."""

    __tablename__ = "item_result"
    __table_args__ = (
        Index(
            "uq_item_result_live",
            "year",
            "check_id",
            "item_code",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        Index(None, "check_id", "year"),  # both: else SQLite walks the whole year by the primary key
        CheckConstraint("origin IN ('inspection', 'review', 'correction')", name="origin_known"),
        {"postgresql_partition_by": "RANGE (year)"},
    )

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, info=STAFF)
    check_id: Mapped[str] = mapped_column(String(20), info=STAFF)
    item_code: Mapped[str] = mapped_column(info=PUBLIC)
    result: Mapped[str] = mapped_column(info=PUBLIC)
    place: Mapped[str] = mapped_column(default="", info=STAFF)
    note: Mapped[str] = mapped_column(default="", info=STAFF)
    origin: Mapped[str] = mapped_column(default="inspection", info=PUBLIC)
    reason: Mapped[str] = mapped_column(default="", info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)


class Photo(Base):
    """An original photo, kept outside the database by its SHA-256; EXIF time and place beside the server's time."""

    __tablename__ = "photo"
    __table_args__ = (Index(None, "check_id"), Index(None, "sha256"))

    id: Mapped[str] = mapped_column(primary_key=True, info=STAFF)
    check_id: Mapped[str] = mapped_column(ForeignKey("monthly_check.id"), info=STAFF)
    item_code: Mapped[str] = mapped_column(info=STAFF)
    sha256: Mapped[str] = mapped_column(info=STAFF)
    thumbnail: Mapped[str] = mapped_column(info=STAFF)
    media_type: Mapped[str] = mapped_column(info=STAFF)
    width: Mapped[int] = mapped_column(info=STAFF)
    height: Mapped[int] = mapped_column(info=STAFF)
    taken_at: Mapped[datetime | None] = mapped_column(info=STAFF)
    latitude_e6: Mapped[int | None] = mapped_column(info=STAFF)
    longitude_e6: Mapped[int | None] = mapped_column(info=STAFF)
    uploaded_by: Mapped[str] = mapped_column(info=STAFF)
    received_at: Mapped[datetime] = mapped_column(info=STAFF)


class PhotoRelease(Base):
    """Journal: a reviewer released a masked public copy of a photo, or took it back (empty ``public_sha256``)."""

    __tablename__ = "photo_release"

    photo_id: Mapped[str] = mapped_column(ForeignKey("photo.id"), primary_key=True, info=PUBLIC)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    public_sha256: Mapped[str] = mapped_column(default="", info=PUBLIC)
    boxes: Mapped[str] = mapped_column(default="[]", info=STAFF)
    reason: Mapped[str] = mapped_column(default="", info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)


class LatePermission(Base):
    """The street's permission to submit an estate's check after the 10th of the next month, with its reason."""

    __tablename__ = "late_permission"

    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), primary_key=True, info=STAFF)
    month: Mapped[str] = mapped_column(String(7), primary_key=True, info=STAFF)
    reason: Mapped[str] = mapped_column(info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)


class InterestDeclaration(Base):
    """A person's declared interest in an estate (or its end): they can neither inspect nor review it. Insert only."""

    __tablename__ = "interest_declaration"

    login: Mapped[str] = mapped_column(String(32), primary_key=True, info=STAFF)
    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), primary_key=True, info=STAFF)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    declared: Mapped[bool] = mapped_column(info=STAFF)
    reason: Mapped[str] = mapped_column(info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)
