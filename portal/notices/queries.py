"""Reads of documents, their service, confirmations, and a person's notices."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, exists, false, func, or_, select
from sqlalchemy.orm import Session

from portal.kernel import clock, keys
from portal.kernel.access import Actor
from portal.kernel.divisions import prefix
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _
from portal.kernel.versions import known
from portal.notices.models import Document, DocumentService, Notice, NoticeRead, ServiceConfirmation

PIECE = 5000
SHOWN_FOR = timedelta(days=180)  # older notices are no longer listed nor counted


@dataclass(frozen=True)
class Addressee:
    """Whom a document is for: a company, a manager, an estate's people; ``name`` as it is to be printed."""

    uscc: str | None = None
    manager_code: str | None = None
    estate_code: str | None = None
    name: str = ""


@dataclass(frozen=True)
class Section:
    """One part of a document: a heading (may be empty), paragraphs, and perhaps a table (its first row the heads)."""

    heading: str = ""
    paragraphs: tuple[str, ...] | list[str] = ()
    table: list[list[str]] | None = None


@dataclass(frozen=True)
class ServiceView:
    """How a document reached its addressee."""

    on: date
    method: str
    proof_sha256: str | None
    note: str
    recorded_at: datetime


@dataclass(frozen=True)
class DocumentView:
    """A document as issued. ``title``, ``body`` and the addressee's name are empty once the key of the manager it was
    addressed to has been destroyed."""

    id: str
    number: str
    kind: str
    subject: str
    title: str
    addressee: Addressee
    body: tuple[Section, ...]
    annex: tuple[str, ...]
    on: date
    sha256: str
    verify_code: str
    service: ServiceView | None

    @property
    def served_on(self) -> date | None:
        """The day from which time runs, None while it is not served."""
        return self.service.on if self.service else None


@dataclass(frozen=True)
class NoticeView:
    """A notice as the reader sees it."""

    id: str
    text: str
    endpoint: str
    values: dict[str, Any] = field(default_factory=dict)
    on: date = date.min
    is_read: bool = False


def sealed_for(manager_code: str) -> str:
    """Under whose key the text of a document to a manager is kept."""
    return f"manager:{manager_code}"


def _view(db: Session, row: Document, service: DocumentService | None) -> DocumentView:
    text: str | None = row.content
    if row.manager_code:
        text = keys.unseal(db, sealed_for(row.manager_code), row.content)
    told: dict[str, Any] = json.loads(text) if text else {"title": "", "name": "", "body": []}
    shown = (
        ServiceView(service.on, service.method, service.proof_sha256, service.note, service.recorded_at)
        if service
        else None
    )
    return DocumentView(
        row.id, row.number, row.kind, row.subject, told["title"],
        Addressee(row.uscc, row.manager_code, row.estate_code, told["name"]),
        tuple(Section(one["heading"], tuple(one["paragraphs"]), one["table"]) for one in told["body"]),
        tuple(json.loads(row.annex)), row.on, row.sha256, row.verify_code, shown,
    )  # fmt: skip


_DOCUMENTS = (
    select(Document, DocumentService)
    .outerjoin(DocumentService, DocumentService.document_id == Document.id)
    .order_by(Document.on.desc(), Document.series, Document.seq.desc())
)
_ONE_DOCUMENT = _DOCUMENTS.where(Document.id == bindparam("document"))


def _found(db: Session, *where: ColumnElement[bool], limit: int | None = None) -> list[DocumentView]:
    return [_view(db, row[0], row[1]) for row in db.execute(_DOCUMENTS.where(*where).limit(limit))]


def document(db: Session, document_id: str) -> DocumentView:
    """A document by its id. Raises ``NotFound``."""
    return _one([_view(db, row[0], row[1]) for row in db.execute(_ONE_DOCUMENT, {"document": document_id})])


def document_by_code(db: Session, verify_code: str) -> DocumentView | None:
    """The document whose QR code this is; None when there is none."""
    return next(iter(_found(db, Document.verify_code == verify_code)), None)


def _one(found: list[DocumentView]) -> DocumentView:
    if not found:
        raise NotFound(_("没有找到这份文书。"))
    return found[0]


def documents_of(db: Session, subject: str) -> list[DocumentView]:
    """The documents of a subject, the newest first."""
    return _found(db, Document.subject == subject)


def documents_to(db: Session, uscc: str, limit: int | None = 200) -> list[DocumentView]:
    """The documents to a company, the newest first."""
    return _found(db, Document.uscc == uscc, limit=limit)


def find_documents(db: Session, text: str = "", *, uscc: str | None = None, limit: int = 200) -> list[DocumentView]:
    """The newest documents, of a company when one is named, whose number holds a text or whose company is it."""
    where: list[ColumnElement[bool]] = [Document.uscc == uscc] if uscc else []
    if text:
        where.append(or_(Document.number.contains(text, autoescape=True), Document.uscc == text.upper()))
    return _found(db, *where, limit=limit)


def served_on(db: Session, document_id: str) -> date | None:
    """The day on which a document was served."""
    return db.scalar(select(DocumentService.on).where(DocumentService.document_id == document_id))


def served_many(db: Session, document_ids: Iterable[str]) -> dict[str, date]:
    """Document to the day of its service, for those that were served."""
    wanted, found = sorted(set(document_ids)), {}
    for first in range(0, len(wanted), PIECE):
        piece = DocumentService.document_id.in_(wanted[first : first + PIECE])
        found.update(
            {row[0]: row[1] for row in db.execute(select(DocumentService.document_id, DocumentService.on).where(piece))}
        )
    return found


def confirmation(db: Session, uscc: str, on: date) -> ServiceConfirmation | None:
    """A company's confirmation of electronic service in force on a day."""
    return db.scalars(
        select(ServiceConfirmation).where(ServiceConfirmation.uscc == uscc, known(ServiceConfirmation, on))
    ).first()


def confirmation_on_file(db: Session, uscc: str, on: date) -> bool:
    """Whether documents may be served on a company in the portal on a day."""
    return confirmation(db, uscc, on) is not None


def _mine(actor: Actor, since: date | BindParameter[date] | None = None) -> ColumnElement[bool]:
    if actor.role is None:
        return false()
    found = [Notice.to_login == actor.login]
    if actor.uscc:
        found.append(Notice.to_uscc == actor.uscc)
    else:
        place = (
            Notice.to_division.startswith(prefix(actor.division_code))
            if actor.division_code
            else Notice.to_division.is_not(None)
        )
        found.append(and_(Notice.to_role == str(actor.role), or_(Notice.to_division.is_(None), place)))
    return and_(or_(*found), Notice.on > (clock.today() - SHOWN_FOR if since is None else since))


def _read(actor: Actor) -> ColumnElement[bool]:
    return exists().where(NoticeRead.notice_id == Notice.id, NoticeRead.login == actor.login)


def recent(db: Session, actor: Actor, limit: int = 100) -> list[NoticeView]:
    """A person's notices of the last half year, the newest first."""
    query = select(Notice, _read(actor)).where(_mine(actor)).order_by(Notice.recorded_at.desc(), Notice.id).limit(limit)
    return [
        NoticeView(
            row.id, _(row.text, **json.loads(row.params)), row.endpoint, json.loads(row.link), row.on, bool(is_read)
        )
        for row, is_read in db.execute(query)
    ]


def unread(db: Session, actor: Actor) -> int:
    """How many of them the person has not opened."""
    return int(db.scalar(_unread(actor), {"shown_since": clock.today() - SHOWN_FOR}) or 0)


@lru_cache(maxsize=256)
def _unread(actor: Actor) -> Select[int]:
    """Asked on every staff page: put together once for a person."""
    since = bindparam("shown_since", type_=Notice.on.type)
    return select(func.count()).select_from(Notice).where(_mine(actor, since), ~_read(actor))


def unread_ids(db: Session, actor: Actor) -> list[str]:
    """The ids of unread notices."""
    return list(db.scalars(select(Notice.id).where(_mine(actor), ~_read(actor)).order_by(Notice.id)))


def notice_for(db: Session, actor: Actor, notice_id: str) -> NoticeView:
    """One of the person's notices. Raises ``NotFound``."""
    row = db.scalars(select(Notice).where(Notice.id == notice_id, _mine(actor))).first()
    if row is None:
        raise NotFound(_("没有找到这条通知。"))
    return NoticeView(row.id, _(row.text, **json.loads(row.params)), row.endpoint, json.loads(row.link), row.on)
