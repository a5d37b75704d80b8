"""What a street has reason to look at in the demo district's common funds: one estate for each rule of the hints, and one
that kept its net income back (credit event B18). Everything has an innocent reading too; the names are made up. Pure.
"""

from collections.abc import Callable
from dataclasses import dataclass

from portal.kernel.periods import Month

Booking = tuple[int, int, str, str]  # as of bank_ledgers: day of the month, fen (in is positive), summary, other party
YUAN = 100
ROUND, KEPT_BACK, SPLIT, YEAR_END, PAYEE, BENCHMARK = 6, 10, 15, 18, 24, 25  # places of ``funds.disclosing``
SINCE = Month(2025, 10)  # a year back from the end of the story
TO_MAINTENANCE, KEPT = "公共收益转入维修资金", Month(2026, 3)


@dataclass(frozen=True)
class Odd:
    """Bookings of an account beside the usual ones: of a month, by the households of the estate."""

    place: int
    kind: str
    bookings: Callable[[Month, int], list[Booking]]


def _round(month: Month, _households: int) -> list[Booking]:
    """A flat fee of a whole ten thousand, month after month."""
    return [(19, -10_000 * YUAN, "公共区域绿化养护包干费", "样例园林有限公司")] if month >= SINCE else []


def _split(month: Month, _households: int) -> list[Booking]:
    """One job in three payments within a week, each below the threshold of a decision."""
    if month != Month(2026, 4):
        return []
    payments = ((9, 26_800, 1), (12, 24_900, 2), (16, 18_600, 3))
    return [
        (day, -yuan * YUAN, f"地下车库渗漏维修工程款（第{part}期）", "样例防水工程有限公司")
        for day, yuan, part in payments
    ]


def _year_end(month: Month, _households: int) -> list[Booking]:
    """A December of three jobs."""
    if month != Month(2025, 12):
        return []
    return [
        (8, -62_000 * YUAN, "外墙维修工程款", "样例建筑工程有限公司"),
        (15, -47_500 * YUAN, "小区道路翻新工程款", "虚构市政工程有限公司"),
        (22, -38_600 * YUAN, "消防管网更换工程款", "示例消防工程有限公司"),
    ]


def _payee(month: Month, _households: int) -> list[Booking]:
    """Two instalments of a large job."""
    paid = {Month(2026, 2): (10, 268_000), Month(2026, 5): (12, 212_000)}.get(month)
    return [(paid[0], -paid[1] * YUAN, "电梯更换工程款", "样例电梯工程有限公司")] if paid else []


def _benchmark(month: Month, households: int) -> list[Booking]:
    """Lift care at twice what estates like it pay."""
    return [(5, -households * 19 * YUAN, "电梯维护保养费（加项）", "样例电梯工程有限公司")] if month >= SINCE else []


ODD = (
    Odd(ROUND, "income", _round),
    Odd(SPLIT, "maintenance", _split),
    Odd(YEAR_END, "maintenance", _year_end),
    Odd(PAYEE, "maintenance", _payee),
    Odd(BENCHMARK, "service", _benchmark),
)


def with_odd(bookings: list[Booking], place: int, kind: str, month: Month, households: int) -> list[Booking]:
    """A month's bookings of an account with what is odd about it: added, or kept back from the maintenance fund."""
    if (place, month) == (KEPT_BACK, KEPT):
        bookings = [one for one in bookings if one[2] != TO_MAINTENANCE]
    more = [one for odd in ODD if (odd.place, odd.kind) == (place, kind) for one in odd.bookings(month, households)]
    return bookings + more
