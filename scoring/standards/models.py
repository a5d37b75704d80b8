"""The checklist as data: versions, each immutable once it is published."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import PUBLIC, STAFF
from portal.kernel.db import Base


class StandardVersion(Base):
    """A version of the checklist, for given kinds of estate (comma-separated), in force from a date once published."""

    __tablename__ = "standard_version"

    version: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    kinds: Mapped[str] = mapped_column(info=PUBLIC)
    in_force_from: Mapped[date | None] = mapped_column(info=PUBLIC)
    reference: Mapped[str] = mapped_column(default="", info=PUBLIC)
    pass_photo_c: Mapped[bool] = mapped_column(default=True, info=PUBLIC)
    based_on: Mapped[str | None] = mapped_column(info=PUBLIC)
    created_by: Mapped[str] = mapped_column(info=STAFF)
    recorded_at: Mapped[datetime] = mapped_column(info=STAFF)
    published_by: Mapped[str | None] = mapped_column(info=STAFF)
    published_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)


class StandardItem(Base):
    """One item of a version: whole points, deduction code, hazard class."""

    __tablename__ = "standard_item"
    __table_args__ = (
        CheckConstraint("max_points BETWEEN 1 AND 100", name="max_points_in_range"),
        CheckConstraint("hazard_class IN ('A', 'B', 'C')", name="hazard_class_known"),
    )

    version: Mapped[str] = mapped_column(ForeignKey("standard_version.version"), primary_key=True, info=PUBLIC)
    item_code: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    position: Mapped[int] = mapped_column(info=PUBLIC)
    category_code: Mapped[str] = mapped_column(info=PUBLIC)
    category_zh: Mapped[str] = mapped_column(info=PUBLIC)
    category_en: Mapped[str] = mapped_column(info=PUBLIC)
    item_zh: Mapped[str] = mapped_column(info=PUBLIC)
    item_en: Mapped[str] = mapped_column(info=PUBLIC)
    max_points: Mapped[int] = mapped_column(info=PUBLIC)
    deduction: Mapped[str] = mapped_column(info=PUBLIC)
    hazard_class: Mapped[str] = mapped_column(info=PUBLIC)
