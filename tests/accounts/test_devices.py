"""Devices on which somebody has signed in keep a counter of their own; sessions elsewhere can be ended at once."""

from datetime import timedelta

from sqlalchemy import select

from portal.accounts import sessions, trusted
from portal.kernel import clock
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading, transaction
from tests.accounts.people import PASSWORD, person, sign_in, token_of


def storm(login: str = "lihua") -> None:
    """Fifty tries of strangers from ten addresses: the login is shut from everywhere."""
    with transaction() as db:
        for number in range(50):
            assert not sessions.knock(db, login, f"203.0.113.{number % 10}").wait_minutes


def test_strangers_do_not_lock_a_person_out_of_the_own_device(client, app):
    person()
    sign_in(client, "lihua", PASSWORD)
    client.submit("/sign-out", page="/account")
    storm()
    assert sign_in(app.test_client(), "lihua", PASSWORD).status_code == 429, "a device that nobody knows"
    assert sign_in(client, "lihua", PASSWORD).status_code == 303, "the own device"


def test_a_known_device_has_five_tries_as_well(client, app):
    person()
    sign_in(client, "lihua", PASSWORD)
    client.submit("/sign-out", page="/account")
    tries = [
        sign_in(client, "lihua", "not the password", environ_base={"REMOTE_ADDR": f"198.51.100.{n}"}) for n in range(6)
    ]
    assert [answer.status_code for answer in tries] == [401] * 5 + [429], "whatever address it has"
    assert sign_in(client, "lihua", PASSWORD).status_code == 429
    assert sign_in(app.test_client(), "lihua", PASSWORD).status_code == 303, "and does not shut the others"


def test_the_mark_is_of_one_login_and_opens_nothing(client):
    person()
    person("wang")
    sign_in(client, "lihua", PASSWORD)
    client.submit("/sign-out", page="/account")
    assert client.get("/account").status_code == 302
    storm("wang")
    assert sign_in(client, "wang", PASSWORD).status_code == 429


def test_marks_are_signed_run_out_and_are_few(instance):
    one = trusted.marked("", "lihua")
    assert trusted.known(one, "lihua")
    assert trusted.known(one, " LiHua ")
    assert not trusted.known(one, "wang")
    for forged in (one[:-1] + ("0" if one[-1] != "0" else "1"), "x" + one, "", "a.b", "~~", "é.é.é"):
        assert not trusted.known(forged, "lihua")
    with clock.at(clock.now() + timedelta(days=181)):
        assert not trusted.known(one, "lihua")
    shared = one
    for number in range(4):
        shared = trusted.marked(shared, f"person{number}")
    assert len(shared.split("~")) == 4
    assert not trusted.known(shared, "lihua"), "the oldest goes"
    assert len(trusted.marked(one, "lihua").split("~")) == 1, "a new mark takes the place of the old"


def test_everywhere_else_is_ended_at_once(client, app):
    person()
    others = [app.test_client() for _i in range(2)]
    for each in (client, *others):
        sign_in(each, "lihua", PASSWORD)
    token = token_of(client.page("/account"))
    assert client.post("/account/sessions/revoke-others", data={"csrf_token": token}).status_code == 303
    assert [each.get("/account").status_code for each in (client, *others)] == [200, 302, 302]
    client.post("/account/sessions/revoke-others", data={"csrf_token": token})
    assert "没有其他设备上的登录" in client.get("/account").text
    with reading() as db:
        told = db.scalars(select(AuditEntry.detail).where(AuditEntry.action == "session.others-revoked")).all()
    assert len(told) == 1, "nothing changed, nothing on record"
