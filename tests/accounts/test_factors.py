"""Second factors: the app's code and recovery codes, at the door and in the account."""

from datetime import date, timedelta

import pyotp
import pytest
from sqlalchemy import select

from portal.accounts import factors
from portal.accounts.models import RecoveryCode, Totp
from portal.kernel import clock
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading, transaction
from portal.kernel.settings import reload_settings
from portal.notices.models import Notice
from tests.accounts.people import PASSWORD, person, sign_in, token_of


def bind(client, login: str = "lihua") -> tuple[str, list[str]]:
    """Sign in and bind an app through the pages; the secret and the recovery codes that were shown."""
    person(login)
    sign_in(client, login, PASSWORD)
    page = client.page("/account/proofs/app")
    form = {name: page.find("input", attrs={"name": name})["value"] for name in ("secret", "offer", "csrf_token")}
    done = client.post("/account/proofs/app", data={**form, "code": code_of(form["secret"])})
    assert done.status_code == 201, done.text
    from bs4 import BeautifulSoup

    shown = [item.get_text() for item in BeautifulSoup(done.text, "lxml").select(".code-list li")]
    return form["secret"], shown


def code_of(secret: str, steps: int = 0) -> str:
    """What the app shows now, or some steps later."""
    return pyotp.TOTP(secret).at(clock.now(), counter_offset=steps)


def second(client, code: str):
    return client.post("/sign-in/factor", data={"code": code, "csrf_token": token_of(client.page("/sign-in/factor"))})


def deeds(*actions: str) -> list[str]:
    with reading() as db:
        found = db.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)).all()
    return [action for action in found if action.startswith(actions)]


@pytest.mark.both_databases
def test_after_the_password_comes_the_code_and_each_is_good_once(client, app):
    start = clock.now()
    with clock.at(start):
        secret, codes = bind(client)
        assert len(set(codes)) == 10
        mine = app.test_client()
        asked = sign_in(mine, "lihua", PASSWORD, "/account")
        assert asked.headers["Location"] == "/sign-in/factor"
        assert mine.get("/account").status_code == 302, "the password alone opens nothing"
        assert second(mine, code_of(secret)).status_code == 401, "the code that bound the app is used"
    with clock.at(start + timedelta(seconds=60)):
        code = code_of(secret)
        answer = second(mine, code)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
        assert mine.get("/account").status_code == 200
        other = app.test_client()
        sign_in(other, "lihua", PASSWORD)
        assert second(other, code).status_code == 401, "a replay"
        assert second(other, code_of(secret, 1)).status_code == 303, "the next step"
    assert deeds("factor.") == ["factor.app-added", "factor.codes-made"]
    with reading() as db:
        sealed = db.scalars(select(Totp.sealed)).one()
        hashes = db.scalars(select(RecoveryCode.code_hash)).all()
        told = "".join(db.scalars(select(AuditEntry.detail)).all())
    assert secret not in sealed + told
    assert not set(codes) & {*hashes}
    assert not any(code in told for code in codes)


def test_a_recovery_code_is_good_once_and_its_use_is_told(client, app):
    _secret, codes = bind(client)
    mine = app.test_client()
    sign_in(mine, "lihua", PASSWORD)
    assert second(mine, codes[3].lower().replace("-", " ")).status_code == 303
    assert "还剩9个" in mine.get("/account").text
    again = app.test_client()
    sign_in(again, "lihua", PASSWORD)
    assert second(again, codes[3]).status_code == 401
    assert deeds("factor.code-spent", "session.opened")[-2:] == ["factor.code-spent", "session.opened"]
    with reading() as db:
        assert any("恢复码" in text for text in db.scalars(select(Notice.text).where(Notice.to_login == "lihua")))


def test_new_recovery_codes_void_the_old(client, app):
    _secret, codes = bind(client)
    token = token_of(client.page("/account/proofs"))
    assert client.post("/account/proofs/codes", data={"csrf_token": token}).status_code == 201
    other = app.test_client()
    sign_in(other, "lihua", PASSWORD)
    assert second(other, codes[0]).status_code == 401
    assert deeds("factor.codes-made") == ["factor.codes-made"] * 2


def test_codes_are_not_guessed(client, app):
    secret, _codes = bind(client)
    thief = app.test_client()
    sign_in(thief, "lihua", PASSWORD, environ_base={"REMOTE_ADDR": "203.0.113.9"})
    token = token_of(thief.page("/sign-in/factor"))
    wrong = {"code": "000000", "csrf_token": token}
    tries = [thief.post("/sign-in/factor", data=wrong, environ_base={"REMOTE_ADDR": "203.0.113.9"}) for _i in range(6)]
    assert [answer.status_code for answer in tries] == [401] * 5 + [429]
    right = {"code": code_of(secret, 1), "csrf_token": token}
    assert thief.post("/sign-in/factor", data=right, environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 429
    assert deeds("sign-in.locked") == ["sign-in.locked"]


def test_waiting_for_the_code_ends(client, app):
    secret, _codes = bind(client)
    mine = app.test_client()
    sign_in(mine, "lihua", PASSWORD)
    token = token_of(mine.page("/sign-in/factor"))
    with clock.at(clock.now() + timedelta(minutes=11)):
        late = mine.post("/sign-in/factor", data={"code": code_of(secret), "csrf_token": token})
        assert late.headers["Location"] == "/sign-in"
    assert client.get("/sign-in/factor").headers["Location"] == "/sign-in"


def test_a_wrong_code_binds_nothing_and_keeps_the_secret(client):
    person()
    sign_in(client, "lihua", PASSWORD)
    page = client.page("/account/proofs/app")
    form = {name: page.find("input", attrs={"name": name})["value"] for name in ("secret", "offer", "csrf_token")}
    refused = client.post("/account/proofs/app", data={**form, "code": "000000"})
    assert (refused.status_code, form["secret"] in refused.text) == (422, True)
    planted = {**form, "secret": "A" * 32, "code": code_of("A" * 32)}
    assert client.post("/account/proofs/app", data=planted).status_code == 409, "a secret of somebody else's choice"
    assert not deeds("factor.")


def test_removed_app_leaves_the_password(client, app):
    bind(client)
    token = token_of(client.page("/account/proofs"))
    assert client.post("/account/proofs/app/remove", data={"csrf_token": token}).status_code == 303
    assert sign_in(app.test_client(), "lihua", PASSWORD, "/account").headers["Location"] == "/account"
    with reading() as db:
        assert db.scalars(select(RecoveryCode)).all() == []
    assert client.post("/account/proofs/app/remove", data={"csrf_token": token}).status_code == 404
    assert deeds("factor.app-removed") == ["factor.app-removed"]


def test_a_one_time_code_does_not_go_around_the_second_factor(client, app):
    """Forgotten password: the administrator's code gives a new one, and the second factor is asked for all the same."""
    secret, _codes = bind(client)
    from portal.accounts import service
    from tests.accounts.people import ADMIN

    with transaction() as db:
        code = service.renew_code(db, ADMIN, "lihua")
    mine, new = app.test_client(), "five quite odd words here"
    sign_in(mine, "lihua", code)
    token = token_of(mine.page("/sign-in/password"))
    done = mine.post("/sign-in/password", data={"password": new, "again": new, "csrf_token": token})
    assert done.headers["Location"] == "/sign-in/factor"
    with clock.at(clock.now() + timedelta(seconds=60)):
        assert second(mine, code_of(secret)).status_code == 303


def test_an_administrator_resets_and_the_person_is_told(client, app, signed_in):
    bind(client)
    admin = signed_in("admin", login="chief")
    page = admin.page("/admin/people/lihua")
    assert admin.submit("/admin/people/lihua/factors", page="/admin/people/lihua").status_code == 303
    assert "验证器应用" in page.get_text()
    assert client.get("/account").status_code == 302, "all sessions end"
    mine = app.test_client()
    assert sign_in(mine, "lihua", PASSWORD, "/account").headers["Location"] == "/account"
    assert deeds("person.factors-reset") == ["person.factors-reset"]
    with reading() as db:
        assert any("已清除" in text for text in db.scalars(select(Notice.text).where(Notice.to_login == "lihua")))
    assert admin.submit("/admin/people/lihua/factors", page="/admin/people/lihua").status_code == 404
    assert admin.submit("/admin/people/chief/factors", page="/admin/people/lihua").status_code == 403


def test_an_administrator_elsewhere_cannot_reset(client, signed_in):
    bind(client)
    far = signed_in("admin", division="440305000000")
    assert far.submit("/admin/people/lihua/factors", page="/admin/people/add").status_code == 404


def test_from_its_day_on_the_roles_named_must_have_one(client, app, monkeypatch):
    person("chief", role="lead", division="440306000000")
    person("lihua")
    sign_in(client, "chief", PASSWORD)
    assert "建议设置第二验证方式" in client.get("/account").text
    monkeypatch.setenv("SECOND_FACTOR_FROM", (clock.today() + timedelta(days=1)).isoformat())
    reload_settings()
    assert client.get("/work").status_code == 200
    assert "请提前设置" in client.get("/account/proofs").text
    monkeypatch.setenv("SECOND_FACTOR_FROM", clock.today().isoformat())
    reload_settings()
    sent = client.get("/work")
    assert (sent.status_code, sent.headers["Location"]) == (303, "/account/proofs")
    assert client.submit("/lists/manage/2025/decide", page="/account/proofs").status_code == 403
    assert "请先在这里设置一种，再办理事项" in client.get("/account/proofs").text
    other = app.test_client()
    sign_in(other, "lihua", PASSWORD)
    assert other.get("/work").status_code == 200, "another role is not asked"


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_phone_half_a_minute_off_is_forgiven(instance, steps):
    secret = factors.new_secret()
    now = int(clock.now().timestamp()) // 30
    assert factors.matching_step(secret, code_of(secret, steps)) in (now + steps, now + steps + 1)
    assert factors.matching_step(secret, "１２３４５６") is None
    with clock.at(clock.now().replace(second=10)):
        assert factors.matching_step(secret, code_of(secret, 2)) is None
        assert factors.matching_step(secret, code_of(secret, -2)) is None
        assert factors.matching_step(secret, code_of(secret), after=int(clock.now().timestamp()) // 30) is None


def test_settings_read_a_day(instance, monkeypatch):
    monkeypatch.setenv("SECOND_FACTOR_FROM", "2027-01-01")
    monkeypatch.setenv("SECOND_FACTOR_ROLES", "lead, officer")
    found = reload_settings()
    assert (found.second_factor_from, found.second_factor_roles) == (date(2027, 1, 1), {"lead", "officer"})
