"""The mediation centre of the demo district: its roster and rooms, two years of closed cases, and open ones at every step.

Closed cases are written a month at a time as the office files them; those still open are acted by their people. Everybody
and everything in them is made up.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import cycle
from random import Random
from typing import Any

from mediation.cases import api as cases
from mediation.conferences import api as conferences
from mediation.roster import api as roster
from portal.kernel import clock
from portal.kernel.db import transaction
from portal.kernel.periods import Month
from portal.shell.demo import names
from portal.shell.demo.acts import Cast, bring, moment
from portal.shell.demo.mediation_files import KIND_WEIGHTS, WAYS, Files, PastCase, course
from portal.shell.demo.mediation_open import MEDIATORS, SCRIPTS, OpenCase
from portal.shell.demo.plan import FIRST_DAY, Plan, PlannedContract, PlannedEstate

LABEL = "mediation"
ROLLED = (
    ("mediator", "周调解", ()),
    ("mediator-2", "许和平", ("fees", "funds")),
    ("mediator-3", "卫安宁", ("repair", "noise")),
)
LAWYER = ("mediator-4", "严明法")
DISTRICT = "440306000000"
BODIES = ("区住房和建设局", "示例街道办事处", "示例供水单位")
PLACES = (("TJ-A", "区调处中心一号调解室"), ("TJ-B", "区调处中心二号调解室"))
CHANNELS = ("owner", "owner", "owner", "owner", "committee", "hotline", "street", "community", "court")
OFTEN = ("performed",) * 5 + ("confirmed",) * 2 + ("terminated",) * 3 + ("longer", "declined", "declined", "breached",
         "rejected", "transferred", "withdrawn", "answered", "answered", "reviewed")  # fmt: skip
OLD = date(2018, 3, 5)  # a paper file whose time is over: the demo deletes it


def acts(plan: Plan, cast: Cast, seed: int) -> Iterator[tuple[datetime, str, Callable[[], Any]]]:
    """What happens at the centre, as (moment, label, deed)."""
    story = _Story(plan, cast, seed)
    yield moment(FIRST_DAY + timedelta(days=6), 9), LABEL, story.found
    yield moment(FIRST_DAY + timedelta(days=7), 9), LABEL, story.clear_out
    month, last = Month.of(FIRST_DAY + timedelta(days=60)), Month.of(clock.today())
    while month < last:
        yield moment(month.last, 17, 40), LABEL, story.filing(month.last)
        month = month.next
    yield clock.now() - timedelta(hours=23), LABEL, story.filing(clock.today())
    yield moment(clock.today() - timedelta(days=200), 14), LABEL, story.confer
    yield moment(clock.today() - timedelta(days=6), 14), LABEL, story.confer_on_cases
    yield clock.now() - timedelta(minutes=30), LABEL, story.add_up
    for ago in sorted({ago for one in story.open for ago, _deed in one.script}, reverse=True):
        at = moment(clock.today() - timedelta(days=ago), 11, 5) if ago else clock.now() - timedelta(hours=1)
        yield at, LABEL, story.acting(ago)


class _Story:
    """All cases of the centre, planned before the first act."""

    def __init__(self, plan: Plan, cast: Cast, seed: int) -> None:
        self.plan, self.cast, self.random = plan, cast, Random(seed + 61)
        self.companies = dict(plan.companies)
        self.serving: dict[str, list[PlannedContract]] = {}
        for one in plan.contracts:
            self.serving.setdefault(one.estate, []).append(one)
        total = max(60, len(plan.estates) // 3)
        self.open = self._open(total // 2 if total < 120 else 60)
        self.past = self._past(total - len(self.open))
        self._number()

    # --- who and where ------------------------------------------------------------------------------------------------

    def _place(self, on: date) -> tuple[PlannedEstate, str]:
        """An estate with the company that served it on a day; some estates are in dispute more often."""
        while True:
            few = self.plan.estates[: max(6, len(self.plan.estates) // 25)]
            estate = self.random.choice(few if self.random.random() < 0.4 else self.plan.estates)
            for one in self.serving.get(estate.code, ()):
                if one.starts_on <= on and (one.ends_on is None or one.ends_on >= on):
                    return estate, one.uscc

    def _case(self, way: str, filed_on: date, mediator: str) -> PastCase:
        estate, uscc = self._place(filed_on)
        kind = self.random.choices(tuple(cases.KINDS), KIND_WEIGHTS)[0]
        owner, phone = names.person_name(self.random), f"138{self.random.randrange(10**8):08d}"
        return PastCase(
            way, estate.code, estate.division, uscc, self.companies[uscc], kind, self.random.choice(CHANNELS), owner, phone,
            mediator, filed_on,
        )  # fmt: skip

    def _past(self, count: int) -> list[PastCase]:
        """The closed ones: two years, every way; the last of each way is not sealed yet."""
        found, today, start = [], clock.today(), FIRST_DAY + timedelta(days=8)
        mediators, often = cycle(MEDIATORS), list(OFTEN)
        ways = (list(WAYS) + [self.random.choice(often) for _ in range(count)])[: max(count, len(WAYS))]
        for number, way in enumerate(ways):
            is_recent = number < len(WAYS)
            shape = course(Random(number), way, date(2025, 1, 1), date(2025, 1, 1))
            length = (shape[-1][1] - shape[0][1]).days
            latest = (today - start).days - length - 2
            after = latest - number % 5 if is_recent else self.random.randrange(max(1, latest - 12))
            one = self._case(way, start + timedelta(days=max(0, after)), next(mediators))
            one.days = course(Random(number), way, one.filed_on, one.filed_on if is_recent else today)
            if one.ended_on < today:
                found.append(one)
        return found

    def _open(self, most: int) -> list[OpenCase]:
        """The open ones: each script once, often again where there is room."""
        found, mediators = [], cycle(MEDIATORS)
        for number in range(max(len(SCRIPTS), most // 2)):
            script = SCRIPTS[number % len(SCRIPTS)]
            if number >= len(SCRIPTS) and not script.is_common:
                continue
            day = clock.today() - timedelta(days=script.steps[0][0])
            past = self._case("answered" if script.is_petition else "performed", day, next(mediators))
            found.append(OpenCase(past, script, self.cast, number // len(SCRIPTS)))
        return found

    def _number(self) -> None:
        """Codes in the order of filing."""
        numbers: dict[int, int] = {}
        for one in sorted([*self.past, *(some.past for some in self.open)], key=lambda one: (one.filed_on, one.estate)):
            year = one.filed_on.year
            numbers[year] = numbers.get(year, 0) + 1
            one.code = f"TJ-{year}-{numbers[year]:06d}"

    # --- acts ---------------------------------------------------------------------------------------------------------

    def found(self) -> None:
        """Mediators, a lawyer and the rooms."""
        registrar, district = self.cast.actor("registrar"), DISTRICT
        header = ("login", "name", "role", "division_code", "uscc")
        rows = [(login, name, "mediator", district, "") for login, name, _kinds in ROLLED[1:]]
        bring(self.cast.actor("admin"), "people", header, [*rows, (*LAWYER, "mediator", district, "")])
        with transaction() as db:
            for login, name, kinds in ROLLED:
                new = roster.MediatorInput(
                    login, name, "mediator", "示例物业事务机构", "三级调解员", kinds=kinds, capacity=40
                )
                roster.enrol(db, registrar, new)
            law = roster.MediatorInput(*LAWYER, "lawyer", "示例法律服务团队", "执业律师")
            roster.enrol(db, registrar, law)
            for code, name in PLACES:
                roster.add_place(db, registrar, code, name, district)
            busy = {one.past.estate for one in self.open}
            for quiet in [estate for estate in self.plan.estates if estate.code not in busy][-1:]:
                roster.declare(db, registrar, ROLLED[1][0], "owner", estate_code=quiet.code)
            roster.declare(db, registrar, LAWYER[0], "adviser", uscc=self.plan.companies[0][0])

    def clear_out(self) -> None:
        """A file of long ago is deleted: its time is over."""
        registrar = self.cast.actor("registrar")
        one = self._case("withdrawn", FIRST_DAY, MEDIATORS[0])
        one.filed_on = OLD
        one.code, one.days = f"TJ-{OLD.year}-000001", course(Random(1), "withdrawn", OLD, clock.today())
        with transaction() as db:
            files = Files(db, registrar, self.random)
            case_id = files.add(one)
            files.write()
        with transaction() as db:
            cases.delete(db, registrar, case_id)

    def filing(self, until: date) -> Callable[[], None]:
        """The office files what ended by a day."""

        def write() -> None:
            ended = [one for one in self.past if one.ended_on <= min(until, clock.today())]
            self.past = [one for one in self.past if one not in ended]
            if not ended:
                return
            with transaction() as db:
                files = Files(db, self.cast.actor("registrar"), self.random)
                for one in sorted(ended, key=lambda one: one.code):
                    files.add(one)
                files.write()

        return write

    def confer(self) -> None:
        """A conference of the district about shared parking, carried out and told to everybody."""
        registrar, today = self.cast.actor("registrar"), clock.today()
        tasks = [conferences.Task("提出错峰停车方案", BODIES[1], today + timedelta(days=20))]
        with transaction() as db:
            topics = ["学校周边小区夜间停车纠纷较多，商议错峰停车办法"]
            made = conferences.call(db, registrar, "district", DISTRICT, today, BODIES, [], topics)
            conferences.hold(db, registrar, made, "各单位同意先在三个小区试行错峰停车。", tasks)
            task = conferences.conference(db, registrar, made).tasks[0]
            conferences.done(db, registrar, task.id, "方案已印发，三个小区开始试行。")
            conferences.close(db, registrar, made, "学校周边三个小区试行错峰停车，夜间增加车位，相关纠纷减少。")

    def confer_on_cases(self) -> None:
        """One about what waits now: of two decisions one is carried out."""
        registrar, today = self.cast.actor("registrar"), clock.today()
        with transaction() as db:
            waiting = [one.id for one in conferences.agenda(db, registrar, DISTRICT)][:3]
            topics = ["老旧小区二次供水改造的责任划分"]
            made = conferences.call(db, registrar, "district", DISTRICT, today, BODIES, waiting, topics)
            tasks = [
                conferences.Task("组织现场勘查", BODIES[0], today + timedelta(days=5)),
                conferences.Task("书面答复责任划分意见", BODIES[2], today + timedelta(days=25)),
            ]
            conferences.hold(db, registrar, made, "会议听取了情况，决定先勘查、再明确责任。", tasks)
            task = conferences.conference(db, registrar, made).tasks[0]
            conferences.done(db, registrar, task.id, "已完成勘查，报告送各单位。")

    def add_up(self) -> None:
        """What the worker does at night."""
        with transaction() as db:
            cases.add_up(db)

    def acting(self, ago: int) -> Callable[[], None]:
        """Everybody in an open case acts whose turn it is."""

        def act() -> None:
            with transaction() as db:
                for one in self.open:
                    for day, deed in one.script:
                        if day == ago:
                            deed(db, one)

        return act
