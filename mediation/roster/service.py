"""The verbs of the roster: enrol, change, end; declare a tie; keep the rooms for sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation.roster import policy
from mediation.roster.models import LANGUAGES, PARTS, TIES, Mediator, MediatorFacts, MediatorTie, MeetingPlace
from portal.accounts import api as accounts
from portal.kernel import audit, clock, ids
from portal.kernel.access import Actor, Role, require
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.versions import recorded, replace
from portal.registry import api as registry

MOST_CASES = 200


@dataclass(frozen=True)
class MediatorInput:
    """What is to be known of a mediator or lawyer."""

    login: str
    name: str
    part: str
    body: str
    qualification: str
    employer_uscc: str | None = None
    languages: Sequence[str] = ("zh",)
    kinds: Sequence[str] = ()
    capacity: int = 20


def enrol(db: Session, actor: Actor, new: MediatorInput, *, on: date | None = None) -> bool:
    """Put a person on the roster, or change what is known from a day on; false when nothing changes.

    The person signs in as a mediator: nobody who inspects, reviews or rates can be one.
    """
    require(policy.may_keep(actor))
    day = on or clock.today()
    if new.part not in PARTS or not (new.name.strip() and new.body.strip()) or not 0 < new.capacity <= MOST_CASES:
        raise DomainError(_("请填写姓名、身份、所属机构和可办案件数。"))
    if not new.languages or not set(new.languages) <= set(LANGUAGES):
        raise DomainError(_("请选择语言。"))
    if accounts.person(db, new.login).role != Role.MEDIATOR:
        raise DomainError(_("只有调解员账号可以列入名册。"))
    if new.employer_uscc:
        registry.enterprise(db, new.employer_uscc)
    lock(db, "roster")
    if db.get(Mediator, new.login) is None:
        db.add(Mediator(login=new.login, recorded_at=clock.now()))
        db.flush()
    old = _open(db, new.login)
    row = MediatorFacts(
        id=ids.new_id(), login=new.login, name=new.name.strip(), part=new.part, body=new.body.strip(),
        employer_uscc=new.employer_uscc, qualification=new.qualification.strip(), languages=" ".join(new.languages),
        kinds=" ".join(new.kinds), capacity=new.capacity, valid_from=day, actor=actor.audit_name,
    )  # fmt: skip
    told = ("name", "part", "body", "employer_uscc", "qualification", "languages", "kinds", "capacity")
    is_same = old is not None and all(getattr(old, name) == getattr(row, name) for name in told)
    if old is not None and is_same and old.valid_from <= day:  # somebody who is away comes back by being enrolled
        return False
    _succeed(db, old, row, day, actor)
    audit.record(
        db, actor, "roster.enrolled", f"mediator:{new.login}", {"part": new.part, "body": new.body, "from": day}
    )
    return True


def _open(db: Session, login: str) -> MediatorFacts | None:
    query = select(MediatorFacts).where(
        MediatorFacts.login == login, recorded(MediatorFacts), MediatorFacts.valid_to.is_(None)
    )
    return db.scalar(query)


def _succeed(db: Session, old: MediatorFacts | None, new: MediatorFacts | None, day: date, actor: Actor) -> None:
    """Close what was true until the day before, and open what is true from it."""
    at = clock.now()
    if old is not None:
        ended = None
        if old.valid_from < day:
            values = {name: getattr(old, name) for name in MediatorFacts.__mapper__.columns.keys()}  # noqa: SIM118
            changed = {"id": ids.new_id(), "valid_to": day - timedelta(days=1), "superseded_at": None}
            ended = MediatorFacts(**{**values, **changed, "actor": actor.audit_name})
        replace(db, old, ended, at)
    if new is not None:
        replace(db, None, new, at)
    db.flush()


def suspend(db: Session, actor: Actor, login: str, until: date, *, on: date | None = None) -> None:
    """Somebody is away and gets no new cases from a day to another; then the same facts hold again."""
    require(policy.may_keep(actor))
    day = on or clock.today()
    if until < day:
        raise DomainError(_("暂停的最后一天不能早于第一天。"))
    lock(db, "roster")
    old = _open(db, login)
    if old is None:
        raise NotFound(_("名册中没有这位调解员。"))
    if old.valid_from > day:
        raise Conflict(_("这位调解员已经暂停。请刷新页面后再看。"))
    values = {name: getattr(old, name) for name in MediatorFacts.__mapper__.columns.keys()}  # noqa: SIM118
    back = {"id": ids.new_id(), "valid_from": until + timedelta(days=1), "superseded_at": None}
    _succeed(db, old, MediatorFacts(**{**values, **back, "actor": actor.audit_name}), day, actor)
    audit.record(db, actor, "roster.suspended", f"mediator:{login}", {"from": day, "until": until})


def strike(db: Session, actor: Actor, login: str, *, on: date | None = None) -> None:
    """Take a person off the roster from a day on. Cases keep their mediator until somebody recuses."""
    require(policy.may_keep(actor))
    day = on or clock.today()
    lock(db, "roster")
    old = _open(db, login)
    if old is None:
        raise NotFound(_("名册中没有这位调解员。"))
    _succeed(db, old, None, day, actor)
    audit.record(db, actor, "roster.struck", f"mediator:{login}", {"on": day})


def declare(
    db: Session, actor: Actor, login: str, kind: str, *, estate_code: str | None = None, uscc: str | None = None,
    on: date | None = None,
) -> bool:  # fmt: skip
    """Declare a tie to an estate or a company; false when it stands already. It holds until ``end_tie``."""
    require(policy.may_declare(actor, login))
    if kind not in TIES or (estate_code is None) == (uscc is None):
        raise DomainError(_("请选择利害关系的种类，并填写小区或者企业。"))
    if db.get(Mediator, login) is None:
        raise NotFound(_("名册中没有这位调解员。"))
    if estate_code:
        registry.estate(db, estate_code)
    if uscc:
        registry.enterprise(db, uscc)
    lock(db, "roster")
    same = (MediatorTie.login == login, MediatorTie.kind == kind, MediatorTie.valid_to.is_(None), recorded(MediatorTie))
    query = select(MediatorTie.id).where(*same, MediatorTie.estate_code == estate_code, MediatorTie.uscc == uscc)
    if db.scalar(query):
        return False
    row = MediatorTie(id=ids.new_id(), login=login, kind=kind, estate_code=estate_code, uscc=uscc)
    row.valid_from, row.actor = on or clock.today(), actor.audit_name
    replace(db, None, row, clock.now())
    db.flush()
    audit.record(
        db, actor, "roster.tie-declared", f"mediator:{login}", {"kind": kind, "estate": estate_code, "uscc": uscc}
    )
    return True


def end_tie(db: Session, actor: Actor, tie_id: str, *, on: date | None = None) -> None:
    """A tie ended on a day: the registrar notes it, never the person who is barred."""
    require(policy.may_keep(actor))
    old = db.scalar(
        select(MediatorTie).where(MediatorTie.id == tie_id, recorded(MediatorTie), MediatorTie.valid_to.is_(None))
    )
    if old is None:
        raise NotFound(_("没有找到这项利害关系。"))
    new = MediatorTie(
        id=ids.new_id(), login=old.login, kind=old.kind, estate_code=old.estate_code, uscc=old.uscc,
        valid_from=old.valid_from, valid_to=on or clock.today(), actor=actor.audit_name,
    )  # fmt: skip
    replace(db, old, new, clock.now())
    audit.record(db, actor, "roster.tie-ended", f"mediator:{old.login}", {"kind": old.kind, "on": new.valid_to})


def add_place(db: Session, actor: Actor, code: str, name: str, division_code: str, *, on: date | None = None) -> bool:
    """Register a room for sessions; false when it is there already under that name."""
    require(policy.may_keep_place(actor, division_code))
    if not (code.strip() and name.strip()):
        raise DomainError(_("请填写会议室的编号和名称。"))
    registry.division_name(db, division_code)
    lock(db, "roster")
    old = db.scalar(
        select(MeetingPlace).where(MeetingPlace.code == code, recorded(MeetingPlace), MeetingPlace.valid_to.is_(None))
    )
    if old is not None and (old.name, old.division_code) == (name, division_code):
        return False
    if old is not None:
        require(policy.may_keep_place(actor, old.division_code))
    new = MeetingPlace(id=ids.new_id(), code=code, name=name, division_code=division_code, actor=actor.audit_name)
    new.valid_from = on or clock.today()
    replace(db, old, new, clock.now())
    db.flush()
    audit.record(db, actor, "roster.place-registered", f"place:{code}", {"name": name, "division": division_code})
    return True
