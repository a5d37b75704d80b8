"""Every route of mediation as everybody: what stands behind a wall reaches those whom the rules name, and nobody else, in
pages, JSON, calendar entries, sheets, papers, their names and metadata, mails, text messages and logs.

``MAY`` is written from the rules (mediation is confidential; a side's own room is its own; an office sees what it decides on),
not from the code. A new route of mediation needs a line in ``_entries``.
"""

import functools
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from mediation.cases import api as cases
from mediation.cases import printing
from portal.kernel import clock
from portal.kernel.access import Role
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading, transaction
from portal.notices import mailing
from portal.shell import errors, frame
from tests.mediation.centre import COMPANY, COMPETITOR, DISTRICT, E1, E2, MEDIATORS, REGISTRAR, TODAY
from tests.mediation.heard import heard, telltales
from tests.mediation.seeded import ELSEWHERE, PHONE, STREET, TELLTALES, Place, fill
from tests.pages import StrictClient
from tests.people import session_cookie

CONCERNED = {"applicant", "company", "registrar", "registrar of the street", "mediator", "lawyer"}
OFFICE = {"registrar", "registrar of the street"}
MAY: dict[str, set[str]] = {
    "name": CONCERNED, "left": CONCERNED, "representative": CONCERNED, "claim": CONCERNED,
    "phone": CONCERNED - {"company"}, "unit": set(),
    "joint": {"applicant", "company", "mediator", "lawyer"}, "applicant": {"applicant", "mediator"},
    "respondent": {"company", "mediator"}, "paper": CONCERNED, "minutes": {"applicant", "mediator"}, "proof": CONCERNED,
    "remark": {"registrar"}, "mediator": CONCERNED | {"registrar elsewhere"}, "body": OFFICE | {"registrar elsewhere"},
    "skill": {"registrar"}, "conference": {"registrar"}, "community": OFFICE, "petition": OFFICE, "answer": OFFICE,
    "sealed": {"company"}, "other": {"neighbour", "competitor", "another mediator", *OFFICE}, "draft": set(), "typed": set(),
}  # fmt: skip
PLAIN = (Role.INSPECTOR, Role.REVIEWER, Role.OFFICER, Role.LEAD, Role.AUDITOR, Role.ADMIN)
PARTIES = ("applicant", "left", "neighbour")
DEEDS = ("appoint", "flag", "stop", "end", "book", "archive", "open", "answer", "fair", "break")
BESIDE = ("/work", "/notices", "/deadlines")
SITE = {"name": "", "operator": "", "contact": "", "data_as_of": None, "rule_sets": None, "is_demo": False}
Values = list[dict[str, str]]


def _entries(here: Place) -> dict[str, Values]:
    """Endpoint (of a case: without its door) to the values of its address, legal for some and foreign for others."""
    every = [{"case_id": one} for one in (here.mine, here.other, here.sealed, here.petition)]
    two = every[:2]
    rooms = [{"room_id": one} for one in here.rooms.values()]
    papers = [{"paper_id": one} for one in here.papers.values()]
    codes = [{"case_id": here.mine, "party_id": here.parties[who]} for who in ("name", "left", "firm")]
    codes.append({"case_id": here.other, "party_id": here.parties["neighbour"]})
    talks = [{"conference_id": one} for one in here.conferences.values()]
    estates, people = [{"code": E1}, {"code": E2}], [{"login": "med1"}, {"login": "med9"}]
    nothing: Values = [{}]
    return {
        "case.case": every, "case.bundle": two, "case.new_progress": two, "case.draft": two, "case.draft_form": two,
        "case.act": [{"case_id": here.mine, "name": deed, "ref": "-"} for deed in DEEDS]
        + [{"case_id": here.other, "name": "stop", "ref": "-"}],
        "case.room": rooms, "case.say": rooms, "case.add_file": rooms, "case.offer": rooms,
        "case.reply": [{"room_id": here.rooms[wall], "offer_id": one} for wall, one in here.offers.items()],
        "case.file": [{"file_id": one} for one in here.files.values()],
        "case.paper": papers, "case.paper_pdf": papers, "case.paper_docx": papers, "case.sign": papers,
        "case.hand_form": codes, "case.new_code": codes,
        "case.session_file": [{"case_id": here.mine, "session_id": one} for one in here.sessions.values()],
        **dict.fromkeys(
            ("case.index", "case.agenda", "case.enter", "case.enter_form", "case.by_phone", "case.by_phone_form",
             "case.home", "case.leave", "mediation_filing.start", "mediation_filing.progress",
             "mediation_filing.progress_form", "mediation_filing.company_start", "mediation_filing.office_start",
             "mediation_guide.index", "mediation_statistics.counts", "mediation_statistics.fairness",
             "mediation_statistics.office", "mediation_statistics.sheet", "conferences.summaries", "conferences.index",
             "conferences.call", "roster.index", "roster.add", "roster.add_form", "roster.add_place", "roster.my_ties",
             "roster.declare_own"), nothing),
        **dict.fromkeys(
            (f"mediation_filing.{name}" for name in
             ("apply", "form", "company_apply", "company_form", "office_apply", "office_form")), estates),
        "mediation_guide.kind": [{"kind": "repair"}],
        "conferences.conference": talks, "conferences.done": [{"task_id": here.task}],
        "conferences.act": [{**one, "deed": deed} for one in talks for deed in ("hold", "close", "cancel")],
        "roster.person": people, "roster.save": people, "roster.away": people, "roster.end": people[1:],
        "roster.declare": people, "roster.end_tie": [{"login": "med9", "tie_id": here.tie}],
    }  # fmt: skip


def _key(endpoint: str) -> str:
    door, name = endpoint.split(".")
    return f"case.{name}" if door in ("mediation_cases", "my_case") else endpoint


def _routes(app: Flask) -> list[tuple[str, str]]:
    """(method, endpoint) of everything that mediation answers; leaving stands last, since nothing comes after it."""
    found = []
    for rule in app.url_map.iter_rules():
        if app.view_functions[rule.endpoint].__module__.startswith("mediation."):
            found += [(method, rule.endpoint) for method in sorted(rule.methods - {"HEAD", "OPTIONS"})]
    return sorted(found, key=lambda one: (one[1] == "my_case.leave", one))


def _addresses(app: Flask, here: Place, own_door: str | None) -> Iterator[tuple[str, str, str]]:
    """(method, endpoint, address): with all values behind the own door, with the first ones behind a door that is shut."""
    adapter, entries = app.url_map.bind("localhost"), _entries(here)
    for method, endpoint in _routes(app):
        values = entries[_key(endpoint)]
        is_shut = endpoint.split(".")[0] in {"mediation_cases", "my_case"} - {own_door}
        for one in values[:1] if is_shut else values:
            yield method, endpoint, adapter.build(endpoint, one, method=method)


def _people(app: Flask, here: Place) -> Iterator[tuple[str, str | None, StrictClient]]:
    """(who, the door that opens, client) of everybody."""

    def staff(role: Role, login: str | None = None, uscc: str | None = None, division: str = DISTRICT) -> StrictClient:
        client = app.test_client()
        client.set_cookie(*session_cookie(role, division, uscc, login))
        return client  # type: ignore[return-value]

    def party(name: str) -> StrictClient:
        client, key = app.test_client(), "mine" if name == "applicant" else name
        if name == "left":  # who came in before leaving
            with client.session_transaction() as kept:
                kept[cases.PARTY_SESSION] = {"party": here.parties["left"], "at": clock.now().isoformat()}
            return client  # type: ignore[return-value]
        typed = {"number": here.numbers[key], "code": here.codes[key]}
        assert client.post("/mediation/cases/enter", data=typed).status_code == 303
        return client  # type: ignore[return-value]

    yield "nobody", None, app.test_client()  # type: ignore[misc]
    for role in PLAIN:
        for place in (DISTRICT, ELSEWHERE) if role not in (Role.INSPECTOR, Role.REVIEWER) else (STREET, ELSEWHERE):
            yield f"{role} of {place}", None, staff(role, division=place)
    yield from ((name, "my_case", party(name)) for name in PARTIES)
    door = "mediation_cases"
    for who, login in (("mediator", "med1"), ("another mediator", "med2"), ("withdrawn", "med3"), ("lawyer", "lawyer")):
        yield who, door, staff(Role.MEDIATOR, login)
    yield "company", door, staff(Role.ENTERPRISE, "company", COMPANY)
    yield "competitor", door, staff(Role.ENTERPRISE, "rival", COMPETITOR)
    yield "registrar elsewhere", door, staff(Role.REGISTRAR, division=ELSEWHERE)
    yield "registrar of the street", door, staff(Role.REGISTRAR, division=STREET)
    yield "registrar", door, staff(Role.REGISTRAR, "registrar")


STRANGERS = {"left", "withdrawn", "registrar elsewhere", "nobody"} | {
    f"{role} of {place}" for role in PLAIN for place in (DISTRICT, STREET, ELSEWHERE)
}


def _typed(endpoint: str, here: Place, who: str) -> dict[str, str]:
    """What is posted: nothing that a form would take, but a look at the progress, and at last a code by text message."""
    if endpoint == "mediation_filing.progress":
        return {"code": here.progress}
    if endpoint == "mediation_cases.by_phone" and who == "registrar":  # ends the way in of the party
        return {"number": here.numbers["mine"], "phone": PHONE}
    return {}


def _deeds() -> int:
    """How often anybody did anything of mediation."""
    done = (AuditEntry.action.startswith(f"{word}.") for word in ("mediation", "conference", "roster"))
    with reading() as db:
        return sum(db.scalar(select(func.count()).where(one)) or 0 for one in done)


def _walk(app: Flask, here: Place, who: str, door: str | None, client: StrictClient) -> tuple[set[str], list[object]]:
    """(telltales that somebody met, what is wrong)."""
    met: set[str] = set()
    wrong: list[object] = []
    beside_it = [("GET", "", address) for address in BESIDE] if door != "my_case" else []
    for method, endpoint, address in [*_addresses(app, here, door), *beside_it]:
        data = _typed(endpoint, here, who) if method == "POST" else None
        with pytest.MonkeyPatch.context() as patch:
            if endpoint:  # the menu counts what waits: once at the pages beside is enough
                patch.setattr(frame, "_staff_links", lambda _entries: [])
                patch.setattr(frame, "_site", lambda: SITE)
                patch.setattr(errors, "render_template", lambda _name, **said: str(said))  # all that a refusal can tell
            answer = client.open(address, method=method, data=data, strict=False)
        inside, beside = heard(answer)
        met |= inside
        wrong += [(who, method, address, name) for name in inside if who not in MAY[name]]
        wrong += [(who, method, address, "beside", name) for name in beside]
        if answer.status_code >= 500:
            wrong.append((who, method, address, answer.status_code))
        answer.close()
    return met, wrong


def _speak_through_walls(here: Place, who: str, door: str | None, client: StrictClient) -> list[object]:
    """A word into every room of the case that is not one's own: refused."""
    wrong: list[object] = []
    base = "/mediation/mine" if door == "my_case" else "/mediation/cases"
    for wall in cases.WALLS:
        if who not in MAY[wall]:
            said = client.post(f"{base}/rooms/{here.rooms[wall]}/say", data={"text": TELLTALES["typed"]})
            if said.status_code not in (302, 401, 403, 404):
                wrong.append((who, wall, said.status_code))
    return wrong


@pytest.fixture
def here(app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[Place]:
    """The district, a day after everything was said; the same page is typeset once."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)  # a token would not help anybody: the doors refuse
    monkeypatch.setattr(printing, "render", functools.cache(printing.render))
    caplog.set_level(logging.INFO)
    made = fill()
    with clock.on(TODAY + timedelta(days=1), hour=14):
        yield made


def test_every_route_has_an_entry(app: Flask) -> None:
    """Both ways: a new route of mediation is walked as everybody, and no entry stays when its route goes."""
    routes = {_key(endpoint) for _method, endpoint in _routes(app)}
    assert len(routes) > 50
    assert routes == set(
        _entries(Place(rooms={"joint": "x"}, parties=dict.fromkeys(("name", "left", "firm", "neighbour"), "")))
    )


def test_nothing_leaks(app: Flask, here: Place, caplog: pytest.LogCaptureFixture, instance: object) -> None:
    """Everybody at every address; then what was mailed, sent, kept in clear and logged meanwhile."""
    wrong: list[object] = []
    for who, door, client in list(_people(app, here)):
        before = _deeds()
        wrong += _speak_through_walls(here, who, door, client)
        met, more = _walk(app, here, who, door, client)
        wrong += more
        wrong += [(who, "never meets", name) for name, may in MAY.items() if who in may and name not in met]
        wrong += [(who, "did something")] if who in STRANGERS - {"nobody", "left"} and _deeds() != before else []
    assert wrong == []
    with reading() as db:
        said = [one.text for wall in cases.WALLS for one in cases.messages(db, MEDIATORS[0], here.rooms[wall])]
    assert said == [TELLTALES[wall] for wall in cases.WALLS]
    assert telltales(_everything_that_left(instance, caplog)) == {
        "body"
    }  # the audit log names a mediator's institution


def _everything_that_left(instance: object, caplog: pytest.LogCaptureFixture) -> str:
    with transaction() as db:
        cases.remind(db, REGISTRAR, on=TODAY + timedelta(days=8))
    with clock.on(TODAY + timedelta(days=29)):
        letters = [one.message for one in mailing._letters()]
    assert letters
    told = "".join(f"{one}{one.get_payload(decode=True).decode()}" for one in letters)
    told += caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    assert len(caplog.records) > 100
    with reading() as db:
        for query in ("SELECT text || params || link FROM notice", "SELECT title || link FROM deadline",
                      "SELECT action || subject || detail FROM audit_log"):  # fmt: skip
            rows = db.scalars(text(query)).all()
            assert rows
            told += "".join(str(row) for row in rows)
    for path in instance.instance.rglob("*"):  # type: ignore[attr-defined]
        if path.is_file() and path.suffix in (".log", ".eml", ".txt", ".json"):
            words = path.read_text(errors="ignore")
            told += words.split("\n", 1)[1] if path.parent.name == "sms" else words  # the phone itself is the address
    return told


def test_what_anybody_reads_elsewhere_tells_nothing(app: Flask, here: Place) -> None:
    """Open data, JSON, feeds and lists."""
    anybody, adapter = app.test_client(), app.url_map.bind("localhost")
    plain = [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and not rule.arguments]
    public = [rule for rule in plain if any(word in rule.rule for word in ("/api/", "/feeds", "/data", "/lists"))]
    assert len(public) > 10
    for rule in public:
        answer = anybody.get(adapter.build(rule.endpoint), strict=False)
        inside, beside = heard(answer)
        assert inside | beside == set(), rule.rule
        assert here.mine.encode() not in answer.get_data(), rule.rule
        answer.close()
