"""Charts of public pages with the finding in their title."""

from markupsafe import Markup

from portal.kernel import charts
from portal.kernel.i18n import _
from portal.kernel.points import print_cp
from portal.shell.public import fields, words
from portal.shell.public.estate import Band, Dossier
from scoring.rules.rulesets import rule_set


def short(quarter: str) -> str:
    """A quarter on an axis: 2026Q3 -> 26Q3."""
    return quarter[2:]


def trend_title(found: Dossier, band: Band) -> str:
    """What the trend says: the way from the first to the last score, and where that lies among its kind."""
    known = [(row.quarter, fields.whole(row.score_cp)) for row in found.quarters]
    scores = [(quarter, score) for quarter, score in known if score is not None]
    if len(scores) < 2:
        return _("各季度得分")
    first, last = scores[0][1], scores[-1][1]
    edges = {quarter: (low, high) for quarter, low, high in band}.get(scores[-1][0])
    change = last - first
    values = {"n": len(scores), "points": print_cp(abs(change))}
    moved = (
        _("%(n)s个季度以来提高%(points)s分", **values)
        if change > 0
        else _("%(n)s个季度以来降低%(points)s分", **values)
        if change < 0
        else _("%(n)s个季度以来得分持平", n=len(scores))
    )
    return moved + _placed(last, edges)


def _placed(score: int, edges: tuple[int, int] | None) -> str:
    if edges is None:
        return ""
    low, high = edges
    if score > high:
        return _("，高于多数同类小区")
    return _("，低于多数同类小区") if score < low else _("，处于同类小区的中间水平")


def trend(found: Dossier, band: Band) -> tuple[str, Markup] | None:
    """Title and picture of the scores quarter by quarter, over the middle half of estates of the same kind."""
    if not found.quarters:
        return None
    title = trend_title(found, band)
    points = [(short(row.quarter), fields.whole(row.score_cp)) for row in found.quarters]
    return title, charts.trend(title, points, [(short(quarter), low, high) for quarter, low, high in band])


def year(found: Dossier) -> Markup | None:
    """How the components of the last rated year make its total."""
    row = found.rating
    if row is None or row.total_cp is None or fields.whole(row.total_cp) is None:
        return None
    rules = rule_set(row.rule_set)
    parts = [
        (words.component(name), weight, fields.whole(getattr(row, f"{name}_cp")))
        for name, weight in rules.weights.items()
    ]
    total = fields.whole(row.total_cp)
    return charts.year_waterfall(_("年度总分%(total)s分的构成", total=print_cp(total or 0)), parts, total)
