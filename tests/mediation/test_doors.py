"""Every address of a case as everybody who has no business there, and every room as the other side."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from mediation.cases import api as cases
from portal.kernel import clock
from portal.kernel.access import Role
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading, transaction
from tests.mediation.centre import (
    COMPANY,
    COMPETITOR,
    FIRM,
    LAWYER,
    MEDIATORS,
    PLACES,
    REGISTRAR,
    TODAY,
    filed,
    found,
    mediating,
    owner,
    party_of,
    room,
    terms,
)
from tests.people import session_cookie
from tests.ratings.district import DISTRICT

SAID = {
    "claim": "诉求秘密甲", "joint": "共同秘密乙", "applicant": "申请人秘密丙", "respondent": "企业秘密丁", "name": "欧阳秘密",
    "minutes": "单独会议秘密戊",
}  # fmt: skip
OTHER_STREET = "440306017000"


@dataclass
class Place:
    """A case with something secret everywhere, and another one of the same owner's neighbour."""

    case_id: str = ""
    other_case: str = ""
    rooms: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    papers: dict[str, str] = field(default_factory=dict)
    session: str = ""
    offer: str = ""
    ask: str = ""
    codes: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def place():
    with clock.on(TODAY):
        found()
        with transaction() as db:
            made = _fill(db)
        with clock.on(TODAY + timedelta(days=1), hour=11), transaction() as db:
            held = cases.hold_session(db, MEDIATORS[0], made.session, SAID["minutes"])
            made.papers = {
                "minutes": held,
                "agreement": cases.draft(db, MEDIATORS[0], made.case_id, terms(clock.today())),
            }
    with clock.on(TODAY + timedelta(days=1), hour=12):
        yield made


def _fill(db):
    here = Place(mediating(db, applicants=[owner(SAID["name"])], claim=SAID["claim"]))
    cases.appoint(db, REGISTRAR, here.case_id, LAWYER.login, "lawyer")
    mediator, mine = MEDIATORS[0], party_of(db, here.case_id)
    for wall, who in (("joint", mine), ("applicant", mine), ("respondent", FIRM)):
        here.rooms[wall] = room(db, mediator, here.case_id, wall)
        cases.say(db, who, here.rooms[wall], SAID[wall])
        here.files[wall] = cases.add_file(
            db, who, here.rooms[wall], b"%PDF-1.4 " + SAID[wall].encode(), f"{SAID[wall]}.pdf"
        )
    here.offer = cases.offer(
        db, mine, here.rooms["applicant"], [cases.Term("do", "respondent", SAID["applicant"], TODAY)]
    )
    starts = clock.day_start(TODAY + timedelta(days=1), 10) - timedelta(hours=1)
    here.session = cases.book(db, mediator, here.case_id, "applicant", PLACES[0], starts, starts + timedelta(hours=1))
    neighbour = filed(db, applicants=[owner("邻居", "13700009999")])
    here.other_case = neighbour.case_id
    for name, case_id in (("mine", here.case_id), ("neighbour", here.other_case)):
        here.codes[name] = cases.new_entry_code(db, REGISTRAR, party_of(db, case_id).login.removeprefix("party:"))
    return here


def staff(app, role, login=None, uscc=None, division=DISTRICT):
    client = app.test_client()
    client.set_cookie(*session_cookie(Role(role), division, uscc, login))
    return client


def party(app, place, name):
    client = app.test_client()
    case_id = place.case_id if name == "mine" else place.other_case
    with reading() as db:
        number = cases.case_view(db, REGISTRAR, case_id).code
    entered = client.submit("/mediation/cases/enter", {"number": number, "code": place.codes[name]})
    assert entered.location == f"/mediation/mine/{case_id}"
    return client


def addresses(app, place):
    """(method, address) of every page and deed of the case behind both doors, with real ids of the given case."""
    for base in ("/mediation/cases", "/mediation/mine"):
        here = f"{base}/{place.case_id}"
        yield "GET", here
        yield "GET", f"{here}/bundle.zip"
        yield "GET", f"{here}/draft"
        yield "GET", f"{here}/sessions/{place.session}.ics"
        for wall in cases.WALLS:
            yield "GET", f"{base}/rooms/{place.rooms[wall]}"
            yield "GET", f"{base}/files/{place.files[wall]}"
            for deed in ("say", "files", "offers", f"offers/{place.offer}"):
                yield "POST", f"{base}/rooms/{place.rooms[wall]}/{deed}"
        for paper in place.papers.values():
            yield from (("GET", f"{base}/papers/{paper}{ending}") for ending in ("", ".pdf", ".docx"))
            yield "POST", f"{base}/papers/{paper}/sign"
        for deed in ("take_up", "appoint", "flag", "stop", "end", "book", "archive", "open", "answer", "fair"):
            yield "POST", f"{here}/do/{deed}/-"
        yield "POST", f"{here}/draft"
        with reading() as db:
            for one in cases.case_view(db, REGISTRAR, place.case_id).parties:
                yield "POST", f"{here}/codes/{one.id}"
                yield "GET", f"{here}/codes/{one.id}"
        yield "POST", f"{here}/progress-code"


def strangers(app, place):
    yield "nobody", app.test_client()
    for role in Role:
        if role not in (Role.ENTERPRISE, Role.REGISTRAR, Role.MEDIATOR):
            yield role, staff(app, role)
    yield "competitor", staff(app, "enterprise", "rival", COMPETITOR)
    yield "another mediator", staff(app, "mediator", "med2")
    yield "registrar of another street", staff(app, "registrar", division=OTHER_STREET)
    yield "neighbour", party(app, place, "neighbour")


def test_every_route_of_a_case_is_walked(app, place):
    """A new route of these blueprints is added to ``addresses``."""
    adapter = app.url_map.bind("localhost")
    walked = {
        adapter.match(path, method=method)[0]
        for method, path in addresses(app, place)
        if "/mine/" not in path or ("draft" not in path and not (method == "GET" and "/codes/" in path))
    }
    known = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.split(".")[0] in ("mediation_cases", "my_case")
    }
    own = {
        "mediation_cases.index",
        "mediation_cases.agenda",
        "mediation_cases.enter",
        "mediation_cases.enter_form",
        "mediation_cases.by_phone",
        "mediation_cases.by_phone_form",
        "my_case.home",
        "my_case.leave",
    }
    assert known - walked == own


def _deeds():
    """How often anybody did anything of mediation."""
    with reading() as db:
        return db.scalar(select(func.count()).where(AuditEntry.action.startswith("mediation.")))


def test_strangers_meet_nothing(app, place, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)  # a token would not help them: the doors refuse
    before = _deeds()
    walked = list(addresses(app, place))
    for who, client in strangers(app, place):
        entered = 1 if who == "neighbour" else 0
        for method, path in walked:
            answer = client.open(path, method=method, strict=False)
            assert answer.status_code in (302, 403, 404, 405), (who, method, path, answer.status_code)
            assert not [name for name, text in SAID.items() if text in answer.text], (who, path)
        before += entered
        for path in (
            "/mediation/cases",
            "/mediation/cases/agenda",
            "/mediation/progress",
            "/mediation",
            "/mediation/guide/repair",
        ):
            text = client.get(path, strict=False).text
            assert not [name for name, said in SAID.items() if said in text], (who, path)
    assert _deeds() == before
    with reading() as db:
        assert [one.text for one in cases.messages(db, MEDIATORS[0], place.rooms["joint"])] == [SAID["joint"]]


@pytest.mark.parametrize(
    ("who", "walls", "reads_minutes"),
    [("mine", ("joint", "applicant"), True), ("company", ("joint", "respondent"), False), ("lawyer", ("joint",), False),
     ("registrar", (), False), ("mediator", ("joint", "applicant", "respondent"), True)],
)  # fmt: skip
def test_everybody_concerned_sees_the_own_rooms_alone(app, place, monkeypatch, who, walls, reads_minutes):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    clients = {
        "mine": lambda: party(app, place, "mine"), "company": lambda: staff(app, "enterprise", "company", COMPANY),
        "lawyer": lambda: staff(app, "mediator", "lawyer"), "registrar": lambda: staff(app, "registrar", "registrar"),
        "mediator": lambda: staff(app, "mediator", "med1"),
    }  # fmt: skip
    client, base = clients[who](), "/mediation/mine" if who == "mine" else "/mediation/cases"
    hidden = [SAID[wall] for wall in cases.WALLS if wall not in walls] + ([] if reads_minutes else [SAID["minutes"]])
    page = client.get(f"{base}/{place.case_id}")
    assert page.status_code == 200
    seen = page.text
    for wall in cases.WALLS:
        expected = 200 if wall in walls else 404
        inside = client.get(f"{base}/rooms/{place.rooms[wall]}", strict=False)
        file = client.get(f"{base}/files/{place.files[wall]}", strict=False)
        said = client.post(f"{base}/rooms/{place.rooms[wall]}/say", data={"text": "" if wall in walls else "穿墙"})
        assert (inside.status_code, file.status_code) == (expected, expected), wall
        assert said.status_code == (422 if wall in walls else 404), wall
        assert place.rooms[wall] in seen or wall not in walls
        assert wall in walls or place.rooms[wall] not in seen
        seen += inside.text + file.get_data(as_text=True)
    seen += client.get(f"{base}/papers/{place.papers['minutes']}", strict=False).text
    assert not [text for text in hidden if text in seen]
    assert who == "registrar" or SAID["joint"] in seen


def test_a_lawyer_and_a_registrar_do_nothing_of_the_mediators(app, place, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    for client in (staff(app, "mediator", "lawyer"), staff(app, "registrar", "registrar")):
        for deed in ("book", "end", "extension"):
            assert client.post(f"/mediation/cases/{place.case_id}/do/{deed}/-").status_code == 403
        assert client.get(f"/mediation/cases/{place.case_id}/draft", strict=False).status_code == 403
