"""The people's pages: an administrator inside the own jurisdiction, everything audited."""

import pytest
from sqlalchemy import select

from portal.accounts.models import Person
from portal.kernel import hooks
from portal.kernel.access import Role
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading
from tests.accounts.people import PASSWORD, STREET, person, sign_in, token_of


@pytest.fixture
def admin(signed_in, monkeypatch):
    monkeypatch.setitem(hooks._subscribers, "divisions.known", [lambda _db: {"440306000000", STREET, "440306017010"}])
    return signed_in(Role.ADMIN)


def actions() -> list[tuple[str, str]]:
    with reading() as db:
        query = select(AuditEntry.action, AuditEntry.subject).where(AuditEntry.action.startswith("person."))
        return [tuple(row) for row in db.execute(query.order_by(AuditEntry.seq))]


def post(client, path, page="/admin/people/add", **form):
    return client.post(path, data={"csrf_token": token_of(client.page(page)), **form})


def test_only_administrators_come_in(signed_in):
    for role in Role:
        if role is not Role.ADMIN and role is not Role.ENTERPRISE:
            assert signed_in(role).get("/admin/people").status_code == 403, role


def test_added_person_comes_in_with_the_code_shown_once(admin, app):
    form = {"login": "lihua", "name": "李华", "role": "reviewer", "division_code": STREET}
    answer = post(admin, "/admin/people/add", **form)
    assert answer.status_code == 201
    from bs4 import BeautifulSoup

    code = BeautifulSoup(answer.text, "lxml").select("dl.summary dd")[1].get_text(strip=True)
    assert code not in admin.get("/admin/people/lihua").text
    assert sign_in(app.test_client(), "lihua", code).headers["Location"] == "/sign-in/password"
    assert ("person.added", "person:lihua") in actions()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"login": "bad login"}, "写法不对"),
        ({"login": "taken"}, "已经有人使用"),
        ({"division_code": "440306099000"}, "没有编号为"),
        ({"division_code": "12"}, "12位数字"),
        ({"role": "enterprise"}, "统一社会信用代码"),
        ({"name": " "}, "请填写姓名"),
        ({"role": "boss"}, ""),
    ],
)
def test_refused_form_comes_back_filled(admin, change, sentence):
    person("taken")
    form = {"login": "lihua", "name": "李华", "role": "reviewer", "division_code": STREET, **change}
    answer = post(admin, "/admin/people/add", **form)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{form["login"]}"' in answer.text
    with reading() as db:
        assert db.get(Person, "lihua") is None


def test_disabling_ends_sessions_and_enabling_brings_back(admin, app):
    person()
    theirs = app.test_client()
    sign_in(theirs, "lihua", PASSWORD)
    post(admin, "/admin/people/lihua/disable", "/admin/people/lihua")
    assert theirs.get("/account").status_code == 302
    assert sign_in(theirs, "lihua", PASSWORD).status_code == 401
    post(admin, "/admin/people/lihua/enable", "/admin/people/lihua")
    assert sign_in(theirs, "lihua", PASSWORD).status_code == 303
    assert [action for action, subject in actions() if subject == "person:lihua"][-2:] == [
        "person.disabled",
        "person.enabled",
    ]


def test_new_role_ends_sessions_a_new_name_does_not(admin, app):
    person()
    theirs = app.test_client()
    sign_in(theirs, "lihua", PASSWORD)
    form = {"name": "李花", "role": "reviewer", "division_code": STREET}
    post(admin, "/admin/people/lihua", "/admin/people/lihua", **form)
    assert theirs.get("/account").status_code == 200
    post(admin, "/admin/people/lihua", "/admin/people/lihua", **{**form, "role": "officer"})
    assert theirs.get("/account").status_code == 302


def test_new_code_ends_the_old_password(admin, app):
    person()
    answer = post(admin, "/admin/people/lihua/code", "/admin/people/lihua")
    assert answer.status_code == 200
    assert sign_in(app.test_client(), "lihua", PASSWORD).status_code == 401


def test_administrator_cannot_lock_everybody_out(admin):
    me = "t-admin-440306000000"
    assert post(admin, f"/admin/people/{me}/disable").status_code == 409
    form = {"name": "我", "role": "officer", "division_code": "440306000000"}
    assert post(admin, f"/admin/people/{me}", **form).status_code == 409
    with reading() as db:
        assert (db.get_one(Person, me).role, db.get_one(Person, me).disabled_at) == ("admin", None)


def test_street_administrator_sees_and_makes_only_own_people(signed_in, monkeypatch):
    monkeypatch.setitem(hooks._subscribers, "divisions.known", [lambda _db: set()])
    person("far", "officer", "440306000000")
    person("near", "inspector", "440306017010")
    admin = signed_in(Role.ADMIN, division=STREET, login="street.admin")
    shown = admin.page("/admin/people").get_text()
    assert "near" in shown
    assert "far" not in shown
    assert admin.get("/admin/people/far").status_code == 404
    assert post(admin, "/admin/people/far/disable").status_code == 404
    form = {"login": "up", "name": "高", "role": "officer", "division_code": "440306000000"}
    assert post(admin, "/admin/people/add", **form).status_code == 422
    up = {"name": "高", "role": "officer", "division_code": "440306000000"}
    assert post(admin, "/admin/people/near", **up).status_code == 422


def test_people_are_found(admin):
    person("lihua")
    person("wang_50%")
    assert "wang_50%" not in admin.page("/admin/people?q=LIHUA").get_text()
    assert "lihua" not in admin.page("/admin/people?q=50%25").get_text()
    assert "没有符合条件的人员" in admin.page("/admin/people?role=mediator").get_text()
    assert "No" not in admin.page("/en/admin/people?q=lihua").h1.get_text()
