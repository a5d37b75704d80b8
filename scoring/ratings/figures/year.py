"""The figures of a year from published quarters and the facts of the year."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

import pandas as pd
from sqlalchemy.orm import Session

from portal.kernel import hooks
from portal.kernel.periods import Year
from portal.registry import api as registry
from scoring.ratings import cluster
from scoring.ratings.figures import parquet, parts
from scoring.ratings.figures.limits import limit_facts
from scoring.ratings.figures.quarter import rule_sets_of
from scoring.rectification import api as rectification
from scoring.rules.parts import together
from scoring.rules.service import service_on
from scoring.rules.years import NOT_ELIGIBLE, VETOED, YearResult

AT_ONCE = 5000  # estates that one process rates in one go
_NOTHING_COMPUTED = pd.DataFrame(columns=["estate_code", "indicator_code", "score_cp"])


@dataclass(frozen=True)
class Where:
    """Where parts are rated: ``cluster``, the address of a Dask scheduler, None for this process; ``folder``: where Parquet files
    for workers without the database are written (they see the same folder), else the workers read the database."""

    cluster: str | None = None
    folder: str = ""


HERE = Where()


@dataclass(frozen=True)
class YearFigures:
    """``ratings``: one row per estate, by code: ``estate_code, rule_set, survey_cp, management_cp, comprehensive_cp,
    collection_cp, total_cp, stars, status, reason`` and the pins ``kind, division_code, uscc, manager_code``.
    ``components``: ``estate_code, component, score_cp, status, reason``. ``limits``: what the limiters looked at, as
    ``limits.COLUMNS``; None where no limiter asks for facts.
    """

    ratings: pd.DataFrame
    components: pd.DataFrame
    limits: pd.DataFrame | None = None


def year_figures(
    db: Session,
    year: Year,
    known_at: datetime | None = None,
    estates: Collection[str] | None = None,
    where: Where = HERE,
) -> YearFigures:
    """Rate a year from the quarters that are released, held or not, and what is known at an instant (default now); all
    estates of the register on 31 December, or the given ones of them. A large register is rated in parts, one after the other or
    on a cluster: the figures are the same."""
    register = registry.estates_frame(db, year.last, known_at)
    if estates is not None:
        register = register[register["estate_code"].isin(set(estates))]
    register = register[["estate_code", "kind", "division_code"]].reset_index(drop=True)
    rule_sets_of(register["kind"], year.number)  # a sentence for people when a kind has no rules
    contracts = registry.contracts_frame(db, known_at)
    contracts = contracts[contracts["estate_code"].isin(register["estate_code"])]
    service = service_on(contracts, year.last).set_index("estate_code")
    for name in ("service_start", "uscc", "manager_code"):
        register[name] = register["estate_code"].map(service[name].astype("object")).astype("object")
    limits = limit_facts(db, year, register, contracts)
    order = parts.Order(
        year=year.number,
        name="all",
        register=register[["estate_code", "kind", "division_code", "service_start"]],
        computed=_computed_frame(db, year, register["estate_code"]) if known_at is None else _NOTHING_COMPUTED,
        limits=limits,
        known_at=known_at,
        whole=estates is None,
        rules=parts.rules_now(),
    )
    made = _rated(db, order, where)
    table = made.ratings
    for name in ("kind", "division_code", "uscc", "manager_code"):
        table[name] = register[name].to_numpy()
    return YearFigures(table, made.components, limits)


def _rated(db: Session, order: parts.Order, where: Where) -> YearResult:
    if where.cluster is None and len(order.register) <= AT_ONCE:
        return parts.rated_here(db, order).year
    if where.cluster is None:
        made = cluster.each(partial(parts.rated_here, db), parts.split(order))
    else:
        order = replace(order, state=parts.state_of(db), folder=where.folder)
        made = cluster.each(parts.rated, _written(db, order), where.cluster)
    year = together(made).year
    in_order = year.ratings.set_index("estate_code").loc[order.register["estate_code"]].reset_index()
    return YearResult(in_order, year.components)


def _written(db: Session, order: parts.Order) -> Iterator[parts.Order]:
    """The parts of an order, the Parquet files of each written before it goes out where they are asked for."""
    for part in parts.split(order):
        if part.folder:
            parquet.write(Path(part.folder), part.name, parts.facts_of(db, part))
        yield part


@dataclass(frozen=True)
class ComputedIndicator:
    """An indicator that the portal works out itself: estate to centipoints, and the sentence that stands as evidence."""

    name: str
    scores: dict[str, int]
    evidence: str


def computed(
    db: Session, year: Year, indicators: pd.DataFrame, codes: Collection[str]
) -> list[ComputedIndicator]:  # fmt: skip
    """The indicators that the portal computes, as they stand now, each of estates for which neither a sheet nor an earlier
    publication gives it. Rooms above answer ``indicators.computed`` (year, estates) with ``indicator``, ``scores`` and
    ``evidence``."""
    left = []
    for one in _candidates(db, year, codes):
        given = set(indicators.loc[indicators["indicator_code"] == one.name, "estate_code"])
        scores = {code: cp for code, cp in one.scores.items() if code not in given}
        left += [ComputedIndicator(one.name, scores, one.evidence)] if scores else []
    return left


def _candidates(db: Session, year: Year, codes: Collection[str]) -> list[ComputedIndicator]:
    own = rectification.computed_indicators(db, year.number, set(codes))
    found = [ComputedIndicator(rectification.INDICATOR, own, "按期整改率（平台计算）")]
    for answer in hooks.announce("indicators.computed", db, year=year.number, estates=set(codes)):
        found.append(ComputedIndicator(answer["indicator"], answer["scores"], answer["evidence"]))
    return found


def _computed_frame(db: Session, year: Year, codes: Collection[str]) -> pd.DataFrame:
    """What the portal computes, whether it is given or not."""
    rows = [(code, one.name, cp) for one in _candidates(db, year, codes) for code, cp in one.scores.items()]
    return pd.DataFrame(rows, columns=list(_NOTHING_COMPUTED.columns)) if rows else _NOTHING_COMPUTED


def reasons_of(status: str, reason: str) -> list[str]:
    """The reasons of a status as codes: ``["V01", "V03"]``, ``["survey:sample", "management:quarters"]``,
    ``["nobody_serving"]``; empty for a rated estate.

    >>> reasons_of("pending", "survey:sample; comprehensive:indicators:safety,disclosure")
    ['survey:sample', 'comprehensive:indicators:safety,disclosure']
    """
    if not reason:
        return []
    if status == VETOED:
        return reason.split(",")
    return [reason] if status == NOT_ELIGIBLE else reason.split("; ")
