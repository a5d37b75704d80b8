"""Rows of the two searches: estates with what was last published, companies with their credit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.registry import api as registry
from portal.shell.public import fields
from portal.shell.public.standing import Standing, last_published
from scoring.credit import api as credit

SORTS = ("match", "stars", "score", "name")
COLUMNS = ("estate_code", "name", "kind", "division_code", "address", "households", "year", "stars", "rating_status",
           "quarter", "score", "rank_district", "rank_street", "match")  # fmt: skip
COMPANY_COLUMNS = ("uscc", "name", "credit_score", "credit_grade", "estates", "match")


@dataclass(frozen=True)
class Hit:
    """An estate found, with its last rating and score (None where there is none)."""

    view: registry.EstateView
    rating: Any | None
    last: Any | None
    why: str = ""

    @property
    def row(self) -> fields.Row:
        """The row of the .json, .csv and .xlsx twins; the page prints the same values."""
        rating, last = self.rating, self.last
        return {
            "estate_code": self.view.code, "name": self.view.name, "kind": self.view.kind,
            "division_code": self.view.division_code, "address": self.view.address or None,
            "households": self.view.households, "year": int(rating.year) if rating else None,
            "stars": fields.whole(rating.stars) if rating else None, "rating_status": rating.status if rating else None,
            "quarter": last.quarter if last else None, "score": fields.points(last.score_cp) if last else None,
            "rank_district": fields.whole(last.rank_district) if last else None,
            "rank_street": fields.whole(last.rank_street) if last else None,
            "match": self.why or None,
        }  # fmt: skip


def _key(sort: str) -> Any:
    def stars(hit: Hit) -> tuple[int, int, str]:
        total = fields.whole(hit.rating.total_cp) if hit.rating else None
        return (-(row if (row := hit.row["stars"]) is not None else -1), -(total or 0), hit.view.code)

    def score(hit: Hit) -> tuple[int, str]:
        return (-(fields.whole(hit.last.score_cp) or -1 if hit.last else -1), hit.view.code)

    return {"stars": stars, "score": score, "name": lambda hit: (hit.view.name, hit.view.code)}[sort]


def estates(
    db: Session, wanted: Mapping[str, str], limit: int | None = None, offset: int = 0
) -> tuple[list[Hit], int, Standing]:
    """Estates found (``wanted``: q, division, kind, sort; each may be empty), how many in all, what was published."""
    standing = last_published(db)
    sort = wanted["sort"]
    by_match = sort == "match"
    found, total, why = registry.match_estates(
        db,
        wanted["q"],
        wanted["division"],
        wanted["kind"],
        limit=limit if by_match else None,
        offset=offset if by_match else 0,
    )
    hits = [
        Hit(view, standing.ratings.get(view.code), standing.scores.get(view.code), why.get(view.code, ""))
        for view in found
    ]
    if not by_match:
        hits = sorted(hits, key=_key(sort))[offset : None if limit is None else offset + limit]
    return hits, total, standing


@dataclass(frozen=True)
class Company:
    """A company found, with its credit today and the number of estates it serves."""

    uscc: str
    name: str
    score_cp: int
    grade: str
    estates: int
    why: str = ""

    @property
    def row(self) -> fields.Row:
        """The row of the twins."""
        return {
            "uscc": self.uscc, "name": self.name, "credit_score": fields.points(self.score_cp),
            "credit_grade": self.grade, "estates": self.estates, "match": self.why or None,
        }  # fmt: skip


def companies(db: Session, q: str, limit: int | None = None, offset: int = 0) -> tuple[list[Company], int]:
    """Companies found with score and grade today."""
    found, total, why = registry.match_enterprises(db, q, limit=limit, offset=offset)
    if not found:
        return [], total
    today = clock.today()
    figures = credit.scores(db, "enterprise", [view.uscc for view in found], today).set_index("subject")
    served = registry.serving(db, today)["uscc"].value_counts()
    return [
        Company(
            view.uscc, view.name, int(figures.loc[view.uscc, "score_cp"]), str(figures.loc[view.uscc, "grade"]),
            int(served.get(view.uscc, 0)), why.get(view.uscc, ""),
        )
        for view in found
    ], total  # fmt: skip
