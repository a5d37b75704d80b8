"""Passkeys: what is taken and what is not, with a passkey made of code; once through Chromium's virtual authenticator."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.serving import make_server

from portal.accounts import passkeys
from portal.accounts.models import Passkey
from portal.kernel import clock
from portal.kernel.db import reading
from portal.kernel.settings import reload_settings
from tests.accounts.authenticator import PRESENT, Authenticator
from tests.accounts.people import PASSWORD, person, sign_in, token_of
from tests.accounts.test_factors import deeds
from tests.browser.accessibility import violations
from tests.network import answering


def form_of(page, action: str) -> dict[str, str]:
    form = page.find("form", action=action, attrs={"data-passkey": True})
    return {"options": form["data-options"], "csrf_token": token_of(form)}


def register(client, device: Authenticator, name: str = "办公电脑"):
    form = form_of(client.page("/account/proofs"), "/account/proofs/passkeys")
    data = {"name": name, "answer": device.create(form["options"]), "csrf_token": form["csrf_token"]}
    return client.post("/account/proofs/passkeys", data=data)


def come(client, device: Authenticator, target: str = "/account"):
    form = form_of(client.page(f"/sign-in?next={target}"), "/sign-in/passkey")
    return show(client, form["csrf_token"], device.get(form["options"]), target)


def show(client, token: str, answer: str, target: str = "/account"):
    return client.post("/sign-in/passkey", data={"answer": answer, "next": target, "csrf_token": token})


@pytest.fixture
def mine(client) -> Authenticator:
    """The passkey of lihua, who is signed in."""
    person()
    sign_in(client, "lihua", PASSWORD)
    device = Authenticator()
    assert register(client, device).status_code == 201, "recovery codes are shown"
    return device


@pytest.mark.both_databases
def test_a_passkey_opens_the_door_without_a_password(client, app, mine):
    other = app.test_client()
    answer = come(other, mine)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert other.get("/account").status_code == 200
    assert sign_in(app.test_client(), "lihua", PASSWORD).headers["Location"] == "/sign-in/factor", "a second factor now"
    assert deeds("passkey.", "factor.") == ["passkey.added", "factor.codes-made"]
    with reading() as db:
        assert db.scalars(select(Passkey)).one().sign_count == 1


def test_it_is_the_second_step_after_a_password(client, app, mine):
    other = app.test_client()
    sign_in(other, "lihua", PASSWORD, "/account")
    form = form_of(other.page("/sign-in/factor"), "/sign-in/factor")
    strange = {"answer": Authenticator().get(form["options"]), "csrf_token": form["csrf_token"]}
    assert other.post("/sign-in/factor", data=strange).status_code == 401
    done = other.post("/sign-in/factor", data={**strange, "answer": mine.get(form["options"])})
    assert (done.status_code, done.headers["Location"]) == (303, "/account")


def test_an_answer_is_good_once_and_not_for_long(app, mine):
    client = app.test_client()
    form = form_of(client.page("/sign-in"), "/sign-in/passkey")
    mine.count = -1  # one that does not count: its count cannot give a replay away
    answer = mine.get(form["options"])
    assert show(client, form["csrf_token"], answer).status_code == 303
    again = app.test_client()
    token = form_of(again.page("/sign-in"), "/sign-in/passkey")["csrf_token"]
    assert show(again, token, answer).status_code == 401, "a replay"
    old = form_of(again.page("/sign-in"), "/sign-in/passkey")["options"]
    with clock.at(clock.now() + timedelta(minutes=11)):
        assert "等待时间过长" in show(again, token, mine.get(old)).text


@pytest.mark.parametrize("wrong", ["origin", "host", "verification", "key", "challenge", "purpose", "nonsense"])
def test_what_does_not_hold_opens_nothing(client, app, mine, wrong):
    other = app.test_client()
    form = form_of(other.page("/sign-in"), "/sign-in/passkey")
    options = form["options"]
    if wrong == "origin":
        mine.origin = "https://fake.example"
    elif wrong == "host":
        mine.host = "fake.example"
    elif wrong == "verification":
        mine.flags = PRESENT
    elif wrong == "key":
        mine.key = Authenticator().key
    elif wrong == "challenge":
        options = '{"challenge": "' + "A" * 75 + '"}'
    elif wrong == "purpose":
        options = form_of(client.page("/account/proofs"), "/account/proofs/passkeys")["options"]
    answer = "{" if wrong == "nonsense" else mine.get(options)
    assert show(other, form["csrf_token"], answer).status_code == 401
    assert other.get("/account").status_code == 302


def test_a_copy_is_refused_and_put_on_record(app, mine):
    come(app.test_client(), mine)
    mine.count -= 1
    thief = app.test_client()
    refused = come(thief, mine)
    assert (refused.status_code, "不能再用" in refused.text) == (401, True)
    assert thief.get("/account").status_code == 302
    assert deeds("passkey.copied") == ["passkey.copied"]


def test_passkeys_without_a_count_are_taken(app, mine):
    for _i in range(2):
        mine.count = -1  # synced passkeys always say 0
        assert come(app.test_client(), mine).status_code == 303


def test_it_proves_anew_for_a_deed(client, mine):
    with clock.at(clock.now() + timedelta(minutes=16)):
        asked = client.submit("/account/proofs/codes", page="/account/proofs")
        from bs4 import BeautifulSoup

        form = form_of(BeautifulSoup(asked.text, "lxml"), "/account/proofs/codes")
        data = {"proof_answer": mine.get(form["options"]), "csrf_token": form["csrf_token"]}
        assert client.post("/account/proofs/codes", data={**data, "proof_answer": "{}"}).status_code == 403
        assert client.post("/account/proofs/codes", data=data).status_code == 201


def test_they_are_named_listed_and_removed(client, app, mine):
    with reading() as db:
        key = db.scalars(select(Passkey.id)).one()
    page = client.page("/account/proofs")
    assert page.find("input", attrs={"name": "name", "value": "办公电脑"})
    token = token_of(page)
    assert register(client, mine).status_code == 422, "twice"
    renamed = client.post(f"/account/proofs/passkeys/{key}/name", data={"name": "家里", "csrf_token": token})
    assert renamed.status_code == 303
    client.post(f"/account/proofs/passkeys/{key}/name", data={"name": "家里", "csrf_token": token})
    person("wang")
    wang = app.test_client()
    sign_in(wang, "wang", PASSWORD)
    theirs = {"csrf_token": token_of(wang.page("/account"))}
    assert wang.post(f"/account/proofs/passkeys/{key}/remove", data=theirs).status_code == 404
    assert client.post(f"/account/proofs/passkeys/{key}/remove", data={"csrf_token": token}).status_code == 303
    assert come(app.test_client(), mine).status_code == 401
    assert deeds("passkey.") == ["passkey.added", "passkey.renamed", "passkey.removed"]


def test_somebody_disabled_stays_outside(app, mine):
    from portal.accounts.models import Person
    from portal.kernel.db import transaction

    with transaction() as db:
        db.get_one(Person, "lihua").disabled_at = clock.now()
    assert come(app.test_client(), mine).status_code == 401


@pytest.mark.parametrize(
    ("base", "asked", "origin"),
    [
        ("https://wyjg.example.gov.cn", "http://10.0.0.1:8000/", "https://wyjg.example.gov.cn"),
        ("https://wyjg.example.gov.cn:8443/", "", "https://wyjg.example.gov.cn:8443"),
        ("https://10.0.0.1", "", None),
        ("http://wyjg.example.gov.cn", "", None),
        ("", "http://localhost:8000/", "http://localhost:8000"),
        ("", "http://127.0.0.1:8000/", None),
        ("", "https://forged-host.example/", None),
    ],
)
def test_where_passkeys_are_good(instance, monkeypatch, base, asked, origin):
    """The origin is the one that is set, whatever a request says of itself."""
    monkeypatch.setenv("BASE_URL", base)
    reload_settings()
    found = passkeys.site(asked)
    assert (found.origin if found else None) == origin


def test_elsewhere_the_pages_say_so(client):
    person()
    sign_in(client, "lihua", PASSWORD)
    away = {"base_url": "http://127.0.0.1"}
    client.set_cookie("portal_session", client.get_cookie("portal_session").value, domain="127.0.0.1")
    assert "请用域名和HTTPS访问" in client.get("/account/proofs", **away).text
    assert "passkey.js" not in client.get("/sign-in", **away).text


@pytest.fixture
def served(app) -> Iterator[str]:
    """The application on a port of localhost."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    with answering(server):
        yield f"http://localhost:{server.server_port}"


def test_in_a_browser(served, browser):
    person()
    page = browser.new_page(viewport={"width": 360, "height": 740})
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(f"{served}/sign-in?next=/account/proofs")
    page.fill("[name=login]", "lihua")
    page.fill("[name=password]", PASSWORD)
    page.click("button:text-is('登录')")
    page.fill("form[data-passkey] [name=name]", "手机")
    assert not violations(page)
    page.click("button:text-is('登记这台设备')")
    page.wait_for_selector(".code-list")
    assert not violations(page)
    page.click("button:text-is('退出')")
    page.goto(f"{served}/en/sign-in?next=/en/account/proofs")
    assert not violations(page)
    page.click("button:text-is('Sign in with a passkey')")
    page.wait_for_url("**/en/account/proofs")
    assert page.input_value("[name=name]") == "手机"
    assert not violations(page)
    page.close()
