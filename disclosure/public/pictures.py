"""The charts of an estate's funds and of the district, each with a sentence as its title."""

from collections.abc import Callable

from markupsafe import Markup

from disclosure.comparison.api import Likes
from disclosure.public import words
from disclosure.public.overview import Overview
from disclosure.public.reading import Dossier
from portal.kernel import charts, money_charts
from portal.kernel.i18n import _
from portal.kernel.money_charts import Among

Chart = tuple[str, Markup]


def flow(found: Dossier, on_screen: bool = False) -> Chart:
    """From sources to uses; what is left over, or taken from before, makes both sides equal."""
    title = words.flow_title(found.fund, found.period, found.flow)
    sources = [(one.name, one.fen) for one in found.flow.sources]
    uses = [(one.name, one.fen) for one in found.flow.uses]
    if found.flow.left_fen > 0:
        uses.append((_("结余"), found.flow.left_fen))
    elif found.flow.left_fen < 0:
        sources.append((_("动用以前结余"), -found.flow.left_fen))
    return title, money_charts.flow(title, sources, uses, money_charts.SCREEN if on_screen else money_charts.PAGE)


def balance(found: Dossier) -> Chart | None:
    """The fund's balance month by month, from its first known month."""
    points = found.balances.get(found.fund, [])
    begins = next((place for place, (_month, fen) in enumerate(points) if fen is not None), None)
    if begins is None:
        return None
    title = words.balance_title(found.fund, points)
    return title, money_charts.balance(title, [(str(month), fen) for month, fen in points[begins:]])


def likes(found: Likes) -> Chart:
    """Where the estate stands among those like it."""
    title = _("与%(count)s个同类小区（%(said)s）比较：每平方米每年多少元", count=found.count, said=found.said)
    rows = [
        Among(one.name, one.at(0), one.at(1), one.at(2), one.at(3), one.at(4), one.own, len(one.values))
        for one in found.measures
    ]
    return title, money_charts.among(title, rows)


def calendar(found: Overview, street_link: Callable[[str], Markup]) -> Markup:
    """Streets by months: the share in time; the number is always printed."""
    shares = [tally.rate_bp for month in found.months if (tally := found.whole.months.get(month))]
    known = [share for share in shares if share is not None]
    title = words.heat_title(known[0] if known else None, known[-1] if known else None)
    rows = [
        (street_link(row.code), [row.months[month].rate_bp if month in row.months else None for month in found.months])
        for row in found.streets
    ]
    columns = [str(month) for month in found.months]
    return charts.heatmap(title, _("街道"), columns, rows, 0, 10_000, _("单位%，颜色越深，按期公开的越多"))
