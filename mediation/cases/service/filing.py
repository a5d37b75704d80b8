"""A case begins: one at a time as people file, or by the thousand from a register."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mediation.cases import people, vault
from mediation.cases.models.record import (
    CHANNELS,
    KINDS,
    PARTY_KINDS,
    POWERS,
    TRACKS,
    MediationCase,
    MediationClaim,
    MediationCode,
    MediationFlag,
    MediationParty,
    MediationStep,
)
from mediation.cases.service import record
from portal.deadlines import api as deadlines
from portal.deadlines.api import NewDeadline
from portal.kernel import audit, clock, ids, keys
from portal.kernel.access import Actor, Permission, require
from portal.kernel.bulk import insert_rows
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.i18n import _
from portal.receipts.api import new_code, read_code
from portal.registry import api as registry

MANY = 10  # from so many applicants on a case is major
CODE_DAYS = 7
PETITION_ACCEPT = "petition.accept"


@dataclass(frozen=True)
class NewParty:
    """A party as it is named: ``power`` is that of the representative; ``uscc`` for a company."""

    kind: str
    name: str
    phone: str = ""
    uscc: str | None = None
    unit: str = ""
    representative: str = ""
    power: str = "none"

    def person(self) -> dict[str, str]:
        """What is sealed of it."""
        return {"name": self.name, "phone": self.phone, "unit": self.unit, "representative": self.representative}


@dataclass(frozen=True)
class NewCase:
    """What somebody files. ``track``: dispute or petition; ``filed_on``: the day it reached the centre (today when None);
    ``code``: that of a paper register, else the next one."""

    estate_code: str
    kind: str
    claim: str
    applicants: Sequence[NewParty]
    respondents: Sequence[NewParty] = ()
    track: str = "dispute"
    channel: str = "owner"
    filed_on: date | None = None
    contract_starts_on: date | None = None
    code: str = ""


@dataclass(frozen=True)
class Filed:
    """A case that was filed, and the codes that are told once: of its progress, and of each party without an account."""

    case_id: str
    code: str
    progress_code: str
    entry_codes: dict[str, str] = field(default_factory=dict)


def file_case(db: Session, actor: Actor, new: NewCase, *, on: date | None = None) -> Filed:
    """File a case; its clocks run from that day. ``DomainError`` for what is missing; a company files for itself only."""
    day = new.filed_on or on or clock.today()
    record.refuse_day(day, date.min)
    estate = registry.estate(db, new.estate_code)
    _check(db, actor, new, estate.division_code)
    code = new.code or _next_code(db, day.year)
    if db.scalar(select(MediationCase.id).where(MediationCase.code == code)):
        raise Conflict(_("案件编号%(code)s已经有了。", code=code))
    case = MediationCase(
        id=ids.new_id(), code=code, track=new.track, channel=new.channel, estate_code=new.estate_code,
        division_code=estate.division_code, kind=new.kind, filed_on=day, contract_starts_on=new.contract_starts_on,
        actor=actor.audit_name, recorded_at=clock.now(),
    )  # fmt: skip
    db.add(case)
    db.flush()
    claim = vault.seal(db, case.id, record.needed(new.claim))
    db.add(MediationClaim(case_id=case.id, version=1, text=claim, actor=actor.audit_name, recorded_at=clock.now()))
    db.add(MediationStep(case_id=case.id, seq=1, step="submitted", on=day, at=clock.now(), actor=actor.audit_name))
    entries = {}
    for side, listed in (("applicant", new.applicants), ("respondent", new.respondents)):
        for one in listed:
            party_id = add_party(db, actor, case.id, side, one, day)
            if side == "applicant" and not one.uscc:
                entries[party_id] = issue_code(db, actor, case.id, party_id)
    audit.record(
        db, actor, "mediation.submitted", record.ref(case),
        {"track": case.track, "kind": case.kind, "channel": case.channel, "estate": case.estate_code, "on": day},
    )  # fmt: skip
    for rule in first_rules(case.track):
        record.start_clock(db, actor, case, rule, day)
    flag_many(db, actor, case, day)
    return Filed(case.id, case.code, issue_code(db, actor, case.id, None), entries)


def _check(db: Session, actor: Actor, new: NewCase, division_code: str) -> None:
    record.one_of(new.track, TRACKS)
    record.one_of(new.channel, CHANNELS)
    record.one_of(new.kind, KINDS)
    if not new.applicants or (new.track == "dispute" and not new.respondents):
        raise DomainError(_("请写明申请人和被申请人。"))
    for one in (*new.applicants, *new.respondents):
        check_party(db, one)
    if actor.uscc is not None:
        require(actor.may(Permission.MEDIATION_OWN) and any(one.uscc == actor.uscc for one in new.applicants))
    elif actor.login != people.visitor().login:
        require(actor.may(Permission.MEDIATION_REGISTER) and actor.covers(division_code))
    companies = {one.uscc for one in new.applicants if one.uscc}
    if any(one.uscc in companies for one in new.respondents):
        raise DomainError(_("同一家企业不能既是申请人又是被申请人。"))


def check_party(db: Session, one: NewParty) -> None:
    """A party has a name; a company is in the register; nobody's power is of an unknown kind."""
    record.one_of(one.kind, PARTY_KINDS)
    record.one_of(one.power, POWERS)
    if not one.name.strip() or len(one.name) > 100:
        raise DomainError(_("请填写当事人的姓名或者名称。"))
    if (one.kind == "enterprise") != bool(one.uscc):
        raise DomainError(_("企业请填写统一社会信用代码，其他当事人不用填写。"))
    if one.uscc:
        registry.enterprise(db, one.uscc)


def add_party(db: Session, actor: Actor, case_id: str, side: str, one: NewParty, day: date) -> str:
    """Add a party; answers its id."""
    row = MediationParty(
        id=ids.new_id(), version=1, case_id=case_id, side=side, kind=one.kind, uscc=one.uscc,
        person=vault.seal_values(db, case_id, one.person()), power=one.power, joined_on=day, actor=actor.audit_name,
        recorded_at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    return row.id


def first_rules(track: str) -> tuple[str, ...]:
    """The clocks that run from the day of filing."""
    return (PETITION_ACCEPT,) if track == "petition" else (record.TRANSFER, record.ACCEPT)


def flag_many(db: Session, actor: Actor, case: MediationCase, day: date) -> None:
    """Many applicants make a case major by rule; nobody has to think of it."""
    applicants = [row for row in people.parties(db, case.id) if row.side == "applicant"]
    if len(applicants) >= MANY and not has_flag(db, case.id, "major"):
        set_flag(db, actor, case, "major", "many_parties", True, day)


def has_flag(db: Session, case_id: str, flag: str) -> bool:
    """Whether a mark stands: its last line says so."""
    query = select(MediationFlag.is_set).where(MediationFlag.case_id == case_id, MediationFlag.flag == flag)
    return bool(db.scalars(query.order_by(MediationFlag.seq.desc())).first())


def set_flag(db: Session, actor: Actor, case: MediationCase, flag: str, rule: str, is_set: bool, day: date) -> None:
    """Write the next line of the marks."""
    last = db.scalar(select(func.max(MediationFlag.seq)).where(MediationFlag.case_id == case.id)) or 0
    row = MediationFlag(case_id=case.id, seq=last + 1, flag=flag, is_set=is_set, rule=rule, on=day, at=clock.now())
    row.actor = actor.audit_name
    db.add(row)
    db.flush()
    audit.record(db, actor, "mediation.flagged", record.ref(case), {"flag": flag, "rule": rule, "set": is_set})


def _next_code(db: Session, year: int) -> str:
    lock(db, f"mediation:number:{year}")
    start = f"TJ-{year}-"
    of_year = (MediationCase.code.startswith(start), func.length(MediationCase.code) == len(start) + 6)
    last = db.scalar(select(func.max(MediationCase.code)).where(*of_year))
    return f"{start}{int(last.removeprefix(start)) + 1 if last else 1:06d}"


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


def store_register(db: Session, actor: Actor, rows: Sequence[NewCase]) -> int:
    """Store cases of a register by the thousand, as ``file_case`` would, without codes to enter; says how many.

    The caller has checked them: codes new, estates and companies known, days not ahead.
    """
    divisions = dict(
        registry.estates_frame(db, clock.today())[["estate_code", "division_code"]].itertuples(index=False)
    )
    at, tables = clock.now(), _Tables()
    for one in rows:
        place = divisions.get(one.estate_code) or registry.estate(db, one.estate_code).division_code
        tables.add(one, place, actor.audit_name, at)
    tables.write(db)
    for rule in {rule for one in rows for rule in first_rules(one.track)}:
        wanted = [row for row, one in zip(tables.cases, rows, strict=True) if rule in first_rules(one.track)]
        deadlines.start_many(db, actor, rule, [_clock(row) for row in wanted])
    return len(rows)


def _clock(row: dict[str, object]) -> NewDeadline:
    case = MediationCase(**row)
    return NewDeadline(
        record.ref(case),
        record.office(case),
        record.title(case),
        record.ENDPOINT,
        {"case_id": case.id},
        on=case.filed_on,
    )


class _Tables:
    """Rows of a register, table by table; what is personal is sealed when they are written."""

    def __init__(self) -> None:
        self.cases: list[dict[str, object]] = []
        self.claims: list[dict[str, object]] = []
        self.people: list[dict[str, object]] = []
        self.steps: list[dict[str, object]] = []
        self.sealed: dict[str, list[str]] = {}

    def add(self, one: NewCase, place: str, actor: str, at: object) -> None:
        case_id = ids.new_id()
        self.cases.append({
            "id": case_id, "code": one.code, "track": one.track, "channel": one.channel, "estate_code": one.estate_code,
            "division_code": place, "kind": one.kind, "filed_on": one.filed_on, "contract_starts_on": None,
            "actor": actor, "recorded_at": at,
        })  # fmt: skip
        self.claims.append({"case_id": case_id, "version": 1, "actor": actor, "recorded_at": at, "superseded_at": None})
        self.steps.append({
            "case_id": case_id, "seq": 1, "step": "submitted", "on": one.filed_on, "at": at, "code": "", "reason": "",
            "actor": actor, "superseded_at": None,
        })  # fmt: skip
        texts = [one.claim]
        for side, listed in (("applicant", one.applicants), ("respondent", one.respondents)):
            for party in listed:
                texts.append(audit.canonical(party.person()))
                self.people.append({
                    "id": ids.new_id(), "version": 1, "case_id": case_id, "side": side, "kind": party.kind,
                    "uscc": party.uscc, "power": party.power, "spoken_for_by": None, "joined_on": one.filed_on,
                    "left_on": None, "actor": actor, "recorded_at": at, "superseded_at": None,
                })  # fmt: skip
        self.sealed[case_id] = texts

    def write(self, db: Session) -> None:
        tokens = keys.seal_many(db, {vault.subject(case_id): texts for case_id, texts in self.sealed.items()})
        waiting = {case_id: iter(tokens[vault.subject(case_id)]) for case_id in self.sealed}
        for row in self.claims:
            row["text"] = next(waiting[str(row["case_id"])])
        for row in self.people:
            row["person"] = next(waiting[str(row["case_id"])])
        for model, rows in (
            (MediationCase, self.cases), (MediationClaim, self.claims), (MediationParty, self.people),
            (MediationStep, self.steps),
        ):  # fmt: skip
            insert_rows(db, model.__table__, rows)
