"""A document as PDF: what was issued, its number, how it was served, and the QR code that verifies it."""

from html import escape

from sqlalchemy.orm import Session

from portal.kernel import pdf as paper
from portal.kernel.formats import date_text
from portal.kernel.i18n import _, using
from portal.kernel.settings import settings
from portal.notices import queries
from portal.notices.kinds import kind
from portal.notices.queries import DocumentView, Section
from portal.receipts.api import printed, qr_image, verify_address


def pdf(db: Session, document_id: str) -> bytes:
    """The document as PDF, always Chinese. Raises ``NotFound``."""
    found = queries.document(db, document_id)
    with using("zh"):
        title = found.title or kind(found.kind).name
        return paper.render(html(found), title=f"{title} {found.number}")


def html(found: DocumentView) -> str:
    """The body of the page."""
    parts = [
        f'<p class="issuer">{escape(settings().operator)}</p>',
        f"<h1>{escape(found.title or kind(found.kind).name)}</h1>",
        f'<p class="number">{escape(found.number)}</p>',
        f"<p>{escape(found.addressee.name)}：</p>" if found.addressee.name else "",
        '<div class="prose">',
        *[_section(section) for section in found.body],
        "</div>",
        _annex(found),
        f'<p class="signed">{escape(settings().operator)}<br>{escape(date_text(found.on))}</p>',
        _check(found),
    ]
    return "".join(parts)


def _section(section: Section) -> str:
    heading = f"<h2>{escape(section.heading)}</h2>" if section.heading else ""
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in section.paragraphs)
    return heading + paragraphs + (_table(section.table) if section.table else "")


def _table(rows: list[list[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows[1:])
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _annex(found: DocumentView) -> str:
    if not found.annex:
        return ""
    lines = "".join(f'<li class="mono">SHA-256 {escape(sha)}</li>' for sha in found.annex)
    return f"<h2>{_('附件')}</h2><ol>{lines}</ol>"


def _check(found: DocumentView) -> str:
    address = verify_address(found.verify_code)
    told = _("扫码核验这份文书，或打开%(address)s输入核验码。", address=f"{settings().base_url}/verify")
    image = f'<img class="qr" src="{qr_image(address)}" alt="{escape(_("核验二维码"))}">'
    code = f'{escape(_("核验码"))} <span class="mono">{printed(found.verify_code)}</span>'
    digest = f'<span class="mono">SHA-256 {found.sha256}</span>'
    return f'<div class="check"><div>{image}</div><div class="small"><p>{escape(told)}</p><p>{code}</p><p>{digest}</p></div></div>'
