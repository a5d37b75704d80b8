"""The answer as files: the receipt as JSON, the rows as xlsx and csv, the receipt on paper as PDF with the JSON inside."""

import io
from collections import Counter
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from flask import render_template

from portal.kernel import clock, pdf
from portal.kernel.i18n import _, language
from portal.kernel.settings import settings
from portal.kernel.sheets.write import csv_lines, write_xlsx
from portal.receipts import api as receipts
from portal.shell.public import words as public_words
from portal.shell.public.answers import XLSX
from portal.shell.public.bidder import words
from portal.shell.public.bidder.answer import STATUSES, Item
from scoring.lists import api as lists

Receipt = dict[str, Any]
COLUMNS = ("no", "query_uscc", "query_name", "status", "status_text", "uscc", "name", "score", "reason", "entries",
           "validity", "decisions", "as_of", "known_at", "provisional", "receipt")  # fmt: skip
ON_PAPER = 100
MEDIA = {"pdf": "application/pdf", "json": "application/json", "xlsx": XLSX, "csv": "text/csv; charset=utf-8"}


def headers() -> tuple[str, ...]:
    """The headers of the sheet, in the reader's language."""
    return (
        _("序号"), _("查询的代码"), _("查询的名称"), _("结果代码"), _("结果"), _("统一社会信用代码"), _("企业名称"),
        _("相符程度（0至1000）"), _("相符说明"), _("榜单和理由"), _("有效期"), _("决定书"), _("按哪一天"), _("截至何时已登记"),
        _("暂时结果"), _("回执编号"),
    )  # fmt: skip


def rows(receipt: Receipt) -> list[tuple[Any, ...]]:
    """One row for each question, in order."""
    payload = receipt["payload"]
    return [_row(number, item, payload) for number, item in enumerate(payload["items"], start=1)]


def _row(number: int, item: Item, payload: dict[str, Any]) -> tuple[Any, ...]:
    entries = item["entries"]
    query = item["query"]
    return (
        number, query.get("uscc", ""), query.get("name", ""), item["status"], words.status(item["status"]),
        item["uscc"] or "", item["name"] or "", item["matches"][0]["score"] if item["matches"] else "",
        words.reason_of(item), "\n".join(entry_line(entry) for entry in entries),
        "\n".join(words.validity(entry) for entry in entries), "\n".join(entry["decision"] for entry in entries),
        payload["as_of"], payload["known_at"], _("是") if item["provisional"] else _("否"), payload["id"],
    )  # fmt: skip


def entry_line(entry: dict[str, Any]) -> str:
    """Which list, about what, and why."""
    about = f"（{entry['name']}）" if entry["subject_type"] == "estate" and entry["name"] else ""
    reason = public_words.list_reason(entry["reason"], entry["kind"], entry.get("rule_set", ""))
    return f"{public_words.list_name(entry['kind'])}{_('：')}{reason}{about}"


def entry_said(entry: dict[str, Any]) -> str:
    """An entry of an answer in the sentence that pages and the API show too."""
    days = {
        name: date.fromisoformat(entry[name]) if entry[name] else None for name in ("effective_from", "effective_to")
    }
    return lists.said(
        SimpleNamespace(**{"rule_set": "", **entry, **days, "name": entry["name"] or "", "case_id": ""})
    ).sentences[0]


def counts(items: list[Item]) -> list[tuple[str, int]]:
    """Status to how many, those that are listed first."""
    found = Counter(item["status"] for item in items)
    return [(status, found[status]) for status in STATUSES if found[status]]


def made(receipt: Receipt, ending: str) -> bytes:
    """The file in a format: ``json``, ``csv``, ``xlsx`` or ``pdf``."""
    if ending == "json":
        return receipts.canonical(receipt)
    if ending == "csv":
        return "".join(csv_lines(headers(), rows(receipt))).encode()
    if ending == "xlsx":
        target = io.BytesIO()
        write_xlsx(target, headers(), rows(receipt), _("查询结果"))
        return target.getvalue()
    return printed(receipt)


def moments(payload: dict[str, Any]) -> tuple[date, datetime, datetime]:
    """(the day, known at, issued at) of a payload."""
    instants = [datetime.fromisoformat(payload[name].replace("Z", "+00:00")) for name in ("known_at", "issued_at")]
    return date.fromisoformat(payload["as_of"]), instants[0], instants[1]


def printed(receipt: Receipt) -> bytes:
    """The receipt on paper, in the reader's language: what was asked and answered, what it means, how to verify it.

    A long list is printed in part: paper takes seconds for each hundred rows, and the file carries all of them inside.
    """
    payload = receipt["payload"]
    as_of, known_at, issued_at = moments(payload)
    html = render_template(
        "receipts/check.html", payload=payload, as_of=as_of, known_at=known_at, issued_at=issued_at,
        shown=_on_paper(payload["items"]), total=len(payload["items"]), counts=counts(payload["items"]),
        meaning=words.meaning(as_of, known_at), **check_parts(receipt),
    )  # fmt: skip
    name = f"receipt-{payload['id']}"
    inside = [pdf.Attached(f"{name}.json", receipts.canonical(receipt), _("查询回执（带数字签名）"))]
    if len(payload["items"]) > ON_PAPER:
        inside.append(pdf.Attached(f"{name}.csv", made(receipt, "csv"), _("查询结果")))
    lang = "en" if language() == "en" else "zh-CN"
    return pdf.render(html, title=_("红黑榜查询回执"), lang=lang, attachments=inside, made_at=issued_at)


def _on_paper(items: list[Item]) -> list[tuple[int, Item]]:
    """Items with their numbers: all of a short list, of a long one those that need a look first."""
    numbered = list(enumerate(items, start=1))
    if len(items) <= ON_PAPER:
        return numbered
    telling = sorted(numbered, key=lambda pair: STATUSES.index(pair[1]["status"]) if pair[1]["status"] != "none" else 9)
    return sorted(telling[:ON_PAPER], key=lambda pair: pair[0])


def check_parts(receipt: Receipt) -> dict[str, Any]:
    """What the foot of every signed print shows: the code, the holder's code, the QR code and the key."""
    code, own = receipt["payload"]["id"], receipts.holder_code(receipt["signature"])
    config, english = settings(), language() == "en"
    return {
        "code": receipts.printed(code), "holder_code": receipts.printed(own), "key_id": receipt["key_id"],
        "address": receipts.verify_address(code), "base": config.base_url, "signature": receipt["signature"],
        "qr": receipts.qr_image(receipts.verify_address(code)),
        "operator": config.operator_en if english else config.operator,
        "site_name": config.site_name_en if english else config.site_name, "entry_line": entry_line, "entry_said": entry_said, "words": words,
        "clock": clock,
    }  # fmt: skip
