"""One of everything that can be contested, recorded on the first company: a check item, a quarter, a rating, a credit
event, a list entry; and the people around it."""

from dataclasses import dataclass
from datetime import date, timedelta

from portal.kernel import clock
from portal.kernel.access import Role, person_actor
from portal.kernel.db import transaction
from portal.kernel.ids import new_id
from portal.kernel.periods import Quarter, Year
from portal.kernel.versions import replace
from scoring.checks.models import CheckStep
from scoring.lists.models import ListCase, ListEntry, ListStep
from scoring.ratings import api as ratings
from tests.lists.year import record_event
from tests.people import make_person
from tests.ratings.district import (
    COMMUNITIES,
    DISTRICT,
    MANAGERS,
    STREETS,
    USCC,
    add_check,
    add_year_facts,
    found_district,
)

TODAY = date(2026, 6, 3)  # a Wednesday
OBJECTOR, OTHER = USCC
ESTATE = "E1"
WRONG = {"XF01": "2", "ZH01": "half"}
KINDS = ("check", "quarter", "rating", "credit", "list")
BLACK = ("candidate", "notice_served", "response_open", "review", "decided_list", "decision_served", "effective")


@dataclass(frozen=True)
class World:
    """The references, and who can do what: login by part."""

    refs: dict[str, str]

    @property
    def check_id(self) -> str:
        return self.refs["check"].partition(":")[2].split("/")[0]


def found() -> World:
    """Fill an initialised portal; the clock stands at TODAY when it is used."""
    found_district({ESTATE: ("commodity", COMMUNITIES[0]), "E2": ("commodity", COMMUNITIES[0])}, {"E2": OTHER})
    officer, lead = person_actor("officer", Role.OFFICER, DISTRICT), person_actor("lead", Role.LEAD, DISTRICT)
    check_id = ""
    for quarter in ("2025Q1", "2025Q2"):
        period = Quarter.parse(quarter)
        with clock.on(period.last), transaction() as db:
            for month in period.months:
                for estate in (ESTATE, "E2"):
                    results = WRONG if estate == ESTATE else {"XF01": "1"}
                    made = add_check(db, estate, str(month), results)
                    db.add(CheckStep(check_id=made, seq=2, step="confirmed", actor="confirmer", on=period.last,
                                     at=clock.now()))  # fmt: skip
                    check_id = made if (estate, str(month)) == (ESTATE, "2025-06") else check_id
        published = period.last + timedelta(days=20)
        with clock.on(published), transaction() as db:
            ratings.publish_quarter(db, officer, period, on=published)
    with clock.on(date(2026, 1, 5)), transaction() as db:
        add_year_facts(db, ESTATE, 8600)
    with clock.on(date(2026, 1, 20)), transaction() as db:
        ratings.publish_year(db, lead, Year(2025), on=date(2026, 1, 20))
    event = record_event("B11", on=date(2026, 3, 2))
    with clock.on(date(2026, 4, 1)):
        entry = _listed()
    _people()
    return World(
        {
            "check": f"check:{check_id}/XF01",
            "quarter": f"quarter:2025Q2/{ESTATE}",
            "rating": f"rating:2025/{ESTATE}",
            "credit": f"credit:{event}",
            "list": f"list:{entry}",
        }
    )


def _listed() -> str:
    """A black entry in force, proposed by the officer, decided and published by the lead."""
    with transaction() as db:
        case = ListCase(
            id=new_id(), year=2025, kind="black", subject_type="estate", subject=ESTATE, reason="low_stars", uscc=OBJECTOR,
            manager_code=MANAGERS[0], facts="{}", conditions="[]", rule_set="commodity-2018", recorded_at=clock.now(),
        )  # fmt: skip
        db.add(case)
        db.flush()
        for seq, step in enumerate(BLACK, 1):
            actor = "officer" if seq <= 3 else "lead"
            db.add(ListStep(case_id=case.id, seq=seq, step=step, actor=actor, on=clock.today(), at=clock.now()))
            db.flush()
        entry = ListEntry(
            id=new_id(), case_id=case.id, year=2025, kind="black", subject_type="estate", subject=ESTATE, uscc=OBJECTOR,
            manager_code=MANAGERS[0], reason="low_stars", decision="宝住建榜决〔2026〕1号", exit_reason="",
            valid_from=clock.today(), valid_to=date(2027, 3, 31),
        )  # fmt: skip
        replace(db, None, entry, clock.now())
        return case.id


def _people() -> None:
    """Who had a hand in it, and who did not."""
    make_person(Role.INSPECTOR, COMMUNITIES[0], None, "ins")
    make_person(Role.REVIEWER, STREETS[0], None, "confirmer")
    make_person(Role.REVIEWER, STREETS[0], None, "fresh")
    make_person(Role.REVIEWER, STREETS[1], None, "elsewhere")
    for login, role in (
        ("officer", Role.OFFICER),
        ("officer2", Role.OFFICER),
        ("lead", Role.LEAD),
        ("lead2", Role.LEAD),
    ):
        make_person(role, DISTRICT, None, login)
    make_person(Role.ENTERPRISE, DISTRICT, OBJECTOR, "company")
    make_person(Role.ENTERPRISE, DISTRICT, OTHER, "other")


# Who may review each kind, and everybody who may not, with what stands in the way.
REVIEWER = {"check": "fresh", "quarter": "officer2", "rating": "officer2", "credit": "officer2", "list": "officer2"}
ROLES = {"ins": "inspector", "confirmer": "reviewer", "fresh": "reviewer", "elsewhere": "reviewer", "officer": "officer",
         "officer2": "officer", "lead": "lead", "lead2": "lead", "company": "enterprise", "other": "enterprise"}  # fmt: skip
