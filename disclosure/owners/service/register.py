"""The owners' register: who holds which unit, in which time. Names and phones are sealed; the audit log carries neither."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from disclosure.owners import policy, queries
from disclosure.owners.households import building_key, unit_key
from disclosure.owners.models import OwnerFacts, OwnerHolding, OwnerPaperCode, OwnerSession, OwnerUnit
from disclosure.owners.service import door, sessions
from portal.kernel import audit, clock, keys, versions
from portal.kernel.access import Actor, require
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from portal.kernel.importing import Counts
from portal.kernel.sms import Message
from portal.registry import api as registry

# nothing that is read as something else; 12 of them are 58 random bits
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class HoldingInput:
    """One person's holding of a unit as a sheet or the form gives it. ``until``: the last day, None while it lasts."""

    estate_code: str
    building: str
    unit: str
    name: str
    phone: str
    kind: str
    since: date
    until: date | None = None


@dataclass(frozen=True)
class Place:
    """Where an estate lies and who serves it today."""

    code: str
    name: str
    division_code: str
    uscc: str | None


def place_of(db: Session, estate_code: str) -> Place:
    """An estate with what policies ask of it. NotFound."""
    estate = registry.estate(db, estate_code)
    serving = registry.companies_serving(db, clock.today(), [estate_code]).get(estate_code)
    return Place(estate_code, estate.name, estate.division_code, serving[0] if serving else None)


def kept_by(db: Session, actor: Actor, estate_code: str) -> Place:
    """An estate whose register the actor keeps; any other is not there."""
    place = place_of(db, estate_code)
    if not policy.may_keep(actor, place.division_code, place.uscc):
        raise NotFound(_("没有编号为“%(value)s”的小区，或者这个小区不归您管理。请核对编号。", value=estate_code))
    return place


def estates_kept(db: Session, actor: Actor) -> set[str]:
    """Codes of the estates whose registers somebody keeps today."""
    frame, day = registry.estates_frame(db, clock.today()), clock.today()
    serving = registry.serving(db, day)
    companies = dict(zip(serving["estate_code"], serving["uscc"], strict=True))
    pairs = zip(frame["estate_code"], frame["division_code"], strict=True)
    return {code for code, division in pairs if policy.may_keep(actor, division, companies.get(code))}


def store(db: Session, actor: Actor, rows: Sequence[HoldingInput]) -> tuple[Counts, list[Message]]:
    """Add holdings and correct known ones; the caller has checked the estates. A holding is known by unit, name and start.

    Phones that changed come back as messages to the old number.
    """
    counts, told = Counts(), list[Message]()
    for code in sorted({row.estate_code for row in rows}):
        lock(db, f"owners:{code}")
        book = _Book(db, code)
        for row in (one for one in rows if one.estate_code == code):
            _store_one(db, actor, book, row, counts, told)
        _write(db, book)
    return counts, told


class _Book:
    """An estate's units and live holdings, read once; what is new waits, to be written table by table."""

    def __init__(self, db: Session, code: str):
        self.code = code
        self.units = {(unit.building_key, unit.unit_key): unit for unit in queries.units(db, code)}
        self.live = {
            (facts.unit_id, facts.name_hash, facts.valid_from): facts for facts, _unit in queries.facts_of(db, code)
        }
        self.new_units: list[OwnerUnit] = []
        self.new: dict[str, tuple[OwnerHolding, OwnerFacts, HoldingInput]] = {}  # by the id of the facts


def _store_one(db: Session, actor: Actor, book: _Book, row: HoldingInput, counts: Counts, told: list[Message]) -> None:
    unit = _unit(book, row)
    key = (unit.id, door.name_hash(unit.id, row.name), row.since)
    old = book.live.get(key)
    if old is not None and old.id in book.new:  # the sheet names it again
        _write(db, book)
    if old is None:
        book.live[key] = _add(db, actor, book, unit, row)
        counts.added += 1
    elif keys.is_destroyed(db, f"owner:{old.holding_id}") or _same(db, old, row):  # what was cleared stays so
        counts.unchanged += 1
    else:
        book.live[key] = _change(db, actor, old, row, told)
        counts.updated += 1


def _unit(book: _Book, row: HoldingInput) -> OwnerUnit:
    key = (building_key(row.building), unit_key(row.unit))
    if key not in book.units:
        unit = OwnerUnit(
            id=new_id(), estate_code=row.estate_code, building=row.building.strip(), unit=row.unit.strip(),
            building_key=key[0], unit_key=key[1], recorded_at=clock.now(),
        )  # fmt: skip
        book.new_units.append(unit)
        book.units[key] = unit
    return book.units[key]


def _add(db: Session, actor: Actor, book: _Book, unit: OwnerUnit, row: HoldingInput) -> OwnerFacts:
    holding = OwnerHolding(id=new_id(), unit_id=unit.id, recorded_at=clock.now())
    facts = _facts(holding.id, unit.id, row)
    book.new[facts.id] = (holding, facts, row)
    _note(db, actor, "owner.added", facts, row.estate_code)
    return facts


def _facts(holding: str, unit_id: str, row: HoldingInput) -> OwnerFacts:
    """Name and phone are still to be sealed."""
    return OwnerFacts(
        id=new_id(), holding_id=holding, unit_id=unit_id, kind=row.kind, name_hash=door.name_hash(unit_id, row.name),
        phone_last4=row.phone[-4:], valid_from=row.since, valid_to=row.until,
    )  # fmt: skip


def _write(db: Session, book: _Book) -> None:
    """Units, holdings, keys and facts that are new: an estate has a thousand of each."""
    db.add_all(book.new_units)
    db.flush()
    db.add_all(holding for holding, _facts, _row in book.new.values())
    db.flush()
    new = {f"owner:{holding.id}": (facts, row) for holding, facts, row in book.new.values()}
    sealed = keys.seal_many(db, {subject: (row.name, row.phone) for subject, (_facts, row) in new.items()})
    for subject, (facts, _row) in new.items():
        facts.name_sealed, facts.phone_sealed = sealed[subject]
        versions.replace(db, None, facts, clock.now())
    db.flush()
    book.new_units.clear()
    book.new.clear()


def _same(db: Session, old: OwnerFacts, row: HoldingInput) -> bool:
    phone = keys.unseal(db, f"owner:{old.holding_id}", old.phone_sealed)
    return (old.kind, old.valid_to, phone) == (row.kind, row.until, row.phone)


def _change(db: Session, actor: Actor, old: OwnerFacts, row: HoldingInput, told: list[Message]) -> OwnerFacts:
    """A new version; a session that was opened with the old facts is over."""
    phone = keys.unseal(db, f"owner:{old.holding_id}", old.phone_sealed)
    if phone and phone != row.phone:
        told.append(Message(phone, _("您在业主名册登记的手机号已经变更。如非您本人要求，请联系小区所在街道。")))
    facts, subject = _facts(old.holding_id, old.unit_id, row), f"owner:{old.holding_id}"
    facts.name_sealed, facts.phone_sealed = keys.seal(db, subject, row.name), keys.seal(db, subject, row.phone)
    versions.replace(db, old, facts, clock.now())
    db.flush()
    sessions.end_sessions(db, old.holding_id)
    _note(db, actor, "owner.changed", facts, row.estate_code, phone=phone != row.phone, old_until=old.valid_to)
    return facts


def _note(db: Session, actor: Actor, deed: str, facts: OwnerFacts, estate: str, **more: object) -> None:
    detail = {"estate": estate, "unit": facts.unit_id, "kind": facts.kind, "since": facts.valid_from,
              "until": facts.valid_to, **more}  # fmt: skip
    audit.record(db, actor, deed, f"owner:{facts.holding_id}", detail)


def add(db: Session, actor: Actor, row: HoldingInput) -> list[Message]:
    """One holding from the page. Conflict when it is in the register just so; messages as of `store`."""
    kept_by(db, actor, row.estate_code)
    if row.until is not None and row.until < row.since:
        raise DomainError(_("迁出日期不能早于入户日期。"))
    counts, told = store(db, actor, [row])
    if not counts.changed:
        raise Conflict(_("名册里已经有这一条，没有变化。"))
    return told


def end(db: Session, actor: Actor, holding_id: str, *, until: date, shown: str) -> None:
    """Somebody moves out: the holding ends with a day, and every session of it now. ``shown``: the version on the page."""
    old, estate = held(db, actor, holding_id)
    if old.id != shown:
        raise Conflict(_("这条记录刚刚有变动，请刷新后再看。"))
    if until < old.valid_from:
        raise DomainError(_("迁出日期不能早于入户日期。"))
    name, phone = revealed(db, old)
    row = HoldingInput(estate, "", "", name, phone, old.kind, old.valid_from, until)
    if old.valid_to != until:
        _change(db, actor, old, row, [])


def change_phone(db: Session, actor: Actor, holding_id: str, *, phone: str, shown: str) -> list[Message]:
    """Another phone: sessions end, and the old phone is told."""
    old, estate = held(db, actor, holding_id)
    if old.id != shown:
        raise Conflict(_("这条记录刚刚有变动，请刷新后再看。"))
    name, known = revealed(db, old)
    told: list[Message] = []
    if known != phone:
        row = HoldingInput(estate, "", "", name, known, old.kind, old.valid_from, old.valid_to)
        _change(db, actor, old, replace(row, phone=phone), told)
    return told


def held(db: Session, actor: Actor, holding_id: str) -> tuple[OwnerFacts, str]:
    """A holding of an estate whose register the actor keeps, with the estate's code; any other is not there."""
    facts = queries.live_facts(db, holding_id)
    if facts is None:
        raise NotFound(_("没有找到这条业主记录。"))
    estate = queries.unit_view(db, facts.unit_id).estate_code
    kept_by(db, actor, estate)
    lock(db, f"owners:{estate}")
    return facts, estate


def revealed(db: Session, facts: OwnerFacts) -> tuple[str, str]:
    """Name and phone in clear, for verbs; pages mask them. DomainError once the person's key is destroyed."""
    subject = f"owner:{facts.holding_id}"
    name, phone = keys.unseal(db, subject, facts.name_sealed), keys.unseal(db, subject, facts.phone_sealed)
    if name is None or phone is None:
        raise DomainError(_("这位业主的个人信息已经删除，不能再办理。"))
    return name, phone


def new_paper_code() -> str:
    """A code for paper, ``K7PM-9XQ2-TR4W``."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _i in range(4)) for _group in range(3))


def give_code(db: Session, actor: Actor, holding_id: str, code: str = "") -> str:
    """A one-time code to hand over on paper to an owner whom the office has seen: it is told this once. Older ones are
    void, and a door that was shut opens again. NotAllowed for a company."""
    facts, estate = held(db, actor, holding_id)
    require(policy.may_give_code(actor, registry.estate(db, estate).division_code))
    if facts.kind != "owner" or (facts.valid_to is not None and facts.valid_to <= clock.today()):
        raise DomainError(_("只有现在的业主才能领取验证码，租户和已迁出的业主不能领取。"))
    code, before = code or new_paper_code(), door.newest_paper(db, holding_id)
    db.add(OwnerPaperCode(
        id=new_id(), holding_id=holding_id, code_hash=door.code_hash(holding_id, code), actor=actor.audit_name,
        issued_at=clock.after(before.issued_at if before else None),
    ))  # fmt: skip
    unit = db.scalars(select(OwnerUnit).where(OwnerUnit.id == facts.unit_id)).one()
    door.forget_tries(db, unit)
    audit.record(db, actor, "owner.code-given", f"owner:{holding_id}", {"estate": estate, "unit": unit.id})
    return code


def find_owner(db: Session, estate_code: str, building: str, unit: str, name: str) -> queries.Owner | None:
    """An owner of today by place and name, for programs inside the portal; never for pages, which start at the door."""
    found = queries.unit_at(db, estate_code, building_key(building), unit_key(unit))
    if found is None:
        return None
    wanted = door.name_hash(found.id, name)
    known = (OwnerFacts.unit_id == found.id, OwnerFacts.kind == "owner", queries.holds(clock.today()))
    facts = db.scalars(select(OwnerFacts).where(*known, OwnerFacts.name_hash == wanted).limit(1)).one_or_none()
    return queries.Owner(facts.holding_id, estate_code, found.id, facts.valid_from) if facts else None


def paper_codes(db: Session, holding_id: str) -> tuple[int, bool]:
    """How many codes on paper a holding was given, and whether the newest still opens."""
    count = db.scalar(select(func.count()).where(OwnerPaperCode.holding_id == holding_id)) or 0
    newest = door.newest_paper(db, holding_id)
    if newest is None or clock.now() >= newest.issued_at + door.PAPER_LIFE:
        return count, False
    used = select(OwnerSession.token_hash).where(OwnerSession.opened_by == f"paper:{newest.id}")
    return count, db.scalar(used) is None
