"""Reports of the demo district's common funds: two years of them, most in time, some late, a few missing, one zero, one
corrected, a few that wait; and a credit event that an officer proposed by the rule."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from disclosure.reports import api as reports
from portal.kernel import clock
from portal.kernel.access import Actor, Role, person_actor
from portal.kernel.db import reading, transaction
from portal.kernel.periods import Month
from portal.shell.demo.acts import Cast, moment
from portal.shell.demo.adverse import late_red
from portal.shell.demo.funds import disclosing, kinds
from portal.shell.demo.plan import Plan

DISTRICT, LABEL = "440306000000", "fund reports"
FIRST = Month(2024, 12)
CONTRACTS = "电梯轿厢广告：示例传媒公司，一年，按季付款；快递柜：样例科技公司，一年，按月付款。"
JOBS = "本期没有动用维修资金的大额工程；日常维修见明细。"
BUILDINGS = "分栋余额见小区公告栏和维修资金专户对账单。"
AUDIT = {
    "auditor": "示例会计师事务所",
    "opinion": "clean",
    "scope": "上年度共有物业收益收支",
    "findings": "没有发现重大问题。",
}
NOTE = "银行明细缺少一笔，账面与银行余额暂不一致，已向银行查询。"
Timed = tuple[datetime, str, Callable[[], Any]]
Values = Mapping[str, str | int]


def acts(plan: Plan, cast: Cast, until: Month) -> Iterator[Timed]:
    """What companies hand in and the office confirms, as (moment, label, deed)."""
    story = _Story(plan, cast, until)
    yield moment(date(2024, 12, 5), 10), LABEL, story.terms
    month = FIRST
    while month <= until:
        yield from story.after(month, until)
        month = month.next
    if until >= Month(2026, 3):
        yield moment(until.next.first + timedelta(days=4), 11), LABEL, story.correct
    yield clock.now() - timedelta(hours=18), LABEL, story.today


class _Story:
    """The estates that disclose, and the people of their companies."""

    def __init__(self, plan: Plan, cast: Cast, until: Month) -> None:
        self.cast, self.estates = cast, [estate.code for estate in disclosing(plan)]
        self.prompt = {estate.code for estate in late_red(plan)}
        last = until if until.number % 3 == 0 else until.quarter.previous.months[2]
        self.newest = ("common_income", reports_period(last, 3))
        self.fees = [code for place, code in enumerate(self.estates) if "service" in kinds(place)]
        self.people = {
            uscc: cast.actor("company") if place == 0 else person_actor(f"company-{place}", Role.ENTERPRISE, DISTRICT, uscc)
            for place, (uscc, _name) in enumerate(plan.companies)
        }  # fmt: skip

    @property
    def officer(self) -> Actor:
        """Who enters terms and confirms."""
        return self.cast.actor("officer")

    def terms(self) -> None:
        """Shared utilities are in the service fee of half of the estates with fee accounts."""
        with transaction() as db:
            reason = "物业服务合同约定公共能耗已包含在物业费中，不另分摊。"
            since = date(2024, 12, 1)
            reports.set_terms_many(
                db, self.officer, self.fees[::2], "utilities", "none", since, reason, on=clock.today()
            )

    def after(self, month: Month, until: Month) -> Iterator[Timed]:
        """What is filed once a month is over: in time, late, and how it is confirmed."""
        first = month.next.first
        yield moment(first + timedelta(days=11)), LABEL, self.filing("utilities", str(month), self.fees[1::2])
        if month.number % 3 == 0:
            late = 3 if month < until.previous.previous.previous else 2
            yield from self._filed("common_income", reports_period(month, 3), first, (9, 36), late)
        if month.number % 6 == 0:
            yield from self._filed("maintenance", reports_period(month, 6), first, (18, 40), 3)
        if month.number == 12:
            year = str(month.year)
            yield moment(first + timedelta(days=70)), LABEL, self.filing("service_fee", year, self.fees)
            yield moment(first + timedelta(days=165)), LABEL, self.filing("audit", year, self._most("audit", year))
            yield moment(first + timedelta(days=200)), LABEL, self.filing("audit", year, self.estates[::2])

    def _filed(self, kind: str, period: str, first: date, days: tuple[int, int], gone: int) -> Iterator[Timed]:
        """Most hand in on one day, the rest late or never; the newest of each street still waits for its confirmation."""
        prompt, late = days
        yield moment(first + timedelta(days=prompt)), LABEL, self.filing(kind, period, self._most(kind, period))
        never = {code for place, code in enumerate(self.estates) if (place + int(period[2:4])) % 37 < gone - 2}
        rest = [code for code in self.estates if code not in never]
        yield moment(first + timedelta(days=late)), LABEL, self.filing(kind, period, rest, NOTE)

    def _most(self, kind: str, period: str) -> list[str]:
        """Who is in time: all but a few, others each time; never those who are to come onto the red list."""
        shift = len(kind) + sum(map(ord, period))
        return [code for place, code in enumerate(self.estates) if (place + shift) % 29 > 1 or code in self.prompt]

    def filing(self, kind: str, period: str, estates: list[str], note: str = "") -> Callable[[], None]:
        """The deed: they hand in, an officer confirms all but what is a few days old at the end of the story."""

        def deed() -> None:
            with transaction() as db:
                values = {code: _values(kind, place) for place, code in enumerate(estates)}
                made = reports.submit_many(db, self.people, kind, period, values, on=clock.today(), note=note)
                waits = set(list(made)[:6]) if (kind, period) == self.newest else set()
                done = [report for estate, report in made.items() if estate not in waits]
                reports.confirm_many(db, self.officer, (kind, period), done, on=clock.today())

        return deed

    def correct(self) -> None:
        """A company corrects a report that is public, with its reason."""
        with transaction() as db:
            estate = self.estates[min(4, len(self.estates) - 1)]
            listed = [
                one for one in reports.published(db, estate) if one.kind == "common_income" and not one.reversed_by
            ]
            if len(listed) < 2 or listed[1].uscc is None:
                return
            old, company = listed[1], listed[1].uscc
            seen = reports.draft(db, reports.kind(old.kind), estate, reports.span(old.period)).digest
            handed = reports.Filing(
                estate, old.kind, old.period, {"contracts": CONTRACTS + "地下车库临停：本公司自营。"}, old.note,
                "原报告的合同清单漏列一项，金额不变。", seen,
            )  # fmt: skip
            new = reports.submit(db, self.people[company or ""], handed, on=clock.today())
            reports.confirm(db, self.officer, new, on=clock.today())

    def today(self) -> None:
        """Clocks of what is due begin; a repair job was completed; an event is proposed by the rule."""
        today = clock.today()
        with transaction() as db:
            reports.start_due(db, self.officer, today)
            if self.estates:
                day = today - timedelta(days=12)
                reports.add_occasion(db, self.officer, self.estates[0], "repair_job", day, "1栋外墙渗漏维修", on=today)
        with reading() as db:
            found = [one.key for one in reports.proposals(db, today) if one.code == "B17"][:1]
        for key in found:
            with transaction() as db:
                reports.propose_event(db, self.officer, key, on=today)


def reports_period(month: Month, length: int) -> str:
    """The quarter or half year that ends with a month."""
    return str(month.quarter) if length == 3 else f"{month.year}H{1 if month.number == 6 else 2}"


def _values(kind: str, place: int) -> Values:
    """What people fill in."""
    match kind:
        case "common_income":
            return {"contracts": CONTRACTS}
        case "maintenance":
            return {"jobs": JOBS, "buildings": BUILDINGS}
        case "service_fee":
            return {"next_budget": 120_000_000 + 1_000_000 * (place % 9)}
        case "utilities":
            if place == 3:
                return {}
            total = 1_850_000 + 7_300 * (place % 13)
            return {"meter": "总表1块，读数见公告", "total": total, "rule": "按户分摊", "per_unit": 1_250 + 10 * place}
    return AUDIT
