"""Verbs on people: add, change, disable, new code, password. Each is audited; names enter the log sealed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts import passwords, policy, sessions
from portal.accounts.models import Person
from portal.accounts.queries import active_admins, find_person
from portal.kernel import audit, clock, hooks
from portal.kernel.access import Actor, Role, person_actor, require
from portal.kernel.divisions import covers
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.i18n import _


@dataclass(frozen=True)
class PersonFacts:
    """What is said of a person: by a sheet's row or by the form."""

    login: str
    name: str
    role: str
    division_code: str
    uscc: str | None = None


def known_divisions(db: Session) -> set[str]:
    """Division codes of the register; empty while there is none (then any well-formed code passes)."""
    return set().union(*hooks.announce("divisions.known", db))


def known_enterprises(db: Session) -> set[str]:
    """Credit codes of the register; empty while there is none."""
    return set().union(*hooks.announce("enterprises.known", db))


def division_is_known(code: str, known: set[str]) -> bool:
    """A registered division, or one above registered ones (a city). An empty register knows every code."""
    return not known or code in known or any(covers(code, registered) for registered in known)


def check_facts(facts: PersonFacts, divisions: set[str], enterprises: set[str]) -> tuple[str, str] | None:
    """(column, sentence) of the first thing that does not fit, or None."""
    return next(misfits(facts.role, facts.division_code, facts.uscc, divisions, enterprises), None)


def misfits(
    role: str | None, division_code: str | None, uscc: str | None, divisions: set[str], enterprises: set[str]
) -> Iterator[tuple[str, str]]:
    """(column, sentence) of each thing that does not fit; what is not known (None) is not judged, save a missing company."""
    if division_code and not division_is_known(division_code, divisions):
        text = _("没有编号为“%(value)s”的辖区。请核对行政区划代码，或先导入该辖区。", value=division_code)
        yield "division_code", text
    if role == Role.ENTERPRISE and not uscc:
        yield "uscc", _("企业人员要填写企业的统一社会信用代码。")
    elif role and role != Role.ENTERPRISE and uscc:
        yield "uscc", _("只有企业人员才填写企业，请清空这一格。")
    elif uscc and enterprises and uscc not in enterprises:
        text = _("没有统一社会信用代码为“%(value)s”的企业。请核对代码，或先导入该企业。", value=uscc)
        yield "uscc", text


def _detail(db: Session, facts: Any) -> dict[str, Any]:
    sealed = audit.sealed(db, f"person:{facts.login}", facts.name)
    return {"name": sealed, "role": facts.role, "division_code": facts.division_code, "uscc": facts.uscc}


def add(db: Session, actor: Actor, facts: PersonFacts) -> str:
    """A new person; gives the one-time sign-in code, of which only a hash is kept. Conflict when the login is taken."""
    require(policy.may_manage(actor, facts.division_code))
    if db.get(Person, facts.login) is not None:
        raise Conflict(_("登录名“%(login)s”已经有人使用，请换一个。", login=facts.login))
    code = passwords.new_code()
    person = Person(
        login=facts.login,
        name=facts.name,
        role=facts.role,
        division_code=facts.division_code,
        uscc=facts.uscc,
        code_hash=passwords.hash_code(code),
        recorded_at=clock.now(),
    )
    db.add(person)
    audit.record(db, actor, "person.added", f"person:{facts.login}", _detail(db, facts))
    return code


def change(db: Session, actor: Actor, facts: PersonFacts) -> bool:
    """Change name, role, division or enterprise; false when nothing differs. A new role or place ends all sessions."""
    person = _managed(db, actor, facts.login)
    _refuse_cleared(person)
    new = {name: getattr(facts, name) for name in ("name", "role", "division_code", "uscc")}
    differing = {name for name, value in new.items() if getattr(person, name) != value}
    if not differing:
        return False
    require(policy.may_manage(actor, facts.division_code))
    if "role" in differing:
        _keep_an_admin(db, actor, person)
    old = _detail(db, person)
    for name in differing:
        setattr(person, name, new[name])
    if differing - {"name"}:
        sessions.revoke_all(db, person.login)
    fresh = _detail(db, person)
    told = {
        "old": {name: old[name] for name in sorted(differing)},
        "new": {name: fresh[name] for name in sorted(differing)},
    }
    audit.record(db, actor, "person.changed", f"person:{person.login}", told)
    return True


def disable(db: Session, actor: Actor, login: str) -> bool:
    """The person can no longer act, at once; records keep the login. False when it is so already."""
    person = _managed(db, actor, login)
    if person.disabled_at is not None:
        return False
    _keep_an_admin(db, actor, person)
    person.disabled_at = clock.now()
    sessions.revoke_all(db, login)
    audit.record(db, actor, "person.disabled", f"person:{login}")
    return True


def enable(db: Session, actor: Actor, login: str) -> bool:
    """The person can act again, with the old password."""
    person = _managed(db, actor, login)
    if person.disabled_at is None:
        return False
    _refuse_cleared(person)
    person.disabled_at = None
    audit.record(db, actor, "person.enabled", f"person:{login}")
    return True


def renew_code(db: Session, actor: Actor, login: str) -> str:
    """A new one-time sign-in code; the old password and all sessions end."""
    person = _managed(db, actor, login)
    if person.disabled_at is not None:
        raise DomainError(_("该人员已停用。请先恢复，再生成一次性登录码。"))
    code = passwords.new_code()
    person.code_hash, person.password_hash = passwords.hash_code(code), None
    sessions.revoke_all(db, login)
    audit.record(db, actor, "person.code-renewed", f"person:{login}")
    return code


def _refuse_cleared(person: Person) -> None:
    if not person.name:
        raise DomainError(_("该人员的个人信息已按保存期限清除，请用新的登录名登记。"))


def _managed(db: Session, actor: Actor, login: str) -> Person:
    """A person the actor may manage; outside the jurisdiction there is no such person."""
    person = find_person(db, login)
    if not actor.covers(person.division_code):
        raise NotFound(_("没有登录名为“%(login)s”的人员。请核对登录名，或先导入该人员。", login=login))
    require(policy.may_manage(actor, person.division_code))
    return person


def _keep_an_admin(db: Session, actor: Actor, person: Person) -> None:
    if person.login == actor.login:
        raise DomainError(_("不能停用自己或者改变自己的角色，请让另一位系统管理员办理。"))
    if person.role == Role.ADMIN and person.disabled_at is None and active_admins(db) == 1:
        raise DomainError(_("这是最后一位系统管理员，停用后没有人能管理人员。请先新增一位。"))


def set_first_password(db: Session, login: str, ticket: str, new_hash: str) -> Person:
    """Trade the one-time code for a password; ``ticket`` as of `sessions.ticket`. Conflict when the code is gone."""
    person = db.get(Person, login, with_for_update=True)
    if person is None or person.disabled_at is not None or not sessions.ticket_holds(person, ticket):
        raise Conflict(_("一次性登录码已经用过或者失效，请联系系统管理员重新生成。"))
    person.password_hash, person.code_hash = new_hash, None
    sessions.revoke_all(db, login)
    audit.record(db, _as_actor(person), "person.password-set", f"person:{login}")
    return person


def change_password(db: Session, actor: Actor, new_hash: str, keep: str = "") -> None:
    """Set one's own new password; all other sessions end."""
    person = find_person(db, actor.login)
    person.password_hash = new_hash
    sessions.revoke_all(db, actor.login, keep)
    audit.record(db, actor, "person.password-changed", f"person:{actor.login}")


def _as_actor(person: Person) -> Actor:
    return person_actor(person.login, Role(person.role), person.division_code, person.uscc, person.name)
