"""What is odd in the register today: estates that nobody serves, contracts that are about to end."""

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor, Permission
from portal.registry import api as registry

SOON = timedelta(days=60)


@dataclass(frozen=True)
class Bare:
    """An estate without a contract today; ``ended_on``: the last day of its last contract, None when it had none."""

    estate_code: str
    name: str
    ended_on: date | None


@dataclass(frozen=True)
class Ending:
    """A contract that ends within ``SOON``; ``is_renewed`` when a later one is registered."""

    estate_code: str
    name: str
    uscc: str
    ends_on: date
    is_renewed: bool


@dataclass(frozen=True)
class Oddities:
    """``estates``: how many there are; the odd ones, the most pressing first."""

    estates: int
    bare: list[Bare]
    ending: list[Ending]


def keeps_register(actor: Actor) -> bool:
    """The person whose first question is the register: who keeps it and does not publish scores."""
    return actor.may(Permission.REGISTRY_EDIT) and not actor.may(Permission.QUARTER_PUBLISH)


def found(db: Session, within: str | None) -> Oddities:
    """The register of a jurisdiction today."""
    today = clock.today()
    estates, contracts = registry.estates_frame(db, today, within=within), registry.contracts_frame(db)
    contracts = contracts[contracts["estate_code"].isin(estates["estate_code"])]
    names = dict(zip(estates["estate_code"], estates["name"], strict=True))
    by_estate = {str(code): list(rows.itertuples(index=False)) for code, rows in contracts.groupby("estate_code")}
    bare, ending = [], []
    for code, name in names.items():
        held = by_estate.get(code, [])
        ends = {row.starts_on: None if pd.isna(row.ends_on) else row.ends_on for row in held}
        current = [row for row in held if row.starts_on <= today and (ends[row.starts_on] or date.max) >= today]
        if not current:
            past = [end for start, end in ends.items() if start <= today and end is not None]
            bare.append(Bare(code, name, max(past, default=None)))
            continue
        end = ends[current[-1].starts_on]
        if end is not None and end <= today + SOON:
            later = any(row.starts_on > end for row in held)
            ending.append(Ending(code, name, current[-1].uscc, end, later))
    return Oddities(len(names), bare, sorted(ending, key=lambda row: (row.is_renewed, row.ends_on, row.estate_code)))
