"""Files handed in with an objection: pictures and PDF, kept by their content, for the company and the office."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.kernel.classes import Audience
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.files import StoredFile, store
from portal.kernel.i18n import _
from portal.kernel.images import inspect
from scoring.checks import api as checks
from scoring.objections.models import ObjectionFile

PDF, LARGEST = "application/pdf", 20 * 1024 * 1024


@dataclass(frozen=True)
class NewFile:
    """A file as it came: its name and bytes."""

    name: str
    data: bytes


def keep(db: Session, objection_id: str, files: Sequence[NewFile]) -> None:
    """Keep the files; the same one twice is kept once. ``DomainError`` for what is neither a picture nor a PDF."""
    kept: set[str] = set()
    for one in files:
        stored, media_type = _put(db, one)
        if stored.sha256 in kept:
            continue
        kept.add(stored.sha256)
        name = one.name.strip().replace("\\", "/").rpartition("/")[2][:120] or stored.sha256[:8]
        db.add(
            ObjectionFile(
                objection_id=objection_id, sha256=stored.sha256, name=name, media_type=media_type, size=stored.size
            )
        )


def keep_proof(db: Session, proof: NewFile) -> str:
    """Keep the proof of a service on paper; answers its SHA-256."""
    return _put(db, proof)[0].sha256


def _put(db: Session, one: NewFile) -> tuple[StoredFile, str]:
    if len(one.data) > LARGEST:
        raise DomainError(_("“%(name)s”超过%(n)sMB，请压缩后再传。", name=one.name, n=LARGEST // (1024 * 1024)))
    media_type, stored = _kind(one), store().put(one.data)
    checks.note_file(db, stored, media_type, Audience.PARTY)
    return stored, media_type


def _kind(one: NewFile) -> str:
    if one.data.startswith(b"%PDF-"):
        return PDF
    try:
        return inspect(one.data, one.name).media_type
    except DomainError as error:
        raise DomainError(_("“%(name)s”不是照片，也不是PDF文件。", name=one.name)) from error


def file_of(db: Session, objection_id: str, sha256: str) -> ObjectionFile:
    """A file of an objection. ``NotFound``."""
    found = db.get(ObjectionFile, (objection_id, sha256))
    if found is None:
        raise NotFound(_("没有找到这个文件。"))
    return found
