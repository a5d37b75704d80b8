"""A district with a past for the public pages: three companies, twelve estates, seven quarters, a rated year, both lists.

Filled through the imports and the verbs, with the clock held on the days of its story. Private values are telltales: no
public answer may hold one of them.
"""

import random
from datetime import date

from portal.kernel import clock
from portal.kernel.access import system_actor
from portal.kernel.db import transaction
from portal.kernel.periods import Quarter, Year
from portal.shell import wiring
from scoring.lists import api as lists
from scoring.ratings import api as ratings
from scoring.standards import api as standards
from scoring.surveys import api as surveys
from tests.ratings.district import add_check, add_year_facts, checklist, random_results
from tests.registry.sheets import USCC, bring, id_number

CLI = system_actor("cli:test")
OFFICER, LEAD = system_actor("cli:officer"), system_actor("cli:lead")
PRIVATE = (
    "法人甲密",
    "法人乙密",
    "经理甲密",
    "经理乙密",
    "欧阳丙密",
    "0755-90000001",
    "13900000001",
    "13900000002",
    "13900000003",
)
DIVISIONS = """code,name,level,parent_code
440306000000,宝安区,district,
440306017000,新安街道,street,440306000000
440306017010,海乐社区,community,440306017000
440306017011,海裕社区,community,440306017000
440306020000,福永街道,street,440306000000
440306020001,怀德社区,community,440306020000
"""
ENTERPRISES = f"""uscc,name,legal_representative,phone,address
{USCC[0]},深圳市虚构海乐物业管理有限公司,{PRIVATE[0]},{PRIVATE[5]},深圳市宝安区海乐路1号
{USCC[1]},深圳市虚构长安物业服务有限公司,{PRIVATE[1]},,深圳市宝安区怀德路9号
{USCC[2]},虚构新来物业有限公司,,,
"""
MANAGERS = f"""manager_code,name,id_number,phone
PM-001,{PRIVATE[2]},{id_number(1)},{PRIVATE[6]}
PM-002,{PRIVATE[3]},{id_number(2)},{PRIVATE[7]}
PM-003,{PRIVATE[4]},{id_number(3)},{PRIVATE[8]}
"""
NAMES = (
    "海裕花园",
    "碧海云庭",
    "海乐苑",
    "怀德新村",
    "福永公馆",
    "新安里",
    "翡翠湾",
    "锦绣园",
    "怀德花园",
    "和平居",
    "德丰苑",
    "海天居",
)
PLACES = ("440306017011", "440306017010", "440306020001")
KINDS = ("commodity", "commodity", "village", "commodity", "affordable", "commodity")
ESTATES = {f"BA-{number + 1:03d}": number for number in range(len(NAMES))}
GOOD, BAD = "BA-002", "BA-004"
QUARTERS = ("2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3")


def _estate_rows() -> str:
    lines = ["estate_code,name,kind,division_code,address,households,floor_area_m2,delivered_on,latitude,longitude"]
    for code, number in ESTATES.items():
        kind, place = KINDS[number % len(KINDS)], PLACES[number % len(PLACES)]
        lines.append(
            f"{code},{NAMES[number]},{kind},{place},虚构路{number + 8}号,{400 + number * 67},86000.5,2018-06-30,,"
        )
    return "\n".join(lines) + "\n"


def _contract_rows() -> str:
    lines = ["estate_code,uscc,manager_code,starts_on,ends_on"]
    for code, number in ESTATES.items():
        if number < 11:  # the last estate has nobody
            lines.append(f"{code},{USCC[number % 2]},PM-00{number % 3 + 1},2024-01-01,")
    return "\n".join(lines) + "\n"


def _results(chance: random.Random, items: dict[str, tuple[int, str]], code: str) -> dict[str, str]:
    found = random_results(chance, items)
    if code == GOOD:
        return dict(list(found.items())[:1])
    return found | ({"XF01": "na"} if code == BAD else {})


def _quarter(chance: random.Random, period: str) -> None:
    quarter = Quarter.parse(period)
    published = clock.add_months(quarter.last, 1).replace(day=20)
    with clock.on(quarter.last), transaction() as db:
        items = checklist(db)
        for code, number in ESTATES.items():
            months = quarter.months[:1] if number == 9 else quarter.months
            for month in months:
                add_check(db, code, str(month), _results(chance, items, code), "confirmed")
    with clock.on(published), transaction() as db:
        ratings.publish_quarter(db, CLI, quarter, on=published)


def _year() -> None:
    with clock.on(date(2026, 1, 22)), transaction() as db:
        for code, number in ESTATES.items():
            if number != 7:  # one estate stays pending
                score = 9700 if code == GOOD else 7000 if code == BAD else 8000 + number * 100
                add_year_facts(db, code, score, collection=True)
        surveys.decide_veto(
            db, CLI, 2025, "BA-006", veto_code="V01", decision="深宝住建决〔2026〕1号", decided_on=date(2026, 1, 15),
            evidence="火灾事故调查报告", on=date(2026, 1, 22),
        )  # fmt: skip
    with clock.on(date(2026, 1, 25)), transaction() as db:
        ratings.publish_year(db, CLI, Year(2025), on=date(2026, 1, 25))


def _lists() -> None:
    for day, actor, verb in (
        (date(2026, 2, 2), OFFICER, lists.propose),
        (date(2026, 3, 20), LEAD, lists.decide),
        (date(2026, 3, 25), LEAD, lists.publish),
    ):
        with clock.on(day), transaction() as db:
            verb(db, actor, Year(2025), on=day)


def correct_a_check() -> None:
    """A month more of an estate is confirmed and the quarter published again: a revision with its rating."""
    with clock.on(date(2026, 11, 10)), transaction() as db:
        for month in ("2026-08", "2026-09"):
            add_check(db, "BA-010", month, {}, "confirmed")
    with clock.on(date(2026, 11, 12)), transaction() as db:
        ratings.publish_quarter(db, CLI, Quarter.parse("2026Q3"), on=date(2026, 11, 12), reason="补充确认两个月的检查")


def found() -> None:
    """Fill an empty, initialised portal."""
    wiring.wire()
    chance = random.Random(7)
    with clock.on(date(2024, 6, 1)):
        with transaction() as db:
            standards.seed(db, CLI)
        for kind, text in (("divisions", DIVISIONS), ("enterprises", ENTERPRISES), ("managers", MANAGERS)):
            bring(kind, text, on=date(2024, 6, 1))
        bring("estates", _estate_rows(), on=date(2024, 6, 1))
        bring("contracts", _contract_rows(), on=date(2024, 6, 1))
    for period in QUARTERS[:4]:
        _quarter(chance, period)
    _year()
    _lists()
    for period in QUARTERS[4:]:
        _quarter(chance, period)
    correct_a_check()
