"""Step-up: what asks for a fresh proof, what is kept meanwhile, and who is let through."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from portal.accounts.models import Person
from portal.kernel import clock
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading
from tests.accounts.people import PASSWORD, person, sign_in, token_of
from tests.accounts.test_factors import bind, code_of

ADDED = {"login": "new-one", "name": "新人<b>", "role": "inspector", "division_code": "440306017010", "uscc": ""}
FRESH = {
    "account.add_app", "account.add_passkey", "account.remove_app", "account.remove_passkey", "account.renew_codes",
    "accounts.add_person", "accounts.change_person", "accounts.disable", "accounts.enable", "accounts.new_code",
    "accounts.reset_factors", "lists.decide_case", "lists.decide_or_publish", "lists.take_off",
    "ratings.publish_quarter", "ratings.publish_year",
}  # fmt: skip


def later(minutes: int):
    return clock.at(clock.now() + timedelta(minutes=minutes))


@pytest.fixture
def admin(client):
    """An administrator, signed in just now by password."""
    person("chief", role="admin", division="440306000000")
    sign_in(client, "chief", PASSWORD)
    return client


def proved() -> list[str]:
    with reading() as db:
        return list(db.scalars(select(AuditEntry.detail).where(AuditEntry.action == "session.proved")))


def there(login: str) -> bool:
    with reading() as db:
        return db.get(Person, login) is not None


def typed(answer) -> dict[str, str]:
    """The fields of the form in which the proof is asked for."""
    form = BeautifulSoup(answer.text, "lxml").find("input", id="proof-secret").find_parent("form")
    kept = {field["name"]: field.get("value", "") for field in form.find_all("input") if field["name"] != "username"}
    return {**kept, "action": form["action"]}


def test_what_asks_for_a_fresh_proof(app):
    assert {name for name, view in app.view_functions.items() if getattr(view, "fresh", False)} == FRESH


def test_a_sign_in_is_a_fresh_proof(admin):
    with later(14):
        assert admin.submit("/admin/people/add", ADDED).status_code == 201
    assert proved() == []


@pytest.mark.both_databases
def test_after_fifteen_minutes_the_deed_waits_for_a_proof_and_loses_nothing(admin):
    with later(16):
        page = admin.page("/admin/people/add")
        assert page.h1.get_text() == "新增人员", "reading is never asked"
        asked = admin.submit("/admin/people/add", ADDED)
        assert (asked.status_code, "请确认是您本人" in asked.text) == (403, True)
        assert not there("new-one")
        form = typed(asked)
        assert {name: form[name] for name in ADDED} == ADDED
        assert form.pop("action") == "/admin/people/add"
        wrong = admin.post("/admin/people/add", data={**form, "proof_secret": "not the password"})
        assert (wrong.status_code, "密码或验证码不对" in wrong.text) == (403, True)
        assert not there("new-one")
        again = typed(wrong)
        assert {name: again[name] for name in ADDED} == ADDED
        assert "not the password" not in wrong.text
        done = admin.post("/admin/people/add", data={**form, "proof_secret": PASSWORD})
        assert done.status_code == 201
        assert there("new-one")
        assert admin.submit("/admin/people/add", {**ADDED, "login": "another"}).status_code == 201, "fresh again"
    assert len(proved()) == 1
    assert PASSWORD not in proved()[0]


def test_the_proof_needs_the_form_token(admin):
    with later(16):
        assert admin.post("/admin/people/add", data={**ADDED, "proof_secret": PASSWORD}).status_code == 400
    assert proved() == []


def test_guessing_at_the_proof_is_limited(admin):
    with later(16):
        form = typed(admin.submit("/admin/people/add", ADDED))
        answers = [admin.post("/admin/people/add", data={**form, "proof_secret": f"guess {n}"}) for n in range(6)]
        assert [answer.status_code for answer in answers] == [403] * 5 + [429]
        assert admin.post("/admin/people/add", data={**form, "proof_secret": PASSWORD}).status_code == 429
    assert not there("new-one")


def test_many_values_of_one_name_and_the_address_are_kept(admin):
    with later(16):
        token = token_of(admin.page("/admin/people/add"))
        data = {"csrf_token": token, "tick": ["one", "two"]}
        asked = BeautifulSoup(admin.post("/en/admin/people/add?x=1", data=data).text, "lxml")
        form = asked.find("input", id="proof-secret").find_parent("form")
        assert form["action"] == "/en/admin/people/add?x=1"
        assert [field["value"] for field in form.find_all("input", attrs={"name": "tick"})] == ["one", "two"]
        assert asked.h1.get_text() == "Confirm that it is you"


def test_the_second_factor_proves_too(client):
    secret, codes = bind(client)
    with later(16):
        form = typed(client.submit("/account/proofs/codes", page="/account/proofs"))
        code = code_of(secret)
        assert client.post("/account/proofs/codes", data={**form, "proof_secret": code}).status_code == 201
    with later(40):
        form = typed(client.submit("/account/proofs/codes", page="/account/proofs"))
        assert client.post("/account/proofs/codes", data={**form, "proof_secret": codes[0]}).status_code == 403, "void"


def test_a_stolen_session_does_not_guess_codes_from_many_places(client):
    secret, _codes = bind(client)
    with later(16):
        form = typed(client.submit("/account/proofs/codes", page="/account/proofs"))
        client.delete_cookie("portal_device")
        guessed = [
            client.post(
                "/account/proofs/codes", data={**form, "proof_secret": "000000"},
                environ_base={"REMOTE_ADDR": f"203.0.113.{n}"},
            ).status_code
            for n in range(10)
        ]  # fmt: skip
        assert guessed == [403] * 10
        right = {**form, "proof_secret": code_of(secret)}
        elsewhere = {"REMOTE_ADDR": "203.0.113.77"}
        assert client.post("/account/proofs/codes", data=right, environ_base=elsewhere).status_code == 429


def test_publication_and_list_decisions_wait_too(client):
    person("zhao", role="lead", division="440306000000")
    sign_in(client, "zhao", PASSWORD)
    with later(16):
        for address in ("/ratings/quarter/2025Q1/publish", "/ratings/year/2025/publish", "/lists/manage/2025/decide",
                        "/lists/manage/2025/publish", "/lists/cases/x1/decide", "/lists/cases/x1/take-off"):  # fmt: skip
            asked = client.submit(address, {"reason": "更正"}, page="/account/password")
            assert (asked.status_code, typed(asked)["reason"]) == (403, "更正"), address


def test_who_may_not_is_refused_before_any_proof(client):
    person()
    sign_in(client, "lihua", PASSWORD)
    with later(16):
        refused = client.submit("/admin/people/add", ADDED, page="/account/password")
    assert (refused.status_code, "没有办理此事项的权限" in refused.text) == (403, True)
