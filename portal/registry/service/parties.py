"""Companies and managers. Personal values enter the audit log only sealed, ID numbers never."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.kernel import audit, clock, keys
from portal.kernel.access import Actor, require
from portal.kernel.db import lock
from portal.kernel.errors import Conflict
from portal.kernel.formats import instant_text
from portal.kernel.i18n import _
from portal.kernel.importing import Counts
from portal.registry import policy, queries, sealed
from portal.registry.identity import Identity
from portal.registry.models import Enterprise, Manager
from portal.registry.retention import CLEARED
from portal.registry.sealed import KnownManager
from portal.registry.search.key import formers_of, search_key
from portal.registry.search.people import people_key
from portal.registry.service.refusals import FieldRefused, Refusal, refuse_first

PERSONAL = ("legal_representative", "phone")


@dataclass(frozen=True)
class EnterpriseInput:
    """What is recorded of a company besides its code; ``None`` where nothing is."""

    name: str
    legal_representative: str | None = None
    phone: str | None = None
    address: str | None = None


@dataclass(frozen=True)
class ManagerInput:
    """What is recorded of a manager besides the code. ``identity`` is needed for a new one."""

    name: str
    phone: str | None = None
    identity: Identity | None = None


def facts_of(db: Session, row: Enterprise) -> EnterpriseInput:
    """The recorded facts of a company."""
    return _facts(row, sealed.phones(db, [row]))


def facts_of_all(db: Session) -> dict[str, EnterpriseInput]:
    """The recorded facts of every company, by code."""
    rows = list(db.scalars(select(Enterprise)))
    phones = sealed.phones(db, rows)
    return {row.uscc: _facts(row, phones) for row in rows}


def _facts(row: Enterprise, phones: Mapping[str, str | None]) -> EnterpriseInput:
    return EnterpriseInput(row.name, row.legal_representative, phones[row.uscc], row.address)


def _plain(facts: EnterpriseInput) -> dict[str, Any]:
    """What is stored of a company in clear."""
    return {name: value for name, value in vars(facts).items() if name != "phone"}


def _differences(
    db: Session, subject: str, old: dict[str, Any], new: dict[str, Any], personal: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Old and new values of what changes, personal ones sealed under the subject's key."""
    detail: dict[str, dict[str, Any]] = {"old": {}, "new": {}}
    for name, value in new.items():
        if old[name] == value:
            continue
        for side, found in (("old", old[name]), ("new", value)):
            detail[side][name] = audit.sealed(db, subject, found) if name in personal else found
    return detail


def store_enterprises(db: Session, actor: Actor, companies: Mapping[str, EnterpriseInput]) -> Counts:
    """Add and change companies by code."""
    require(policy.may_edit_parties(actor))
    lock(db, "registry")
    at, counts, added = clock.now(), Counts(), []
    known = {row.uscc: row for row in db.scalars(select(Enterprise))}
    facts = facts_of_all(db)
    for uscc, new in companies.items():
        row = known.get(uscc)
        if row is None:
            key = search_key(new.name, uscc, new.address)
            added.append({"uscc": uscc, **_plain(new), "phone_sealed": None, "search_key": key, "recorded_at": at})
        elif facts[uscc] == new:
            counts.unchanged += 1
        else:
            _change_enterprise(db, actor, row, facts[uscc], new)
            counts.updated += 1
    if added:
        phones = {sealed.company_subject(row["uscc"]): companies[row["uscc"]].phone for row in added}
        tokens = keys.seal_many(db, {subject: [phone] for subject, phone in phones.items() if phone})
        for new_row in added:
            token = tokens.get(sealed.company_subject(new_row["uscc"]))
            new_row["phone_sealed"] = token[0] if token else None
        db.execute(insert(Enterprise), added)
        codes = [row["uscc"] for row in added]
        audit.record(db, actor, "enterprises.added", "registry:enterprises", {"count": len(codes), "codes": codes})
    counts.added = len(added)
    return counts


def _change_enterprise(db: Session, actor: Actor, row: Enterprise, old: EnterpriseInput, new: EnterpriseInput) -> None:
    subject = sealed.company_subject(row.uscc)
    detail = _differences(db, subject, dict(vars(old)), dict(vars(new)), PERSONAL)
    formers = formers_of(row.search_key, row.name, new.name)
    for name, value in _plain(new).items():
        setattr(row, name, value)
    row.phone_sealed = keys.seal(db, subject, new.phone) if new.phone else None
    row.search_key = search_key(new.name, row.uscc, new.address, formers)
    row.recorded_at = clock.now()
    audit.record(db, actor, "enterprise.changed", subject, detail)


def version_of(row: Enterprise | Manager | KnownManager) -> str:
    """What a form carries to notice that somebody else changed the record meanwhile."""
    return row.recorded_at.isoformat()


def refuse_stale(db: Session, subject: str, is_current: bool, recorded_at: Any) -> None:
    """Raise ``Conflict`` with who changed the record and when, unless the form's version is the current one."""
    if not is_current:
        who = queries.last_editor(db, subject) or _("其他人员")
        raise Conflict(
            _(
                "%(name)s已在%(time)s修改了这条记录。您填写的内容保留在下方，请核对后再保存。",
                name=who,
                time=instant_text(recorded_at),
            )
        )


def add_enterprise(db: Session, actor: Actor, uscc: str, facts: EnterpriseInput) -> None:
    """A new company. Raises ``FieldRefused`` when the code is taken."""
    if db.get(Enterprise, uscc) is not None:
        raise FieldRefused("uscc", _("统一社会信用代码为“%(value)s”的企业已经登记。", value=uscc))
    store_enterprises(db, actor, {uscc: facts})


def edit_enterprise(db: Session, actor: Actor, uscc: str, facts: EnterpriseInput, *, version: str) -> bool:
    """Change a company's record; whether anything changed. Raises ``NotFound``, ``Conflict``."""
    row = queries.enterprise_row(db, uscc)
    refuse_stale(db, f"enterprise:{uscc}", version_of(row) == version, row.recorded_at)
    return store_enterprises(db, actor, {uscc: facts}).changed


def manager_refusals(db: Session, managers: Sequence[tuple[str, ManagerInput]]) -> list[Refusal]:
    """Whose identity is missing, differs from the record, or belongs to another manager."""
    rows = db.execute(select(Manager.code, Manager.id_hash, Manager.id_last4)).all()
    held = {code: (hashed, last4) for code, hashed, last4 in rows}
    owners = {hashed: code for code, hashed, _last4 in rows}
    refusals = []
    for place, (code, facts) in enumerate(managers):
        if facts.identity is None:
            if code not in held:
                refusals.append(Refusal(place, "id_number", _("“%(value)s”不能为空。", value=_("身份证号"))))
            continue
        if code in held and held[code][0].startswith(CLEARED):
            cleared = _("%(code)s的个人信息已按保存期限清除，或者密钥缺失，不能再改。请用新的编号登记。", code=code)
            refusals.append(Refusal(place, "manager_code", cleared))
        elif code in held and held[code][0] != facts.identity.hash:
            refusals.append(
                Refusal(
                    place,
                    "id_number",
                    _(
                        "%(code)s登记的是另一个身份证号（尾号%(last4)s）"
                        "。换了人请用新的编号；登记有误请在该人员页面更正身份证号。",
                        code=code,
                        last4=held[code][1],
                    ),
                )
            )
        elif (owner := owners.setdefault(facts.identity.hash, code)) != code:
            refusals.append(
                Refusal(
                    place,
                    "id_number",
                    _("这个身份证号已用于%(code)s，同一人只能有一个编号。请使用原编号。", code=owner),
                )
            )
    return refusals


def store_managers(db: Session, actor: Actor, managers: Mapping[str, ManagerInput]) -> Counts:
    """Add and change managers by code. Raises ``FieldRefused`` for an identity that cannot stand."""
    require(policy.may_edit_parties(actor))
    lock(db, "registry")
    refuse_first(manager_refusals(db, list(managers.items())))
    at, counts, added = clock.now(), Counts(), []
    rows = {row.code: row for row in db.scalars(select(Manager))}
    known = {one.code: one for one in sealed.opened(db, rows.values())}
    for code, new in managers.items():
        old = known.get(code)
        if old is None:
            added.append(_new_manager(code, new) | {"recorded_at": at})
        elif (old.name, old.phone) == (new.name, new.phone):
            counts.unchanged += 1
        else:
            _change_manager(db, actor, rows[code], old, new)
            counts.updated += 1
    if added:
        named = {sealed.manager_subject(row["code"]): managers[row["code"]] for row in added}
        texts = {subject: [one.name, *([one.phone] if one.phone else [])] for subject, one in named.items()}
        tokens = keys.seal_many(db, texts)
        for row in added:
            row["name_sealed"], row["phone_sealed"] = [*tokens[sealed.manager_subject(row["code"])], None][:2]
        db.execute(insert(Manager), added)
        codes = [row["code"] for row in added]
        audit.record(db, actor, "managers.added", "registry:managers", {"count": len(codes), "codes": codes})
    counts.added = len(added)
    return counts


def _new_manager(code: str, facts: ManagerInput) -> dict[str, Any]:
    """The columns of a new manager, without those that are sealed."""
    assert facts.identity is not None  # manager_refusals has seen to it
    return {
        "code": code,
        "id_hash": facts.identity.hash,
        "id_hash_key": facts.identity.key_id,
        "id_last4": facts.identity.last4,
        "search_key": people_key(facts.name, code),
    }


def _change_manager(db: Session, actor: Actor, row: Manager, old: KnownManager, new: ManagerInput) -> None:
    subject = sealed.manager_subject(row.code)
    if old.cleared:
        raise FieldRefused(
            "manager_code",
            _("%(code)s的个人信息已按保存期限清除，或者密钥缺失，不能再改。请用新的编号登记。", code=row.code),
        )
    told = {"name": old.name, "phone": old.phone}
    detail = _differences(db, subject, told, {"name": new.name, "phone": new.phone}, ("name", "phone"))
    row.name_sealed = keys.seal(db, subject, new.name)
    row.phone_sealed = keys.seal(db, subject, new.phone) if new.phone else None
    row.search_key, row.recorded_at = people_key(new.name, row.code), clock.now()
    audit.record(db, actor, "manager.changed", subject, detail)


def read_phone(db: Session, actor: Actor, code: str) -> KnownManager:
    """A manager with the whole phone, for a person who asked to see it; the look is audited. Raises ``NotFound``."""
    found = queries.manager(db, code)
    if found.phone:
        audit.record(db, actor, "look.manager-phone", sealed.manager_subject(code))
    return found


def add_manager(db: Session, actor: Actor, code: str, facts: ManagerInput) -> None:
    """A new manager. Raises ``FieldRefused`` when the code or the person is known already."""
    if db.get(Manager, code) is not None:
        raise FieldRefused("manager_code", _("编号为“%(value)s”的项目负责人已经登记。", value=code))
    store_managers(db, actor, {code: facts})


def edit_manager(db: Session, actor: Actor, code: str, facts: ManagerInput, *, version: str) -> bool:
    """Change a manager's record, and with ``facts.identity`` correct a wrongly recorded ID number.

    Whether anything changed. Raises ``NotFound``, ``Conflict``, ``FieldRefused``.
    """
    row = queries.manager_row(db, code)
    refuse_stale(db, f"manager:{code}", version_of(row) == version, row.recorded_at)
    corrected = facts.identity is not None and facts.identity.hash != row.id_hash
    if corrected:
        _correct_identity(db, actor, row, facts.identity)
    plain = ManagerInput(facts.name, facts.phone)
    return store_managers(db, actor, {code: plain}).changed or corrected


def _correct_identity(db: Session, actor: Actor, row: Manager, identity: Identity | None) -> None:
    require(policy.may_edit_parties(actor))
    assert identity is not None
    other = db.scalar(select(Manager.code).where(Manager.id_hash == identity.hash))
    if other is not None:
        raise FieldRefused(
            "id_number", _("这个身份证号已用于%(code)s，同一人只能有一个编号。请使用原编号。", code=other)
        )
    row.id_hash, row.id_hash_key, row.id_last4 = identity.hash, identity.key_id, identity.last4
    row.recorded_at = clock.now()
    # neither the number nor any part of it enters the log: that it was corrected is what counts
    audit.record(db, actor, "manager.identity_corrected", f"manager:{row.code}")
    db.flush()
