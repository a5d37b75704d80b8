"""What every answer carries: nobody keeps what is private or went wrong, and nothing runs that is not the portal's own."""

import pytest

from portal.kernel.access import Role


def test_a_missing_file_is_not_remembered_for_a_year(client):
    with client.get("/static/js/check.js") as found:
        assert found.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    missing = client.get("/static/js/nothing.js", strict=False)
    assert (missing.status_code, missing.headers["Cache-Control"]) == (404, "no-store")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_the_state_of_the_server_is_never_an_old_one(client, path):
    assert client.get(path).headers["Cache-Control"] == "no-store"


def test_who_may_not_come_is_told_so_before_the_form_is_looked_at(client, signed_in):
    assert client.post("/reviews/x/confirm").status_code == 403
    assert signed_in(Role.OFFICER).post("/reviews/x/confirm").status_code == 403
    assert signed_in(Role.REVIEWER).post("/reviews/x/confirm").status_code == 400
    refusal = signed_in(Role.OFFICER).post("/en/reviews/x/confirm").get_data(as_text=True)
    assert 'lang="en"' in refusal


def test_the_policy_of_every_page(client, signed_in):
    for answer in (client.get("/"), client.get("/nothing", strict=False), signed_in(Role.OFFICER).get("/work")):
        policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == "'self'"
        assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(("address", "secure"), [("https://portal.example", True), ("http://127.0.0.1:8000", False)])
def test_cookies_of_a_portal_on_https_travel_on_https_only(monkeypatch, instance, address, secure):
    from portal.kernel.settings import reload_settings

    monkeypatch.setenv("BASE_URL", address)
    assert reload_settings().secure_cookies is secure


def test_a_sign_in_does_not_make_the_open_data_stale(instance):
    from datetime import date

    from portal.kernel import audit
    from portal.kernel.access import system_actor
    from portal.kernel.db import reading, transaction
    from portal.shell.opendata import archive

    def after(action):
        with transaction() as db:
            audit.record(db, system_actor("test"), action, "person:x")
        with reading() as db:
            return archive.state(db, date(2026, 1, 1))

    first = after("quarter.published")
    assert after("session.opened") == after("sign-in.locked") == first
    assert after("quarter.published") != first
