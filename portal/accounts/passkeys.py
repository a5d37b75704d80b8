"""Passkeys (WebAuthn level 2) through py_webauthn: registering, signing in without a password, proving again.

A challenge is not kept: it is random, carries its hour of expiry, and is signed for one purpose and one person. It is taken
once: the digest of an answered challenge stays until it has run out. The verdict on origin, site, user verification, signature
and sign count is py_webauthn's. Passkeys need a host name and https (or localhost): elsewhere browsers refuse them.
"""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts import factors
from portal.accounts.models import Passkey, Person, SpentChallenge
from portal.kernel import audit, clock
from portal.kernel.access import Actor
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.i18n import _, lazy
from portal.kernel.ids import new_id
from portal.kernel.keys import key_ring
from portal.kernel.settings import settings

LIFE = timedelta(minutes=10)
MANY = 10  # for one person
LONGEST_NAME = 40
SIGN_IN, SECOND, PROOF, REGISTER = "sign-in", "second factor", "proof", "register"
_ADDED = lazy("您的账号已登记一个通行密钥。不是您本人操作的，请立即修改密码并联系系统管理员。")
_REMOVED = lazy("您的一个通行密钥已移除。不是您本人操作的，请立即修改密码并联系系统管理员。")
_COPIED = lazy("有人用疑似复制的通行密钥登录您的账号，已拒绝。请移除该通行密钥，并联系系统管理员。")


@dataclass(frozen=True)
class Site:
    """Where passkeys are good: the origin of the portal and its host name."""

    origin: str
    host: str


def site(asked: str = "") -> Site | None:
    """The portal's own origin (``BASE_URL``); without one, localhost if that was asked for. None: browsers refuse passkeys."""
    parts = urlsplit(settings().public_url or asked)
    host = parts.hostname or ""
    if host == "localhost" or (settings().public_url and parts.scheme == "https" and not _is_address(host)):
        return Site(f"{parts.scheme}://{parts.netloc}", host)
    return None


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


def _signature(purpose: str, login: str, nonce: bytes) -> bytes:
    return bytes.fromhex(key_ring().identity_hash(f"passkey {purpose}:{login}:{nonce.hex()}")[1])


def challenge(purpose: str, login: str = "") -> bytes:
    """A challenge for one purpose (and person), good for ten minutes."""
    until = int((clock.now() + LIFE).timestamp())
    nonce = secrets.token_bytes(16) + until.to_bytes(8)
    return nonce + _signature(purpose, login, nonce)


def _ours(given: bytes, purpose: str, login: str) -> bytes:
    """The challenge, if it was made here for this purpose and person and has not run out; DomainError."""
    nonce = given[:24]
    if len(given) != 56 or not hmac.compare_digest(given[24:], _signature(purpose, login, nonce)):
        raise DomainError(_("通行密钥验证没有成功，请重试。"))
    if datetime.fromtimestamp(int.from_bytes(nonce[16:]), UTC) < clock.now():
        raise DomainError(_("等待时间过长，请再试一次。"))
    return given


def _handle(login: str) -> bytes:
    """What authenticators know a person by: it says nothing to anybody else."""
    return bytes.fromhex(key_ring().identity_hash(f"passkey handle:{login}")[1])


def registration_options(db: Session, place: Site, actor: Actor) -> str:
    """What the browser's registration is started with, as JSON."""
    import webauthn  # only where it is used: the portal starts without it
    from webauthn.helpers import structs

    wanted = structs.AuthenticatorSelectionCriteria(
        resident_key=structs.ResidentKeyRequirement.REQUIRED,
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    options = webauthn.generate_registration_options(
        rp_id=place.host, rp_name=settings().site_name, user_name=actor.login, user_id=_handle(actor.login),
        user_display_name=actor.name or actor.login, challenge=challenge(REGISTER, actor.login),
        authenticator_selection=wanted, exclude_credentials=_descriptors(db, actor.login),
    )  # fmt: skip
    return webauthn.options_to_json(options)


def authentication_options(db: Session, place: Site, purpose: str = SIGN_IN, login: str = "") -> str:
    """What the browser's sign-in is started with, as JSON; for a proof with the person's own passkeys. Written here: the page of
    the door needs no library for it."""
    options = {
        "challenge": base64.urlsafe_b64encode(challenge(purpose, login)).rstrip(b"=").decode(),
        "timeout": 60_000,
        "rpId": place.host,
        "userVerification": "required",
        "allowCredentials": [
            {"type": "public-key", "id": one.credential_id, "transports": one.transports.split()}
            for one in (factors.of(db, login).passkeys if login else ())
        ],
    }
    return json.dumps(options)


def _descriptors(db: Session, login: str) -> list[Any]:
    from webauthn.helpers import base64url_to_bytes, structs

    held = db.scalars(select(Passkey).where(Passkey.login == login).order_by(Passkey.added_at, Passkey.id))
    known = {str(one.value) for one in structs.AuthenticatorTransport}
    return [
        structs.PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(one.credential_id),
            transports=[structs.AuthenticatorTransport(t) for t in one.transports.split() if t in known] or None,
        )
        for one in held
    ]


def _read(answer: str) -> tuple[dict[str, Any], bytes]:
    """The browser's answer and the challenge it was made for; DomainError when it is not one."""
    from webauthn.helpers import base64url_to_bytes

    try:
        found = json.loads(answer)
        said = json.loads(base64url_to_bytes(found["response"]["clientDataJSON"]))
        return found, base64url_to_bytes(said["challenge"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise DomainError(_("通行密钥验证没有成功，请重试。")) from error


def _spend(db: Session, given: bytes) -> None:
    digest = hashlib.sha256(given).hexdigest()
    if db.get(SpentChallenge, digest) is not None:
        raise DomainError(_("通行密钥验证没有成功，请重试。"))
    db.add(SpentChallenge(digest=digest, at=clock.now()))
    db.flush()


def add(db: Session, actor: Actor, place: Site, answer: str, name: str) -> list[str]:
    """Keep a new passkey; gives recovery codes when the person has none yet (else an empty list). DomainError when the answer
    does not hold; Conflict when the passkey is registered already."""
    import webauthn
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.exceptions import WebAuthnException

    found, given = _read(answer)
    expected = _ours(given, REGISTER, actor.login)
    held = factors.of(db, actor.login).passkeys
    if len(held) >= MANY:
        raise DomainError(_("最多登记%(n)s个通行密钥，请先移除不用的。", n=MANY))
    try:
        made = webauthn.verify_registration_response(
            credential=found, expected_challenge=expected, expected_rp_id=place.host, expected_origin=place.origin,
            require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise DomainError(_("通行密钥验证没有成功，请重试。")) from error
    credential = bytes_to_base64url(made.credential_id)
    if db.scalar(select(Passkey.id).where(Passkey.credential_id == credential)):
        raise Conflict(_("这个通行密钥已经登记过了。"))
    _spend(db, given)
    spoken = found["response"].get("transports") or []
    key = Passkey(
        id=new_id(), login=actor.login, credential_id=credential, sign_count=made.sign_count,
        public_key=bytes_to_base64url(made.credential_public_key), added_at=clock.now(), name=_name(name),
        transports=" ".join(str(one)[:20] for one in spoken[:8]) if isinstance(spoken, list) else "",
    )  # fmt: skip
    db.add(key)
    db.flush()
    audit.record(db, actor, "passkey.added", f"person:{actor.login}", {"passkey": key.id})
    factors.tell(db, actor.login, _ADDED)
    return factors.first_codes(db, actor)


def _name(given: str) -> str:
    return " ".join(given.split())[:LONGEST_NAME] or _("通行密钥")


@dataclass(frozen=True)
class Shown:
    """Whose passkey answered. ``copied``: it holds, but its count went back, so somebody has a copy: it opens nothing."""

    login: str
    passkey: str
    copied: bool = False


def verify(db: Session, place: Site, answer: str, purpose: str = SIGN_IN, login: str = "") -> Shown:
    """Whose passkey answered a challenge of this purpose; DomainError when the answer does not hold. The count and the time of
    its use are noted; a count that went back is reported, and the caller lets nobody in."""
    import webauthn
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.exceptions import WebAuthnException

    found, given = _read(answer)
    expected = _ours(given, purpose, login)
    key = db.scalar(select(Passkey).where(Passkey.credential_id == str(found.get("id", ""))[:1400]).with_for_update())
    if key is None or (login and key.login != login):
        raise DomainError(_("这个通行密钥没有登记，请用密码登录。"))
    try:
        shown = webauthn.verify_authentication_response(
            credential=found, expected_challenge=expected, expected_rp_id=place.host, expected_origin=place.origin,
            credential_public_key=base64url_to_bytes(key.public_key), require_user_verification=True,
            credential_current_sign_count=0,  # judged below, where it can be put on record
        )  # fmt: skip
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise DomainError(_("通行密钥验证没有成功，请重试。")) from error
    _spend(db, given)
    if (shown.new_sign_count or key.sign_count) and shown.new_sign_count <= key.sign_count:
        door = Actor("portal", None, None)
        audit.record(db, door, "passkey.copied", f"person:{key.login}", {"passkey": key.id})
        factors.tell(db, key.login, _COPIED)
        return Shown(key.login, key.id, copied=True)
    key.sign_count, key.used_at = shown.new_sign_count, clock.now()
    return Shown(key.login, key.id)


def who_may_enter(db: Session, shown: Shown) -> Person:
    """The person whose passkey it is, if they may act; DomainError."""
    person = db.get(Person, shown.login)
    if person is None or person.disabled_at is not None or person.password_hash is None:
        raise DomainError(_("这个账号现在不能登录，请联系系统管理员。"))
    return person


def _mine(db: Session, actor: Actor, passkey: str) -> Passkey:
    key = db.get(Passkey, passkey, with_for_update=True)
    if key is None or key.login != actor.login:
        raise NotFound(_("没有找到这个通行密钥，可能已经移除。"))
    return key


def rename(db: Session, actor: Actor, passkey: str, name: str) -> bool:
    """Call one's passkey something else; false when it is called so already. NotFound."""
    key = _mine(db, actor, passkey)
    if key.name == _name(name):
        return False
    key.name = _name(name)
    audit.record(db, actor, "passkey.renamed", f"person:{actor.login}", {"passkey": key.id})
    return True


def remove(db: Session, actor: Actor, passkey: str) -> None:
    """Take one's passkey away; NotFound."""
    key = _mine(db, actor, passkey)
    db.delete(key)
    db.flush()
    audit.record(db, actor, "passkey.removed", f"person:{actor.login}", {"passkey": key.id})
    factors.drop_idle_codes(db, actor.login)
    factors.tell(db, actor.login, _REMOVED)
