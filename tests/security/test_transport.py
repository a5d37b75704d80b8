"""What the answers say about the way they travel: https where the portal stands behind it, and our own name in links."""

import pytest

from portal.kernel.settings import reload_settings


@pytest.mark.parametrize(("secure", "told"), [("1", "max-age=31536000"), ("0", None)])
def test_browsers_keep_to_https_where_the_portal_does(client, monkeypatch, secure, told):
    monkeypatch.setenv("SECURE_COOKIES", secure)
    reload_settings()
    for address in ("/", "/sign-in", "/nothing", "/static/theme.css", "/api/v1/estates"):
        answer = client.get(address, strict=False)
        assert answer.headers.get("Strict-Transport-Security") == told
        answer.close()


def test_a_stranger_s_host_stands_in_no_link(client, monkeypatch):
    from tests.ratings import district as d

    d.found_district({"E-1": ("commodity", d.COMMUNITIES[0]), "E-2": ("commodity", d.COMMUNITIES[1])})
    monkeypatch.setenv("BASE_URL", "https://portal.example")
    reload_settings()
    asked = client.get("/api/v1/estates?page_size=1", headers={"Host": "evil.example"}).get_json()
    assert asked["next"].startswith("https://portal.example/api/v1/estates?")
