"""Everything the public may know of one company on a day: credit, estates served, list entries."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.registry import api as registry
from portal.shell.public import fields
from portal.shell.public.standing import Standing, last_published
from scoring.credit import api as credit
from scoring.credit.api import CommitmentView
from scoring.lists import api as lists
from scoring.rules.credit import CreditTariff, tariff_on


@dataclass(frozen=True)
class Served:
    """An estate that the company serves, with its last stars and score."""

    estate_code: str
    name: str
    kind: str
    division_code: str
    households: int
    manager_code: str
    rating: Any | None
    last: Any | None


@dataclass(frozen=True)
class Record:
    """The public record of a company on a day. Events that no longer count are no longer shown: display ends with effect."""

    view: registry.EnterpriseView
    as_of: date
    credit: credit.CreditView
    tariff: CreditTariff
    served: list[Served]
    entries: list[lists.EntryView]
    standing: Standing
    commitments: list[CommitmentView]
    known_at: datetime | None = None

    @property
    def good_cp(self) -> int:
        """Commendations as far as they count."""
        return min(self.credit.good_cp, self.tariff.good_cap_cp)


def record(db: Session, uscc: str, as_of: date, known_at: datetime | None = None) -> Record:
    """The public record of a company on a day, as known at an instant (default now). Raises ``NotFound``."""
    view = registry.enterprise(db, uscc)
    standing = last_published(db, as_of, known_at)
    return Record(
        view=view,
        as_of=as_of,
        credit=credit.score(db, "enterprise", uscc, as_of, known_at),
        tariff=tariff_on(as_of.isoformat()),
        served=_served(db, uscc, as_of, standing, known_at),
        entries=lists.in_force(db, as_of, known_at, uscc=uscc),
        standing=standing,
        commitments=credit.commitments_of(db, uscc, as_of, public_only=True),
        known_at=known_at,
    )


def _served(db: Session, uscc: str, as_of: date, standing: Standing, known_at: datetime | None = None) -> list[Served]:
    serving = registry.serving(db, as_of, known_at)
    mine = serving[serving["uscc"] == uscc].merge(registry.estates_frame(db, as_of, known_at), on="estate_code")
    return [
        Served(
            row.estate_code, row.name, row.kind, row.division_code, int(row.households), row.manager_code,
            standing.ratings.get(row.estate_code), standing.scores.get(row.estate_code),
        )
        for row in mine.itertuples(index=False)
    ]  # fmt: skip


SERVED = ("estate_code", "name", "kind", "division_code", "households", "manager_code", "year", "stars", "rating_status",
          "quarter", "score", "rank_district", "rank_street")  # fmt: skip


def served_row(one: Served) -> fields.Row:
    """An estate served, as JSON."""
    rating, last = one.rating, one.last
    return {
        "estate_code": one.estate_code, "name": one.name, "kind": one.kind, "division_code": one.division_code,
        "households": one.households, "manager_code": one.manager_code,
        "year": int(rating.year) if rating else None, "stars": fields.whole(rating.stars) if rating else None,
        "rating_status": rating.status if rating else None, "quarter": last.quarter if last else None,
        "score": fields.points(last.score_cp) if last else None,
        "rank_district": fields.whole(last.rank_district) if last else None,
        "rank_street": fields.whole(last.rank_street) if last else None,
    }  # fmt: skip


def content(db: Session, found: Record) -> fields.Row:
    """The record as JSON; no names of people."""
    return {
        **fields.enterprise(found.view),
        "credit": fields.credit_figures(db, found.credit, found.known_at),
        "estates": [served_row(one) for one in found.served],
        "lists": fields.list_entries(db, found.entries, found.as_of),
    }
