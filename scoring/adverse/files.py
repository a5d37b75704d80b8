"""Files that people hand in with a point, an application or a deed: told by their content, kept for the parties only."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.classes import Audience
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.files import store
from portal.kernel.files_record import StoredFile
from portal.kernel.i18n import _

MAX_FILE, MAX_FILES = 15 * 1024 * 1024, 10
BEGINNINGS = ((b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


def keep(db: Session, uploads: Iterable[Any], audience: Audience = Audience.PARTY) -> list[str]:
    """Keep uploaded files (objects with ``read``); SHA-256 in the order given. DomainError for other kinds or too many."""
    given = [data for upload in uploads if upload and (data := upload.read(MAX_FILE + 1))]
    if len(given) > MAX_FILES:
        raise DomainError(_("一次最多上传%(n)s个文件。", n=MAX_FILES))
    return list(dict.fromkeys(_kept(db, data, audience) for data in given))


def _kept(db: Session, data: bytes, audience: Audience) -> str:
    media_type = next((kind for start, kind in BEGINNINGS if data.startswith(start)), "")
    if not media_type:
        raise DomainError(_("文件应是PDF、JPEG或者PNG格式。"))
    stored = store().put(data, MAX_FILE)
    if db.get(StoredFile, stored.sha256) is None:
        row = StoredFile(sha256=stored.sha256, media_type=media_type, size=stored.size, audience=int(audience))
        row.recorded_at = clock.now()
        db.add(row)
        db.flush()
    return stored.sha256


def listed(files: str) -> list[str]:
    """The SHA-256 of a JSON column."""
    return [str(one) for one in json.loads(files or "[]")]


def read(db: Session, sha256: str) -> tuple[bytes, str, str]:
    """Bytes, media type and a name of a kept file; the caller has checked that it belongs to the case."""
    row = db.get(StoredFile, sha256)
    if row is None or row.media_type not in ENDINGS:
        raise NotFound(_("没有找到这个文件。"))
    return store().read(sha256), row.media_type, f"{sha256[:16]}.{ENDINGS[row.media_type]}"
