"""The government's unified sign-in: OpenID Connect with the code flow, through authlib.

``OIDC_ISSUER``, ``OIDC_CLIENT_ID``, ``OIDC_CLIENT_SECRET`` and ``OIDC_CLAIM`` set it up. State, nonce and PKCE are authlib's; issuer,
audience and the algorithms are held to here, since authlib takes another's audience where ``azp`` names us. The claim must equal the
login of somebody who is registered: no account is made.
"""

import ipaddress
import logging
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from portal.kernel import clock
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.settings import settings

if TYPE_CHECKING:
    from flask import Response

RECENT = timedelta(minutes=5)
PATIENCE = 10  # seconds for each answer of the provider
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
log = logging.getLogger(__name__)


def _is_safe(issuer: str) -> bool:
    """Https, or this machine (tests, a provider beside the portal)."""
    parts = urlsplit(issuer)
    if parts.scheme == "https":
        return True
    if parts.hostname == "localhost":
        return True
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def is_offered() -> bool:
    """Whether the door shows this way in."""
    config = settings()
    return bool(config.oidc_issuer and config.oidc_client_id) and _is_safe(config.oidc_issuer)


@cache
def _client(issuer: str, client_id: str, client_secret: str) -> Any:
    """One client for each set-up; its description of the provider and its keys are fetched when first needed."""
    from authlib.integrations.flask_client.apps import FlaskOAuth2App  # only where it is used
    from authlib.integrations.flask_client.integration import FlaskIntegration

    kwargs = {"scope": "openid profile", "code_challenge_method": "S256", "default_timeout": PATIENCE}
    return FlaskOAuth2App(
        FlaskIntegration("unified"), "unified", client_id=client_id, client_secret=client_secret or None,
        server_metadata_url=issuer.rstrip("/") + "/.well-known/openid-configuration", client_kwargs=kwargs,
    )  # fmt: skip


def _provider() -> Any:
    """The client with the provider's description, which must name the issuer that is set; DomainError."""
    config = settings()
    client = _client(config.oidc_issuer, config.oidc_client_id, config.oidc_client_secret)
    described = client.load_server_metadata()
    if described.get("issuer") != config.oidc_issuer:
        raise DomainError(_("统一身份认证的设置有误，请用密码登录，并联系系统管理员。"))
    spoken = [name for name in described.get("id_token_signing_alg_values_supported", ()) if name in ALGORITHMS]
    described["id_token_signing_alg_values_supported"] = spoken or ["RS256"]
    return client


def _failures() -> tuple[type[Exception], ...]:
    """What goes wrong at or on the way to a provider."""
    from authlib.common.errors import AuthlibBaseError
    from joserfc.errors import JoseError
    from requests.exceptions import RequestException

    return (AuthlibBaseError, JoseError, RequestException, RuntimeError, ValueError, KeyError, TypeError)


def _unavailable(error: Exception) -> DomainError:
    log.warning("unified_sign_in_failed", extra={"kind": type(error).__name__})
    return DomainError(_("统一身份认证没有成功，请重试，或者用密码登录。"))


def _back() -> str:
    return f"{settings().base_url}/sign-in/unified/back"


def away(again: bool = False) -> "Response":
    """To the provider; ``again``: the person is asked to prove it anew, signed in there or not. DomainError."""
    more: dict[str, Any] = {"prompt": "login", "max_age": 0} if again else {}
    try:
        found: Response = _provider().authorize_redirect(_back(), **more)
        return found
    except DomainError:
        raise
    except _failures() as error:
        raise _unavailable(error) from error


def answered() -> dict[str, Any]:
    """The claims that the provider came back with, held to state, nonce, PKCE, signature, issuer, audience and time; DomainError."""
    config = settings()
    held_to = {
        "iss": {"essential": True, "value": config.oidc_issuer},
        "aud": {"essential": True, "value": config.oidc_client_id},
    }
    try:
        client = _provider()
        token = client.authorize_access_token(claims_options=held_to)
        return _with_userinfo(client, token, dict(token["userinfo"]))
    except DomainError:
        raise
    except _failures() as error:
        raise _unavailable(error) from error


def _with_userinfo(client: Any, token: dict[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
    """Many providers give the claims of a profile apart from the ID token (OpenID Connect Core 5.4): they are asked for when the
    one that counts is missing, and belong to the token only when they are about the same subject."""
    if settings().oidc_claim in claims or "userinfo_endpoint" not in client.server_metadata:
        return claims
    apart = dict(client.userinfo(token=token))
    return {**apart, **claims} if apart.get("sub") == claims["sub"] else claims


def login_of(claims: dict[str, Any]) -> str:
    """The login that the claims name; empty without one."""
    found = claims.get(settings().oidc_claim)
    return found if isinstance(found, str) and 1 <= len(found) <= 32 else ""


def is_recent(at: datetime) -> bool:
    """Whether somebody proved themselves just now (the clocks of two machines may differ a little)."""
    return abs(clock.now() - at) <= RECENT
