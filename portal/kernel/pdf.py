"""Documents as PDF: HTML on A4 with Chinese fonts, page numbers and tags for screen readers.

Nothing is ever fetched: only ``data:`` images are drawn, so a text with a foreign address in it reaches nobody. The same
HTML gives the same bytes: the file carries no time but the one that is handed in.
"""

import base64
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any

import segno
from PIL import ImageFile

STYLE = Path(__file__).with_name("data") / "pdf.css"
_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Attached:
    """A file inside the PDF: its name, its bytes and one line that says what it is."""

    name: str
    data: bytes
    description: str = ""


@cache
def _engine() -> Any:
    """The renderer takes half a second to load, so only who prints loads it."""
    engine = import_module("weasyprint")
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # it sets this for the whole process; a cut photo stays refused
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)  # what it refuses to fetch is refused, not news
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    return engine


def qr_image(text: str) -> str:
    """A QR code as the ``src`` of an ``<img>``: black on white with a quiet zone."""
    code: str = segno.make(text, error="m", micro=False).svg_data_uri(border=2, dark="#000", light="#fff")
    return code


def render(
    html: str,
    *,
    title: str,
    lang: str = "zh-CN",
    attachments: Sequence[Attached] = (),
    style: str = "",
    made_at: datetime | None = None,
) -> bytes:
    """The PDF of a body of HTML (no ``<html>`` around it).

    ``title`` stands in the metadata and at the foot of each page; ``style`` is CSS on top of the common sheet (classes:
    ``issuer number lede small right signed mono meaning check qr prose``); ``made_at`` becomes the creation date.
    """
    engine = _engine()
    fetcher = engine.urls.URLFetcher(allowed_protocols=("data",))
    created = f'<meta name="dcterms.created" content="{made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}">' if made_at else ""
    page = (
        f'<!doctype html><html lang="{escape(lang)}"><head><meta charset="utf-8"><title>{escape(title)}</title>{created}'
        f"<style>{STYLE.read_text(encoding='utf-8')}{style}</style></head>"
        f'<body><div class="running" aria-hidden="true">{escape(title)}</div>{html}</body></html>'
    )
    inside = [_attachment(engine, file, fetcher, made_at or _NO_TIME) for file in attachments]
    document = engine.HTML(string=page, url_fetcher=fetcher, base_url="data:,")
    content: bytes = document.write_pdf(pdf_variant="pdf/ua-1", attachments=inside)
    return content


def _attachment(engine: Any, file: Attached, fetcher: Any, at: datetime) -> Any:
    """Handed over as ``data:``, so that a file of the machine can never be named."""
    url = f"data:application/octet-stream;base64,{base64.b64encode(file.data).decode()}"
    return engine.Attachment(
        url=url, url_fetcher=fetcher, name=file.name, description=file.description, created=at, modified=at,
        relationship="Supplement",
    )  # fmt: skip
