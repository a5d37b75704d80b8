"""What an answer tells: the words of pages, sheets, papers and archives, and what stands beside them in names and metadata."""

import functools
import io
import zipfile

from docx import Document
from pypdf import PdfReader
from werkzeug.test import TestResponse

from tests.mediation.seeded import TELLTALES


@functools.cache
def _read(data: bytes, kind: str) -> tuple[str, str]:
    """(what a file says, what it is called and carries beside it)."""
    if kind == "application/pdf" and b"%%EOF" in data:
        reader = PdfReader(io.BytesIO(data))
        beside = f"{reader.metadata}{reader.xmp_metadata and reader.xmp_metadata.stream.get_data()}"
        return "".join(page.extract_text() for page in reader.pages), beside
    if not data.startswith(b"PK"):
        return data.decode(errors="ignore"), ""
    said, beside = "", ""
    if "word" in kind:
        core = Document(io.BytesIO(data)).core_properties
        beside = "".join(str(getattr(core, name)) for name in ("title", "author", "subject", "comments", "keywords"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        beside += archive.comment.decode() + "".join(archive.namelist())
        for name in archive.namelist():
            inner = "application/pdf" if name.endswith(".pdf") else "word" if name.endswith(".docx") else ""
            one = _read(archive.read(name), inner)
            said, beside = said + one[0], beside + one[1]
    return said, beside


def telltales(told: str) -> set[str]:
    return {name for name, word in TELLTALES.items() if word in told}


def heard(answer: TestResponse) -> tuple[set[str], set[str]]:
    """(telltales in what it says, telltales in its address, headers, names and metadata)."""
    said, beside = _read(answer.get_data(), answer.mimetype)
    if answer.mimetype == "text/calendar":
        said, beside = "", beside + said.replace("\r\n ", "")  # a calendar is shared with anybody
    return telltales(said), telltales(f"{beside}{answer.request.url}{answer.headers}")
