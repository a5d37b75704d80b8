"""The demo district as a plan: who there is and how good they are. Pure from a seed; nothing is stored here."""

import csv
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.resources import files
from random import Random

from portal.shell.demo import names

FIRST_DAY = date(2024, 12, 3)
KIND_CYCLE = ("commodity", "village", "commodity", "commodity", "affordable", "commodity", "village", "commodity",
              "commodity", "village", "commodity", "commodity", "commodity", "village", "commodity")  # fmt: skip


@dataclass
class PlannedEstate:
    """One estate: ``quality`` is what its months score on average, ``trend`` what it gains a quarter, in points."""

    code: str
    name: str
    kind: str
    division: str
    address: str
    households: int
    quality: float
    trend: float
    has_lifts: bool
    inspector: str
    latitude: str
    longitude: str


@dataclass
class PlannedContract:
    """One service contract."""

    estate: str
    uscc: str
    manager: str
    starts_on: date
    ends_on: date | None


@dataclass
class Plan:
    """Everything the story needs."""

    random: Random
    divisions: list[dict[str, str]] = field(default_factory=list)
    companies: list[tuple[str, str]] = field(default_factory=list)
    company_quality: dict[str, float] = field(default_factory=dict)
    managers: list[tuple[str, str, str]] = field(default_factory=list)
    estates: list[PlannedEstate] = field(default_factory=list)
    contracts: list[PlannedContract] = field(default_factory=list)
    people: list[tuple[str, str, str, str, str]] = field(default_factory=list)

    @property
    def exemplar(self) -> PlannedEstate:
        """The estate that comes onto the red list whatever the seed: of the best company, always in time, never changing hands."""
        return self.estates[0]

    @property
    def late_street(self) -> str:
        """The street that files late."""
        return "440306025000"


def make(count: int, seed: int) -> Plan:
    """The plan of a district with ``count`` estates."""
    plan = Plan(Random(seed))
    text = files("portal.registry").joinpath("data/divisions-440306.csv").read_text(encoding="utf-8-sig")
    plan.divisions = list(csv.DictReader(text.splitlines()))
    _companies(plan, max(2, count // 5))
    _managers(plan, max(2, count // 2))
    _estates(plan, count)
    _contracts(plan)
    _people(plan)
    return plan


def _companies(plan: Plan, count: int) -> None:
    plan.companies = [names.company(index) for index in range(count)]
    for index, (code, _name) in enumerate(plan.companies):
        draw = plan.random.random()
        mean, spread = (92, 1.5) if draw < 0.15 else (86, 2.5) if draw < 0.66 else (78, 3.5) if draw < 0.94 else (62, 4)
        plan.company_quality[code] = 95.5 if index == 0 else plan.random.gauss(mean, spread)


def _managers(plan: Plan, count: int) -> None:
    for index in range(count):
        code = f"PM{index + 1:04d}"
        plan.managers.append((code, names.person_name(plan.random), names.id_number(plan.random, index)))


def _estates(plan: Plan, count: int) -> None:
    communities = [
        row for row in plan.divisions if row["level"] == "community" and not row["code"].startswith("440306400")
    ]
    streets = {row["code"]: row["name"] for row in plan.divisions}
    weights = [plan.random.uniform(0.4, 2.2) for _ in communities]
    numbers: dict[str, int] = {}
    used: set[str] = set()
    for index in range(count):
        home = (
            communities[index]
            if index < min(len(communities), count // 3)
            else plan.random.choices(communities, weights)[0]
        )
        code = home["code"]
        numbers[code] = numbers.get(code, 0) + 1
        kind = KIND_CYCLE[index % len(KIND_CYCLE)]
        name = _estate_name(plan, kind, used)
        place = home["name"].replace("社区居委会", "")
        address = f"{streets[home['parent_code']]}{place}虚构路{plan.random.randrange(1, 399)}号"
        plan.estates.append(
            PlannedEstate(
                code=f"{code}-{numbers[code]:04d}",
                name=name,
                kind=kind,
                division=code,
                address=address,
                households=int(min(4200, max(36, plan.random.lognormvariate(6.4, 0.75)))),
                quality=0.0,
                trend=plan.random.gauss(0.15, 0.5),
                has_lifts=kind != "village" or plan.random.random() < 0.35,
                inspector=f"insp-{code[6:]}",
                latitude=f"{22.55 + plan.random.random() * 0.28:.6f}",
                longitude=f"{113.80 + plan.random.random() * 0.18:.6f}",
            )
        )


def _estate_name(plan: Plan, kind: str, used: set[str]) -> str:
    while True:
        name = plan.random.choice(names.ESTATE_FIRST) + plan.random.choice(names.ESTATE_LAST[kind])
        number = plan.random.choice(("", "", "", "一期", "二期", "三期", "北区", "南区", "东区", "西区"))
        if name + number not in used:
            used.add(name + number)
            return name + number


def _contracts(plan: Plan) -> None:
    """Mostly long service; some changes of company, late starts, a gap, an estate that nobody serves any more."""
    random, managers = plan.random, [code for code, _name, _id in plan.managers]
    for index, estate in enumerate(plan.estates):
        company = plan.companies[0 if index == 0 else (index * 7 + random.randrange(3)) % len(plan.companies)][0]
        manager = managers[index % len(managers)]
        start = date(random.randrange(2019, 2025), random.randrange(1, 13), 1) if index else date(2021, 3, 1)
        start = min(start, date(2024, 11, 1))
        draw = random.random() if index > 4 else 0.5
        estate.quality = max(48.0, min(98.5, plan.company_quality[company] + random.gauss(0, 2.2)))
        if estate.kind == "village":
            estate.quality -= 1.5
        if draw < 0.05:  # a new company in the middle of a year; after 1 July it is not rated for that year
            change = date(2025, random.choice((4, 6, 7, 8, 10)), 1)
            other = plan.companies[(index * 5 + 3) % len(plan.companies)][0]
            plan.contracts.append(PlannedContract(estate.code, company, manager, start, change - timedelta(days=1)))
            plan.contracts.append(
                PlannedContract(estate.code, other, managers[(index + 11) % len(managers)], change, None)
            )
        elif draw < 0.065:  # a gap, then the same company again
            plan.contracts.append(PlannedContract(estate.code, company, manager, start, date(2025, 3, 31)))
            plan.contracts.append(PlannedContract(estate.code, company, manager, date(2025, 5, 1), None))
        elif draw < 0.075:  # nobody follows
            plan.contracts.append(PlannedContract(estate.code, company, manager, start, date(2025, 11, 30)))
        elif draw < 0.2:  # renewed without a gap, the manager changed
            plan.contracts.append(PlannedContract(estate.code, company, manager, start, date(2025, 12, 31)))
            later = managers[(index + 29) % len(managers)]
            plan.contracts.append(PlannedContract(estate.code, company, later, date(2026, 1, 1), date(2028, 12, 31)))
        else:
            plan.contracts.append(PlannedContract(estate.code, company, manager, start, None))


def _people(plan: Plan) -> None:
    random = plan.random

    def add(login: str, role: str, division: str, uscc: str = "") -> None:
        plan.people.append((login, names.person_name(random), role, division, uscc))

    district = "440306000000"
    for login, role in (("officer", "officer"), ("officer2", "officer"), ("lead", "lead"), ("lead2", "lead"),
                        ("registrar", "registrar"), ("auditor", "auditor"), ("admin", "admin"), ("mediator", "mediator")):  # fmt: skip
        add(login, role, district)
    for row in plan.divisions:
        if row["level"] == "street":
            add(f"street-{row['code'][6:9]}", "reviewer", row["code"])
    for code in sorted({estate.division for estate in plan.estates}):
        add(f"insp-{code[6:]}", "inspector", code)
    add("company", "enterprise", district, plan.companies[0][0])
    for row in plan.divisions:  # whoever confirms a street's checks cannot review an objection to them
        if row["level"] == "street":
            add(f"street-{row['code'][6:9]}-2", "reviewer", row["code"])
