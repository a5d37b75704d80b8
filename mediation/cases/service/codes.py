"""Codes of 128 random bits: of the progress, and a party's way in. Told once, kept as keyed hashes."""

import hashlib
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mediation.cases import people
from mediation.cases.models.record import MediationCode
from mediation.cases.service import record
from portal.kernel import audit, clock, ids, keys
from portal.kernel.access import Actor, require
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.i18n import _
from portal.receipts.api import new_code, read_code

CODE_DAYS = 7


def issue_code(db: Session, actor: Actor, case_id: str, party_id: str | None) -> str:
    """A fresh code of 128 random bits, told once: of the progress (no party), or a party's way in, once within a week."""
    code = new_code()
    until = clock.now() + timedelta(days=CODE_DAYS) if party_id else None
    key_id, hashed = _hash(code)
    at = clock.now()
    old = (MediationCode.case_id == case_id, MediationCode.superseded_at.is_(None))
    mine = MediationCode.party_id == party_id if party_id else MediationCode.party_id.is_(None)
    db.execute(update(MediationCode).where(*old, mine).values(superseded_at=at))
    db.add(
        MediationCode(
            id=ids.new_id(),
            case_id=case_id,
            party_id=party_id,
            code_hash=hashed,
            key_id=key_id,
            expires_at=until,
            actor=actor.audit_name,
            recorded_at=at,
        )  # fmt: skip
    )
    db.flush()
    return code


def _hash(code: str) -> tuple[str, str]:
    key_id = keys.key_ring().ids("identity")[0]
    return key_id, keys.key_ring().mac(key_id, hashlib.sha256(f"mediation-code:{code}".encode()).digest())


def code_row(db: Session, text: str, *, of_party: bool) -> MediationCode:
    """The code as kept, for one that a person typed. ``NotFound`` alike for a wrong, a used and an expired one."""
    code = read_code(text)
    row = db.scalar(select(MediationCode).where(MediationCode.code_hash == _hash(code)[1])) if code else None
    if row is None or row.superseded_at is not None or (row.party_id is not None) != of_party:
        raise NotFound(_("没有找到这个编号。请核对后再试。"))
    if row.expires_at is not None and row.expires_at <= clock.now():
        raise NotFound(_("没有找到这个编号。请核对后再试。"))
    return row


def enter(db: Session, text: str) -> tuple[str, Actor]:
    """A party comes in with its one-time code: (case id, actor). The code is used up. ``NotFound``."""
    row = code_row(db, text, of_party=True)
    row.superseded_at = clock.now()
    db.flush()
    assert row.party_id is not None
    actor = people.party_actor(db, row.party_id)
    audit.record(db, actor, "mediation.entered", record.ref(record.case_row(db, row.case_id)), {})
    return row.case_id, actor


def new_entry_code(db: Session, actor: Actor, party_id: str) -> str:
    """A fresh way in for a party without an account, handed out by the registrar or the mediator, or asked for by the party."""
    party = people.party_row(db, party_id)
    held = record.hold(db, actor, party.case_id)
    require(held.who.part in ("registrar", "mediator") or held.who.party_id == party_id)
    if party.uscc:
        raise DomainError(_("企业用登录账号办理，不用编号。"))
    code = issue_code(db, actor, held.id, party_id)
    audit.record(db, actor, "mediation.code-issued", record.ref(held.case), {"party": party_id})
    return code


def new_progress_code(db: Session, actor: Actor, case_id: str) -> str:
    """A fresh code of the progress; the old one ends."""
    held = record.hold(db, actor, case_id)
    require(held.who.part == "registrar" or held.who.side == "applicant")
    code = issue_code(db, actor, case_id, None)
    audit.record(db, actor, "mediation.code-issued", record.ref(held.case), {})
    return code
