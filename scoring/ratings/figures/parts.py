"""A year in parts: estates of one street, at most ``MOST`` of them, each rated by itself, here or on another machine.

What a part needs and nobody but this process can tell (the register, who serves, answers of other rooms) goes with its order; all
else the one who rates it reads from the database, or from the Parquet files that were written for it. While the year's lock is
held nothing of it changes, so it does not matter when and where a part is read.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

import scoring.rules.parts as rules_parts
from portal.kernel.audit import AuditEntry, AuditHead
from portal.kernel.db import reading
from portal.kernel.errors import Conflict
from portal.kernel.i18n import _
from portal.kernel.periods import Year
from scoring.ratings.figures import parquet
from scoring.ratings.figures.categories import pinned_checks
from scoring.ratings.figures.quarter import rule_sets_of
from scoring.ratings.queries.current import RELEASED
from scoring.ratings.queries.quarters import published_scores, quarter_months
from scoring.rules.limiters import needs_categories
from scoring.rules.parts import RatedPart, YearPart, rated_part
from scoring.rules.ranks import STREET_DIGITS
from scoring.rules.rulesets import rule_set
from scoring.rules.years import YearFacts
from scoring.surveys import api as surveys

MOST = 500
_NO_CHECKS = pd.DataFrame(columns=["check", "estate_code", "month", "standard"])
_NO_RESULTS = pd.DataFrame(columns=["check", "item_code", "result"])


@dataclass(frozen=True)
class Order:
    """A part of a year to rate. ``register``: ``estate_code, kind, division_code, service_start``; ``computed``: indicators that the
    portal works out itself; ``limits``: facts of limiters. ``whole``: it holds every estate of the register. ``state``: last row
    of the audit log and its hash; ``rules``: what the rules are; ``folder``: where its Parquet files lie, else the database is read.
    """

    year: int
    name: str
    register: pd.DataFrame
    computed: pd.DataFrame
    limits: pd.DataFrame | None
    known_at: datetime | None = None
    whole: bool = False
    state: tuple[int, str] = (0, "")
    rules: str = ""
    folder: str = ""


def split(order: Order, most: int = MOST) -> Iterator[Order]:
    """The order as orders of one street each, at most ``most`` estates, by code."""
    street = order.register["division_code"].astype("str").str.slice(0, STREET_DIGITS)
    for code, rows in order.register.groupby(street.to_numpy(), sort=True):
        for start in range(0, len(rows), most):
            own = rows.iloc[start : start + most].reset_index(drop=True)
            yield replace(
                order,
                name=f"{code}-{start:05d}",
                register=own,
                computed=_of(order.computed, own["estate_code"]),
                limits=None if order.limits is None else _of(order.limits, own["estate_code"]),
                whole=False,
            )


def rated(order: Order) -> RatedPart:
    """Rate a part in a process of its own, which has the same release and, without Parquet files, the same database.

    Raises ``Conflict`` where it has not, and what the rules raise."""
    if order.rules != rules_now():
        raise Conflict(_("计算节点的程序版本与平台不一致，请安装同一版本后再试。"))
    if order.folder:
        return rated_part(_known_to_order(order, parquet.read(Path(order.folder), order.name)), order.year)
    with reading() as db:
        _refuse_other_state(db, order)
        return rated_here(db, order)


def rated_here(db: Session, order: Order) -> RatedPart:
    """Rate a part in this transaction."""
    return rated_part(_known_to_order(order, facts_of(db, order)), order.year)


def facts_of(db: Session, order: Order) -> YearPart:
    """What the database says of a part: its published quarters, the facts of the year and, where a limiter looks at categories, the
    checks that entered the quarters, with their results as they were known at the publication."""
    year, codes = Year(order.year), order.register["estate_code"]
    wanted = None if order.whole else codes.tolist()
    known = surveys.facts(db, year.number, order.known_at, wanted)
    quarters = _of(published_scores(db, year, RELEASED, order.known_at, wanted), codes)
    facts = YearFacts(
        estates=order.register[["estate_code", "kind", "service_start"]],
        quarters=quarters,
        surveys=_of(known.surveys, codes),
        indicators=_of(known.indicators, codes),
        collection_rates=_of(known.collection_rates, codes),
        vetoes=_of(known.vetoes, codes),
        limits=order.limits,
    )
    return YearPart(*_checks(db, order, quarters, wanted), facts)


def _checks(
    db: Session, order: Order, quarters: pd.DataFrame, wanted: list[str] | None
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, pd.DataFrame]]:
    sets = [rule_set(code) for code in set(rule_sets_of(order.register["kind"], order.year).values())]
    tables, results = [], []
    standards: dict[str, pd.DataFrame] = {}
    for quarter in Year(order.year).quarters if any(needs_categories(rules.limiters) for rules in sets) else ():
        codes = set(quarters.loc[quarters["quarter"] == str(quarter), "estate_code"])
        months = quarter_months(db, quarter, RELEASED, order.known_at, estates=wanted)
        months = months[months["estate_code"].isin(codes)]
        for instant, group in months.groupby("recorded_at", sort=False):
            table, rows, frames = pinned_checks(db, group, instant)
            tables.append(table)
            results.append(rows)
            standards.update(frames)
    if not tables:
        return _NO_CHECKS, _NO_RESULTS, {}
    checks, found = pd.concat(tables, ignore_index=True), pd.concat(results, ignore_index=True)
    number = pd.Series(range(len(checks)), index=checks["check"])
    return checks.assign(check=range(len(checks))), found.assign(check=found["check"].map(number)), standards


def _known_to_order(order: Order, part: YearPart) -> YearPart:
    """The part with what goes with its order: indicators that neither a sheet nor an earlier publication gives."""
    facts, indicators = part.facts, part.facts.indicators
    if len(order.computed):
        given = set(indicators["estate_code"].astype("str") + " " + indicators["indicator_code"].astype("str"))
        asked = order.computed["estate_code"] + " " + order.computed["indicator_code"]
        more = order.computed[~asked.isin(given).to_numpy(bool)]
        columns = ["estate_code", "indicator_code", "score_cp"]
        frames = [frame[columns] for frame in (indicators, more) if len(frame)]
        indicators = pd.concat(frames, ignore_index=True) if frames else indicators
    kept = _of_rule_sets(indicators, order.register, order.year)
    estates = order.register[["estate_code", "kind", "service_start"]]
    return replace(part, facts=replace(facts, estates=estates, indicators=kept, limits=order.limits))


def _of(frame: pd.DataFrame, codes: pd.Series) -> pd.DataFrame:
    return frame[frame["estate_code"].isin(codes)].reset_index(drop=True)


def _of_rule_sets(indicators: pd.DataFrame, register: pd.DataFrame, year: int) -> pd.DataFrame:
    """Only the indicators that the rule set of the estate's kind asks for; another set's are no error."""
    codes = rule_sets_of(register["kind"], year)
    wanted = {(kind, name) for kind, code in codes.items() for name in rule_set(code).indicators}
    kinds = indicators["estate_code"].map(register.set_index("estate_code")["kind"])
    kept = [pair in wanted for pair in zip(kinds, indicators["indicator_code"], strict=True)]
    return indicators[pd.Series(kept, index=indicators.index, dtype=bool)].reset_index(drop=True)


def state_of(db: Session) -> tuple[int, str]:
    """The last row of the audit log and its hash: what has been done to this database."""
    return tuple(
        db.execute(select(AuditHead.count, AuditHead.last_hash).where(AuditHead.id == 1)).one_or_none() or (0, "")
    )  # type: ignore[return-value]


def _refuse_other_state(db: Session, order: Order) -> None:
    seq, known = order.state
    if seq and db.scalar(select(AuditEntry.hash).where(AuditEntry.seq == seq)) != known:
        raise Conflict(_("计算节点读到的不是平台现在的数据（另一个数据库，或者落后的副本）。"))


@cache
def rules_now() -> str:
    """A name for the rules as installed here: their code and their sets."""
    folder, digest = Path(rules_parts.__file__).parent, hashlib.sha256()
    for path in sorted([*folder.rglob("*.py"), *folder.rglob("*.json")]):
        digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()
