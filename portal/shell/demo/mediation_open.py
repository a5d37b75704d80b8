"""What the people of the demo's open cases do, day by day, through the same verbs as the pages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from mediation.cases import api as cases
from mediation.cases.api import NewCase, NewParty, Term
from portal.kernel import clock
from portal.kernel.access import Actor, Role, person_actor
from portal.shell.demo.acts import Cast, moment
from portal.shell.demo.mediation_files import CLAIMS, PastCase

MEDIATORS = ("mediator", "mediator-2", "mediator-3")
DISTRICT = "440306000000"
Deed = Callable[[Session, "OpenCase"], Any]


class OpenCase:
    """A case that is open today: who is in it, and what each does when."""

    def __init__(self, past: PastCase, script: "Script", cast: Cast, place: int) -> None:
        self.past, self.script, self.place = past, script.steps, place
        self.registrar = cast.actor("registrar")
        self.mediator = person_actor(past.mediator, Role.MEDIATOR, DISTRICT)
        self.company = person_actor("company-of-estate", Role.ENTERPRISE, DISTRICT, past.uscc)
        self.case_id = self.owner_id = self.asked = self.paper = ""
        self.is_petition = script.is_petition

    def owner(self, db: Session) -> Actor:
        """The applicant, come in with a code."""
        return cases.party_actor(db, self.owner_id)

    def room(self, db: Session, wall: str) -> str:
        """The id of a room."""
        return next(one.id for one in cases.rooms(db, self.mediator, self.case_id) if one.wall == wall)


@dataclass(frozen=True)
class Script:
    """The days (before today) and deeds of a case; a common one is played several times."""

    steps: tuple[tuple[int, Deed], ...]
    is_common: bool = True
    is_petition: bool = False


def _file(db: Session, one: OpenCase) -> None:
    past = one.past
    applicants = [NewParty("owner", past.owner, past.phone, unit="3栋1502")]
    if any(deed is _panel for _ago, deed in one.script):
        applicants += [NewParty("owner", f"{past.owner[0]}业主{n}", f"1370000{n:04d}") for n in range(1, 11)]
    respondents = [] if one.is_petition else [NewParty("enterprise", past.company, uscc=past.uscc)]
    new = NewCase(
        past.estate, past.kind, CLAIMS[past.kind], applicants, respondents, track="petition" if one.is_petition else "dispute",
        code=past.code,
    )  # fmt: skip
    filed = cases.file_case(db, cases.visitor(), new)
    one.case_id, one.owner_id = filed.case_id, next(iter(filed.entry_codes))
    for other in list(filed.entry_codes)[1:]:  # neighbours let the first of them speak
        cases.speak_for(db, cases.party_actor(db, other), other, one.owner_id)


def _take_up(db: Session, one: OpenCase) -> None:
    cases.take_up(db, one.registrar, one.case_id)


def _complex(db: Session, one: OpenCase) -> None:
    cases.flag(db, one.registrar, one.case_id, "complex", "multi_agency")


def _major(db: Session, one: OpenCase) -> None:
    cases.flag(db, one.registrar, one.case_id, "major", "public_concern")


def _accept(db: Session, one: OpenCase) -> None:
    one.asked = cases.accept(db, one.registrar, one.case_id)


def _begin(db: Session, one: OpenCase) -> None:
    cases.answer(db, one.company, one.asked, True)
    cases.appoint(db, one.registrar, one.case_id, one.past.mediator)


def _panel(db: Session, one: OpenCase) -> None:
    for login in MEDIATORS:
        if login != one.past.mediator:
            cases.appoint(db, one.registrar, one.case_id, login)


def _talk(db: Session, one: OpenCase) -> None:
    joint, own = one.room(db, "joint"), one.room(db, "applicant")
    cases.say(db, one.mediator, joint, "双方好。请各自说明情况，已有的照片和单据请传到这里。")
    cases.say(db, one.owner(db), joint, "情况和申请书一致，希望尽快解决。")
    cases.say(db, one.company, joint, "我们已安排人员到现场核对，三日内答复。")
    cases.say(db, one.owner(db), own, "如果能按时修好，费用方面可以再商量。")


def _offer(db: Session, one: OpenCase) -> None:
    joint = one.room(db, "joint")
    made = cases.offer(db, one.company, joint, [_term(30)], expires_on=clock.today() + timedelta(days=10))
    cases.reply(db, one.owner(db), made, "rejected")
    cases.offer(db, one.owner(db), joint, [_term(15)], answers=made, expires_on=clock.today() + timedelta(days=10))


def _term(days: int) -> Term:
    return Term("do", "respondent", "完成维修并邀请申请人验收", clock.today() + timedelta(days=days))


def _book(db: Session, one: OpenCase) -> None:
    day = clock.today() + timedelta(days=3 + one.place)
    hour = 9 + MEDIATORS.index(one.past.mediator) * 2
    starts = moment(day, hour, 0)
    place = "TJ-A" if one.past.mediator != "mediator-3" else "TJ-B"
    cases.book(db, one.mediator, one.case_id, "joint", place, starts, starts + timedelta(hours=1, minutes=30))


def _longer(db: Session, one: OpenCase) -> None:
    asked = cases.ask_extension(db, one.mediator, one.case_id)
    cases.answer(db, one.owner(db), asked, True)
    cases.answer(db, one.company, asked, True)


def _draft(db: Session, one: OpenCase, partial: bool = False, days: int = 20) -> None:
    one.paper = cases.draft(db, one.mediator, one.case_id, [_term(days)], partial=partial)


def _half_sign(db: Session, one: OpenCase) -> None:
    _draft(db, one)
    cases.sign(db, one.owner(db), one.paper, _hash(db, one))


def _partly(db: Session, one: OpenCase) -> None:
    _draft(db, one, partial=True)


def _hash(db: Session, one: OpenCase) -> str:
    return cases.paper(db, one.mediator, one.paper).sha256


def _sign(db: Session, one: OpenCase) -> None:
    _draft(db, one)
    _sign_all(db, one)


def _sign_far(db: Session, one: OpenCase) -> None:
    _draft(db, one, days=100)
    _sign_all(db, one)


def _sign_all(db: Session, one: OpenCase) -> None:
    for actor in (one.owner(db), one.company, one.mediator):
        cases.sign(db, actor, one.paper, _hash(db, one))


def _confirm(db: Session, one: OpenCase) -> None:
    number = f"({clock.today().year})粤0306诉前调确{700 + one.place}号"
    cases.confirm(db, one.registrar, one.case_id, "示例区人民法院", number)


def _prove(db: Session, one: OpenCase) -> None:
    promise = cases.promises(db, one.mediator, one.case_id)[0]
    cases.prove(db, one.company, promise.id, "已完成维修，验收单已交申请人。")


def _break(db: Session, one: OpenCase) -> None:
    promise = cases.promises(db, one.mediator, one.case_id)[0]
    cases.break_promise(db, one.owner(db), promise.id, "到期没有维修。")


def _lapse(db: Session, one: OpenCase) -> None:
    cases.lapse(db, one.registrar)


def _opine(db: Session, one: OpenCase) -> None:
    answers = dict.fromkeys(cases.QUESTIONS, "yes")
    cases.give_opinion(db, one.owner(db), one.case_id, "talks", {**answers, "timely": "partly"}, "希望下次快一点。")
    cases.give_opinion(db, one.company, one.case_id, "talks", answers)


def _handle(db: Session, one: OpenCase) -> None:
    cases.handle(db, one.registrar, one.case_id)


def _answer(db: Session, one: OpenCase) -> None:
    cases.answer_petition(db, one.registrar, one.case_id, "经核实，已请街道跟进，处理情况将书面告知。")


def _review(db: Session, one: OpenCase) -> None:
    cases.ask_review(db, one.owner(db), one.case_id)


def _begun(ago: int, *more: tuple[int, Deed]) -> tuple[tuple[int, Deed], ...]:
    """A case filed so many days ago that went the usual way into talks."""
    return ((ago, _file), (ago - 1, _take_up), (ago - 3, _accept), (ago - 5, _begin), (ago - 6, _talk), *more)


SCRIPTS = (
    Script(((1, _file),)),
    Script(((3, _file), (2, _take_up))),
    Script(((5, _file), (4, _take_up), (3, _complex)), is_common=False),
    Script(((6, _file), (5, _take_up), (3, _accept))),
    Script(_begun(16, (7, _offer), (1, _book))),
    Script(_begun(20, (10, _offer))),
    Script(_begun(24, (17, _major), (16, _panel), (4, _offer)), is_common=False),
    Script(_begun(45, (12, _longer), (5, _offer)), is_common=False),
    Script(_begun(26, (3, _half_sign)), is_common=False),
    Script(_begun(28, (2, _partly)), is_common=False),
    Script(_begun(38, (14, _sign), (9, _opine))),
    Script(_begun(75, (55, _sign_far), (30, _confirm))),
    Script(_begun(70, (48, _sign), (25, _confirm), (20, _prove)), is_common=False),
    Script(_begun(98, (75, _sign), (44, _lapse), (20, _break)), is_common=False),
    Script(((2, _file),), is_common=False, is_petition=True),
    Script(((30, _file), (22, _take_up), (20, _handle)), is_common=False, is_petition=True),
    Script(((60, _file), (52, _take_up), (50, _handle), (9, _answer)), is_common=False, is_petition=True),
    Script(
        ((80, _file), (72, _take_up), (70, _handle), (30, _answer), (12, _review)), is_common=False, is_petition=True
    ),
)
