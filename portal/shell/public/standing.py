"""What was last published about every estate: the last quarter's score and place, the last year's stars."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel.divisions import street_of
from portal.kernel.formats import ordinal
from portal.kernel.i18n import _
from portal.kernel.kept import kept
from portal.registry import api as registry
from portal.registry.api import areas
from portal.shell.public import fields
from scoring.ratings import api as ratings


@dataclass(frozen=True)
class Standing:
    """``scores`` and ``ratings``: estate code to the row in force. ``quarter`` and ``year`` are None before the first."""

    quarter: ratings.QuarterView | None
    scores: Mapping[str, Any]
    year: ratings.YearView | None
    ratings: Mapping[str, Any]

    @cached_property
    def groups(self) -> Counter[tuple[str, str]]:
        """(kind, area) to how many estates have a score; the area is a street code, or empty for the district."""
        scored = [row for row in self.scores.values() if row.status == "published"]
        return Counter((row.kind, "") for row in scored) + Counter(
            (row.kind, street_of(row.division_code)) for row in scored
        )

    @cached_property
    def places(self) -> Counter[tuple[str, str, int]]:
        """(kind, area, rank) to how many estates share it."""
        found: Counter[tuple[str, str, int]] = Counter()
        for row in self.scores.values():
            if row.status == "published":
                found[row.kind, "", int(row.rank_district)] += 1
                found[row.kind, street_of(row.division_code), int(row.rank_street)] += 1
        return found

    def stars_count(self) -> Counter[Any]:
        """Stars (5 to 0), or the status where there are none, to the number of estates."""
        return Counter(int(row.stars) if row.status == "rated" else row.status for row in self.ratings.values())


def last_published(db: Session, as_of: date | None = None, known_at: datetime | None = None) -> Standing:
    """What is public on a day (default today), as known at an instant: five queries whatever the number of estates, and none
    while nobody did anything since the last page asked for today's."""
    if as_of is None and known_at is None:
        return kept(db, "public.standing", lambda: _last_published(db, None, None))
    return _last_published(db, as_of, known_at)


def _last_published(db: Session, as_of: date | None, known_at: datetime | None) -> Standing:
    quarters, years = ratings.quarters(db, as_of), ratings.years(db, as_of)
    quarter, year = next(iter(quarters), None), next(iter(years), None)
    scores = fields.by_estate(ratings.quarter_rows(db, quarter.period, as_of, known_at)) if quarter else {}
    stars = fields.by_estate(ratings.rating_rows(db, year.year, as_of, known_at)) if year else {}
    return Standing(quarter if scores else None, scores, year if stars else None, stars)


def rank_sentence(standing: Standing, row: Any, names: areas.Areas, in_street: bool = True) -> str:
    """The place among estates of one kind, in the street or the district; always names the group."""
    street = street_of(row.division_code) if in_street else ""
    rank = row.rank_street if in_street else row.rank_district
    if row.status != "published":
        return _("没有得分，不排名。")
    area = areas.name_of(names, street) if street else areas.district(names)
    count, tied = standing.groups[row.kind, street], standing.places[row.kind, street, int(rank)] - 1
    values = {"area": area, "of": count, "kind": registry.kind_group(row.kind), "rank": ordinal(int(rank))}
    if tied:
        return _("在%(area)s%(of)s个有得分的%(kind)s中，与另外%(tied)s个并列%(rank)s名。", tied=tied, **values)
    return _("在%(area)s%(of)s个有得分的%(kind)s中排%(rank)s名。", **values)
