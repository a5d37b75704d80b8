"""Ledgers of the demo district's accounts: what common parts earn and cost, month by month, with running balances. Pure."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from random import Random

from disclosure.funds.api import BankStatement, StatementLine
from portal.kernel.periods import Month
from portal.shell.demo.funds_odd import with_odd
from portal.shell.demo.plan import PlannedEstate

Booking = tuple[int, int, str, str]  # day of the month, fen (in is positive), summary, other party
Dated = tuple[date, int, str, str]


@dataclass(frozen=True)
class Books:
    """An account's statements by the month in which they end."""

    opening_fen: int
    statements: dict[Month, BankStatement]


def books(kind: str, estate: PlannedEstate, place: int, months: list[Month]) -> Books:
    """Every statement of an account: ``income`` and ``service`` by the month, ``maintenance`` by the quarter."""
    opening = running = _opening(kind, estate)
    made: dict[Month, BankStatement] = {}
    for month in months:
        covered = [month]
        if kind == "maintenance":
            if month != month.quarter.months[2]:
                continue
            covered = list(month.quarter.months)
        bookings = [
            (one.first.replace(day=day), fen, words, party)
            for one in covered
            for day, fen, words, party in with_odd(
                BOOKINGS[kind](estate, place, one), place, kind, one, estate.households
            )
        ]
        made[month] = _statement(covered[0].first, month.last, running, bookings)
        running = made[month].closing_fen or 0
    return Books(opening, made)


def _opening(kind: str, estate: PlannedEstate) -> int:
    base = {"income": 180, "maintenance": 6000, "service": 420}[kind]
    return (20_000 + estate.households * base) * 100 + sum(map(ord, estate.code)) % 100


def _statement(first: date, last: date, opening: int, bookings: list[Dated]) -> BankStatement:
    """A statement whose balances run; oldest first."""
    made = BankStatement("plain", "", f"{last:%Y%m}", first, last, opening)
    running = opening
    for number, (day, fen, summary, party) in enumerate(sorted(bookings), start=1):
        running += fen
        made.lines.append(
            StatementLine(
                place=f"Sheet1!A{number + 1}", booked_on=day, amount_fen=fen, value_on=day, balance_fen=running,
                counterparty=party, summary=summary, reference=f"{last:%y%m}{number:05d}", raw="{}",
            )
        )  # fmt: skip
    made.closing_fen = running
    return made


def _yuan(value: float) -> int:
    """A sum in fen, to ten yuan as contracts have it."""
    return max(1, round(value / 10)) * 1000


@cache
def _rates(code: str, households: int) -> tuple[int, ...]:
    """What an estate earns and spends a month, in fen: parking, lift adverts, lockers, telecom site, light, care."""
    random, size = Random(code), min(households, 2500)
    return (
        _yuan(size * random.uniform(4, 9)), _yuan(size * random.uniform(2, 4)), _yuan(300 + size * random.uniform(0.4, 1)),
        _yuan(random.choice((9000, 12000, 15000))), _yuan(size * random.uniform(2.0, 3.6)), _yuan(size * random.uniform(0.8, 1.6)),
    )  # fmt: skip


def _income_bookings(estate: PlannedEstate, place: int, month: Month) -> list[Booking]:
    """A month of an income account: what the common parts earn, what it costs, what goes to the maintenance fund."""
    parking, adverts, lockers, site, light, care = _rates(estate.code, estate.households)
    turn, number = (month.year * 12 + month.number), month.number
    found: list[Booking] = [
        (5, parking - turn * 37 % 400 * 100, "公共停车位场地使用费", "示例停车管理有限公司"),
        (8, lockers, "快递柜场地使用费", "虚构智能柜有限公司"),
        (12, -(light + turn * 53 % 300 * 10), "公共区域照明电费", "示例供电局"),
        (20, -care, "公共区域绿化补植费", "样例园林有限公司"),
    ]
    if number % 3 == 0:
        found.append((21, 1000 + parking // 400, "结息", ""))
        found.append((25, -((parking + adverts) * 11 // 10), "公共收益转入维修资金", f"{estate.name}维修资金专户"))
        if estate.has_lifts:
            found.append((15, adverts * 3, "电梯轿厢广告费", "虚构电梯传媒有限公司"))
    if number % 6 == 1:
        found.append((10, site * 6 // 10, "通信基站场地费", "样例铁塔通信有限公司"))
    if (number + place) % 4 == 0:
        found.append((18, 20_000 + turn * 71 % 500 * 100, "废旧物资处置收入", "示例再生资源有限公司"))
    if (number + place) % 5 == 0:
        found.append((22, 80_000, "小区广场活动场地费", "虚构文化传播有限公司"))
    if (number + place) % 7 == 0:
        found.append((16, -_yuan(estate.households * 1.2), "电梯维修费", "样例电梯工程有限公司"))
    if (number + place) % 9 == 0:
        found.append((23, 35_000, "损坏公共设施赔偿款", "个人"))
    return found


def _maintenance_bookings(estate: PlannedEstate, place: int, month: Month) -> list[Booking]:
    """A month of a maintenance fund: interest and what the income account pays in by the quarter, jobs now and then."""
    parking, adverts = _rates(estate.code, estate.households)[:2]
    found: list[Booking] = []
    if month.number % 3 == 0:
        found.append((21, 9_000 + estate.households * 410, "结息", ""))
        paid = (parking + adverts) * 11 // 10
        found.append((25, paid, "公共收益转入维修资金", f"{estate.name}共有资金账户"))
    if (month.number + place) % 8 == 3:
        found.append((17, -_yuan(1500 + estate.households * 14), "屋面防水维修工程款", "样例防水工程有限公司"))
    if (month.number + place) % 11 == 6:
        found.append((9, -_yuan(900 + estate.households * 6), "消防设施维修工程款", "示例消防工程有限公司"))
    return found


def _service_bookings(estate: PlannedEstate, place: int, month: Month) -> list[Booking]:
    """A month of an account of service fees."""
    fees = _yuan(estate.households * 210.0)
    turn = (month.year * 12 + month.number + place) % 9
    return [
        (6, fees * (91 + turn) // 100, "代收物业服务费", "示例代收平台"),
        (10, -fees * 52 // 100, "人员工资及社保", "工资代发专户"),
        (15, -fees * 17 // 100, "保洁外包服务费", "样例保洁有限公司"),
        (18, -fees * 9 // 100, "电梯维护保养费", "样例电梯工程有限公司"),
        (24, -fees * 12 // 100, "公共水电费", "示例供电局"),
    ]


BOOKINGS = {"income": _income_bookings, "maintenance": _maintenance_bookings, "service": _service_bookings}
