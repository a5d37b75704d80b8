"""The door in a browser's steps: sign in, first password, limits, sessions, sign out."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.accounts import sessions
from portal.accounts.models import Person, SignInAttempt, SignInSession
from portal.accounts.views.entering import local_path
from portal.kernel import clock
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading, transaction
from portal.kernel.settings import reload_settings
from tests.accounts.people import PASSWORD, person, sign_in, token_of


def cookie(client):
    return client.get_cookie("portal_session")


def session_rows() -> list[SignInSession]:
    with reading() as db:
        rows = list(db.scalars(select(SignInSession).order_by(SignInSession.created_at)))
        db.expunge_all()
    return rows


@pytest.mark.both_databases
def test_sign_in_opens_the_door_and_sign_out_closes_it(client):
    person()
    assert client.get("/work").status_code == 302
    answer = sign_in(client, "lihua", PASSWORD, "/work?x=1")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/work?x=1")
    sent = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith("portal_session="))
    assert "HttpOnly" in sent
    assert "SameSite=Lax" in sent
    assert "Secure" not in sent
    token = cookie(client).value
    assert len(token) >= 43
    assert [row.token_hash for row in session_rows()] == [sessions.token_hash(token)]
    page = client.page("/work")
    left = client.post("/sign-out", data={"csrf_token": token_of(page)})
    assert left.headers["Clear-Site-Data"] == '"cache"'
    client.set_cookie("portal_session", token)
    assert client.get("/work").status_code == 302, "the token is worth nothing after signing out"


def test_secure_cookie_by_setting(client, monkeypatch):
    from portal.kernel import settings as module

    person()
    monkeypatch.setenv("SECURE_COOKIES", "1")
    module.reload_settings()
    answer = sign_in(client, "lihua", PASSWORD)
    sent = [value for value in answer.headers.getlist("Set-Cookie") if "Max-Age" not in value]
    assert [value.split("=")[0] for value in sent if "Secure" in value] == ["__Host-portal_session"]
    assert all("Path=/" in value and "Domain" not in value for value in answer.headers.getlist("Set-Cookie"))
    assert client.get("/account").status_code == 200
    token = client.get_cookie("__Host-portal_session").value
    client.delete_cookie("__Host-portal_session")
    client.set_cookie("portal_session", token)
    assert client.get("/account").status_code == 302, "a cookie that a neighbouring host could have planted is not read"


def test_form_token_is_needed_and_changes_behind_the_door(client):
    person()
    assert client.post("/sign-in", data={"login": "lihua", "password": PASSWORD}).status_code == 400
    before = token_of(client.page("/sign-in"))
    planted = client.get_cookie("portal_form").value
    sign_in(client, "lihua", PASSWORD)
    page = client.page("/account")
    assert token_of(page) != before
    assert client.get_cookie("portal_form").value != planted


def test_session_cannot_be_planted(client):
    person()
    client.set_cookie("portal_session", "planted-by-somebody")
    sign_in(client, "lihua", PASSWORD)
    assert cookie(client).value != "planted-by-somebody"


def test_page_of_the_door_is_never_kept(client):
    assert client.get("/sign-in").headers["Cache-Control"] == "no-store"


def test_wrong_and_unknown_say_the_same(client):
    person()
    wrong = sign_in(client, "lihua", "not the password")
    unknown = sign_in(client, "nobody", "not the password")
    assert wrong.status_code == unknown.status_code == 401
    sentence = "登录名或密码不对，请重新输入。"
    assert sentence in wrong.text
    assert sentence in unknown.text
    assert cookie(client) is None


@pytest.mark.both_databases
def test_five_failures_shut_the_door_for_fifteen_minutes(client):
    person()
    start = clock.now()
    with clock.at(start):
        for _i in range(5):
            assert sign_in(client, "lihua", "not the password").status_code == 401
        shut = sign_in(client, "lihua", PASSWORD)
        assert shut.status_code == 429
        assert "请15分钟后再试" in shut.text
        person("wang")
        assert sign_in(client, "wang", PASSWORD).status_code == 303, "another login is not shut"
    with clock.at(start + timedelta(minutes=14, seconds=59)):
        assert sign_in(client, "lihua", PASSWORD).status_code == 429
    with clock.at(start + timedelta(minutes=15, seconds=1)):
        assert sign_in(client, "lihua", PASSWORD).status_code == 303
    with reading() as db:
        told = db.scalars(select(AuditEntry.subject).where(AuditEntry.action == "sign-in.locked")).all()
    assert told == ["person:lihua"]


@pytest.mark.both_databases
def test_a_stranger_shuts_nobody_else_out(client):
    """Five wrong tries shut the address they come from; only very many, from many places, shut the login."""
    person()
    for _i in range(6):
        sign_in(client, "lihua", "not the password", environ_base={"REMOTE_ADDR": "203.0.113.9"})
    assert sign_in(client, "lihua", PASSWORD, environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 429
    assert sign_in(client, "lihua", PASSWORD, environ_base={"REMOTE_ADDR": "10.0.0.7"}).status_code == 303
    for number in range(9):
        for _i in range(5):
            sign_in(client, "lihua", "not the password", environ_base={"REMOTE_ADDR": f"203.0.113.{10 + number}"})
    assert sign_in(client, "lihua", PASSWORD, environ_base={"REMOTE_ADDR": "10.0.0.7"}).status_code == 429


def test_all_addresses_of_one_customer_are_one(client):
    person()
    for number in range(5):
        sign_in(client, "lihua", "not the password", environ_base={"REMOTE_ADDR": f"2001:db8:1:2::{number:x}"})
    assert sign_in(client, "lihua", PASSWORD, environ_base={"REMOTE_ADDR": "2001:db8:1:2:ffff::9"}).status_code == 429
    assert sign_in(client, "lihua", PASSWORD, environ_base={"REMOTE_ADDR": "2001:db8:1:3::9"}).status_code == 303


def test_success_forgives_earlier_failures(client):
    person()
    for _round in range(3):
        for _i in range(4):
            sign_in(client, "lihua", "not the password")
        assert sign_in(client, "lihua", PASSWORD).status_code == 303


def test_address_that_tries_many_logins_is_shut_out(client):
    person()
    for number in range(30):
        sign_in(client, f"guess{number}", "not the password")
    assert sign_in(client, "lihua", PASSWORD).status_code == 429
    assert sign_in(client, "lihua", PASSWORD, environ_base={"REMOTE_ADDR": "10.0.0.9"}).status_code == 303


def test_tries_are_kept_without_login_or_address(client):
    sign_in(client, "lihua", "not the password", environ_base={"REMOTE_ADDR": "10.0.0.9"})
    with reading() as db:
        row = db.execute(select(SignInAttempt.login_hash, SignInAttempt.address_hash)).one()
    assert len(row.login_hash) == len(row.address_hash) == 64


@pytest.mark.both_databases
def test_tries_at_once_are_all_counted(instance):
    """The sixth knock is refused while five passwords are still being looked at."""
    person()
    waits = []
    for _i in range(6):
        with transaction() as db:
            waits.append(sessions.knock(db, "lihua", "10.0.0.1").wait_minutes)
    assert waits == [0, 0, 0, 0, 0, 15]


def test_code_leads_to_the_first_password_once(client, app):
    code = person(password=None)
    answer = sign_in(client, "lihua", code.lower(), "/account")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in/password")
    assert cookie(client) is None, "a code alone opens nothing"
    page = client.page("/sign-in/password")
    weak = {"password": "lihua12345678", "again": "lihua12345678", "csrf_token": token_of(page)}
    refused = client.post("/sign-in/password", data=weak)
    assert refused.status_code == 422
    assert "不能含有登录名" in refused.text
    differs = {"password": PASSWORD, "again": PASSWORD + "x", "csrf_token": token_of(page)}
    assert client.post("/sign-in/password", data=differs).status_code == 422
    good = {"password": PASSWORD, "again": PASSWORD, "csrf_token": token_of(page)}
    done = client.post("/sign-in/password", data=good)
    assert (done.status_code, done.headers["Location"]) == (303, "/account")
    assert client.get("/account").status_code == 200
    other = app.test_client()
    assert sign_in(other, "lihua", code).status_code == 401, "the code works once"
    assert sign_in(other, "lihua", PASSWORD).status_code == 303


def test_ticket_dies_with_its_time_and_with_its_code(client):
    code = person(password=None)
    sign_in(client, "lihua", code)
    token = token_of(client.page("/sign-in/password"))
    form = {"password": PASSWORD, "again": PASSWORD, "csrf_token": token}
    with clock.at(clock.now() + timedelta(minutes=16)):
        assert client.post("/sign-in/password", data=form).headers["Location"] == "/sign-in"
    with transaction() as db:
        db.get_one(Person, "lihua").code_hash = "another"
    assert client.post("/sign-in/password", data=form).status_code == 409


def test_first_password_needs_a_code_first(client):
    assert client.get("/sign-in/password").headers["Location"] == "/sign-in"


@pytest.mark.parametrize(
    "bad",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "",
        "work",
        "/a\nb",
        "//[",
        "https://[::1",
    ],
)
def test_next_stays_on_this_site(app, bad):
    with app.test_request_context():
        assert local_path(bad) == "/work"


def test_next_keeps_the_language(app):
    with app.test_request_context():
        assert local_path("/en/quarters/2025Q1?x=1") == "/en/quarters/2025Q1?x=1"


@pytest.mark.both_databases
def test_session_ends_when_idle_and_after_twelve_hours(client):
    person()
    start = clock.now()
    with clock.at(start):
        sign_in(client, "lihua", PASSWORD)
    with clock.at(start + timedelta(minutes=119)):
        assert client.get("/account").status_code == 200
    with clock.at(start + timedelta(minutes=119 + 119)):
        assert client.get("/account").status_code == 200, "use keeps it open"
    with clock.at(start + timedelta(minutes=119 + 119 + 121)):
        assert client.get("/account").status_code == 302
    with clock.at(start):
        sign_in(client, "lihua", PASSWORD)
    for hour in range(1, 12):
        with clock.at(start + timedelta(hours=hour)):
            assert client.get("/account").status_code == 200
    with clock.at(start + timedelta(hours=12, seconds=1)):
        assert client.get("/account").status_code == 302


def test_reading_is_not_held_up_by_a_long_write(client):
    """Noting that a session is in use must not wait for somebody's import."""
    person()
    start = clock.now()
    with clock.at(start):
        sign_in(client, "lihua", PASSWORD)
    with transaction() as db:
        db.get_one(Person, "lihua").name = "李花"
        db.flush()
        with clock.at(start + timedelta(minutes=30)):
            assert client.get("/account").status_code == 200


def test_my_sessions_can_be_ended_one_by_one(client, app):
    person()
    person("wang")
    other, stranger = app.test_client(), app.test_client()
    for each, login in ((client, "lihua"), (other, "lihua"), (stranger, "wang")):
        sign_in(each, login, PASSWORD)
    page = client.page("/account")
    form = page.find("form", action=lambda value: value and value.startswith("/account/sessions/"))
    assert len(page.select("tbody tr")) == 2
    token = {"csrf_token": token_of(form)}
    theirs = sessions.token_hash(cookie(stranger).value)[:12]
    assert client.post(f"/account/sessions/{theirs}/revoke", data=token).status_code == 404
    assert client.post(form["action"], data=token).status_code == 303
    assert [each.get("/account").status_code for each in (client, other, stranger)] == [200, 302, 200]


def test_new_password_ends_all_other_sessions(client, app):
    person()
    other = app.test_client()
    sign_in(client, "lihua", PASSWORD)
    sign_in(other, "lihua", PASSWORD)
    token = token_of(client.page("/account/password"))
    new = "five quite odd words here"
    form = {"old": "not the password", "password": new, "again": new, "csrf_token": token}
    assert client.post("/account/password", data=form).status_code == 422
    assert client.post("/account/password", data={**form, "old": PASSWORD}).status_code == 303
    assert (client.get("/account").status_code, other.get("/account").status_code) == (200, 302)
    assert sign_in(app.test_client(), "lihua", PASSWORD).status_code == 401
    assert sign_in(app.test_client(), "lihua", new).status_code == 303


def test_stolen_session_cannot_guess_the_password(client):
    person()
    sign_in(client, "lihua", PASSWORD)
    token = token_of(client.page("/account/password"))
    new = "five quite odd words here"
    form = {"old": "not the password", "password": new, "again": new, "csrf_token": token}
    for _i in range(5):
        client.post("/account/password", data=form)
    shut = client.post("/account/password", data={**form, "old": PASSWORD})
    assert shut.status_code == 422
    assert "输错次数过多" in shut.text


def test_pruning_forgets_what_is_over(client):
    person()
    start = clock.now()
    with clock.at(start):
        sign_in(client, "lihua", "not the password")
        sign_in(client, "nobody", "not the password")
        sign_in(client, "lihua", PASSWORD)
    with clock.at(start + timedelta(days=1)), transaction() as db:
        sessions.prune(db)
        assert db.scalar(select(func.count()).select_from(SignInAttempt)) == 0
        assert db.scalar(select(func.count()).select_from(SignInSession)) == 1
    with clock.at(start + timedelta(days=40)), transaction() as db:
        assert sessions.prune(db) == 1


def test_door_in_english(client):
    page = client.page("/en/sign-in")
    assert page.h1.get_text(strip=True) == "Sign in"
    assert "password" in page.get_text()


@pytest.mark.parametrize(("hops", "answer"), [("0", 429), ("1", 303)])
def test_only_a_trusted_proxy_says_who_asks(instance, monkeypatch, hops, answer):
    """An address in a header counts when an operator says that a proxy wrote it, and never otherwise."""
    from portal.shell.app import create_app

    monkeypatch.setenv("TRUSTED_PROXIES", hops)
    reload_settings()
    client = create_app(testing=True).test_client()
    client.application.config["WTF_CSRF_ENABLED"] = False
    person()
    for number in range(30):
        tried = {"login": f"guess{number}", "password": "not the password"}
        client.post("/sign-in", data=tried, headers={"X-Forwarded-For": "192.0.2.1"})
    mine = {"login": "lihua", "password": PASSWORD}
    assert client.post("/sign-in", data=mine, headers={"X-Forwarded-For": "192.0.2.2"}).status_code == answer
