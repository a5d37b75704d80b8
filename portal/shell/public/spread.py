"""Where an estate stands among its kind: how many estates of the district have how many points, and which of them it is one of."""

from dataclasses import dataclass

from markupsafe import Markup

from portal.kernel import charts
from portal.kernel.formats import quarter_text
from portal.kernel.i18n import _
from portal.kernel.points import print_cp
from portal.registry import api as registry
from portal.shell.public import fields
from portal.shell.public.estate import Dossier

STEP, LOWEST, TOP = 500, 6000, 10000  # centipoints: steps of five points; all below sixty are one
COLUMNS = ("from", "to", "estates", "here")


@dataclass(frozen=True)
class Part:
    """A step of the scale in centipoints (``high`` not included, save at the top), how many estates, whether this one is among them."""

    low: int
    high: int
    estates: int
    here: bool

    @property
    def label(self) -> str:
        """The step in words."""
        if self.low == 0:
            return _("%(points)s分以下", points=LOWEST // 100)
        return _("%(low)s～%(high)s分", low=self.low // 100, high=self.high // 100)

    @property
    def row(self) -> fields.Row:
        """The row of the table twins."""
        return {"from": print_cp(self.low), "to": print_cp(self.high), "estates": self.estates, "here": self.here}


@dataclass(frozen=True)
class Spread:
    """The steps from the lowest to the highest, and what they say in one sentence."""

    title: str
    parts: list[Part]

    @property
    def picture(self) -> Markup:
        """The bars, the estate's own marked in words."""
        rows = [
            (_("%(label)s（本小区在这里）", label=part.label) if part.here else part.label, part.estates)
            for part in self.parts
        ]
        return charts.counts(self.title, rows)


def _step(score: int) -> int:
    return 0 if score < LOWEST else min(score // STEP * STEP, TOP - STEP)


def parts_of(scores: list[int], own: int | None) -> list[Part]:
    """The steps from the lowest to the highest score (centipoints), and in which of them ``own`` lies."""
    if not scores:
        return []
    lows = sorted({_step(score) for score in scores})
    steps = [0] * (lows[0] == 0) + list(range(max(lows[0], LOWEST), lows[-1] + STEP, STEP))
    here = None if own is None else _step(own)
    return [
        Part(low, LOWEST if low == 0 else low + STEP, sum(_step(score) == low for score in scores), here == low)
        for low in steps
    ]


def spread(found: Dossier) -> Spread | None:
    """The spread of the last quarter around an estate; None where it has no score or stands alone."""
    own = fields.whole(found.last.score_cp) if found.last is not None else None
    if own is None or found.last is None:
        return None
    kind = found.last.kind
    scores = [
        int(row.score_cp)
        for row in found.standing.scores.values()
        if row.kind == kind and fields.whole(row.score_cp) is not None
    ]
    if len(scores) < 2:
        return None
    parts = parts_of(scores, own)
    title = _(
        "%(quarter)s，%(of)s个%(kind)s中有%(n)s个得分比它低",
        quarter=quarter_text(found.last.quarter), of=len(scores), kind=registry.kind_group(kind), n=sum(score < own for score in scores),
    )  # fmt: skip
    return Spread(title, parts)
