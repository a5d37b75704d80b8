"""Second factors: the code of an authenticator app (TOTP, RFC 6238) and ten recovery codes. Nothing here commits.

The app's secret is sealed under the key of its person; a recovery code is kept as a keyed hash (it holds 58 random bits). A
time step is good once: the last one used is remembered, and only later ones are taken.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.accounts import passwords, policy, sessions
from portal.accounts.models import Passkey, Person, RecoveryCode, Totp
from portal.accounts.queries import find_person
from portal.kernel import audit, clock, hooks, keys
from portal.kernel.access import Actor, require
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.i18n import _, lazy, using
from portal.kernel.keys import key_ring

STEP_SECONDS = 30
CODES = 10
# in-app notices to the person, where the catalogues find them
_RESET = lazy("系统管理员已清除您的第二验证方式。不是您要求的，请立即联系系统管理员。")
_SPENT = lazy("有人用您的恢复码完成了登录验证，还剩%(left)s个。不是您本人操作的，请立即修改密码并联系系统管理员。")
_REMOVED = lazy("您的验证器应用已移除。不是您本人操作的，请立即修改密码并联系系统管理员。")
_ADDED = lazy("您的账号已绑定验证器应用。不是您本人操作的，请立即修改密码并联系系统管理员。")


@dataclass(frozen=True)
class Factors:
    """What a person has besides a password: since when an app (None: none), recovery codes left, passkeys by age."""

    app_since: datetime | None
    codes_left: int
    passkeys: Sequence[Passkey]

    @property
    def any(self) -> bool:
        """Whether a password alone no longer opens the door."""
        return self.app_since is not None or bool(self.passkeys)


def of(db: Session, login: str) -> Factors:
    """A person's factors."""
    app = db.get(Totp, login)
    unused = select(func.count()).where(RecoveryCode.login == login, RecoveryCode.used_at.is_(None))
    held = db.scalars(select(Passkey).where(Passkey.login == login).order_by(Passkey.added_at, Passkey.id)).all()
    return Factors(app.added_at if app else None, db.scalar(unused) or 0, held)


def has_any(db: Session, login: str) -> bool:
    """Whether a password alone no longer opens the door for this person."""
    if db.scalar(select(Totp.login).where(Totp.login == login)):
        return True
    return db.scalar(select(Passkey.id).where(Passkey.login == login).limit(1)) is not None


def new_secret() -> str:
    """A new secret for an app: 160 random bits in base32."""
    import pyotp  # only where it is used: the portal starts without it

    return pyotp.random_base32()


def offer(token: str, secret: str) -> str:
    """What vouches that a secret was made here for this session: nobody sets up a secret of somebody else's choice."""
    return key_ring().identity_hash(f"totp offer:{sessions.token_hash(token)}:{secret}")[1]


def provisioning_uri(login: str, secret: str, issuer: str) -> str:
    """The address that an app reads from the QR code (otpauth://)."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def matching_step(secret: str, code: str, after: int = 0) -> int | None:
    """The time step that a code belongs to: this one or its neighbours, and later than ``after``; None."""
    import pyotp

    now, app = int(clock.now().timestamp()) // STEP_SECONDS, pyotp.TOTP(secret)
    given = "".join(code.split()).encode()
    found = [step for step in (now - 1, now, now + 1) if hmac.compare_digest(app.generate_otp(step).encode(), given)]
    return next((step for step in found if step > after), None)


def add_app(db: Session, actor: Actor, secret: str, code: str) -> list[str]:
    """Bind an app that has shown a right code; gives recovery codes when the person has none yet (else an empty list).

    DomainError when the code does not fit; Conflict when an app is bound already.
    """
    login = actor.login
    step = matching_step(secret, code)
    if step is None:
        raise DomainError(_("验证码不对。请输入应用里现在显示的6位数字，并检查手机时间是否准确。"))
    if db.get(Totp, login, with_for_update=True) is not None:
        raise Conflict(_("已经绑定了验证器应用。要换一个，请先移除。"))
    sealed = keys.seal(db, f"person:{login}", secret)
    db.add(Totp(login=login, sealed=sealed, last_step=step, added_at=clock.now()))
    audit.record(db, actor, "factor.app-added", f"person:{login}")
    tell(db, login, _ADDED)
    return first_codes(db, actor)


def remove_app(db: Session, actor: Actor) -> None:
    """Take the app away; without any other factor the recovery codes go too. NotFound when there is none."""
    login = actor.login
    app = db.get(Totp, login, with_for_update=True)
    if app is None:
        raise NotFound(_("没有绑定验证器应用，不用移除。"))
    db.delete(app)
    db.flush()
    audit.record(db, actor, "factor.app-removed", f"person:{login}")
    drop_idle_codes(db, login)
    tell(db, login, _REMOVED)


def drop_idle_codes(db: Session, login: str) -> None:
    """Recovery codes stand in for a factor: where the last one has gone they open nothing and are forgotten."""
    if not has_any(db, login):
        db.execute(delete(RecoveryCode).where(RecoveryCode.login == login))


def first_codes(db: Session, actor: Actor) -> list[str]:
    """Recovery codes for who has no usable one yet; else an empty list."""
    return [] if of(db, actor.login).codes_left else new_codes(db, actor)


def new_codes(db: Session, actor: Actor) -> list[str]:
    """Ten new recovery codes; the old ones are void. DomainError without a factor they could stand in for."""
    login = actor.login
    db.flush()
    if not has_any(db, login):
        raise DomainError(_("请先绑定验证器应用或者登记通行密钥，再生成恢复码。"))
    db.execute(delete(RecoveryCode).where(RecoveryCode.login == login))
    codes = [passwords.new_code() for _i in range(CODES)]
    db.add_all(RecoveryCode(code_hash=_code_hash(login, code), login=login, made_at=clock.now()) for code in codes)
    audit.record(db, actor, "factor.codes-made", f"person:{login}", {"codes": CODES})
    return codes


def _code_hash(login: str, code: str) -> str:
    return key_ring().identity_hash(f"recovery code:{login}:{passwords.bare(code)}")[1]


def spend(db: Session, login: str, code: str) -> str:
    """Take a code of the app or a recovery code, once: ``totp``, ``recovery`` or an empty text when it is wrong or used."""
    app = db.get(Totp, login, with_for_update=True)
    secret = keys.unseal(db, f"person:{login}", app.sealed) if app else None
    if app is not None and secret and (step := matching_step(secret, code, app.last_step)):
        app.last_step = step
        return "totp"
    return "recovery" if _spend_recovery(db, login, code) else ""


def _spend_recovery(db: Session, login: str, code: str) -> bool:
    found = db.get(RecoveryCode, _code_hash(login, code), with_for_update=True)
    if found is None or found.used_at is not None or not has_any(db, login):
        return False
    found.used_at = clock.now()
    db.flush()
    left = of(db, login).codes_left
    door = Actor("portal", None, None)
    audit.record(db, door, "factor.code-spent", f"person:{login}", {"left": left})
    tell(db, login, _SPENT, {"left": left})
    return True


def reset(db: Session, actor: Actor, login: str) -> None:
    """An administrator takes all factors of a person away, who is told, and all their sessions end.

    NotFound outside the jurisdiction and when there is nothing to take away; NotAllowed for one's own.
    """
    person = find_person(db, login)
    if not actor.covers(person.division_code):
        raise NotFound(_("没有登录名为“%(login)s”的人员。请核对登录名，或先导入该人员。", login=login))
    require(policy.may_manage(actor, person.division_code))
    require(login != actor.login, _("不能清除自己的第二验证方式，请另一位系统管理员办理。"))
    if not has_any(db, login):
        raise NotFound(_("此人没有第二验证方式，不用清除。"))
    for table in (Totp, Passkey, RecoveryCode):
        db.execute(delete(table).where(table.login == login))
    sessions.revoke_all(db, login)
    audit.record(db, actor, "person.factors-reset", f"person:{login}")
    tell(db, login, _RESET)


def lacks(db: Session, person: Person) -> bool:
    """Whether this person must set up a second factor before anything else, today."""
    return policy.must_have_factor(person.role, clock.today()) and not has_any(db, person.login)


def tell(db: Session, login: str, text: object, params: dict[str, object] | None = None) -> None:
    with using("zh"):  # a notice keeps the msgid
        hooks.announce("account.changed", db, login=login, text=str(text), params=params or {})
