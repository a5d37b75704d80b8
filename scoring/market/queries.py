"""Reads of market entry: decisions taken, and contracts of sheets that wait for one (derived, never stored)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor
from portal.registry import api as registry
from scoring.lists import api as lists
from scoring.market import policy
from scoring.market.models import MarketDecision

SHOWN = 200


@dataclass(frozen=True)
class Waiting:
    """A contract that was registered by sheet while an entry was in force on a party, and not decided on."""

    estate_code: str
    estate_name: str
    uscc: str
    manager_code: str
    starts_on: date

    @property
    def key(self) -> tuple[str, str, str]:
        """The parties that a decision is about."""
        return self.estate_code, self.uscc, self.manager_code


def decisions(db: Session, actor: Actor, uscc: str | None = None) -> list[MarketDecision]:
    """Decisions that a reader may see, the newest first."""
    query = select(MarketDecision).order_by(MarketDecision.recorded_at.desc(), MarketDecision.id)
    if uscc is not None:
        query = query.where(MarketDecision.uscc == uscc)
    rows = list(db.scalars(query.limit(SHOWN)))
    places = _places(db, clock.today())
    return [row for row in rows if policy.may_read(actor, places.get(row.estate_code, ("", ""))[1])]


def waiting(db: Session, actor: Actor, on: date) -> list[Waiting]:
    """Contracts of sheets in the person's jurisdiction whose parties had a black entry in force at the registration, and
    still have it, oldest first."""
    begun: dict[str, date] = {}
    for entry in lists.in_force(db, on, kind="black"):
        for code in {entry.uscc, entry.manager_code, entry.subject} - {None, ""}:
            begun[str(code)] = min(entry.effective_from, begun.get(str(code), date.max))
    if not begun:
        return []
    frame, settled, places = _registered(db, min(begun.values())), _settled(db), _places(db, on)
    found = []
    for row in frame.itertuples(index=False):
        first = min(begun.get(row.uscc, date.max), begun.get(row.manager_code, date.max))
        name, division = places.get(row.estate_code, (row.estate_code, ""))
        is_mine = policy.may_decide(actor, division)
        if is_mine and clock.district_date(row.recorded_at) >= first and _key(row) not in settled:
            found.append(Waiting(row.estate_code, name, row.uscc, row.manager_code, row.starts_on))
    return found


def _key(row: Any) -> tuple[str, str, str]:
    return row.estate_code, row.uscc, row.manager_code


def _registered(db: Session, since: date) -> pd.DataFrame:
    return registry.contracts_registered(db, clock.day_start(since))


def _settled(db: Session) -> set[tuple[str, str, str]]:
    rows = select(MarketDecision.estate_code, MarketDecision.uscc, MarketDecision.manager_code)
    return {(row[0], row[1], row[2]) for row in db.execute(rows)}


def _places(db: Session, on: date) -> dict[str, tuple[str, str]]:
    frame = registry.estates_frame(db, on)
    return {row.estate_code: (row.name, row.division_code) for row in frame.itertuples(index=False)}
