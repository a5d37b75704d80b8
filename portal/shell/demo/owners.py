"""Owners of the demo district: a register of some estates, balances of their homes, questions that were answered or wait.

One owner's code on paper stands among the sign-ins that the demo prints. People, homes and numbers are made up.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from disclosure.ledger import api as ledger
from disclosure.owners import api as owners
from disclosure.owners.models import OwnerUnit
from portal.kernel import clock
from portal.kernel.access import Actor, Role, person_actor, system_actor
from portal.kernel.db import reading, transaction
from portal.registry import api as registry
from portal.shell.demo.acts import Cast, bring, moment
from portal.shell.demo.funds import disclosing
from portal.shell.demo.plan import Plan, PlannedEstate

LABEL = "owners"
ESTATES, WITH_PAPERS, FLOORS = 12, 8, (2, 5, 9, 12)
BUILDINGS = ("1栋", "2栋", "3栋")
SURNAMES, NAMES = "李王张刘陈杨黄赵吴周", ("小华", "大明", "秀英", "建国", "志强", "丽娟")
HOME = ("1栋", "806", "李小华", "13800001234")  # of the first estate only: whose code is printed
OWNER_COLUMNS = ("estate_code", "building", "unit", "name", "phone", "kind", "since", "until")
BALANCE_COLUMNS = ("estate_code", "building", "unit", "as_of", "balance")
DEMO = system_actor("demo")


@dataclass(frozen=True)
class SignIn:
    """How the demo's owner comes in: what to type at the owners' door."""

    estate: str
    building: str
    unit: str
    name: str
    last4: str
    code: str


def acts(plan: Plan, cast: Cast) -> Iterator[tuple[datetime, str, Callable[[], Any]]]:
    """What the office, owners and companies do, as (moment, label, deed)."""
    story, today = _Story(plan, cast), clock.today()
    yield moment(today - timedelta(days=150), 10), LABEL, story.register
    yield moment(today - timedelta(days=40), 20), LABEL, story.object
    yield moment(today - timedelta(days=36), 11), LABEL, story.answer
    yield moment(today - timedelta(days=21), 20), LABEL, story.wait_too_long
    yield moment(today - timedelta(days=2), 20), LABEL, story.ask_lately


def _homes(estate: PlannedEstate) -> list[tuple[str, str, str, str]]:
    """Building, unit, name and phone of an estate's homes on record, the same every time."""
    random, found = Random(estate.code), []
    for building in BUILDINGS:
        for floor in FLOORS:
            for door in ("01", "03"):
                name = random.choice(SURNAMES) + random.choice(NAMES)
                found.append((building, f"{floor}{door}", name, f"13900{random.randrange(10**6):06d}"))
    return found


class _Story:
    """The estates whose owners are on record: those of the demo's company first."""

    def __init__(self, plan: Plan, cast: Cast) -> None:
        self.plan, self.cast = plan, cast
        self.serving = {one.estate: one.uscc for one in plan.contracts if one.ends_on is None}
        chosen = disclosing(plan)[:ESTATES]
        own = [one for one in chosen[:WITH_PAPERS] if self.serving.get(one.code) == plan.companies[0][0]]
        self.estates = [*own[:1], *(one for one in chosen if one not in own[:1])]
        self.asked = ""

    def register(self) -> None:
        """The sheets that the office brings."""
        officer, last = self.cast.actor("officer"), _half(clock.today())
        people, balances = [], []
        for estate in self.estates:
            for place, home in enumerate([*_homes(estate), *([HOME] if estate == self.estates[0] else [])]):
                building, unit, name, phone = home
                people.append((estate.code, building, unit, name, phone, "owner", "2025-01-01", ""))
                if place % 6 == 5:
                    people.append((estate.code, building, unit, "租" + name, phone[::-1], "tenant", "2025-06-01", ""))
                for day in (_half(last), last):
                    balances.append((estate.code, building, unit, day, f"{5200 + place * 37 - (place == 4) * 6000}.50"))
        bring(officer, "owners", OWNER_COLUMNS, people)
        bring(officer, "unit-balances", BALANCE_COLUMNS, balances)

    def _ask(self, place: int, category: str, kind: str, text: str) -> str:
        """A home of an estate asks about the last line of a category, if there is one."""
        if place >= len(self.estates):
            return ""
        estate, today = self.estates[place], clock.today()
        building, unit, name, _phone = _homes(estate)[place % 3]
        with transaction() as db:
            since = today - timedelta(days=200)
            lines = ledger.entries(db, estate_code=estate.code, since=since, until=today)
            of_category = [one for one in lines if one.category == category]
            owner = owners.find_owner(db, estate.code, building, unit, name)
            if owner is None or not of_category:
                return ""
            return owners.ask(db, owner, kind, of_category[-1].ref, text, on=today)

    def object(self) -> None:
        """An owner finds the lift advertising too cheap."""
        text = "这一季度的电梯广告收入比上一季度少，合同是不是没有续签？请公开合同。"
        self.asked = self._ask(0, "advertising", "objection", text)

    def answer(self) -> None:
        """The company explains."""
        if not self.asked:
            return
        text = "经核对，一部电梯的广告位空置一个月，收入相应减少；合同已续签，副本已附在这笔流水的凭证里。"
        with transaction() as db:
            owners.answer(db, self._company(self.estates[0]), self.asked, outcome="rejected", text=text, publish=True,
                          seq=0, on=clock.today())  # fmt: skip

    def _company(self, estate: PlannedEstate) -> Actor:
        uscc = self.serving.get(estate.code, "")
        if uscc == self.plan.companies[0][0]:
            return self.cast.actor("company")
        return person_actor("company-of-estate", Role.ENTERPRISE, "440306000000", uscc)

    def wait_too_long(self) -> None:
        """Two questions that nobody answers in time."""
        self._ask(1, "cost_utilities", "question", "公共照明的电费为什么从公共收益里出？")
        self._ask(2, "cost_cleaning", "objection", "补种绿化没有看到，请说明种在哪里。")

    def ask_lately(self) -> None:
        """One that is in time."""
        self._ask(0, "parking", "question", "临时停车收入是按什么比例分成的？")


def _half(day: date) -> date:
    """The last half-year's end before a day."""
    return date(day.year, 6, 30) if day > date(day.year, 6, 30) else date(day.year - 1, 12, 31)


def sign_in() -> SignIn | None:
    """The demo's owner with a code that still opens, given out anew when the last one was used or is too old."""
    building, unit, person, phone = HOME
    with reading() as db:
        estates = db.scalars(select(OwnerUnit.estate_code).where(OwnerUnit.unit == unit).order_by(OwnerUnit.id))
        known = (owners.find_owner(db, code, building, unit, person) for code in estates.all())
        found = next((one for one in known if one is not None), None)
        if found is None:
            return None
        number, still_opens = owners.paper_codes(db, found.id)
        name = registry.estate(db, found.estate_code).name
    code = f"DEMO-OWN-{number if still_opens else number + 1:04d}"
    if not still_opens:
        with transaction() as db:
            owners.give_code(db, DEMO, found.id, code)
    return SignIn(name, building, unit, person, phone[-4:], code)
