"""A district with two estates, two companies, mediators on the roster and a registrar; and how people act on a case."""

from datetime import date, datetime, timedelta

from mediation.cases import api as cases
from mediation.roster import api as roster
from portal.kernel import clock
from portal.kernel.access import Actor, Role, person_actor
from portal.kernel.db import transaction
from tests import built
from tests.people import make_person
from tests.ratings.district import COMMUNITIES, DISTRICT, USCC, found_district

TODAY = date(2026, 6, 3)  # a Wednesday
E1, E2 = "E1", "E2"
COMPANY, COMPETITOR = USCC
REGISTRAR = person_actor("registrar", Role.REGISTRAR, DISTRICT)
MEDIATORS = tuple(person_actor(f"med{n}", Role.MEDIATOR, DISTRICT) for n in (1, 2, 3))
LAWYER = person_actor("lawyer", Role.MEDIATOR, DISTRICT)
FIRM = person_actor("company", Role.ENTERPRISE, DISTRICT, COMPANY)
RIVAL = person_actor("rival", Role.ENTERPRISE, DISTRICT, COMPETITOR)
PLACES = ("R1", "R2")


def found() -> None:
    """Fill an initialised portal."""
    built.once("mediation-centre", _fill)


def _fill() -> None:
    found_district({E1: ("commodity", COMMUNITIES[0]), E2: ("commodity", COMMUNITIES[1])}, {E2: COMPETITOR})
    for one in (REGISTRAR, *MEDIATORS, LAWYER, FIRM, RIVAL):
        assert one.role is not None
        make_person(one.role, DISTRICT, one.uscc, one.login)
    with clock.on(TODAY), transaction() as db:
        for one in MEDIATORS:
            new = roster.MediatorInput(one.login, f"调解员{one.login}", "mediator", "宝安区物业事务机构", "三级调解员")
            assert roster.enrol(db, REGISTRAR, new)
        roster.enrol(db, REGISTRAR, roster.MediatorInput("lawyer", "律师", "lawyer", "法律服务团队", "执业律师"))
        for code in PLACES:
            roster.add_place(db, REGISTRAR, code, f"{code}调解室", DISTRICT)


def owner(name: str = "王小明", phone: str = "13800001234") -> cases.NewParty:
    return cases.NewParty("owner", name, phone, unit="2栋301")


def firm(uscc: str = COMPANY) -> cases.NewParty:
    return cases.NewParty("enterprise", "物业公司", uscc=uscc, representative="李经理", power="special")


def filed(db, applicants=None, **more) -> cases.Filed:
    """An owner files a dispute with the first company."""
    new = cases.NewCase(E1, more.pop("kind", "repair"), more.pop("claim", "请修好2栋的电梯。"), applicants or [owner()],
                        [firm(more.pop("uscc", COMPANY))], **more)  # fmt: skip
    return cases.file_case(db, cases.visitor(), new)


def party_of(db, case_id: str, side: str = "applicant", number: int = 0) -> Actor:
    """A person of a side, as one who came in with a code."""
    from mediation.cases.people import parties

    rows = [row for row in parties(db, case_id) if row.side == side]
    return cases.party_actor(db, rows[number].id)


def mediating(db, mediator: Actor = MEDIATORS[0], **more) -> str:
    """A case in mediation: accepted, the company said yes, both chose the mediator. Answers its id."""
    made = filed(db, **more)
    cases.take_up(db, REGISTRAR, made.case_id)
    ask = cases.accept(db, REGISTRAR, made.case_id)
    assert cases.answer(db, FIRM, ask, True) is True
    cases.appoint(db, REGISTRAR, made.case_id, mediator.login)
    return made.case_id


def room(db, actor: Actor, case_id: str, wall: str) -> str:
    """The id of a room as its page knows it."""
    return next(one.id for one in cases.rooms(db, actor, case_id) if one.wall == wall)


def terms(on: date) -> list[cases.Term]:
    return [
        cases.Term("do", "respondent", "修好2栋的电梯。", on + timedelta(days=20)),
        cases.Term("pay", "applicant", "交清2025年物业费。", on + timedelta(days=10), 123456),
    ]


def agreed(db, case_id: str, mediator: Actor = MEDIATORS[0]) -> str:
    """A case in mediation comes to an agreement that everybody signs; answers the paper's id."""
    paper = cases.draft(db, mediator, case_id, terms(clock.today()))
    sha = cases.paper(db, mediator, paper).sha256
    for actor in (party_of(db, case_id), FIRM, mediator):
        cases.sign(db, actor, paper, sha)
    return paper


def state(db, case_id: str) -> str:
    from mediation.cases.service.record import step_of

    return step_of(db, case_id).step


def hour(day: date, at: int) -> datetime:
    return clock.day_start(day, at)
