"""A street as the public sees it: its mean quarter by quarter among all streets, what its estates lost, how they spread."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from sqlalchemy.orm import Session

from portal.kernel import charts, clock
from portal.kernel.divisions import street_of
from portal.kernel.errors import NotFound
from portal.kernel.formats import quarter_text
from portal.kernel.i18n import _, language
from portal.kernel.points import print_cp
from portal.registry import api as registry
from portal.registry.api import areas
from portal.shell.public import fields
from portal.shell.public.spread import COLUMNS as SPREAD_COLUMNS
from portal.shell.public.spread import Part, parts_of
from scoring.ratings import api as ratings
from scoring.rules.rounding import half_up
from scoring.standards import api as standards

QUARTERS, LISTED = 12, 20
COLUMNS: dict[str, tuple[str, ...]] = {
    "trend": ("quarter", "mean", "low", "high"),
    "categories": ("category_code", "category", "lost"),
    "distribution": SPREAD_COLUMNS[:3],
}


@dataclass(frozen=True)
class Street:
    """``trend``: (quarter, mean or None, low, high) in centipoints, the band being the middle half of all streets;
    ``losses``: (code, name, centipoints lost of a hundred points) of the last quarter; ``estates``: its rows by rank."""

    code: str
    name: str
    quarter: str
    trend: list[tuple[str, int | None, int, int]]
    losses: list[tuple[str, str, int]]
    parts: list[Part]
    estates: list[Any]

    @property
    def scored(self) -> int:
        """How many estates have a score in the last quarter."""
        return sum(part.estates for part in self.parts)

    def rows(self, chart: str) -> list[fields.Row]:
        """A chart's figures: its table twin."""
        cells: list[tuple[str | None, ...]] = []
        if chart == "trend":
            cells = [
                (quarter, None if mean is None else print_cp(mean), print_cp(low), print_cp(high))
                for quarter, mean, low, high in self.trend
            ]
        elif chart == "categories":
            cells = [(code, name, print_cp(lost)) for code, name, lost in self.losses]
        else:
            return [part.row for part in self.parts]
        return [dict(zip(COLUMNS[chart], row, strict=True)) for row in cells]


def street(db: Session, code: str) -> Street:
    """The public figures of a street today. Raises ``NotFound`` for what is no street, or before the first quarter."""
    names, quarters = registry.divisions(db), ratings.quarters(db)
    if code not in names or names[code].level != "street":
        raise NotFound(_("没有编号为“%(value)s”的街道。", value=code[:40]))
    if not quarters:
        raise NotFound(_("还没有公布的季度得分。"))
    shown = [view.period for view in reversed(quarters)][-QUARTERS:]
    means = ratings.street_averages(db, shown, clock.today())
    last = shown[-1]
    frame = ratings.quarter_rows(db, last)
    own = frame[frame["division_code"].map(street_of) == code]
    scores = [int(score) for score in own["score_cp"].dropna()]
    return Street(
        code, areas.name_of(names, code), last, [(quarter, *_among(means, quarter, code)) for quarter in shown],
        _losses(db, last, own), parts_of(scores, None), fields.tuples(own.sort_values(["rank_street", "estate_code"]))[:LISTED],
    )  # fmt: skip


def _among(means: dict[str, dict[str, int]], quarter: str, code: str) -> tuple[int | None, int, int]:
    """The street's mean, and the middle half of all streets' means."""
    all_means = sorted(values[quarter] for values in means.values() if quarter in values)
    if not all_means:
        return None, 0, 0
    low, high = (int(np.percentile(all_means, part, method="nearest")) for part in (25, 75))
    return means.get(code, {}).get(quarter), low, high


def _losses(db: Session, quarter: str, own: pd.DataFrame) -> list[tuple[str, str, int]]:
    """Of a hundred points that could be had, how many each category cost, most first."""
    points = ratings.category_losses(db, quarter, own["estate_code"])
    if not (whole := int(points["applicable_cp"].sum())):
        return []
    names = {row["category_code"]: (row["category_zh"], row["category_en"]) for row in standards.export_rows(db)}
    lost = [
        (str(code), names.get(str(code), (str(code),) * 2)[language() == "en"], int(half_up(int(cp) * 10000, whole)))
        for code, cp in points[["category_code", "lost_cp"]].itertuples(index=False)
    ]
    return sorted(lost, key=lambda one: (-one[2], one[0]))


# ---- the pictures


def trend_picture(found: Street) -> tuple[str, Markup]:
    """Title and picture: the street's mean over the middle half of all streets."""
    known = [(quarter, mean, low, high) for quarter, mean, low, high in found.trend if mean is not None]
    title = _("各季度平均分")
    if known:
        quarter, mean, low, high = known[-1]
        values = {"quarter": quarter_text(quarter), "points": print_cp(mean), "street": found.name}
        above = _("%(street)s%(quarter)s平均%(points)s分，高于多数街道", **values)
        below = _("%(street)s%(quarter)s平均%(points)s分，低于多数街道", **values)
        middle = _("%(street)s%(quarter)s平均%(points)s分，处于各街道的中间水平", **values)
        title = above if mean > high else below if mean < low else middle
    band = [(quarter[2:], low, high) for quarter, _mean, low, high in found.trend if high]
    return title, charts.trend(title, [(row[0][2:], row[1]) for row in found.trend], band, _("各街道中间一半"))


def losses_picture(found: Street) -> tuple[str, Markup] | None:
    """Title and picture: where the points of the last quarter were lost."""
    if not found.losses:
        return None
    title = _(
        "每100分里扣得最多的是%(category)s，%(points)s分",
        category=found.losses[0][1],
        points=print_cp(found.losses[0][2]),
    )
    return title, charts.waterfall(title, [(name, lost) for _code, name, lost in found.losses])


def spread_picture(found: Street) -> tuple[str, Markup] | None:
    """Title and picture: how many estates have how many points."""
    if not found.scored:
        return None
    most = max(found.parts, key=lambda part: part.estates)
    title = _("%(n)s个有得分的小区中，%(most)s个在%(label)s", n=found.scored, most=most.estates, label=most.label)
    return title, charts.counts(title, [(part.label, part.estates) for part in found.parts])
