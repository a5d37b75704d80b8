"""A district with something telling behind every wall of mediation: four cases, two conferences, a saved application, a roster.

Each telltale is a word of its own that stands in every free field, file, file name, offer and paper behind one wall.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from mediation.cases import api as cases
from mediation.conferences import queries as meetings
from mediation.conferences import service as conferences
from mediation.filing import service as drafts
from mediation.roster import api as roster
from portal.kernel import clock
from portal.kernel.access import Role
from portal.kernel.db import transaction
from portal.notices.service import digest
from tests.mediation import centre
from tests.mediation.centre import (
    COMPANY,
    COMPETITOR,
    DISTRICT,
    FIRM,
    LAWYER,
    MEDIATORS,
    REGISTRAR,
    RIVAL,
    TODAY,
    hour,
    party_of,
    room,
)
from tests.people import make_person

STREET, ELSEWHERE = "440306001000", "440306002000"
PHONE = "13712345678"
TELLTALES = {
    "name": "Zqname", "left": "Zqleft", "phone": PHONE, "unit": "Zqunit", "representative": "Zqrepr", "claim": "Zqclaim",
    "joint": "Zqjoint", "applicant": "Zqappli", "respondent": "Zqrespo", "paper": "Zqpaper", "minutes": "Zqalone",
    "proof": "Zqproof", "remark": "Zqremark", "mediator": "Zqmedi", "body": "Zqbody", "skill": "Zqskill",
    "conference": "Zqconf", "community": "Zqcommu", "petition": "Zqpetit", "answer": "Zqanswer", "sealed": "Zqsealed",
    "other": "Zqother", "draft": "Zqdraft", "typed": "Zqtyped",
}  # fmt: skip


@dataclass
class Place:
    """Ids of what was made. ``mine``: the case that everything stands in; ``other``: that of a neighbour."""

    mine: str = ""
    other: str = ""
    sealed: str = ""
    petition: str = ""
    numbers: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    progress: str = ""
    parties: dict[str, str] = field(default_factory=dict)
    rooms: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    offers: dict[str, str] = field(default_factory=dict)
    papers: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    conferences: dict[str, str] = field(default_factory=dict)
    task: str = ""
    tie: str = ""


def fill() -> Place:
    """Fill an initialised portal; the talks of the case are over on the day after ``TODAY``, at one o'clock."""
    centre.found()
    make_person(Role.MEDIATOR, DISTRICT, None, "med9")
    made = Place()
    with clock.on(TODAY), transaction() as db:
        _roster(db, made)
        _case(db, made)
        _talks(db, made)
        _others(db, made)
        _conferences(db, made)
    with clock.on(TODAY + timedelta(days=1), hour=13), transaction() as db:
        _papers(db, made)
    return made


def _roster(db, made):
    tell = TELLTALES
    for login, name in (("med1", tell["mediator"]), ("med9", "没有案件")):
        roster.enrol(db, REGISTRAR, roster.MediatorInput(login, name, "mediator", tell["body"], tell["skill"]))
    from mediation.roster import queries, service

    service.declare(db, REGISTRAR, "med9", "kinship", uscc=COMPETITOR)
    made.tie = queries.ties(db, "med9")[0].id


def _case(db, made):
    tell = TELLTALES
    applicants = [
        cases.NewParty("owner", tell["name"], PHONE, unit=tell["unit"]),
        cases.NewParty("owner", tell["left"], "13900001111"),
    ]
    firm = cases.NewParty(
        "enterprise", "物业公司", uscc=COMPANY, representative=tell["representative"], power="special"
    )
    made.mine = _agreed_to(db, FIRM, cases.NewCase(centre.E1, "repair", tell["claim"], applicants, [firm]))
    cases.appoint(db, REGISTRAR, made.mine, MEDIATORS[2].login)
    cases.recuse(db, MEDIATORS[2], made.mine, MEDIATORS[2].login, "own")
    cases.appoint(db, REGISTRAR, made.mine, MEDIATORS[0].login)
    cases.appoint(db, REGISTRAR, made.mine, LAWYER.login, "lawyer")
    view = cases.case_view(db, REGISTRAR, made.mine)
    ids = {one.name: one.id for one in view.parties if not one.uscc}
    made.numbers["mine"] = view.code
    for who in ("name", "left"):
        made.parties[who] = ids[tell[who]]
    made.parties["firm"] = next(one.id for one in view.parties if one.uscc)
    made.codes["mine"] = cases.new_entry_code(db, REGISTRAR, made.parties["name"], way="seen")
    made.progress = cases.new_progress_code(db, REGISTRAR, made.mine, way="seen")


def _agreed_to(db, firm, new):
    """A case is filed, accepted, and the company agrees to mediation."""
    case_id = cases.file_case(db, cases.visitor(), new).case_id
    cases.take_up(db, REGISTRAR, case_id)
    cases.answer(db, firm, cases.accept(db, REGISTRAR, case_id), True)
    return case_id


def _talks(db, made):
    mediator, mine = MEDIATORS[0], cases.party_actor(db, made.parties["name"])
    for wall, who in (("joint", mine), ("applicant", mine), ("respondent", FIRM)):
        word, here = TELLTALES[wall], room(db, mediator, made.mine, wall)
        made.rooms[wall] = here
        cases.say(db, who, here, word)
        made.files[wall] = cases.add_file(db, who, here, b"%PDF-1.4 " + word.encode(), f"{word}.pdf")
        made.offers[wall] = cases.offer(
            db, who, here, [cases.Term("do", "respondent", word, TODAY + timedelta(days=5))]
        )
    for wall, at in (("joint", 14), ("applicant", 15)):
        made.sessions[wall] = cases.book(
            db, mediator, made.mine, wall, "R1", hour(TODAY, at), hour(TODAY, at + 1)
        )  # fmt: skip


def _others(db, made):
    tell = TELLTALES
    theirs = [centre.owner("邻居", "13700009999")]
    made.other = _agreed_to(
        db, RIVAL, cases.NewCase(centre.E2, "noise", tell["other"], theirs, [centre.firm(COMPETITOR)])
    )
    cases.appoint(db, REGISTRAR, made.other, MEDIATORS[1].login)
    made.rooms["other"] = room(db, MEDIATORS[1], made.other, "joint")
    neighbour = party_of(db, made.other)
    made.files["other"] = cases.add_file(db, neighbour, made.rooms["other"], b"%PDF-1.4 x", "x.pdf")
    made.parties["neighbour"] = neighbour.login.removeprefix("party:")
    made.codes["neighbour"] = cases.new_entry_code(db, REGISTRAR, made.parties["neighbour"], way="seen")
    made.numbers["neighbour"] = cases.case_view(db, REGISTRAR, made.other).code
    sealed = centre.filed(db, claim=tell["sealed"], applicants=[centre.owner("别人", "13600001111")])
    cases.withdraw(db, party_of(db, sealed.case_id), sealed.case_id)
    cases.archive(db, REGISTRAR, sealed.case_id)
    made.sealed = sealed.case_id
    asked = cases.NewCase(
        centre.E1, "other", tell["petition"], [centre.owner("信访人", "13500001111")], track="petition"
    )
    made.petition = cases.file_case(db, cases.visitor(), asked).case_id
    cases.take_up(db, REGISTRAR, made.petition)
    cases.handle(db, REGISTRAR, made.petition)
    cases.answer_petition(db, REGISTRAR, made.petition, tell["answer"])
    drafts.save(db, centre.E1, {"claim": tell["draft"], "name": tell["draft"]})


def _conferences(db, made):
    for wall, level, place in (("conference", "district", DISTRICT), ("community", "community", STREET)):
        word = TELLTALES[wall]
        conference = conferences.call(db, REGISTRAR, level, place, TODAY, [word], [], [word])
        due = conferences.Task(word, word, TODAY + timedelta(days=9))
        conferences.hold(db, REGISTRAR, conference, word, [due, due])
        made.conferences[wall] = conference
        task = meetings.conference(db, REGISTRAR, conference).tasks[0].id
        conferences.done(db, REGISTRAR, task, word)
        made.task = meetings.conference(db, REGISTRAR, conference).tasks[1].id


def _papers(db, made):
    mediator, mine, word = MEDIATORS[0], cases.party_actor(db, made.parties["name"]), TELLTALES["paper"]
    made.papers["joint"] = cases.hold_session(db, mediator, made.sessions["joint"], word)
    made.papers["applicant"] = cases.hold_session(db, mediator, made.sessions["applicant"], TELLTALES["minutes"])
    cases.leave(db, cases.party_actor(db, made.parties["left"]), made.parties["left"])
    promised = cases.Term("do", "respondent", word, clock.today() + timedelta(days=20))
    paper = cases.draft(db, mediator, made.mine, [promised], text=word)
    sha = cases.paper(db, mediator, paper).sha256
    for who in (mine, FIRM, mediator):
        cases.sign(db, who, paper, sha)
    made.papers["agreement"] = paper
    promise = cases.promises(db, FIRM, made.mine)[0].id
    cases.prove(db, FIRM, promise, TELLTALES["proof"])
    cases.give_opinion(db, mine, made.mine, "talks", dict.fromkeys(cases.QUESTIONS, "no"), TELLTALES["remark"])
    for who in (REGISTRAR, mediator, FIRM):
        digest.choose(db, who, f"{who.login}@example.org")
