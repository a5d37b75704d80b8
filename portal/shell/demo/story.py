"""The story of the demo district, as dated acts of its people: what happens when. Every act goes through the same verbs
that the pages and the command line use; the clock stands at the moment of the act.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from portal.kernel import clock
from portal.kernel.db import reading, transaction
from portal.kernel.periods import Month, Quarter, Year
from portal.kernel.workdays import nth_working_day
from portal.shell.demo import (
    adverse,
    deadlines,
    funds,
    ledger,
    mediation,
    objections,
    opened,
    openness,
    owners,
    receipts,
    rectification,
    replies,
    reports,
)
from portal.shell.demo.acts import Cast, bring, moment
from portal.shell.demo.credit import CONTACTS, CreditStory
from portal.shell.demo.findings import Inspector
from portal.shell.demo.plan import FIRST_DAY, Plan, PlannedEstate
from scoring.checks import api as checks
from scoring.lists import api as lists
from scoring.ratings import api as ratings
from scoring.rules.rulesets import rule_set_for

FIRST_MONTH = Month(2025, 1)
LAST_MONTH = Month(2026, 10)  # where nobody names another
LAST_DAY = date(2026, 11, 20)  # in the quarter in which work waits for everybody
CHECK_COLUMNS = ("estate_code", "month", "inspected_on", "inspector", "item_code", "result", "note")
LATE_MONTHS = {Month(2025, 6), Month(2026, 5), Month(2026, 9)}


@dataclass(frozen=True)
class Act:
    """One deed at one moment; ``label`` is what the progress line says."""

    at: datetime
    label: str
    deed: Callable[[], Any]


def end(until: Month) -> datetime:
    """The last moment of a story whose checks end with a month: its today, on whatever later day it is told."""
    return moment(max(LAST_DAY, until.next.first + timedelta(days=19)), 18)


class Story:
    """All acts of a plan, up to a month. Its today is the clock's: whoever tells it holds the clock at its end."""

    def __init__(self, plan: Plan, until: Month, items: list[tuple[str, int, str]], seed: int):
        self.plan, self.until, self.cast = plan, until, Cast(plan)
        self.inspector = Inspector(Random(seed + 1), items)
        self.random = Random(seed + 2)
        self.estates = {estate.code: estate for estate in plan.estates}
        self.seed = seed
        self.filed: set[str] = set()  # estates whose check of the running month came early
        self.now: set[str] = set()  # estates whose check of this month is in
        self.visits: dict[tuple[Month, bool], list[tuple[str, list[tuple[Any, ...]]]]] = {}

    def acts(self) -> list[Act]:
        """Every act in the order of time, none after now."""
        found = [*self._setting_up(), *self._months(), *self._quarters()]
        found += [Act(at, label, deed) for at, label, deed in rectification.acts(self, self.seed)]
        found += [Act(at, label, deed) for at, label, deed in deadlines.acts(self, self.seed)]
        found += [Act(at, label, deed) for at, label, deed in objections.acts(self)]
        found += [Act(at, label, deed) for at, label, deed in adverse.acts(self)]
        found += [Act(at, label, deed) for at, label, deed in replies.acts(self, self.seed)]
        found += [Act(at, label, deed) for at, label, deed in funds.acts(self.plan, self.cast, self.until)]
        found += [Act(at, label, deed) for at, label, deed in ledger.acts(self.plan, self.cast, self.until)]
        found += [Act(at, label, deed) for at, label, deed in reports.acts(self.plan, self.cast, self.until)]
        found += [Act(at, label, deed) for at, label, deed in opened.acts(self.plan, self.cast)]
        found += [Act(at, label, deed) for at, label, deed in owners.acts(self.plan, self.cast)]
        found += [Act(at, label, deed) for at, label, deed in mediation.acts(self.plan, self.cast, self.seed)]
        if self.until >= Month(2025, 12):
            found += [*self._credit(), *self._year(), *self._lists(), *self._receipts()]
        now = clock.now()
        return sorted((act for act in found if act.at <= now), key=lambda act: act.at)

    # --- the register -------------------------------------------------------------------------------------------------

    def _setting_up(self) -> Iterator[Act]:
        yield Act(moment(FIRST_DAY, 9), "register", self._register)

    def _register(self) -> None:
        plan, registrar, admin = self.plan, self.cast.actor("registrar"), self.cast.actor("admin")
        header = ("code", "name", "level", "parent_code")
        bring(registrar, "divisions", header, [[row[name] for name in header] for row in plan.divisions])
        rows = [
            (code, name, *CONTACTS.get(place, ("", "")), "深圳市宝安区虚构大厦")
            for place, (code, name) in enumerate(plan.companies)
        ]
        bring(registrar, "enterprises", ("uscc", "name", "legal_representative", "phone", "address"), rows)
        bring(
            registrar, "managers", ("manager_code", "name", "id_number", "phone"), [(*row, "") for row in plan.managers]
        )
        bring(registrar, "estates", ESTATE_COLUMNS, [_estate_row(estate) for estate in plan.estates])
        columns = ("estate_code", "uscc", "manager_code", "starts_on", "ends_on")
        known = [(c.estate, c.uscc, c.manager, c.starts_on, c.ends_on or "") for c in plan.contracts]
        bring(registrar, "contracts", columns, known)
        bring(admin, "people", ("login", "name", "role", "division_code", "uscc"), plan.people)

    # --- monthly checks -----------------------------------------------------------------------------------------------

    def _months(self) -> Iterator[Act]:
        month = FIRST_MONTH
        while month <= self.until:
            filed = moment(month.next.first + timedelta(days=7), 9)
            yield Act(filed, f"checks {month}", self._filing(month, late=False))
            if month in LATE_MONTHS:
                late = moment(month.next.first + timedelta(days=24), 16)
                yield Act(late, f"checks {month}, late", self._filing(month, late=True))
            if self._is_waiting(month):
                yield Act(filed + timedelta(hours=3), f"review {month}", self._reviewing(month))
            month = month.next
        yield Act(clock.now() - timedelta(hours=20), "this month", self._this_month)

    def _is_waiting(self, month: Month) -> bool:
        """Whether the month's quarter is not published in the story: work waits there."""
        return month.quarter.months[2] > self.until

    def _filing(self, month: Month, late: bool) -> Callable[[], Any]:
        return lambda: self._file(month, late)

    def _is_late(self, estate: PlannedEstate, month: Month) -> bool:
        return month in LATE_MONTHS and estate.division.startswith(self.plan.late_street[:9])

    def _visited(self, month: Month, late: bool) -> list[tuple[str, list[tuple[Any, ...]]]]:
        """What the inspectors found in a month: (estate, its rows of the sheet); made once."""
        if (month, late) not in self.visits:
            quarter = (month.year - 2025) * 4 + month.quarter.number - 1
            found = self.visits[month, late] = []
            for estate in self.plan.estates:
                missing = self.random.random() < 0.018
                if self._is_late(estate, month) != late or missing:
                    continue
                day = month.first + timedelta(days=self.random.randrange(3, 25))
                found.append((estate.code, self._rows(estate, month, day, quarter)))
        return self.visits[month, late]

    def _rows(self, estate: PlannedEstate, month: Month, day: date, quarter: int) -> list[tuple[Any, ...]]:
        visit = self.inspector.visit(estate, quarter)
        return [(estate.code, month, day, estate.inspector, item, result, note) for item, result, note in visit]

    def _file(self, month: Month, late: bool) -> None:
        self._bring(month, [own for code, own in self._visited(month, late) if code not in self.filed])
        self.filed.clear()

    def _bring(self, month: Month, visits: list[list[tuple[Any, ...]]]) -> None:
        if rows := [row for own in visits for row in own]:
            bring(self.cast.actor("officer"), "checks", CHECK_COLUMNS, rows, f"checks-{month}.csv")

    def file_early(self, month: Month, every: int) -> None:
        """File the checks of every so many estates while their month runs."""
        self.filed = {estate.code for estate in self.plan.estates[::every]}
        self._bring(month, [own for code, own in self._visited(month, False) if code in self.filed])

    def file_now(self, count: int) -> list[str]:
        """File this month's checks of a few more estates, one of the demo's company among them; the estates."""
        month, today, company = Month.of(clock.today()), clock.today(), self.plan.companies[0][0]
        own = {c.estate for c in self.plan.contracts if c.uscc == company and (c.ends_on is None or c.ends_on >= today)}
        left = [estate for estate in self.plan.estates[1::7] if estate.code not in self.now]
        more = [estate for estate in self.plan.estates[1:] if estate.code in own - self.now and estate not in left]
        chosen = (more[:1] + left)[: min(count, 1 + len(self.plan.estates) // 10)]
        self.now |= {estate.code for estate in chosen}
        quarter = (month.year - 2025) * 4 + month.quarter.number - 1
        self._bring(month, [self._rows(estate, month, today, quarter) for estate in chosen])
        return [estate.code for estate in chosen]

    def _apart(self) -> int:
        """Every so manieth estate has a draft of this month."""
        return max(1, len(self.plan.estates) // 40)

    def _reviewing(self, month: Month) -> Callable[[], Any]:
        """Part of a waiting month is confirmed, a few checks are returned, the rest waits for the streets."""

        def review() -> None:
            with transaction() as db:
                frame = checks.checks_frame(db, [str(month)]).sort_values("check_id")
                for check in frame.itertuples(index=False):
                    draw = self.random.random()
                    reviewer = self.cast.actor(f"street-{self.estates[check.estate_code].division[6:9]}")
                    if draw < 0.3:
                        checks.confirm(db, reviewer, check.check_id, clock.today())
                    elif draw < 0.34:
                        comments = {"": "请核对消防通道的问题处数，并补充位置。"}
                        checks.return_check(db, reviewer, check.check_id, comments, clock.today())

        return review

    def _this_month(self) -> None:
        """Some inspectors have begun this month's checks on their phones."""
        month = Month.of(clock.today())
        with transaction() as db:
            for estate in self.plan.estates[:: self._apart()]:
                if estate.code in self.now:
                    continue
                actor = self.cast.actor(estate.inspector)
                check = checks.start_check(db, actor, estate.code, str(month), clock.today())
                payload = {"results": {"HJ01": {"result": "1", "place": "北门", "note": "路面有垃圾"}},
                           "passed_categories": ["ZH"], "clean": False}  # fmt: skip
                checks.save_draft(db, actor, check, payload, 1)

    # --- quarters -----------------------------------------------------------------------------------------------------

    def _quarters(self) -> Iterator[Act]:
        quarter = FIRST_MONTH.quarter
        while quarter.months[2] <= self.until:
            after = quarter.last + timedelta(days=1)
            yield Act(moment(after + timedelta(days=11)), f"initial result {quarter}", self._preparing(quarter))
            for hour, street in enumerate(self._streets()):
                label = f"street review {quarter}"
                yield Act(moment(after + timedelta(days=18), 9, hour), label, self._confirming(quarter, street))
            label = f"publication {quarter}"
            yield Act(moment(after + timedelta(days=20), 15), label, self._publishing(quarter, ""))
            if set(quarter.months) & LATE_MONTHS:
                yield from self._late(quarter, after)
            quarter = quarter.next

    def _late(self, quarter: Quarter, after: date) -> Iterator[Act]:
        label, why = f"revision {quarter}", "燕罗街道补交检查后更正。"
        confirmed = self._confirming(quarter, self.plan.late_street)
        yield Act(moment(after + timedelta(days=40), 9), label, confirmed)
        if quarter.next.months[2] <= self.until:  # the last one waits for the officer
            yield Act(moment(after + timedelta(days=44), 15), label, self._publishing(quarter, why))

    def _streets(self) -> list[str]:
        return sorted({estate.division[:9] + "000" for estate in self.plan.estates})

    def _preparing(self, quarter: Quarter) -> Callable[[], Any]:
        def prepare() -> None:
            with transaction() as db:
                ratings.prepare_quarter(db, self.cast.actor("officer"), quarter, on=clock.today())

        return prepare

    def _confirming(self, quarter: Quarter, street: str) -> Callable[[], Any]:
        def confirm() -> None:
            actor = self.cast.actor(f"street-{street[6:9]}")
            with transaction() as db:
                ratings.confirm_quarter(db, actor, quarter, division=street, on=clock.today())

        return confirm

    def _publishing(self, quarter: Quarter, reason: str) -> Callable[[], Any]:
        def publish() -> None:
            with transaction() as db:
                ratings.publish_quarter(db, self.cast.actor("officer"), quarter, on=clock.today(), reason=reason)

        return publish

    # --- credit -------------------------------------------------------------------------------------------------------

    def _credit(self) -> Iterator[Act]:
        for at, label, deed in CreditStory(self.plan, self.cast).deeds():
            yield Act(at, label, deed)

    def _receipts(self) -> Iterator[Act]:
        for at, label, deed in (*receipts.deeds(self.plan), *openness.deeds()):
            yield Act(at, label, deed)

    # --- the year -----------------------------------------------------------------------------------------------------

    def _year(self) -> Iterator[Act]:
        year = Year(2025)
        red = adverse.late_red(self.plan)
        late = [estate for number, estate in enumerate(self.plan.estates) if number % 37 == 11 or estate in red]
        on_time = [estate for estate in self.plan.estates if estate not in late]
        yield Act(moment(date(2025, 12, 18)), "survey", lambda: self._survey(on_time))
        yield Act(moment(date(2026, 1, 8)), "indicators", self._indicators)
        yield Act(
            moment(date(2026, 1, 9)), "vetoes", lambda: self._vetoes(self.plan.estates[1:2] + self.plan.estates[57:58])
        )
        yield Act(moment(date(2026, 1, 22)), "ratings 2025, prepared", self._year_verb("prepare", year, "officer"))
        yield Act(moment(date(2026, 1, 25), 16), "ratings 2025, published", self._year_verb("publish", year, "lead"))
        if late:
            yield Act(moment(date(2026, 3, 10)), "survey", lambda: self._survey(late))
            yield Act(moment(date(2026, 3, 20)), "ratings 2025, revised", self._year_verb("publish", year, "lead"))
        yield Act(moment(date(2026, 4, 16)), "vetoes", self._fallen)

    def _fallen(self) -> None:
        """An estate of the red list falls by a veto; its company keeps others there."""
        with reading() as db:
            red = {entry.subject for entry in lists.in_force(db, clock.today(), kind="red")}
        if len(red) > 1:
            own = [estate for estate in self.plan.estates if estate.code in red]
            self._vetoes([min(own[1:], key=lambda estate: (estate.quality, estate.code))], "V06")

    def _survey(self, estates: list[PlannedEstate]) -> None:
        rows = []
        for number, estate in enumerate(estates):
            needed = max(50, (estate.households + 9) // 10) if estate.households >= 50 else (estate.households + 1) // 2
            enough = number % 41 != 23
            count = min(estate.households, needed + self.random.randrange(0, 60)) if enough else max(1, needed - 7)
            score = _score(self.random.gauss(estate.quality + 1.0, 3.0))
            rows.append((estate.code, 2025, estate.households, count, score))
        header = ("estate_code", "year", "households", "valid_responses", "score")
        bring(self.cast.actor("officer"), "surveys", header, rows)

    def _indicators(self) -> None:
        rows, rates = [], []
        computed = {estate.code for estate in funds.disclosing(self.plan)}  # the portal knows how they disclose
        for number, estate in enumerate(self.plan.estates):
            codes = list(rule_set_for(estate.kind, 2025).indicators)
            for code in codes if number % 53 != 31 else codes[:-1]:
                score = _score(self.random.gauss(estate.quality + 1.5, 4.0))
                if code != "disclosure" or estate.code not in computed:
                    rows.append((estate.code, 2025, code, score, "年度汇总表"))
            if estate.kind == "village":
                rates.append((estate.code, 2025, _score(self.random.gauss(min(97.0, estate.quality + 4), 4.0))))
        header = ("estate_code", "year", "indicator_code", "score", "evidence")
        bring(self.cast.actor("officer"), "indicators", header, rows)
        if rates:
            bring(self.cast.actor("officer"), "collection-rates", ("estate_code", "year", "rate"), rates)

    def _vetoes(self, estates: list[PlannedEstate], code: str = "V08") -> None:
        today = clock.today()
        header = ("estate_code", "year", "veto_code", "decision", "decided_on", "evidence")
        rows = [
            (
                estate.code,
                2025,
                code,
                f"宝住建否决〔{today.year}〕示例{today.month}-{number + 1}号",
                today,
                "调查报告（示例）",
            )
            for number, estate in enumerate(estates)
        ]
        bring(self.cast.actor("lead"), "vetoes", header, rows)

    def _year_verb(self, verb: str, year: Year, login: str) -> Callable[[], Any]:
        def act() -> None:
            with transaction() as db:
                getattr(ratings, f"{verb}_year")(db, self.cast.actor(login), year, on=clock.today())

        return act

    # --- lists --------------------------------------------------------------------------------------------------------

    def _lists(self) -> Iterator[Act]:
        proposed = date(2026, 2, 3)
        decided = nth_working_day(proposed, 12)
        published = nth_working_day(decided, 3)
        for verb, login, day in (
            ("propose", "officer", proposed),
            ("decide", "lead", decided),
            ("publish", "lead", published),
        ):
            yield Act(moment(day, 11), f"lists 2025, {verb}", self._list_verb(verb, login))

    def _list_verb(self, verb: str, login: str) -> Callable[[], Any]:
        def act() -> None:
            with transaction() as db:
                getattr(lists, verb)(db, self.cast.actor(login), Year(2025), on=clock.today())

        return act


ESTATE_COLUMNS = ("estate_code", "name", "kind", "division_code", "address", "households", "floor_area_m2", "delivered_on",
                  "latitude", "longitude")  # fmt: skip


def _estate_row(estate: PlannedEstate) -> tuple[Any, ...]:
    area = estate.households * 88 + 1200
    return (estate.code, estate.name, estate.kind, estate.division, estate.address, estate.households, area, "",
            estate.latitude, estate.longitude)  # fmt: skip


def _score(value: float) -> str:
    """Two decimals between 0 and 100, as a sheet would hold them."""
    return f"{max(0.0, min(100.0, value)):.2f}"
