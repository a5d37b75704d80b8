"""What is said, shown and offered, each in the room whose id it was sent to: there is no other way to send anything."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mediation.cases import policy, vault
from mediation.cases.models.record import SIDES, TALKING
from mediation.cases.models.talks import (
    VERDICTS,
    MediationFile,
    MediationMessage,
    MediationOffer,
    MediationRoom,
    MediationVerdict,
    Walled,
)
from mediation.cases.service import record
from mediation.cases.service.record import Held
from portal.kernel import audit, clock, ids, keys
from portal.kernel.access import Actor, require
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.files import store
from portal.kernel.i18n import _

TERM_KINDS = ("pay", "do", "refrain")
MOST_TERMS = 30
MAX_FILE = 15 * 1024 * 1024
BEGINNINGS = ((b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))


@dataclass(frozen=True)
class Term:
    """One term: which side owes it, what (pay an amount in fen, do or refrain from an act), and until when."""

    kind: str
    side: str
    act: str
    due_on: date
    amount_fen: int | None = None

    def plain(self) -> dict[str, Any]:
        """As it is sealed."""
        return {**asdict(self), "due_on": self.due_on.isoformat()}


def term_of(plain: dict[str, Any]) -> Term:
    """As it was sealed."""
    return Term(**{**plain, "due_on": date.fromisoformat(plain["due_on"])})


def check_terms(terms: Sequence[Term], on: date | None = None) -> None:
    """Terms are whole: a known kind and side, an act, an amount where money is owed, a day not over yet."""
    if not 0 < len(terms) <= MOST_TERMS:
        raise DomainError(_("请写明1至%(n)s项约定事项。", n=MOST_TERMS))
    for one in terms:
        record.one_of(one.kind, TERM_KINDS)
        record.one_of(one.side, SIDES)
        record.needed(one.act)
        if (one.kind == "pay") != (one.amount_fen is not None and one.amount_fen > 0):
            raise DomainError(_("付款请填写大于0的金额，其他约定不填金额。"))
        if one.due_on < (on or clock.today()):
            raise DomainError(_("约定日期不能早于今天。"))


@dataclass(frozen=True)
class RoomView:
    """A room that the reader may enter, and who else can: ``wall`` says it."""

    id: str
    case_id: str
    wall: str


@dataclass(frozen=True)
class MessageView:
    """A message. ``side`` is empty for the office; ``wall`` is to be shown on every one."""

    id: str
    seq: int
    wall: str
    side: str
    author: str
    text: str
    at: datetime


@dataclass(frozen=True)
class FileView:
    """A file in a room."""

    id: str
    wall: str
    side: str
    author: str
    name: str
    media_type: str
    size: int
    sha256: str
    at: datetime


@dataclass(frozen=True)
class OfferView:
    """An offer with what was said to it: party id to verdict."""

    id: str
    seq: int
    wall: str
    side: str
    author: str
    terms: tuple[Term, ...]
    answers: str | None
    expires_on: date | None
    on: date
    verdicts: dict[str, str]


def rooms(db: Session, actor: Actor, case_id: str) -> list[RoomView]:
    """The rooms that a person may enter; none for a registrar."""
    held = record.look(db, actor, case_id)
    allowed = policy.walls(held.who, held.state)
    query = select(MediationRoom).where(MediationRoom.case_id == case_id, MediationRoom.wall.in_(allowed))
    found = sorted(db.scalars(query), key=lambda row: allowed.index(row.wall))
    return [RoomView(row.id, row.case_id, row.wall) for row in found]


def _room(
    db: Session, actor: Actor, room_id: str, *, to_write: bool, may: Callable[..., bool] = policy.may_talk
) -> tuple[Held, MediationRoom]:
    room = db.get(MediationRoom, room_id)
    if room is None:
        raise record.no_case()
    held = (record.hold if to_write else record.look)(db, actor, room.case_id)
    if room.wall not in policy.walls(held.who, held.state):
        raise record.no_case()
    if to_write:
        if not may(held.who, held.state, room.wall):
            raise Conflict(_("这件案件现在不能再沟通。"))
        lock(db, f"room:{room_id}")
    return held, room


def _walled(db: Session, actor: Actor, held: Held, room: MediationRoom, model: type[Walled]) -> dict[str, Any]:
    """The columns that say where something stands and by whom it is."""
    last = db.scalar(select(func.max(model.seq)).where(model.room_id == room.id)) or 0
    author = held.who.party_id or actor.login
    return {"id": ids.new_id(), "case_id": held.id, "room_id": room.id, "wall": room.wall, "side": held.who.side,
            "author": author, "seq": last + 1, "at": clock.now()}  # fmt: skip


def say(db: Session, actor: Actor, room_id: str, text: str) -> str:
    """Say something in a room; answers the message's id. Nothing of it enters the audit log."""
    held, room = _room(db, actor, room_id, to_write=True)
    body = vault.seal_behind(db, held.id, room.wall, record.needed(text))
    row = MediationMessage(**_walled(db, actor, held, room, MediationMessage), body=body)
    db.add(row)
    db.flush()
    audit.record(db, actor, "mediation.message", record.ref(held.case), {"message": row.id})
    return row.id


def messages(db: Session, actor: Actor, room_id: str) -> list[MessageView]:
    """What was said in a room, the first first."""
    held, room = _room(db, actor, room_id, to_write=False)
    query = select(MediationMessage).where(MediationMessage.room_id == room.id).order_by(MediationMessage.seq)
    return [
        MessageView(row.id, row.seq, row.wall, row.side, row.author,
                    vault.unseal_behind(db, held.id, room.wall, row.body) or "", row.at)
        for row in db.scalars(query)
    ]  # fmt: skip


def add_file(db: Session, actor: Actor, room_id: str, data: bytes, name: str) -> str:
    """Hand in a file in a room (PDF, JPEG, PNG, up to 15 MB), kept as ciphertext; answers its id."""
    held, room = _room(db, actor, room_id, to_write=True, may=policy.may_hand_in)
    media_type = next((kind for start, kind in BEGINNINGS if data.startswith(start)), "")
    if not media_type:
        raise DomainError(_("文件应是PDF、JPEG或者PNG格式。"))
    if len(data) > MAX_FILE:
        raise DomainError(_("文件不能超过15MB，请压缩后再传。"))
    stored = store().put(keys.seal_bytes(db, vault.subject(held.id), data))
    row = MediationFile(
        **_walled(db, actor, held, room, MediationFile), name=vault.seal_behind(db, held.id, room.wall, name[-100:]),
        media_type=media_type, size=len(data), sha256=hashlib.sha256(data).hexdigest(), stored=stored.sha256,
    )  # fmt: skip
    db.add(row)
    db.flush()
    audit.record(db, actor, "mediation.file", record.ref(held.case), {"file": row.id, "sha256": row.sha256})
    return row.id


def files(db: Session, actor: Actor, room_id: str) -> list[FileView]:
    """The files in a room, the first first."""
    held, room = _room(db, actor, room_id, to_write=False)
    query = select(MediationFile).where(MediationFile.room_id == room.id).order_by(MediationFile.seq)
    return [_file_view(db, held, row) for row in db.scalars(query)]


def _file_view(db: Session, held: Held, row: MediationFile) -> FileView:
    name = vault.unseal_behind(db, held.id, row.wall, row.name) or ""
    return FileView(row.id, row.wall, row.side, row.author, name, row.media_type, row.size, row.sha256, row.at)


def read_file(db: Session, actor: Actor, file_id: str) -> tuple[FileView, bytes]:
    """A file with its bytes, for who may enter its room. ``NotFound``."""
    row = db.get(MediationFile, file_id)
    if row is None:
        raise NotFound(_("没有找到这个文件。"))
    held, _in = _room(db, actor, row.room_id, to_write=False)
    data = keys.unseal_bytes(db, vault.subject(held.id), store().read(row.stored))
    if data is None:
        raise NotFound(_("没有找到这个文件。"))
    return _file_view(db, held, row), data


def offer(
    db: Session, actor: Actor, room_id: str, terms: Sequence[Term], *, answers: str | None = None,
    expires_on: date | None = None, on: date | None = None,
) -> str:  # fmt: skip
    """Offer terms in a room, or counter an offer of that room; answers the offer's id."""
    held, room = _room(db, actor, room_id, to_write=True)
    record.expect(held, *TALKING)
    require(held.who.part in ("party", "mediator"))
    day = on or clock.today()
    check_terms(terms, day)
    if expires_on is not None and expires_on < day:
        raise DomainError(_("有效期不能早于今天。"))
    if answers is not None and (before := db.get(MediationOffer, answers)) is not None and before.room_id != room.id:
        raise record.no_case()
    sealed = vault.seal_behind(db, held.id, room.wall, [one.plain() for one in terms])
    row = MediationOffer(
        **_walled(db, actor, held, room, MediationOffer), terms=sealed, answers=answers, expires_on=expires_on, on=day
    )
    db.add(row)
    db.flush()
    audit.record(db, actor, "mediation.offered", record.ref(held.case), {"offer": row.id})
    return row.id


def reply(db: Session, actor: Actor, offer_id: str, verdict: str, *, on: date | None = None) -> None:
    """A party accepts or rejects an offer that is not of its own side, or its author withdraws it; once."""
    made = db.get(MediationOffer, offer_id)
    if made is None:
        raise record.no_case()
    held, _in = _room(db, actor, made.room_id, to_write=True)
    record.expect(held, *TALKING)
    record.one_of(verdict, VERDICTS)
    own = made.author == (held.who.party_id or actor.login)
    require(own if verdict == "withdrawn" else held.who.is_party and held.who.side != made.side)
    day = on or clock.today()
    if made.expires_on is not None and made.expires_on < day:
        raise DomainError(_("这项方案已经过了有效期。"))
    said = select(MediationVerdict.verdict).where(MediationVerdict.offer_id == offer_id)
    if "withdrawn" in list(db.scalars(said)):
        raise Conflict(_("这项方案已经撤回。"))
    sayer = held.who.party_id or actor.login
    if db.get(MediationVerdict, (offer_id, sayer)) is not None:
        raise Conflict(_("您已经答复过了。"))
    row = MediationVerdict(offer_id=offer_id, party_id=sayer, verdict=verdict, on=day)
    row.at = clock.now()
    db.add(row)
    db.flush()
    audit.record(db, actor, "mediation.offer-answered", record.ref(held.case), {"offer": offer_id})


def offers(db: Session, actor: Actor, room_id: str) -> list[OfferView]:
    """The offers in a room, the first first."""
    held, room = _room(db, actor, room_id, to_write=False)
    rows = list(
        db.scalars(select(MediationOffer).where(MediationOffer.room_id == room.id).order_by(MediationOffer.seq))
    )
    query = select(MediationVerdict).where(MediationVerdict.offer_id.in_([row.id for row in rows]))
    said: dict[str, dict[str, str]] = {}
    for one in db.scalars(query.order_by(MediationVerdict.at)):
        said.setdefault(one.offer_id, {})[one.party_id] = one.verdict
    return [_offer_view(db, held, row, said.get(row.id, {})) for row in rows]


def _offer_view(db: Session, held: Held, row: MediationOffer, said: dict[str, str]) -> OfferView:
    kept = vault.unseal_behind(db, held.id, row.wall, row.terms) or []
    return OfferView(
        row.id, row.seq, row.wall, row.side, row.author, tuple(term_of(one) for one in kept), row.answers, row.expires_on,
        row.on, said,
    )  # fmt: skip
