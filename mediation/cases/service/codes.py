"""Codes of 128 random bits: of the progress, and a party's way in. Told once, kept as keyed hashes."""

import hashlib
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mediation.cases import news, people, vault
from mediation.cases.models.record import MediationCase, MediationCode, MediationParty
from mediation.cases.service import record
from mediation.cases.service.record import Held
from portal.kernel import audit, clock, ids, keys
from portal.kernel.access import Actor, require
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.sms import Message
from portal.receipts.api import new_code, printed, read_code

CODE_DAYS = 7
LEFT = "mediation-door"  # who puts down that a party left


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


def leave(db: Session, actor: Actor) -> None:
    """A party closes the door: its sessions end everywhere, also for who kept a copy of the cookie. What ends them is a code that
    nobody was told and that opens nothing; codes that were told stay as they are."""
    party = people.party_row(db, actor.login.removeprefix(people.PARTY))
    key_id, hashed = _hash(new_code())
    now = clock.now()
    db.add(
        MediationCode(
            id=ids.new_id(),
            case_id=party.case_id,
            party_id=party.id,
            code_hash=hashed,
            key_id=key_id,
            expires_at=now,
            actor=LEFT,
            recorded_at=now,
            superseded_at=now,
        )  # fmt: skip
    )
    audit.record(db, actor, "mediation.left", record.ref(record.case_row(db, party.case_id)), {})


def new_entry_code(db: Session, actor: Actor, party_id: str, *, way: str = "own") -> str:
    """A fresh way in for a party without an account: asked for by the party (``own``), or handed out by the registrar or the
    mediator to somebody whose identity was seen (``seen``)."""
    held, party = _held(db, actor, party_id)
    require(held.who.part in ("registrar", "mediator") or held.who.party_id == party_id)
    return _issue(db, actor, held, party, way)


def _held(db: Session, actor: Actor, party_id: str) -> tuple[Held, MediationParty]:
    party = people.party_row(db, party_id)
    return record.hold(db, actor, party.case_id), party


def _issue(db: Session, actor: Actor, held: Held, party: MediationParty, way: str) -> str:
    if party.uscc:
        raise DomainError(_("企业用登录账号办理，不用编号。"))
    if party.left_on is not None:
        raise DomainError(_("这位当事人已经退出本案。"))
    code = issue_code(db, actor, held.id, party.id)
    audit.record(db, actor, "mediation.code-issued", record.ref(held.case), {"party": party.id, "way": way})
    return code


def send_entry_code(db: Session, actor: Actor, party_id: str) -> Message:
    """A fresh way in as a text message to the phone on file: whoever hands it out never sees it. The caller sends it."""
    held, party = _held(db, actor, party_id)
    require(held.who.part in ("registrar", "mediator"))
    phone = vault.unseal_values(db, held.id, party.person).get("phone", "")
    if not phone:
        raise DomainError(_("没有登记这位当事人的电话。"))
    return _message(held, phone, _issue(db, actor, held, party, "sms"))


def _message(held: Held, phone: str, code: str) -> Message:
    return Message(phone, news.entry_text(held.case.code, printed(code), CODE_DAYS))


def asked_by_phone(db: Session, number: str, phone: str) -> Message | None:
    """A party without an account asks for a way in: number of the case and the phone on file. None when they fit nobody.

    Whoever asks learns nothing either way: the message alone tells.
    """
    case = db.scalar(select(MediationCase).where(MediationCase.code == number.strip().upper()))
    asked = _digits(phone)
    if case is None or not asked:
        return None
    for party in people.parties(db, case.id):
        kept = "" if party.uscc else vault.unseal_values(db, case.id, party.person).get("phone", "")
        if kept and _digits(kept) == asked:
            actor = people.party_actor(db, party.id)
            held = record.hold(db, actor, case.id)
            return _message(held, kept, _issue(db, actor, held, party, "sms"))
    return None


def _digits(phone: str) -> str:
    return "".join(one for one in phone if one.isdecimal()).removeprefix("86")


def new_progress_code(db: Session, actor: Actor, case_id: str, *, way: str = "own") -> str:
    """A fresh code of the progress; the old one ends. ``way``: as for ``new_entry_code``."""
    held = record.hold(db, actor, case_id)
    require(held.who.part == "registrar" or held.who.side == "applicant")
    code = issue_code(db, actor, case_id, None)
    audit.record(db, actor, "mediation.code-issued", record.ref(held.case), {"way": way})
    return code
