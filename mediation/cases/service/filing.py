"""A case begins: one at a time as people file, or by the thousand from a register."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select
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
    MediationFlag,
    MediationParty,
    MediationStep,
)
from mediation.cases.models.talks import WALLS, MediationRoom
from mediation.cases.service import codes, record
from portal.kernel import audit, clock, ids
from portal.kernel.access import Actor, Permission, require
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError
from portal.kernel.i18n import _
from portal.registry import api as registry

MANY = 10  # from so many applicants on a case is major
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
        raise Conflict(_("案件编号%(code)s已经使用，请换一个编号。", code=code))
    case = MediationCase(
        id=ids.new_id(), code=code, track=new.track, channel=new.channel, estate_code=new.estate_code,
        division_code=estate.division_code, kind=new.kind, filed_on=day,
        contract_starts_on=new.contract_starts_on or _contract(db, new, day),
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
                entries[party_id] = codes.issue_code(db, actor, case.id, party_id)
    open_rooms(db, case.id)
    audit.record(
        db, actor, "mediation.submitted", record.ref(case),
        {"track": case.track, "kind": case.kind, "channel": case.channel, "estate": case.estate_code, "on": day},
    )  # fmt: skip
    for rule in first_rules(case.track):
        record.start_clock(db, actor, case, rule, day)
    flag_many(db, actor, case, day)
    return Filed(case.id, case.code, codes.issue_code(db, actor, case.id, None), entries)


def _contract(db: Session, new: NewCase, day: date) -> date | None:
    """The first day of the contract that the case concerns: that of the estate with a company of the case, on the day of filing."""
    companies = {one.uscc for one in (*new.applicants, *new.respondents) if one.uscc}
    if not companies:
        return None
    found = registry.contracts_frame(db)
    own = found[(found["estate_code"] == new.estate_code) & found["uscc"].isin(companies)]
    starts = [
        row.starts_on for row in own.itertuples() if row.starts_on <= day and not (row.ends_on and row.ends_on < day)
    ]
    return max(starts, default=None)


def open_rooms(db: Session, case_id: str) -> None:
    """The three rooms of a case, from its filing on: evidence comes first, talk when both sides agreed to it."""
    if db.scalar(select(MediationRoom.id).where(MediationRoom.case_id == case_id).limit(1)) is None:
        for wall in WALLS:
            db.add(MediationRoom(id=ids.new_id(), case_id=case_id, wall=wall, recorded_at=clock.now()))
        db.flush()


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
