"""Certificates on paper: the credit report, the plaque of a star rating, the poster for the lobby."""

from datetime import date
from typing import Any

from flask import render_template

from portal.kernel import pdf
from portal.kernel.i18n import _, language
from portal.kernel.settings import settings
from portal.receipts import api as receipts
from portal.registry import api as registry
from portal.shell.public.bidder import files, words
from portal.shell.public.papers import badge
from scoring.credit import api as credit
from scoring.rules.rulesets import rule_set

Row = dict[str, Any]
SIZES = {"poster_a4": "A4", "poster_a3": "A3"}
PLAQUE_PAGE = "@page { size: A4 landscape; margin: 16mm 22mm 14mm }"


def _lang() -> str:
    return "en" if language() == "en" else "zh-CN"


def _parts(receipt: Row) -> Row:
    payload = receipt["payload"]
    as_of, known_at, issued_at = files.moments(payload)
    return {
        **files.check_parts(receipt), "item": payload["items"][0], "payload": payload, "as_of": as_of,
        "known_at": known_at, "issued_at": issued_at, "day_of": date.fromisoformat,
    }  # fmt: skip


def _attached(receipt: Row) -> list[pdf.Attached]:
    name = f"receipt-{receipt['payload']['id']}.json"
    return [pdf.Attached(name, receipts.canonical(receipt), _("带数字签名的内容"))]


def report(receipt: Row, ending: str) -> bytes:
    """The credit report as ``pdf`` or ``json``."""
    if ending != "pdf":
        return receipts.canonical(receipt)
    parts = _parts(receipt)
    html = render_template(
        "receipts/report_print.html", **parts, event_name=credit.event_name, star_words=badge.star_words,
        meaning=words.meaning(parts["as_of"], parts["known_at"]),
    )  # fmt: skip
    return pdf.render(
        html, title=_("企业信用报告"), lang=_lang(), attachments=_attached(receipt), made_at=parts["issued_at"]
    )


def plaque(receipt: Row, ending: str = "pdf") -> bytes:
    """The certificate of a star rating, A4 across; ``json``: the signed content."""
    if ending != "pdf":
        return receipts.canonical(receipt)
    return _stars(receipt, "receipts/plaque_print.html", PLAQUE_PAGE, _("年度星级证书"))


def poster(receipt: Row, shape: str) -> bytes:
    """The poster for the lobby: ``poster_a4`` or ``poster_a3``."""
    size = SIZES[shape]
    scale = "html { font-size: 15pt }" if size == "A3" else "html { font-size: 10.5pt }"
    return _stars(
        receipt, "receipts/poster_print.html", f"@page {{ size: {size}; margin: 18mm }} {scale}", _("星级公示")
    )


def _stars(receipt: Row, template: str, page: str, title: str) -> bytes:
    parts = _parts(receipt)
    item = parts["item"]
    rules = rule_set(item["rule_set"])
    live = f"{settings().base_url}/estates/{item['estate_code']}"
    html = render_template(
        template, **parts, stars=badge.star_words(item["stars"]), stars_svg=badge.stars_svg, rules=rules,
        kind_name=registry.kind_name(item["kind"]), live=live, live_qr=receipts.qr_image(live),
    )  # fmt: skip
    return pdf.render(
        html, title=title, lang=_lang(), attachments=_attached(receipt), made_at=parts["issued_at"], style=page
    )
