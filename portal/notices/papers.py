"""Signed papers and proofs of service: PDF or photo, kept by their content, told by how they begin and never by their name."""

from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.classes import Audience
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.files import store
from portal.kernel.files_record import StoredFile
from portal.kernel.i18n import _

MAX = 15 * 1024 * 1024
BEGINNINGS = ((b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


@dataclass(frozen=True)
class Paper:
    """A stored paper: its bytes, what kind they are, and a name for the file."""

    data: bytes
    media_type: str
    name: str


def keep(db: Session, source: BinaryIO) -> str:
    """Keep an uploaded paper for the parties; gives its SHA-256. ``DomainError`` for other kinds of files."""
    return keep_paper(db, source.read(MAX + 1))


def keep_paper(db: Session, data: bytes) -> str:
    """Keep a paper that is at hand; gives its SHA-256. ``DomainError`` for other kinds of files."""
    media_type = next((kind for start, kind in BEGINNINGS if data.startswith(start)), "")
    if not media_type:
        raise DomainError(_("文件应是PDF、JPEG或者PNG格式。"))
    stored = store().put(data, MAX)
    if db.get(StoredFile, stored.sha256) is None:
        row = StoredFile(sha256=stored.sha256, media_type=media_type, size=stored.size, audience=int(Audience.PARTY))
        row.recorded_at = clock.now()
        db.add(row)
        db.flush()
    return stored.sha256


def read(db: Session, sha256: str) -> Paper:
    """A kept paper. ``NotFound``."""
    row = db.get(StoredFile, sha256)
    if row is None or row.media_type not in ENDINGS:
        raise NotFound(_("没有找到这个文件。"))
    return Paper(store().read(sha256), row.media_type, f"{sha256[:16]}.{ENDINGS[row.media_type]}")
