"""What is compared between estates, in fen for a square metre: income, cost of each kind, reserve. Whole numbers only."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from disclosure.comparison.groups import FEWEST
from disclosure.ledger import api as ledger
from portal.kernel.i18n import _

COMMON, SERVICE = ("basic", "joint"), "service"
MOST_UNKNOWN = 20  # a twentieth of the money moved may be without a category


@dataclass(frozen=True)
class Figures:
    """The money of one estate in twelve months, in fen, and its floor area in hundredths of m².

    ``income`` and ``common_cost`` are of the common income; ``costs`` by category are those of the service fees alone: an
    estate whose fees are not in the portal would look cheap beside one whose fees are.
    """

    area_centi: int
    income: int | None
    common_cost: int | None
    costs: Mapping[str, int]
    reserve: int | None


@dataclass(frozen=True)
class Measure:
    """One measure over alike estates: the distribution, and an estate's own value (None: not proven), fen for a m²."""

    code: str
    name: str
    values: tuple[int, ...]
    own: int | None

    def at(self, quarter: int) -> int:
        """The value below which so many quarters of the estates lie (0: the lowest, 4: the highest)."""
        return self.values[(len(self.values) - 1) * quarter // 4]


def per_metre(fen: int, area_centi: int) -> int:
    """Fen for a square metre, halves upward.

    >>> per_metre(1_000_000, 5_000_000)
    20
    """
    return (2 * fen * 100 + area_centi) // (2 * area_centi)


def figures(totals: Sequence[ledger.Total], area_centi: int, reserve: int | None, proven: Collection[str]) -> Figures:
    """An estate's figures from its totals; ``proven`` names the types of account whose books are proven."""
    kinds = {code: one.kind for code, one in ledger.category_by_code().items()}
    income = common_cost = 0
    costs: dict[str, int] = {}
    moved = unknown = 0
    for one in totals:
        if one.account_type not in proven:
            continue
        moved += one.in_fen + one.out_fen
        if one.category is None:
            unknown += one.in_fen + one.out_fen
            continue
        if one.account_type in COMMON and kinds[one.category] == "income":
            income += one.in_fen
        if kinds[one.category] == "cost" and one.account_type in COMMON:
            common_cost += one.out_fen - one.in_fen
        if kinds[one.category] == "cost" and one.account_type == SERVICE:
            costs[one.category] = costs.get(one.category, 0) + one.out_fen - one.in_fen
    if MOST_UNKNOWN * unknown > moved:  # nobody said yet what the money was for
        return Figures(area_centi, None, None, {}, reserve)
    has_common = any(name in proven for name in COMMON)
    return Figures(area_centi, income if has_common else None, common_cost if has_common else None, costs, reserve)


def measures(own: Figures | None, others: Sequence[Figures]) -> list[Measure]:
    """Every measure that at least five estates have, income first, then the costs in the order of reports, then the reserve."""
    found = [_measure("income", _("公共收益收入"), own, others, lambda one: one.income)]
    found.append(_measure("common_cost", _("公共收益的成本"), own, others, lambda one: one.common_cost))
    for category in ledger.categories():
        if category.kind == "cost":
            found.append(
                _measure(category.code, ledger.category_name(category.code), own, others, _cost(category.code))
            )
    found.append(_measure("reserve", _("维修资金余额"), own, others, lambda one: one.reserve))
    return [one for one in found if one is not None]


def _measure(
    code: str, name: str, own: Figures | None, others: Sequence[Figures], read: Callable[[Figures], int | None]
) -> Measure | None:
    values = sorted(per_metre(fen, one.area_centi) for one in others if (fen := read(one)) is not None)
    if len(values) < FEWEST:
        return None
    mine = None if own is None else read(own)
    return Measure(code, name, tuple(values), None if own is None or mine is None else per_metre(mine, own.area_centi))


def _cost(category: str) -> Callable[[Figures], int | None]:
    return lambda one: one.costs.get(category) or None
