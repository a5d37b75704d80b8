"""The district of a trial: communities with estates, last quarter's checks waiting for the street, and the people who work."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import insert, select

from portal.kernel import clock, ids
from portal.kernel.access import Role, system_actor
from portal.kernel.db import reading, transaction
from portal.kernel.importing import ImportContext
from portal.kernel.periods import Month, Quarter
from portal.registry.models import Division, Estate, EstateFacts
from portal.shell import wiring
from portal.shell.importing import run_import
from scoring.checks.models import MonthlyCheck
from scoring.standards import api as standards
from tests.people import cookie_of, make_person

DISTRICT, STREET = "440306000000", "440306017000"
CLI = system_actor("cli:trial")
HEADER = "estate_code,month,inspected_on,inspector,item_code,result,note\n"


@dataclass(frozen=True)
class Work:
    """What is there to do. ``estates``: of each inspector; ``waiting``: submitted checks of last quarter; ``urgent``: items of the
    checklist by category that want a photo each; ``cookies``: of people who are signed in."""

    month: str
    quarter: str
    estates: dict[str, list[str]]
    waiting: list[str]
    urgent: dict[str, list[str]]
    cookies: dict[str, tuple[str, str]]


def found(inspectors: int, estates: int, past: int) -> Work:
    """``inspectors`` with a community of ``estates`` each; in ``past`` of these two months of last quarter were checked."""
    today = clock.today()
    quarter = Quarter.of(today).previous
    places = {f"inspector-{n}": f"440306{17 + n // 80:03d}{n % 80 + 10:03d}" for n in range(inspectors)}
    own = {login: [f"F{place[-6:]}-{n:04d}" for n in range(estates)] for login, place in places.items()}
    _found_register(places, own)
    for role, division in ((Role.REVIEWER, STREET), (Role.OFFICER, DISTRICT), (Role.REGISTRAR, DISTRICT)):
        make_person(role, division, login=str(role))
    _file_last_quarter(own, quarter, past)
    with reading() as db:
        standard = standards.view(db, "2025.1")
        waiting = list(db.scalars(select(MonthlyCheck.id).order_by(MonthlyCheck.id)))
    urgent: dict[str, list[str]] = {}
    for code, item in standard.items.items():
        urgent.setdefault(item.category_code, []).extend([code] if item.hazard_class == "C" else [])
    people = [*places, "reviewer", "officer", "registrar"]
    cookies = {login: cookie_of(login) for login in people}
    return Work(str(Month.of(today)), str(quarter), own, waiting, urgent, cookies)


def _found_register(places: dict[str, str], own: dict[str, list[str]]) -> None:
    start = datetime(2024, 6, 1, tzinfo=UTC)
    streets = sorted({place[:9] + "000" for place in places.values()})
    areas = [(DISTRICT, "宝安区", "district", "440300000000")]
    areas += [(street, f"第{street[6:9]}街道", "street", DISTRICT) for street in streets]
    areas += [(place, f"第{place[6:]}社区", "community", place[:9] + "000") for place in places.values()]
    names = ("code", "name", "level", "parent_code")
    with clock.at(start), transaction() as db:
        standards.seed(db, CLI)
        db.execute(insert(Division), [dict(zip(names, area, strict=True)) for area in areas])
        codes = [(code, places[login]) for login, estates in own.items() for code in estates]
        db.execute(insert(Estate), [{"code": code, "recorded_at": start} for code, _place in codes])
        facts = [
            {"id": ids.new_id(), "estate_code": code, "name": f"{code}花园", "kind": "commodity", "division_code": place,
             "address": "海秀路1号", "households": 600, "search_key": "", "valid_from": date(1900, 1, 1),
             "recorded_at": start}
            for code, place in codes
        ]  # fmt: skip
        db.execute(insert(EstateFacts), facts)
    for login, place in places.items():
        make_person(Role.INSPECTOR, place, login=login)


def _file_last_quarter(own: dict[str, list[str]], quarter: Quarter, past: int) -> None:
    months = quarter.months[:2]
    if not past:
        return
    rows = [
        f"{code},{month},{month.first},{login},*,pass,\n"
        for login, estates in own.items()
        for code in estates[:past]
        for month in months
    ]
    context = ImportContext(on=clock.today(), past_months=True)
    run_import(CLI, wiring.kinds()["checks"], (HEADER + "".join(rows)).encode(), "checks.csv", context)
