"""The government's unified sign-in against a provider of OpenID Connect on loopback (authlib's own server side)."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from joserfc.jwk import ECKey
from sqlalchemy import func, select

from portal.accounts import unified
from portal.accounts.models import Person, SignInSession
from portal.kernel.db import reading, transaction
from portal.kernel.settings import reload_settings
from tests.accounts import provider as providers
from tests.accounts.people import PASSWORD, person, sign_in
from tests.accounts.provider import CLIENT, SECRET, Provider

OUT = "统一身份认证没有成功"


@pytest.fixture
def provider(instance, monkeypatch) -> Iterator[Provider]:
    """A provider that the portal is set up for; somebody called lihua is signed in there."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    with providers.running() as running:
        for name, value in (("ISSUER", running.issuer), ("CLIENT_ID", CLIENT), ("CLIENT_SECRET", SECRET)):
            monkeypatch.setenv(f"OIDC_{name}", value)
        monkeypatch.setenv("BASE_URL", "http://localhost")
        reload_settings()
        running.user = "lihua"
        yield running


def go(client, query: str = "") -> str:
    """From the door to the provider; gives the address that it sends the browser back to."""
    away = client.get(f"/sign-in/unified{query}")
    assert away.status_code == 302, away.text
    back = requests.get(away.headers["Location"], allow_redirects=False, timeout=5)
    assert back.status_code == 302, back.text
    return back.headers["Location"]


def test_the_named_person_comes_in(client, provider):
    person()
    assert "/sign-in/unified" in client.get("/sign-in").text
    answer = client.get(go(client, "?next=/account"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert client.get("/account").status_code == 200
    asked = provider.asked[0]
    assert (asked["code_challenge_method"], asked["redirect_uri"]) == ("S256", "http://localhost/sign-in/unified/back")
    assert asked["state"]
    assert asked["nonce"]
    with reading() as db:
        assert db.scalars(select(SignInSession.opened_by)).all() == ["unified"]


def test_a_person_without_a_password_comes_in_too(client, provider):
    person(password=None)
    assert client.get(go(client)).status_code == 303
    assert client.get("/account").status_code == 200


def test_nobody_is_made_by_it(client, provider):
    provider.user = "stranger"
    refused = client.get(go(client))
    assert (refused.status_code, "没有在本平台登记" in refused.text) == (403, True)
    with reading() as db:
        assert db.scalar(select(func.count()).select_from(Person)) == 0


def test_a_disabled_person_stays_outside(client, provider):
    from portal.kernel import clock

    person()
    with transaction() as db:
        db.get_one(Person, "lihua").disabled_at = clock.now()
    assert client.get(go(client)).status_code == 403


def test_state_belongs_to_the_browser_and_is_good_once(client, app, provider):
    person()
    back = go(client)
    assert OUT in app.test_client().get(back).text, "somebody else's browser"
    assert client.get(back).status_code == 303
    assert OUT in client.get(back).text, "a second time"
    forged = back.replace("state=", "state=x")
    go(client)
    assert client.get(forged).status_code == 401


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "http://localhost:1"},
        {"aud": ["another-portal"]},
        {"aud": ["another-portal"], "azp": CLIENT},
        {"nonce": "of another time"},
        {"exp": 1},
    ],
)
def test_a_token_that_is_not_for_us_opens_nothing(client, provider, lie):
    person()
    provider.lies = lie
    refused = client.get(go(client))
    assert (refused.status_code, OUT in refused.text) == (401, True)


def test_a_token_signed_by_another_key_opens_nothing(client, provider):
    person()
    provider.published = ECKey.generate_key("P-256", {"kid": "one", "use": "sig"})
    assert client.get(go(client)).status_code == 401


def test_a_provider_that_calls_itself_otherwise_is_not_ours(client, provider):
    provider.described = "http://localhost:1"
    refused = client.get("/sign-in/unified")
    assert (refused.status_code, "设置有误" in refused.text) == (502, True)


def test_a_code_without_its_verifier_is_worth_nothing(client, provider):
    """PKCE: who overhears the code cannot trade it."""
    code = parse_qs(urlsplit(go(client)).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": "http://localhost/sign-in/unified/back"}
    overheard = requests.post(f"{provider.issuer}/token", data=form, auth=(CLIENT, SECRET), timeout=5)
    assert overheard.status_code == 400


def test_a_provider_that_is_down_is_said(client, provider, monkeypatch):
    monkeypatch.setenv("OIDC_ISSUER", "http://127.0.0.1:9")
    reload_settings()
    assert OUT in client.get("/sign-in/unified").text


def test_proof_anew_is_of_the_same_person(client, provider):
    person()
    person("wang")
    sign_in(client, "lihua", PASSWORD)
    done = client.get(go(client, "?proof=1"))
    assert (done.status_code, done.headers["Location"]) == (303, "/account")
    assert provider.asked[-1]["prompt"] == "login"
    assert "已确认是您本人" in client.get("/account").text
    provider.user = "wang"
    assert client.get(go(client, "?proof=1")).status_code == 401
    provider.user, provider.lies = "lihua", {"auth_time": 1}
    assert client.get(go(client, "?proof=1")).status_code == 401, "an old proof is not fresh"


@pytest.mark.parametrize(("subject", "answer"), [("id-of-lihua", 303), ("id-of-wang", 403)])
def test_a_claim_apart_from_the_token_is_of_the_same_subject(client, provider, subject, answer):
    person()
    provider.apart = {"sub": subject, "preferred_username": "lihua"}
    assert client.get(go(client)).status_code == answer


def test_without_settings_there_is_no_such_way(client):
    assert "/sign-in/unified" not in client.get("/sign-in").text
    assert client.get("/sign-in/unified").status_code == 404
    assert client.get("/sign-in/unified/back").status_code == 404


def test_only_https_or_this_machine_is_asked(instance, monkeypatch):
    monkeypatch.setenv("OIDC_CLIENT_ID", CLIENT)
    for issuer, fine in (("http://sso.example", False), ("https://sso.example", True), ("http://127.0.0.1:9", True)):
        monkeypatch.setenv("OIDC_ISSUER", issuer)
        reload_settings()
        assert unified.is_offered() is fine
