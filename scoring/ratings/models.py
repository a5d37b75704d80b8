"""Quarter scores and yearly ratings: initial figures, steps of the review, and immutable published snapshots."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import PARTY, PUBLIC, STAFF
from portal.kernel.db import Base


class QuarterStep(Base):
    """Journal of a community's quarter: ``prepared`` (initial result made) or ``confirmed`` (street review closed).

    The unit of concurrency in review: the next ``seq`` can be inserted by one process only.
    """

    __tablename__ = "quarter_step"
    __table_args__ = (CheckConstraint("step IN ('prepared', 'confirmed')", name="step_known"),)

    quarter: Mapped[str] = mapped_column(String(6), primary_key=True, info=STAFF)
    division_code: Mapped[str] = mapped_column(String(12), primary_key=True, info=STAFF)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    step: Mapped[str] = mapped_column(String(10), info=STAFF)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)


class InitialScore(Base):
    """The initial result of an estate's quarter as last prepared; replaced by inserting the next ``seq``."""

    __tablename__ = "initial_score"

    quarter: Mapped[str] = mapped_column(String(6), primary_key=True, info=STAFF)
    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), primary_key=True, info=STAFF)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    score_cp: Mapped[int | None] = mapped_column(info=STAFF)
    status: Mapped[str] = mapped_column(String(20), info=STAFF)
    months: Mapped[int] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)


class Release(Base):
    """One publication of a quarter or a year: the snapshot id that pages, answers and caches name.

    ``known_at`` is the instant up to which facts entered; ``public_from`` the district date from whose 00:00 it is public.
    """

    __tablename__ = "release"
    __table_args__ = (
        Index("uq_release_number", "period", "number", unique=True),
        CheckConstraint("kind IN ('quarter', 'year')", name="kind_known"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True, info=PUBLIC)
    kind: Mapped[str] = mapped_column(String(8), info=PUBLIC)
    period: Mapped[str] = mapped_column(String(6), info=PUBLIC)
    number: Mapped[int] = mapped_column(info=PUBLIC)
    on: Mapped[date] = mapped_column(info=PUBLIC)
    public_from: Mapped[date] = mapped_column(info=PUBLIC)
    known_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    actor: Mapped[str] = mapped_column(info=STAFF)
    reason: Mapped[str] = mapped_column(default="", info=PUBLIC)
    rows: Mapped[int] = mapped_column(info=PUBLIC)


class ReleaseOpening(Base):
    """A held release becomes public earlier than it said, since every enterprise in it gave up its hold."""

    __tablename__ = "release_opening"

    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"), primary_key=True, info=PUBLIC)
    public_from: Mapped[date] = mapped_column(info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=PUBLIC)


class HoldWaiver(Base):
    """An enterprise gave up the hold of a period for its rows. ``on``: the date of the act."""

    __tablename__ = "hold_waiver"

    period: Mapped[str] = mapped_column(String(6), primary_key=True, info=PARTY)
    uscc: Mapped[str] = mapped_column(ForeignKey("enterprise.uscc"), primary_key=True, info=PARTY)
    actor: Mapped[str] = mapped_column(info=STAFF)
    on: Mapped[date] = mapped_column(info=PARTY)
    at: Mapped[datetime] = mapped_column(info=STAFF)


class QuarterScore(Base):
    """A published quarter score. A correction is a new revision of the same estate, never an edit."""

    __tablename__ = "quarter_score"
    __table_args__ = (
        Index(None, "release_id"),
        Index(None, "estate_code"),
        CheckConstraint("status IN ('published', 'insufficient_data')", name="status_known"),
        CheckConstraint("(status = 'published') = (score_cp IS NOT NULL)", name="score_if_published"),
    )

    quarter: Mapped[str] = mapped_column(String(6), primary_key=True, info=PUBLIC)
    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), primary_key=True, info=PUBLIC)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PUBLIC)
    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"), info=PUBLIC)
    public_from: Mapped[date] = mapped_column(info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    score_cp: Mapped[int | None] = mapped_column(info=PUBLIC)
    status: Mapped[str] = mapped_column(String(20), info=PUBLIC)
    months: Mapped[int] = mapped_column(info=PUBLIC)
    rank_district: Mapped[int | None] = mapped_column(info=PUBLIC)
    rank_street: Mapped[int | None] = mapped_column(info=PUBLIC)
    kind: Mapped[str] = mapped_column(String(12), info=PUBLIC)
    division_code: Mapped[str] = mapped_column(String(12), info=PUBLIC)
    uscc: Mapped[str | None] = mapped_column(String(18), info=PUBLIC)
    manager_code: Mapped[str | None] = mapped_column(String(32), info=PUBLIC)
    rule_set: Mapped[str] = mapped_column(info=PUBLIC)


class QuarterMonth(Base):
    """A month that entered a published quarter score: the check, its standard version and its sums."""

    __tablename__ = "quarter_month"
    __table_args__ = (
        ForeignKeyConstraint(
            ["quarter", "estate_code", "revision"],
            ["quarter_score.quarter", "quarter_score.estate_code", "quarter_score.revision"],
            name="fk_quarter_month_score",
        ),
        Index(None, "check_id"),
    )

    quarter: Mapped[str] = mapped_column(String(6), primary_key=True, info=PUBLIC)
    estate_code: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PUBLIC)
    month: Mapped[str] = mapped_column(String(7), primary_key=True, info=PUBLIC)
    check_id: Mapped[str] = mapped_column(ForeignKey("monthly_check.id"), info=STAFF)
    standard_version: Mapped[str] = mapped_column(info=PUBLIC)
    earned_cp: Mapped[int] = mapped_column(info=PUBLIC)
    applicable_cp: Mapped[int] = mapped_column(info=PUBLIC)
    score_cp: Mapped[int] = mapped_column(info=PUBLIC)


class PreparedRating(Base):
    """A rating as last prepared, before publication (JSON of its figures); replaced by inserting the next ``seq``."""

    __tablename__ = "prepared_rating"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), primary_key=True, info=STAFF)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=STAFF)
    figures: Mapped[str] = mapped_column(info=STAFF)
    at: Mapped[datetime] = mapped_column(info=STAFF)


class Rating(Base):
    """A published yearly rating; revisions as with quarter scores."""

    __tablename__ = "rating"
    __table_args__ = (
        Index(None, "release_id"),
        Index(None, "estate_code"),
        Index(None, "uscc"),
        CheckConstraint("status IN ('rated', 'pending', 'vetoed', 'not_eligible')", name="status_known"),
        CheckConstraint("(status = 'rated') = (stars IS NOT NULL)", name="stars_if_rated"),
        CheckConstraint("stars BETWEEN 0 AND 5", name="stars_in_range"),
    )

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PUBLIC)
    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), primary_key=True, info=PUBLIC)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PUBLIC)
    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"), info=PUBLIC)
    public_from: Mapped[date] = mapped_column(info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    rule_set: Mapped[str] = mapped_column(info=PUBLIC)
    survey_cp: Mapped[int | None] = mapped_column(info=PUBLIC)
    management_cp: Mapped[int | None] = mapped_column(info=PUBLIC)
    comprehensive_cp: Mapped[int | None] = mapped_column(info=PUBLIC)
    collection_cp: Mapped[int | None] = mapped_column(info=PUBLIC)
    total_cp: Mapped[int | None] = mapped_column(info=PUBLIC)
    stars: Mapped[int | None] = mapped_column(info=PUBLIC)
    status: Mapped[str] = mapped_column(String(14), info=PUBLIC)
    reasons: Mapped[str] = mapped_column(default="[]", info=PUBLIC)
    kind: Mapped[str] = mapped_column(String(12), info=PUBLIC)
    division_code: Mapped[str] = mapped_column(String(12), info=PUBLIC)
    uscc: Mapped[str | None] = mapped_column(String(18), info=PUBLIC)
    manager_code: Mapped[str | None] = mapped_column(String(32), info=PUBLIC)


class RatingComponent(Base):
    """One component of a published rating: ``ok`` with its score, or ``pending`` with its reason."""

    __tablename__ = "rating_component"
    __table_args__ = (
        ForeignKeyConstraint(
            ["year", "estate_code", "revision"],
            ["rating.year", "rating.estate_code", "rating.revision"],
            name="fk_rating_component_rating",
        ),
    )

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PUBLIC)
    estate_code: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PUBLIC)
    component: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    score_cp: Mapped[int | None] = mapped_column(info=PUBLIC)
    status: Mapped[str] = mapped_column(info=PUBLIC)
    reason: Mapped[str] = mapped_column(default="", info=PUBLIC)


class RatingFact(Base):
    """A fact that a limiter of the rule set looked at, as it stood when the rating was made (``limiters.FACTS``: whole numbers,
    points in centipoints). A fact that was not on record has no row."""

    __tablename__ = "rating_fact"
    __table_args__ = (
        ForeignKeyConstraint(
            ["year", "estate_code", "revision"],
            ["rating.year", "rating.estate_code", "rating.revision"],
            name="fk_rating_fact_rating",
        ),
    )

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PUBLIC)
    estate_code: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PUBLIC)
    fact: Mapped[str] = mapped_column(String(40), primary_key=True, info=PUBLIC)
    value: Mapped[int] = mapped_column(info=PUBLIC)
