"""The owners' door: a household is named, a one-time code goes to the registered phone (or was handed out on paper), and
the code opens a session. Nothing here commits.

Nobody learns from the door who lives where: what fits and what does not gets the same answer, after the same work, and is
counted alike. Five tries for a household from one address shut it there for a day. Wrong codes for a real request count for
the unit wherever they come from: five shut it for a day too, in silence towards strangers; the owner's phone is told. A code
that the office hands out on paper afterwards opens it again. Every try is audited, without names.
"""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session

from disclosure.owners import queries
from disclosure.owners.households import building_key, name_key, unit_key
from disclosure.owners.models import (
    OwnerFacts,
    OwnerPaperCode,
    OwnerRequest,
    OwnerSession,
    OwnerTry,
    OwnerUnit,
)
from disclosure.owners.service.sessions import DOOR, hashed, open_session
from portal.kernel import audit, clock, keys
from portal.kernel.db import lock
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from portal.kernel.sms import Message
from portal.kernel.sources import source

DAY = timedelta(days=1)
TRIES, TRIES_OF_ADDRESS = 5, 200
CODE_LIFE, REQUEST_LIFE, PAPER_LIFE = timedelta(minutes=10), timedelta(hours=1), timedelta(days=14)


@dataclass(frozen=True)
class Asked:
    """What somebody says of the household: nothing of it is kept."""

    estate_code: str
    building: str
    unit: str
    name: str
    last4: str


@dataclass(frozen=True)
class Started:
    """A request, whether it fits anybody or not; with ``shut_until`` there is none. ``message`` is for the gateway alone."""

    request_id: str
    shut_until: datetime | None = None
    message: Message | None = None


@dataclass(frozen=True)
class Entered:
    """The token of a new session; empty when the code was wrong. ``message``: a warning to the owner, for the gateway."""

    token: str
    shut_until: datetime | None = None
    message: Message | None = None


def name_hash(unit_id: str, name: str) -> str:
    """How a name is compared; the same person in two units hashes differently."""
    return hashed("name", f"{unit_id}:{name_key(name)}")


def _bare(code: str) -> str:
    return "".join(code.upper().replace("-", " ").split())


def code_hash(bound_to: str, code: str) -> str:
    """What is kept of a code: bound to its request or holding."""
    return hashed("code", f"{bound_to}:{_bare(code)}")


# ---- ask


def start(db: Session, asked: Asked, address: str) -> Started:
    """Ask to be let in. Every ask is a try, so that the count says nothing of what fits."""
    place = (asked.estate_code, building_key(asked.building), unit_key(asked.unit))
    household, here = hashed("household", "|".join(place)), hashed("address", source(address))
    _one_at_a_time(db, household, here)
    if until := _shut_until(db, household, here):
        return Started("", until)
    unit = queries.unit_at(db, *place)
    facts = _fitting(db, unit, asked)
    request_id, code = secrets.token_hex(16), f"{secrets.randbelow(1_000_000):06d}"
    db.add(OwnerRequest(
        id=request_id, household_hash=household, estate_code=asked.estate_code,
        holding_id=facts.holding_id if facts else None, code_hash=code_hash(request_id, code), at=clock.now(),
    ))  # fmt: skip
    _count(db, household, here, None)
    subject = f"owner-unit:{unit.id}" if unit else "owner-unit:unknown"
    audit.record(db, DOOR, "owner.asked", subject, {"estate": asked.estate_code, "fits": facts is not None})
    return Started(request_id, message=_code_message(db, facts, code))


def _one_at_a_time(db: Session, *names: str) -> None:
    for name in sorted(names):
        lock(db, f"owners-door:{name}")


def _fitting(db: Session, unit: OwnerUnit | None, asked: Asked) -> OwnerFacts | None:
    """The owner of the unit who has that name and phone, unless the unit is shut or was sent enough codes today."""
    unit_id = unit.id if unit else "nobody"
    wanted = name_hash(unit_id, asked.name)
    known = (OwnerFacts.unit_id == unit_id, OwnerFacts.kind == "owner", queries.holds(clock.today()))
    rows = list(db.scalars(select(OwnerFacts).where(*known).order_by(OwnerFacts.holding_id)))
    found = next((row for row in rows if _is_same(row, wanted, asked.last4)), None)
    sent = _sent_today(db, found.holding_id if found else "nobody")
    return None if _unit_shut(db, unit_id) or sent >= TRIES else found


def _sent_today(db: Session, holding: str) -> int:
    since = clock.now() - DAY
    sent = select(func.count()).select_from(OwnerRequest)
    return db.scalar(sent.where(OwnerRequest.holding_id == holding, OwnerRequest.at > since)) or 0


def _is_same(row: OwnerFacts, wanted: str, last4: str) -> bool:
    named = hmac.compare_digest(row.name_hash, wanted)
    called = hmac.compare_digest(row.phone_last4.encode(), last4.encode())
    return named and called


def _code_message(db: Session, facts: OwnerFacts | None, code: str) -> Message | None:
    if facts is None:
        return None
    minutes = int(CODE_LIFE.total_seconds()) // 60
    text = _("您的业主认证验证码为%(code)s，%(n)s分钟内有效，请勿告诉他人。如非本人操作请忽略。", code=code, n=minutes)
    return _to_owner(db, facts, text)


def _to_owner(db: Session, facts: OwnerFacts, text: str) -> Message | None:
    phone = keys.unseal(db, f"owner:{facts.holding_id}", facts.phone_sealed)
    return Message(phone, text) if phone else None


# ---- counting


def _count(db: Session, household: str, here: str, unit_id: str | None) -> None:
    db.add(OwnerTry(id=new_id(), household_hash=household, source_hash=here, unit_id=unit_id, at=clock.now()))
    db.flush()


def _shut_until(db: Session, household: str, here: str) -> datetime | None:
    """Until when a household is shut for an address, or the address for all."""
    own = _until(db, TRIES, OwnerTry.household_hash == household, OwnerTry.source_hash == here)
    return own or _until(db, TRIES_OF_ADDRESS, OwnerTry.source_hash == here)


def _until(db: Session, allowed: int, *whose: ColumnElement[bool]) -> datetime | None:
    """A day after the last of so many tries within a day; None: open. While it is shut no try is counted."""
    query = select(OwnerTry.at).where(*whose).order_by(OwnerTry.at.desc()).limit(allowed)
    times: Sequence[datetime] = db.scalars(query).all()
    if len(times) < allowed or times[0] - times[-1] > DAY:
        return None
    until = times[0] + DAY
    return until if until > clock.now() else None


def _unit_shut(db: Session, unit_id: str) -> bool:
    """Whether wrong codes shut a unit, wherever they came from."""
    return _until(db, TRIES, OwnerTry.unit_id == unit_id) is not None


def forget_tries(db: Session, unit: OwnerUnit) -> None:
    """Open the door of a unit again: the office has seen the owner."""
    place = (unit.estate_code, unit.building_key, unit.unit_key)
    household = hashed("household", "|".join(place))
    db.execute(delete(OwnerTry).where(or_(OwnerTry.household_hash == household, OwnerTry.unit_id == unit.id)))


# ---- the code


def enter(db: Session, request_id: str, code: str, address: str) -> Entered:
    """Give the code, of the text message or on paper. Wrong, late or used: an empty token, and one more try."""
    here = hashed("address", source(address))
    request = db.get(OwnerRequest, request_id)
    if request is None:
        return Entered("")
    _one_at_a_time(db, request.household_hash, here)
    if until := _shut_until(db, request.household_hash, here):
        return Entered("", until)
    opened_by = _opened_by(db, request, code)
    if not opened_by:
        return _refused(db, request, here)
    same = (OwnerTry.household_hash == request.household_hash, OwnerTry.source_hash == here)
    db.execute(delete(OwnerTry).where(*same))
    return Entered(open_session(db, request.holding_id or "", opened_by))


def _opened_by(db: Session, request: OwnerRequest, code: str) -> str:
    """Which code it is, ``sms:…`` or ``paper:…``; empty when it opens nothing."""
    holding, now = request.holding_id, clock.now()
    by_sms = hmac.compare_digest(request.code_hash, code_hash(request.id, code)) and now < request.at + CODE_LIFE
    paper = newest_paper(db, holding or "nobody")
    given = code_hash(holding or "nobody", code)
    by_paper = paper is not None and hmac.compare_digest(paper.code_hash, given) and now < paper.issued_at + PAPER_LIFE
    if holding is None or not (by_sms or by_paper) or now >= request.at + REQUEST_LIFE:
        return ""
    facts = _owner_now(db, holding)
    if facts is None or _unit_shut(db, facts.unit_id):
        return ""
    name = f"sms:{request.id}" if by_sms else f"paper:{paper.id if paper else ''}"
    used = db.scalar(select(OwnerSession.token_hash).where(OwnerSession.opened_by == name))
    return "" if used else name


def newest_paper(db: Session, holding: str) -> OwnerPaperCode | None:
    """The newest code on paper of a holding; older ones are void."""
    query = select(OwnerPaperCode).where(OwnerPaperCode.holding_id == holding)
    return db.scalars(query.order_by(OwnerPaperCode.issued_at.desc(), OwnerPaperCode.id).limit(1)).one_or_none()


def _owner_now(db: Session, holding: str) -> OwnerFacts | None:
    known = (OwnerFacts.holding_id == holding, OwnerFacts.kind == "owner", queries.holds(clock.today()))
    return db.scalars(select(OwnerFacts).where(*known)).one_or_none()


def _refused(db: Session, request: OwnerRequest, here: str) -> Entered:
    facts = _owner_now(db, request.holding_id) if request.holding_id else None
    unit_id = facts.unit_id if facts else None
    was_shut = unit_id is not None and _unit_shut(db, unit_id)
    _count(db, request.household_hash, here, unit_id)
    subject = f"owner-unit:{unit_id}" if unit_id else "owner-unit:unknown"
    audit.record(db, DOOR, "owner.refused", subject, {"estate": request.estate_code})
    until = _shut_until(db, request.household_hash, here)
    now_shut = unit_id is not None and not was_shut and _unit_shut(db, unit_id)
    if until or now_shut:
        audit.record(db, DOOR, "owner.locked", subject, {"estate": request.estate_code, "hours": 24})
    text = _("有人连续输错您家的业主认证验证码，认证已暂停一天。如非本人操作，请联系小区所在街道。")
    return Entered("", until, _to_owner(db, facts, text) if facts and now_shut else None)
