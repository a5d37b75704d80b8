"""Source documents (for the office only) and files of answers (for the parties): kept by their content."""

from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.classes import Audience
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.files import store
from portal.kernel.files_record import StoredFile
from portal.kernel.i18n import _
from scoring.credit.models import CreditAnswer, CreditEvent

MAX_DOCUMENT = 15 * 1024 * 1024
# How each kind of file begins: told by its content, never by its name.
BEGINNINGS = ((b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


@dataclass(frozen=True)
class Document:
    """A stored document: its bytes, what kind they are, and a name for the file."""

    data: bytes
    media_type: str
    name: str


def keep(db: Session, source: BinaryIO, audience: Audience = Audience.STAFF) -> str:
    """Keep an uploaded document and note who may see it; gives its SHA-256. DomainError for other files."""
    data = source.read(MAX_DOCUMENT + 1)
    media_type = next((kind for start, kind in BEGINNINGS if data.startswith(start)), "")
    if not media_type:
        raise DomainError(_("文件应是PDF、JPEG或者PNG格式。"))
    stored = store().put(data, MAX_DOCUMENT)
    if db.get(StoredFile, stored.sha256) is None:
        row = StoredFile(sha256=stored.sha256, media_type=media_type, size=stored.size, audience=int(audience))
        row.recorded_at = clock.now()
        db.add(row)
        db.flush()
    return stored.sha256


def read(db: Session, case_id: str) -> Document:
    """The document of a case. NotFound when it has none."""
    query = select(CreditEvent.document_sha256).where(CreditEvent.case_id == case_id, CreditEvent.document_sha256 != "")
    return _read(db, db.scalar(query.limit(1)) or "")


def read_answer(db: Session, answer_id: str, case_id: str) -> Document:
    """The file that came with an answer of a case. NotFound."""
    answer = db.get(CreditAnswer, answer_id)
    return _read(db, answer.file_sha256 if answer is not None and answer.case_id == case_id else "")


def _read(db: Session, sha256: str) -> Document:
    row = db.get(StoredFile, sha256) if sha256 else None
    if row is None:
        raise NotFound(_("没有找到这个文件。"))
    return Document(store().read(row.sha256), row.media_type, f"{row.sha256[:16]}.{ENDINGS[row.media_type]}")
