"""Everything the public may know of one estate, read once for its page, its .json twin and the API."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.divisions import street_of
from portal.kernel.errors import NotFound
from portal.kernel.kept import kept
from portal.registry import api as registry
from portal.registry.api import areas
from portal.shell.public import fields
from portal.shell.public.quarter import QuarterShown, opened
from portal.shell.public.standing import Standing, last_published
from scoring.credit import api as credit
from scoring.lists import api as lists
from scoring.ratings import api as ratings
from scoring.rectification import api as rectification

Band = list[tuple[str, int, int]]


@dataclass(frozen=True)
class Service:
    """Who serves an estate today."""

    uscc: str
    name: str
    manager_code: str
    starts_on: date
    ends_on: date | None
    credit: credit.CreditView
    entries: list[lists.EntryView]


@dataclass(frozen=True)
class Dossier:
    """The public record of an estate."""

    view: registry.EstateView
    names: areas.Areas
    standing: Standing
    quarters: list[Any]
    ratings: list[Any]
    service: Service | None
    entries: list[lists.EntryView]
    orders: list[rectification.PublicOrder]

    @property
    def last(self) -> Any | None:
        """The row of the last published quarter, if the estate has one."""
        return self.standing.scores.get(self.view.code)

    @property
    def rating(self) -> Any | None:
        """The row of the last rated year, if the estate has one."""
        return self.standing.ratings.get(self.view.code)

    @property
    def before(self) -> Any | None:
        """The quarter published before the last one."""
        earlier = [row for row in self.quarters if self.last is not None and row.quarter < self.last.quarter]
        return earlier[-1] if earlier else None

    @property
    def score_delta_cp(self) -> int | None:
        """Change of the score since the quarter before; None where one of them is missing."""
        now, old = self.last, self.before
        if now is None or old is None or pd.isna(now.score_cp) or pd.isna(old.score_cp):
            return None
        return int(now.score_cp) - int(old.score_cp)

    @property
    def rank_delta(self) -> int | None:
        """Places gained in the street (positive is better) while kind and street stayed the same."""
        now, old = self.last, self.before
        if now is None or old is None or self.score_delta_cp is None:
            return None
        same = (now.kind, street_of(now.division_code)) == (old.kind, street_of(old.division_code))
        return int(old.rank_street) - int(now.rank_street) if same else None


def dossier(db: Session, code: str) -> Dossier:
    """The public record of an estate today. Raises ``NotFound``."""
    view = registry.estate(db, code)
    return Dossier(
        view=view,
        names=registry.divisions(db),
        standing=last_published(db),
        quarters=fields.tuples(ratings.estate_quarters(db, code)),
        ratings=fields.tuples(ratings.estate_ratings(db, code)),
        service=service_of(db, code),
        entries=lists.concerning_estate(db, code, clock.today()),
        orders=rectification.public_orders(db, code),
    )


def service_of(db: Session, code: str) -> Service | None:
    """The company in charge today with its credit, or None when nobody serves."""
    today = clock.today()
    row = registry.contract_on(db, code, today)
    if row is None:
        return None
    try:
        name = registry.enterprise(db, row.uscc).name
    except NotFound:
        name = row.uscc
    entries = [entry for entry in lists.in_force(db, today, uscc=row.uscc) if entry.subject_type == "enterprise"]
    found = credit.score(db, "enterprise", row.uscc, today)
    return Service(row.uscc, name, row.manager_code, row.starts_on, row.ends_on, found, entries)


def quarter_opened(db: Session, found: Dossier) -> QuarterShown | None:
    """The last published quarter of the estate down to its findings."""
    if found.last is None or not found.last.months:
        return None
    return opened(db, found.last.quarter, found.view.code)


def band(db: Session, kind: str, quarters: Sequence[str]) -> Band:
    """The middle half of all estates of a kind, quarter by quarter: (quarter, lower edge, upper edge) in centipoints."""
    return kept(db, ("public.band", kind, tuple(quarters)), lambda: _band(db, kind, quarters))


def _band(db: Session, kind: str, quarters: Sequence[str]) -> Band:
    history = ratings.score_history(db, list(quarters))
    history = history[(history["kind"] == kind) & history["score_cp"].notna()]
    found = []
    for quarter, group in history.groupby("quarter", sort=True):
        values = sorted(int(value) for value in group["score_cp"])
        edge = len(values) // 4
        found.append((str(quarter), values[edge], values[len(values) - 1 - edge]))
    return found


def revised(db: Session, found: Dossier) -> list[Any]:
    """Corrections of the estate's figures: releases after the first one of a period, the latest first."""
    touched = {row.release_id for row in [*found.quarters, *found.ratings] if row.revision > 1}
    return [release for release in reversed(ratings.releases(db)) if release.id in touched]


def content(db: Session, found: Dossier) -> fields.Row:
    """The record as JSON: the columns of the register, and the tables of the contract for this estate."""
    service = found.service
    return {
        **fields.estate(found.view),
        "service": None
        if service is None
        else {
            "uscc": service.uscc,
            "name": service.name,
            "manager_code": service.manager_code,
            "starts_on": fields.plain(service.starts_on),
            "ends_on": fields.plain(service.ends_on),
        },
        "quarter_scores": fields.quarter_scores(db, found.quarters),
        "ratings": fields.ratings(db, found.ratings),
        "lists": fields.list_entries(db, found.entries),
        "rectification_orders": [fields.order(order) for order in found.orders],
    }
