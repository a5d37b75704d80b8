"""Reads of the facts of a year."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from portal.kernel.versions import recorded
from scoring.surveys.kinds import COLLECTION_RATES, INDICATORS, SURVEYS, VETOES, FactKind
from scoring.surveys.models import CollectionRate, IndicatorScore, SurveyResult, Veto

_AT_ONCE = 500


@dataclass(frozen=True)
class YearFacts:
    """The facts of one year, each with the contract's column names; points and rates are int centipoints.

    ``surveys``: ``year, estate_code, households, valid_responses, score_cp``. ``indicators``: ``year, estate_code,
    indicator_code, score_cp, evidence, source``. ``collection_rates``: ``year, estate_code, rate_cp``. ``vetoes``:
    ``year, estate_code, veto_code, decision, decided_on, evidence``. Sorted by key.
    """

    surveys: pd.DataFrame
    indicators: pd.DataFrame
    collection_rates: pd.DataFrame
    vetoes: pd.DataFrame


_PUBLIC_COLUMNS = {
    SURVEYS.name: SURVEYS.columns,
    INDICATORS.name: (*INDICATORS.columns, "source"),
    COLLECTION_RATES.name: COLLECTION_RATES.columns,
    VETOES.name: VETOES.columns,
}


def facts(
    db: Session, year: int, known_at: datetime | None = None, estates: Collection[str] | None = None
) -> YearFacts:
    """What the portal knew of a year at an instant (default now), of all estates or of the given ones."""
    return YearFacts(
        **{
            kind.name.replace("-", "_"): _frame(db, kind, year, known_at, estates)
            for kind in (SURVEYS, INDICATORS, COLLECTION_RATES, VETOES)
        }
    )


def _frame(
    db: Session, kind: FactKind, year: int, known_at: datetime | None, estates: Collection[str] | None
) -> pd.DataFrame:
    names = _PUBLIC_COLUMNS[kind.name]
    model = kind.model
    rows = select(*(getattr(model, name) for name in names)).where(model.year == year, recorded(model, known_at))
    if estates is not None and len(estates) <= _AT_ONCE:
        rows = rows.where(model.estate_code.in_(sorted(estates)))
    frame = pd.DataFrame(
        db.execute(rows.order_by(*(getattr(model, name) for name in kind.key))).all(), columns=list(names)
    )
    if estates is not None and len(estates) > _AT_ONCE:
        frame = frame[frame["estate_code"].isin(set(estates))].reset_index(drop=True)
    return frame


def live_rows(db: Session, kind: FactKind, years: Collection[int]) -> dict[tuple[Any, ...], Row[Any]]:
    """The open versions of a kind in given years: key to row (``id``, then the columns of the kind)."""
    model = kind.model
    rows = select(model.id, *(getattr(model, name) for name in kind.columns)).where(
        model.year.in_(sorted(years)), recorded(model)
    )
    return {tuple(getattr(row, name) for name in kind.key): row for row in db.execute(rows)}


def survey(db: Session, year: int, estate_code: str) -> SurveyResult | None:
    """The survey of an estate as known now."""
    return db.scalars(_live(SurveyResult, year, estate_code)).one_or_none()


def indicator_scores(db: Session, year: int, estate_code: str) -> dict[str, IndicatorScore]:
    """Indicators of an estate by code."""
    rows = _live(IndicatorScore, year, estate_code).order_by(IndicatorScore.indicator_code)
    return {row.indicator_code: row for row in db.scalars(rows)}


def collection_rate(db: Session, year: int, estate_code: str) -> CollectionRate | None:
    """The collection rate of an estate."""
    return db.scalars(_live(CollectionRate, year, estate_code)).one_or_none()


def vetoes(db: Session, year: int, estate_code: str | None = None) -> list[Veto]:
    """Decided vetoes of a year, by estate and code."""
    rows = select(Veto).where(Veto.year == year, recorded(Veto))
    if estate_code is not None:
        rows = rows.where(Veto.estate_code == estate_code)
    return list(db.scalars(rows.order_by(Veto.estate_code, Veto.veto_code, Veto.decision)))


def veto_by_decision(db: Session, decision: str) -> Veto | None:
    """The open veto of a decision."""
    return db.scalars(select(Veto).where(Veto.decision == decision, recorded(Veto)).limit(1)).one_or_none()


def veto(db: Session, veto_id: str) -> Veto | None:
    """One open veto."""
    return db.scalars(select(Veto).where(Veto.id == veto_id, recorded(Veto))).one_or_none()


def years_with_facts(db: Session) -> list[int]:
    """Years of which something is known, latest first."""
    found: set[int] = set()
    for model in (SurveyResult, IndicatorScore, CollectionRate, Veto):
        found.update(db.scalars(select(model.year).distinct()))
    return sorted(found, reverse=True)


def _live(model: Any, year: int, estate_code: str) -> Any:
    return select(model).where(model.year == year, model.estate_code == estate_code, recorded(model))
