"""The centre's pages: an owner files and enters without an account, the company, the registrar and the mediator by theirs."""

import re
from datetime import timedelta

import pytest

from mediation.cases import api as cases
from portal.kernel import clock
from portal.kernel.access import Role
from portal.kernel.db import reading, transaction
from tests.mediation.centre import COMPANY, TODAY, filed, found, mediating, state
from tests.people import session_cookie
from tests.ratings.district import DISTRICT

SECRET = "楼上漏水三个月，请赔偿两千元。"
APPLICATION = {
    "track": "dispute", "kind": "repair", "who": "owner", "name": "陈小燕", "phone": "13911112222", "unit": "3栋1201",
    "against": "company", "claim": SECRET,
}  # fmt: skip
CODE = re.compile(r"<code class=\"num\">([^<]+)</code>")


@pytest.fixture
def day():
    with clock.on(TODAY):
        found()
        yield


def staff(app, login, role, uscc=None):
    client = app.test_client()
    client.set_cookie(*session_cookie(Role(role), DISTRICT, uscc, login))
    return client


def people(app):
    """The registrar, the first mediator and the company, each with a browser."""
    return (
        staff(app, "registrar", "registrar"), staff(app, "med1", "mediator"),
        staff(app, "company", "enterprise", COMPANY),
    )  # fmt: skip


def apply(client):
    """File as a visitor does, through the page that shows everything once more: (number, progress code, entry code)."""
    path = "/mediation/apply/E1"
    checked = client.submit(path, APPLICATION)
    assert checked.status_code == 200
    assert SECRET in checked.text
    done = client.submit(path, {**APPLICATION, "step": "send"})
    assert done.status_code == 200
    assert done.headers["Cache-Control"] == "no-store"
    progress, entry = CODE.findall(done.text)
    return re.search(r"TJ-\d{4}-\d{6}", done.text)[0], progress, entry


def enter(client, number, code):
    return client.submit("/mediation/cases/enter", {"number": number, "code": code})


def do(client, base, case_id, name, ref="-", /, **values):
    """Do a deed that the page of the case offers, with the step that it shows."""
    page = client.page(f"{base}/{case_id}")
    form = page.find("form", action=re.compile(f"/do/{name}/{ref}$"))
    assert form, f"the page offers no {name}"
    data = {one["name"]: one.get("value", "") for one in form.find_all("input", type="hidden")}
    data |= {f"{name}-{form['action'].rsplit('/', 1)[1]}-{key}": value for key, value in values.items()}
    return client.post(form["action"], data=data)


def test_from_the_phone_to_the_signed_agreement(app, client, day):
    registrar, mediator, company = people(app)
    number, progress, entry = apply(client)
    told = client.submit("/mediation/progress", {"code": progress})
    assert "已提交" in told.text
    assert SECRET not in told.text
    assert "陈小燕" not in told.text
    inside = enter(client, number, entry)
    assert inside.status_code == 303
    mine, case_id = "/mediation/mine", inside.location.rsplit("/", 1)[1]
    office = "/mediation/cases"
    assert SECRET in client.get(f"{mine}/{case_id}").text
    assert do(registrar, office, case_id, "take_up").status_code == 303
    assert do(registrar, office, case_id, "accept").status_code == 303
    assert "答复是否同意调解" in company.get("/work").text
    assert do(company, office, case_id, "answer", "[^/]+", yes="yes").status_code == 303
    assert "答复是否同意调解" not in company.get("/work").text
    assert do(registrar, office, case_id, "appoint", login="med1").status_code == 303
    page = mediator.page(f"{office}/{case_id}")
    joint, private, _theirs = [one["href"] for one in page.find_all("a", href=re.compile("/rooms/"))]
    assert mediator.submit(f"{joint}/say", {"text": "请双方说说。"}, page=joint).status_code == 303
    own = joint.replace(office, mine)
    term = {"side0": "respondent", "kind0": "do", "act0": "修好漏水", "due0": str(TODAY + timedelta(days=9))}
    assert client.submit(f"{own}/offers", term, page=own).status_code == 303
    offer = company.page(joint).find("form", action=re.compile(r"/offers/"))["action"]
    assert company.submit(offer, {"verdict": "accepted"}, page=joint).status_code == 303
    drafted = mediator.submit(f"{office}/{case_id}/draft", term)
    assert drafted.status_code == 303
    for who, base in ((client, mine), (company, office), (mediator, office)):
        paper = drafted.location.replace(office, base)
        sha = who.page(paper).find("input", attrs={"name": "sha256"})["value"]
        assert who.submit(f"{paper}/sign", {"sha256": sha, "agreed": "y"}, page=paper).status_code == 303
    with reading() as db:
        assert state(db, case_id) == "judicial_window"
    assert client.get(f"{drafted.location.replace(office, mine)}.pdf").data.startswith(b"%PDF")
    assert client.get(f"{mine}/{case_id}/bundle.zip").status_code == 200
    assert private  # the room of one side is another address


def test_a_code_lets_in_once_and_only_with_its_number(app, client, day):
    number, _progress, entry = apply(client)
    assert enter(client, "TJ-2026-999999", entry).status_code == 401
    assert enter(client, number, entry).status_code == 303
    again = app.test_client()
    assert enter(again, number, entry).status_code == 401
    assert again.get("/mediation/mine").location.endswith("/mediation/cases/enter")


def test_the_way_in_ends_after_four_hours_and_with_a_new_code(app, client, day):
    number, _progress, entry = apply(client)
    inside = enter(client, number, entry).location
    assert client.get(inside).status_code == 200
    with clock.on(TODAY, hour=15):
        assert client.get(inside).status_code == 302
    with clock.on(TODAY, hour=11):
        case_id = inside.rsplit("/", 1)[1]
        registrar = people(app)[0]
        give = registrar.page(f"/mediation/cases/{case_id}").find("a", href=re.compile("/codes/"))["href"]
        assert registrar.submit(give, {"way": "entry"}).status_code == 422  # nobody was seen
        shown = registrar.submit(give, {"way": "entry", "seen": "y"})
        assert CODE.search(shown.text)
        assert client.get(inside).status_code == 302


def test_guessing_a_code_is_stopped(client, day):
    tries = [client.submit("/mediation/progress", {"code": "0" * 32}).status_code for _n in range(32)]
    assert set(tries) == {404, 429}
    assert tries[-1] == 429


def test_what_is_missing_is_said(client, day):
    answer = client.submit("/mediation/apply/E1", {"track": "dispute", "kind": "", "who": "owner"})
    assert answer.status_code == 422
    assert "请选择是什么纠纷。" in answer.text
    other = client.submit("/mediation/apply/E1", {**APPLICATION, "against": "other"})
    assert "请填写对方的姓名或者名称。" in other.text


def test_a_company_and_the_office_file(app, day):
    registrar, _mediator, company = people(app)
    told = {
        "kind": "fees",
        "who": "owner",
        "name": "赵六",
        "phone": "13700001111",
        "unit": "1栋101",
        "claim": "欠费两年。",
    }
    assert company.get("/mediation/company/apply/E2").status_code == 404  # served by the competitor
    made = company.submit("/mediation/company/apply/E1", told)
    assert made.status_code == 303
    assert "赵六" in company.get(made.location).text
    done = registrar.submit("/mediation/office/apply/E1", {**APPLICATION, "channel": "court"})
    assert len(CODE.findall(done.text)) == 2


def test_a_petition_goes_its_own_way(app, client, day):
    registrar = people(app)[0]
    with transaction() as db:
        petition = cases.NewCase(
            "E1", "other", "请查处。", [cases.NewParty("owner", "孙七", "13600001111")], track="petition"
        )
        made = cases.file_case(db, cases.visitor(), petition)
    for name, values in (("take_up", {}), ("handle", {}), ("reply", {"text": "已经核实。"})):
        assert do(registrar, "/mediation/cases", made.case_id, name, **values).status_code == 303
    assert enter(client, made.code, next(iter(made.entry_codes.values()))).status_code == 303
    assert "已经核实。" in client.get(f"/mediation/mine/{made.case_id}").text
    assert do(client, "/mediation/mine", made.case_id, "ask_review").status_code == 303


def test_a_stale_page_is_refused(app, day):
    registrar = people(app)[0]
    with transaction() as db:
        case_id = filed(db).case_id
    page = f"/mediation/cases/{case_id}"
    assert do(registrar, "/mediation/cases", case_id, "take_up").status_code == 303
    assert registrar.submit(f"{page}/do/take_up/-", {"take_up---seen": "1"}, page=page).status_code == 409
    assert registrar.submit(f"{page}/do/accept/-", {"accept---seen": "1"}, page=page).status_code == 409


def test_the_mediator_books_and_the_calendar_says_no_more_than_time_and_place(app, day):
    _registrar, mediator, company = people(app)
    with transaction() as db:
        case_id = mediating(db, claim=SECRET)
    when = {"wall": "joint", "place": "R1", "day": str(TODAY + timedelta(days=2)), "start": "09:00", "end": "10:00"}
    assert do(mediator, "/mediation/cases", case_id, "book", **when).status_code == 303
    twice = do(mediator, "/mediation/cases", case_id, "book", **when)
    assert twice.status_code == 409
    link = company.page(f"/mediation/cases/{case_id}").find("a", href=re.compile(r"\.ics$"))["href"]
    entry = company.get(link).text
    assert "DTSTART:20260605T010000Z" in entry
    assert SECRET not in entry
    assert "R1" in mediator.get("/mediation/cases/agenda").text


def test_a_building_files_together_and_one_speaks_for_another(app, client, day):
    registrar = people(app)[0]
    number, _progress, entry = apply(client)
    inside = enter(client, number, entry).location
    case_id = inside.rsplit("/", 1)[1]
    joined = {"side": "applicant", "kind": "owner", "name": "周九", "phone": "13500001111", "unit": "3栋1202"}
    assert do(registrar, "/mediation/cases", case_id, "join", **joined).status_code == 303
    form = client.page(inside).find("form", action=re.compile("/do/speak/-$"))
    neighbour = form.find("option", string="周九")["value"]
    assert do(client, "/mediation/mine", case_id, "speak", speaker=neighbour).status_code == 303
    with reading() as db:
        view = cases.case_view(db, cases.party_actor(db, neighbour), case_id)
    assert [one.spoken_for_by for one in view.parties if one.side == "applicant" and one.id != neighbour] == [neighbour]
    assert not [one.phone for one in view.parties if one.phone and not one.is_me]


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-1", "1e99", ""])
def test_a_sum_that_is_none_is_refused(app, day, amount):
    mediator = people(app)[1]
    with transaction() as db:
        case_id = mediating(db)
    line = {"side0": "respondent", "kind0": "pay", "act0": "退费", "due0": str(TODAY), "amount0": amount}
    assert mediator.submit(f"/mediation/cases/{case_id}/draft", line).status_code == 422
