"""Facts of a year that enter the rating beside the quarters: survey, indicators, collection rate, vetoes."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.classes import PUBLIC, STAFF
from portal.kernel.db import Base
from portal.kernel.versions import Versioned

LIVE = text("superseded_at IS NULL")


def _one_live(table: str, *columns: str) -> Index:
    return Index(f"uq_{table}_live", *columns, unique=True, sqlite_where=LIVE, postgresql_where=LIVE)


class SurveyResult(Versioned, Base):
    """The owner satisfaction survey of an estate and year; ``households`` as counted by the survey."""

    __tablename__ = "survey_result"
    __table_args__ = (
        _one_live("survey_result", "year", "estate_code"),
        CheckConstraint("score_cp BETWEEN 0 AND 10000", name="score_in_range"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, info=STAFF)
    year: Mapped[int] = mapped_column(info=PUBLIC)
    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), info=PUBLIC)
    households: Mapped[int] = mapped_column(info=PUBLIC)
    valid_responses: Mapped[int] = mapped_column(info=PUBLIC)
    score_cp: Mapped[int] = mapped_column(info=PUBLIC)


class IndicatorScore(Versioned, Base):
    """One indicator of the comprehensive evaluation; ``source`` is ``sheet`` or ``computed``."""

    __tablename__ = "indicator_score"
    __table_args__ = (
        _one_live("indicator_score", "year", "estate_code", "indicator_code"),
        CheckConstraint("score_cp BETWEEN 0 AND 10000", name="score_in_range"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, info=STAFF)
    year: Mapped[int] = mapped_column(info=PUBLIC)
    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), info=PUBLIC)
    indicator_code: Mapped[str] = mapped_column(info=PUBLIC)
    score_cp: Mapped[int] = mapped_column(info=PUBLIC)
    evidence: Mapped[str] = mapped_column(default="", info=STAFF)
    source: Mapped[str] = mapped_column(default="sheet", info=PUBLIC)


class CollectionRate(Versioned, Base):
    """The service fee collection rate of a year, in hundredths of a percent."""

    __tablename__ = "collection_rate"
    __table_args__ = (
        _one_live("collection_rate", "year", "estate_code"),
        CheckConstraint("rate_cp BETWEEN 0 AND 10000", name="rate_in_range"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, info=STAFF)
    year: Mapped[int] = mapped_column(info=PUBLIC)
    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), info=PUBLIC)
    rate_cp: Mapped[int] = mapped_column(info=PUBLIC)


class Veto(Versioned, Base):
    """A decided one-vote veto, already served, with its decision document."""

    __tablename__ = "veto"
    __table_args__ = (_one_live("veto", "year", "estate_code", "veto_code", "decision"),)

    id: Mapped[str] = mapped_column(primary_key=True, info=STAFF)
    year: Mapped[int] = mapped_column(info=PUBLIC)
    estate_code: Mapped[str] = mapped_column(ForeignKey("estate.code"), info=PUBLIC)
    veto_code: Mapped[str] = mapped_column(info=PUBLIC)
    decision: Mapped[str] = mapped_column(info=PUBLIC)
    decided_on: Mapped[date] = mapped_column(info=PUBLIC)
    decided_by: Mapped[str] = mapped_column(info=STAFF)
    evidence: Mapped[str] = mapped_column(default="", info=STAFF)
