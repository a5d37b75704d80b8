"""A small provider of OpenID Connect on loopback, made of authlib's own server side: code flow, S256, signed ID tokens.

``Provider.lies`` changes claims of the next ID tokens; ``Provider.user`` is who is signed in there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode, UserInfo
from flask import Flask, jsonify
from joserfc.jwk import ECKey
from werkzeug.serving import make_server

from portal.kernel import clock
from tests.network import answering

CLIENT, SECRET = "baoan-portal", "a secret of both sides"


class _Client(ClientMixin):
    def get_client_id(self) -> str:
        return CLIENT

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == "http://localhost/sign-in/unified/back"

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class _Code(AuthorizationCodeMixin):
    def __init__(self, code: str, payload: Any):
        asked = payload.data
        self.code, self.redirect_uri, self.scope = code, payload.redirect_uri, payload.scope
        self.nonce, self.code_challenge = asked.get("nonce"), asked.get("code_challenge")
        self.code_challenge_method = asked.get("code_challenge_method")

    def get_redirect_uri(self) -> str:
        return str(self.redirect_uri)

    def get_scope(self) -> str:
        return str(self.scope)

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(clock.now().timestamp())

    def get_acr(self) -> None: ...

    def get_amr(self) -> None: ...


class Provider:
    """What tests turn, and what has been asked."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", {"kid": "one", "use": "sig"})
        self.published = self.key
        self.user, self.issuer, self.described = "", "", ""
        self.lies: dict[str, Any] = {}
        self.apart: dict[str, Any] = {}  # claims that userinfo gives; the ID token then names the subject alone
        self.codes: dict[str, _Code] = {}
        self.asked: list[dict[str, str]] = []


def _grant(provider: Provider) -> type[grants.AuthorizationCodeGrant]:
    class Grant(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

        def save_authorization_code(self, code: str, request: Any) -> _Code:
            return provider.codes.setdefault(code, _Code(code, request.payload))

        def query_authorization_code(self, code: str, _client: Any) -> _Code | None:
            return provider.codes.get(code)

        def delete_authorization_code(self, authorization_code: _Code) -> None:
            provider.codes.pop(authorization_code.code)

        def authenticate_user(self, _code: _Code) -> str:
            return provider.user

    return Grant


def _id_token(provider: Provider) -> OpenIDCode:
    class IDToken(OpenIDCode):
        def exists_nonce(self, _nonce: str, _request: Any) -> bool:
            return False

        def resolve_client_private_key(self, _client: Any) -> Any:
            return provider.key

        def get_client_algorithm(self, _client: Any) -> str:
            return "ES256"

        def get_encode_header(self, _client: Any) -> dict[str, str]:
            return {"alg": "ES256", "kid": "one"}

        def get_client_claims(self, _client: Any) -> dict[str, Any]:
            return {"iss": provider.issuer, "aud": [CLIENT]}

        def generate_user_info(self, user: str, _scope: str) -> UserInfo:
            named = {} if provider.apart else {"preferred_username": user}
            return UserInfo(sub=f"id-of-{user}", **named, **provider.lies)

    return IDToken()


def _application(provider: Provider) -> Flask:
    app = Flask("provider")
    server = AuthorizationServer(app, lambda name: _Client() if name == CLIENT else None, lambda _token, _request: None)
    server.register_grant(_grant(provider), [_id_token(provider), CodeChallenge(required=True)])

    @app.get("/.well-known/openid-configuration")
    def describe() -> Any:
        here = provider.issuer
        return jsonify(
            issuer=provider.described or here, authorization_endpoint=f"{here}/authorize", token_endpoint=f"{here}/token",
            jwks_uri=f"{here}/keys", userinfo_endpoint=f"{here}/me", id_token_signing_alg_values_supported=["ES256", "none"],
        )  # fmt: skip

    @app.get("/keys")
    def keys() -> Any:
        return jsonify(keys=[provider.published.as_dict(private=False)])

    @app.get("/me")
    def me() -> Any:
        return jsonify(provider.apart)

    @app.get("/authorize")
    def authorize() -> Any:
        from flask import request

        provider.asked.append(request.args.to_dict())
        grant = server.get_consent_grant(end_user=provider.user)
        return server.create_authorization_response(grant_user=provider.user, grant=grant)

    app.post("/token")(server.create_token_response)
    return app


@contextmanager
def running() -> Iterator[Provider]:
    """A provider on a free port of localhost, in a thread of this process."""
    provider = Provider()
    server = make_server("127.0.0.1", 0, _application(provider), threaded=True)
    provider.issuer = f"http://localhost:{server.server_port}"
    with answering(server):
        yield provider
