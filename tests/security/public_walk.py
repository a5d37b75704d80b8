"""Every public address of the portal with real records behind it, and the text of whatever it answers."""

import io
import zipfile
from collections.abc import Iterator
from itertools import product
from typing import Any

from flask import Flask
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.routing import AnyConverter, Rule

from portal.kernel.web import PUBLIC_ACCESS
from portal.shell.app import declared_access

# Records that most is told about: an estate, a company and a reply of each kind that the public may read of.
SUBJECTS: dict[str, tuple[str, ...]] = {
    "code": (
        "SELECT estate_code FROM reply WHERE id IN (SELECT reply_id FROM reply_step WHERE step = 'accepted') LIMIT 1",
        "SELECT estate_code FROM veto LIMIT 1",
        "SELECT estate_code FROM rectification_order LIMIT 1",
        "SELECT subject FROM list_entry WHERE subject_type = 'estate' LIMIT 1",
    ),
    "uscc": (
        "SELECT uscc FROM list_entry WHERE kind = 'black' LIMIT 1",
        "SELECT uscc FROM person WHERE login = 'company'",
    ),
    "photo_id": (
        "SELECT photo_id FROM photo_release LIMIT 1",
        "SELECT photo_id FROM reply_photo_release LIMIT 1",
        "SELECT id FROM photo WHERE id NOT IN (SELECT photo_id FROM photo_release) LIMIT 1",
        "SELECT id FROM reply_photo WHERE id NOT IN (SELECT photo_id FROM reply_photo_release) LIMIT 1",
        "SELECT id FROM rectification_photo LIMIT 1",
    ),
    "sha256": (
        "SELECT public_sha256 FROM ledger_voucher_copy LIMIT 1",
        "SELECT original_sha256 FROM ledger_voucher LIMIT 1",
    ),
    "entry_id": (
        "SELECT id FROM opened_entry WHERE file_sha256 != '' LIMIT 1",
        "SELECT id FROM opened_entry ORDER BY id LIMIT 1",
    ),
    "case_id": ("SELECT id FROM list_case WHERE kind = 'black' LIMIT 1",),
    "number": ("SELECT 1",),
    "version": ("SELECT version FROM standard_version ORDER BY version LIMIT 1",),
    "quarter": ("SELECT '2026Q3'",),
    "year": ("SELECT 2025",),
    "kind": ("SELECT 'repair'",),
    "street": ("SELECT code FROM division WHERE level = 'street' ORDER BY code LIMIT 1",),
}
EXIF = "a photo says where and when it was taken"
CODES = {
    "api.receipt": "SELECT id FROM receipt LIMIT 1",
    "public.verify_code": "SELECT id FROM receipt LIMIT 1",
    "notices.leave_form": "SELECT 'nobody'",
    "feeds.leave_form": "SELECT 'nobody'",
    "feeds.manage": "SELECT 'nobody'",
}


def _values(db: Session, rule: Rule, argument: str) -> list[Any]:
    converter = rule._converters[argument]
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)
    queries = (CODES[rule.endpoint],) if argument == "code" and rule.endpoint in CODES else SUBJECTS[argument]
    found = [db.execute(text(query)).scalar() for query in queries]
    return list(dict.fromkeys(value for value in found if value is not None))


def addresses(app: Flask, db: Session) -> Iterator[str]:
    """Every public address that is read; a route with an argument unknown here fails the walk (KeyError)."""
    access = declared_access(app)
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if access.get(rule.endpoint) == PUBLIC_ACCESS and "GET" in (rule.methods or ()):
            names = sorted(rule.arguments)
            for values in product(*(_values(db, rule, name) for name in names)):
                yield adapter.build(rule.endpoint, dict(zip(names, values, strict=True)))


def told(data: bytes, content_type: str) -> str:
    """Whatever a reader could find in an answer: its text, the parts of an archive, the text of a PDF, what a photo says."""
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "\n".join(told(archive.read(name), "") for name in archive.namelist())
    if data[:5] == b"%PDF-":
        reader = PdfReader(io.BytesIO(data))
        return "\n".join([str(reader.metadata), *(page.extract_text() for page in reader.pages)])
    if content_type.startswith("image/") and "svg" not in content_type:
        with Image.open(io.BytesIO(data)) as image:
            return EXIF if image.getexif() or {"exif", "xmp", "comment"} & set(image.info) else ""
    return data.decode("utf-8", "replace")
