"""OFX bank statements, versions 1 (SGML, tags left open) and 2 (XML): read as tags and texts, so no entity is resolved.

OFX carries no opening balance: it is derived from the closing one. Source: OFX 2.3 specification, section 11.
"""

import html
import re
from collections.abc import Iterator
from datetime import date, timedelta

from disclosure.funds.statements.shapes import MAX_LINES, BankStatement, Line, clean, parse_day, parse_fen, refuse
from portal.kernel.i18n import _

FORMAT = "ofx"
_TOKEN = re.compile(r"<(/?)([A-Za-z0-9.]+)\s*/?>([^<]*)")
_STATEMENT = re.compile(r"<(/?)(?:CC)?STMTRS>", re.IGNORECASE)
_ENTRY = re.compile(r"<(/?)STMTTRN>", re.IGNORECASE)
_ENTITY = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def is_it(head: str) -> bool:
    """Whether the first characters of a file look like OFX."""
    return "OFXHEADER" in head.upper() or bool(re.search(r"<OFX>", head, re.IGNORECASE))


def charset(head: bytes) -> str:
    """The encoding that an OFX 1 header names."""
    found = re.search(rb"CHARSET:\s*([\w-]+)", head)
    name = found[1].decode().lower() if found else ""
    return {"1252": "cp1252", "936": "gb18030", "gb2312": "gb18030", "gbk": "gb18030", "utf-8": "utf-8"}.get(name, "")


def read(text: str) -> list[BankStatement]:
    """Every bank statement of the file, in its order. InputRefused names the tag of what is wrong."""
    if _ENTITY.search(text):
        raise refuse("OFX", _("文件里有文档类型定义或外部实体，不能导入。请向银行索取原始文件。"))
    if not re.search(r"</OFX>\s*$", text, re.IGNORECASE):
        raise refuse("</OFX>", _("文件不完整，可能被截断。请重新下载。"))
    found: list[BankStatement] = []
    for start, end in _between(_STATEMENT, text):
        found.append(_statement(text[start:end]))
    if not found:
        raise refuse("STMTRS", _("文件里没有账户对账单（STMTRS）。"))
    if sum(len(statement.lines) for statement in found) > MAX_LINES:
        raise refuse("STMTTRN", _("一个文件最多%(n)s笔，请分成几份导入。", n=MAX_LINES))
    return found


def _between(tag: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    """Where the contents of an element begin and end, found in one pass: a file of opening tags alone costs no more."""
    found, begins = [], None
    for mark in tag.finditer(text):
        if not mark[1] and begins is None:
            begins = mark.end()
        elif mark[1] and begins is not None:
            found.append((begins, mark.start()))
            begins = None
    return found


def _values(block: str) -> Iterator[tuple[str, str]]:
    for close, name, text in _TOKEN.findall(block):
        if not close and text.strip():
            yield name.upper(), html.unescape(text.strip())


def _statement(block: str) -> BankStatement:
    entries = _between(_ENTRY, block)
    edges = [0, *(edge for entry in entries for edge in entry), len(block)]
    rest = (block[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))
    outside = dict(_values("".join(rest)))
    if "ACCTID" not in outside:
        raise refuse("ACCTID", _("对账单没有账号（ACCTID），不能确认属于哪个账户。请向银行索取原始文件。"))
    ledger = re.search(r"<LEDGERBAL>(.*?)(?:</LEDGERBAL>|<AVAILBAL>|$)", block, re.IGNORECASE | re.DOTALL)
    balance = dict(_values(ledger[1])) if ledger else {}
    if "BALAMT" not in balance:
        raise refuse("LEDGERBAL", _("对账单没有账面余额（LEDGERBAL），不能导入。请向银行索取带余额的对账单。"))
    made = BankStatement(FORMAT, outside["ACCTID"], "", currency=outside.get("CURDEF", "CNY"))
    made.closing_fen = _fen(balance["BALAMT"], "LEDGERBAL")
    as_of = _day(balance["DTASOF"], "DTASOF") if "DTASOF" in balance else None
    made.from_on = _day(outside["DTSTART"], "DTSTART") if "DTSTART" in outside else None
    made.to_on = _end(outside["DTEND"], as_of) if "DTEND" in outside else as_of
    for at, (start, end) in enumerate(entries, start=1):
        text = block[start:end]
        made.lines.append(_line(dict(_values(text)), f"STMTTRN[{at}]", text))
    if block.upper().count("<STMTTRN>") != len(made.lines):
        raise refuse(f"STMTTRN[{len(made.lines) + 1}]", _("文件不完整，可能被截断。请重新下载。"))
    return made


def _end(text: str, as_of: date | None) -> date:
    """DTEND is an instant: midnight sharp belongs to the day before, unless the balance is said to be of that day."""
    day = _day(text, "DTEND")
    at_midnight = re.match(r"\d{8}000000", text) is not None
    return day - timedelta(days=1) if at_midnight and as_of is not None and as_of < day else day


def _day(text: str, place: str) -> date:
    return parse_day(text[:8], place)


def _fen(text: str, place: str) -> int:
    """An amount; the specification allows a decimal comma."""
    comma = "," in text and "." not in text and re.search(r",\d{1,2}$", text)
    return parse_fen(text.replace(",", ".") if comma else text, place)


def _line(values: dict[str, str], place: str, raw: str) -> Line:
    if "DTPOSTED" not in values or "TRNAMT" not in values:
        raise refuse(place, _("这一笔没有日期（DTPOSTED）或金额（TRNAMT）。"))
    return Line(
        place=place,
        booked_on=_day(values["DTPOSTED"], place),
        amount_fen=_fen(values["TRNAMT"], place),
        counterparty=clean(values.get("NAME"), 120),
        counterparty_account="",
        summary=clean(values.get("MEMO")),
        reference=clean(values.get("FITID"), 80),
        raw=re.sub(r"\s*\n\s*", "\n", raw.strip())[:4000],
    )
