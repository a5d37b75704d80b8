"""What the demo district's estates opened beside the money: contracts and fees, safety, notices and votes.

Most is there; some safety tests have run out, some things nobody opened. Companies, auditors and texts are made up.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from disclosure.opened import api as opened
from disclosure.opened.api import NewEntry
from portal.kernel import clock
from portal.kernel.db import transaction
from portal.shell.demo import funds
from portal.shell.demo.acts import Cast, moment
from portal.shell.demo.plan import Plan

LABEL = "opened beside the money"
LIFTS, FIRE, WATER = ("示例特种设备检验所", "虚构电梯工程有限公司"), "示例消防技术服务有限公司", "样例水质检测有限公司"


def acts(plan: Plan, cast: Cast) -> Iterator[tuple[datetime, str, Callable[[], Any]]]:
    """What companies and committees open, as (moment, label, deed): in spring, and what is newer lately."""
    spring, lately = clock.today() - timedelta(days=260), clock.today() - timedelta(days=50)
    yield moment(spring, 15), LABEL, lambda: _open(cast, list(_spring(plan, spring)))
    yield moment(lately, 15), LABEL, lambda: _open(cast, list(_lately(plan, lately)))


def _open(cast: Cast, entries: list[NewEntry]) -> None:
    with transaction() as db:
        opened.open_many(db, cast.actor("officer"), entries, on=clock.today())


def _spring(plan: Plan, day: date) -> Iterator[NewEntry]:
    """Contracts, fees, lifts and fire tests of nine estates in ten."""
    random = Random(51)
    for place, estate in enumerate(funds.disclosing(plan)):
        if place % 10 == 9:
            continue
        signed = date(day.year - 1, 1 + place % 12, 15)
        basis = "cost_plus_fee" if place % 4 == 1 else "lump_sum"
        terms = {
            "fee_basis": basis,
            "services": "公共区域保洁、秩序维护、共用设施设备日常维护、绿化养护；服务标准见合同附件。",
        }
        yield NewEntry(estate.code, "contract_terms", "", signed, terms, "office")
        fee = {"item": "物业服务费", "price": 180 + 20 * (place % 9), "unit": "m2_month", "basis": "物业服务合同"}
        yield NewEntry(estate.code, "fee", "", signed, fee, "office")
        spaces = {
            "item": "露天停车位",
            "price": 15_000 + 1_000 * (place % 6),
            "unit": "space_month",
            "basis": "业主大会决定",
        }
        yield NewEntry(estate.code, "fee", "", signed, spaces, "office")
        lifts = 0 if place % 7 == 3 else 4 + 2 * (place % 8)
        tested = day - timedelta(days=random.randint(5, 320))
        facts = {"lifts": lifts, "passed": lifts, "by": LIFTS[0] if lifts else "", "upkeep": LIFTS[1] if lifts else ""}
        yield NewEntry(estate.code, "lift", "", tested, facts, "office")
        result = "partly" if place % 11 == 5 else "pass"
        points = {"open_points": "地下一层两处喷淋末端压力不足，正在维修。"} if result == "partly" else {}
        tested = day - timedelta(days=random.randint(5, 200))
        yield NewEntry(estate.code, "fire", "", tested, {"result": result, "by": FIRE, **points}, "office")


def _lately(plan: Plan, day: date) -> Iterator[NewEntry]:
    """Water tests, contracts for common parts, notices and votes."""
    for place, estate in enumerate(funds.disclosing(plan)):
        if place % 5 != 4:
            yield NewEntry(
                estate.code, "water", "", day - timedelta(days=place % 40), {"result": "pass", "by": WATER}, "office"
            )
        if place % 3 == 0:
            lease = {"use": "电梯轿厢广告", "place": "各栋电梯轿厢", "with": "示例传媒有限公司", "yearly": 4_800_000,
                     "until": date(day.year + 1, 12, 31).isoformat()}  # fmt: skip
            yield NewEntry(estate.code, "common_contract", "", date(day.year - 1, 12, 20), lease, "committee")
        if place % 6 == 0:
            text = "定于下月第一个周六上午九时在小区会所召开业主大会，审议公共收益使用方案。议题和材料在公告栏张贴。"
            title = "关于召开业主大会的公告"
            yield NewEntry(estate.code, "assembly_notice", title, day - timedelta(days=20), {"text": text}, "committee")
            yield NewEntry(
                estate.code, "vote", "使用公共收益更新监控系统", day - timedelta(days=3), _vote(place), "committee"
            )


def _vote(place: int) -> dict[str, Any]:
    owners, area = 400 + 10 * place, (400 + 10 * place) * 9_000
    voting, for_ = owners * 3 // 4, owners * (3 if place % 12 else 2) // 6
    return {
        "majority": "half", "owners": owners, "owners_voting": voting, "owners_for": for_, "area": area,
        "area_voting": area * 3 // 4, "area_for": area * for_ // owners,
    }  # fmt: skip
