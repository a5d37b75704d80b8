"""camt.053 (ISO 20022 BankToCustomerStatement), any version: elements are found by their local names.

One line per entry ``Ntry`` (a batch is one booking of the bank). ``CdtDbtInd`` says the direction also of a reversal;
pending (PDNG) and informational (INFO) entries are no bookings. Document type definitions and entities are refused.
Source: ISO 20022 Message Definition Report, Bank-to-Customer Cash Management, camt.053.001.02 to .13.
"""

import io
import json
from datetime import date
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from disclosure.funds.statements.shapes import MAX_LINES, BankStatement, Line, clean, parse_day, parse_fen, refuse
from portal.kernel.i18n import _

FORMAT = "camt053"
BOOKED = {"", "BOOK"}


def is_it(head: str) -> bool:
    """Whether the first characters of a file look like camt.053."""
    return "BkToCstmrStmt" in head or "camt.053" in head


def read(data: bytes) -> list[BankStatement]:
    """Every statement of the document, in its order. InputRefused names the element of what is wrong."""
    found: list[BankStatement] = []
    state = _Reader()
    try:
        for event, element in iterparse(io.BytesIO(data), events=("start", "end"), forbid_dtd=True):
            name = element.tag.rpartition("}")[2]
            if event == "start":
                state.path.append(name)
                continue
            state.path.pop()
            if name == "Ntry" and state.path and state.path[-1] == "Stmt":
                state.entry(element)
                element.clear()
            elif name == "Stmt":
                found.append(state.statement(element))
                element.clear()
    except DefusedXmlException as error:
        raise refuse("XML", _("文件里有文档类型定义或外部实体，不能导入。请向银行索取原始文件。")) from error
    except (ParseError, LookupError, ValueError, RecursionError) as error:
        raise refuse("XML", _("文件不是完整的XML，可能已损坏或被截断。请重新下载。")) from error
    if not found:
        raise refuse("BkToCstmrStmt", _("文件里没有账户对账单（Stmt）。"))
    return found


class _Reader:
    """Lines gathered since the last statement began."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.entries: list[tuple[dict[str, Any], str]] = []
        self.seen = 0

    def entry(self, element: Any) -> None:
        self.seen += 1
        place = f"Ntry[{len(self.entries) + 1}]"
        if self.seen > MAX_LINES:
            raise refuse(place, _("一个文件最多%(n)s笔，请分成几份导入。", n=MAX_LINES))
        self.entries.append((_tree(element), place))

    def statement(self, element: Any) -> BankStatement:
        tree = _tree(element)
        number = _text(tree, "Id") or _text(tree, "ElctrncSeqNb")
        made = BankStatement(FORMAT, _account(tree), number)
        made.currency = _text(tree, "Acct", "Ccy") or made.currency
        span = _child(tree, "FrToDt")
        balances = _balances(tree, made)
        opening, closing = balances.get("OPBD", balances.get("PRCD")), balances.get("CLBD")
        if closing is None:
            raise refuse("Bal", _("对账单没有期末余额（CLBD），不能证明账目，不能导入。"))
        made.closing_fen = closing[0]
        made.opening_fen = opening[0] if opening else None
        made.from_on = _day(_text(span, "FrDtTm"), "FrToDt") or (balances["OPBD"][1] if "OPBD" in balances else None)
        made.to_on = _day(_text(span, "ToDtTm"), "FrToDt") or closing[1]
        made.lines = [line for tree, place in self.entries if (line := _line(tree, place, made)) is not None]
        self.entries = []
        if "ITBD" in balances and opening is None:  # a later page of a long statement begins with an interim balance
            made.opening_fen = balances["ITBD"][0]
        return made


def _tree(element: Any) -> dict[str, Any]:
    """An element as nested dicts: name to a list of texts or dicts; ``@`` is its currency."""
    made: dict[str, Any] = {}
    for child in element:
        name = child.tag.rpartition("}")[2]
        value: Any = _tree(child) if len(child) else (child.text or "").strip()
        if child.attrib.get("Ccy"):
            made[f"{name}@"] = child.attrib["Ccy"]
        made.setdefault(name, []).append(value)
    return made


def _child(tree: dict[str, Any], *names: str) -> dict[str, Any]:
    for name in names:
        found = tree.get(name, [{}])[0]
        tree = found if isinstance(found, dict) else {}
    return tree


def _text(tree: dict[str, Any], *names: str) -> str:
    found = _child(tree, *names[:-1]).get(names[-1], [""])[0]
    return found if isinstance(found, str) else ""


def _account(tree: dict[str, Any]) -> str:
    number = _text(tree, "Acct", "Id", "IBAN") or _text(tree, "Acct", "Id", "Othr", "Id")
    if not number:
        raise refuse("Acct", _("对账单没有账号（Acct/Id），不能确认属于哪个账户。"))
    return number


def _day(text: str, place: str) -> date | None:
    return parse_day(text, place) if text else None


def _balances(tree: dict[str, Any], made: BankStatement) -> dict[str, tuple[int, date | None]]:
    """Balance code to its signed fen and its day; of several of one code the first opening and the last closing count."""
    found: dict[str, tuple[int, date | None]] = {}
    for at, balance in enumerate(tree.get("Bal", []), start=1):
        place = f"Bal[{at}]"
        code = _text(balance, "Tp", "CdOrPrtry", "Cd") or _text(balance, "Tp", "Cd")
        made.currency = balance.get("Amt@", made.currency)
        fen = _signed(_text(balance, "Amt"), _text(balance, "CdtDbtInd"), place)
        value = (fen, _day(_text(balance, "Dt", "Dt") or _text(balance, "Dt", "DtTm"), place))
        if code == "CLBD" or code not in found:
            found[code] = value
    return found


def _signed(amount: str, direction: str, place: str) -> int:
    if direction not in ("CRDT", "DBIT"):
        raise refuse(place, _("没有借贷方向（CdtDbtInd应为CRDT或DBIT）。"))
    fen = parse_fen(amount, place)
    return fen if direction == "CRDT" else -fen


def _line(tree: dict[str, Any], place: str, made: BankStatement) -> Line | None:
    status = _text(tree, "Sts") or _text(tree, "Sts", "Cd")
    if status not in BOOKED:
        return None
    booked = _text(tree, "BookgDt", "Dt") or _text(tree, "BookgDt", "DtTm")
    value = _text(tree, "ValDt", "Dt") or _text(tree, "ValDt", "DtTm")
    day = _day(booked or value, place) or made.to_on
    if day is None:
        raise refuse(place, _("这一笔没有记账日期（BookgDt）。"))
    if tree.get("Amt@", made.currency) != made.currency:
        raise refuse(place, _("这一笔的币种与账户不同。"))
    fen = _signed(_text(tree, "Amt"), _text(tree, "CdtDbtInd"), place)
    details = [d for group in tree.get("NtryDtls", []) if isinstance(group, dict) for d in group.get("TxDtls", [])]
    first = details[0] if len(details) == 1 and isinstance(details[0], dict) else {}
    name, account = _other_party(first, fen)
    return Line(
        place=place,
        booked_on=day,
        amount_fen=fen,
        value_on=_day(value, place),
        counterparty=name,
        counterparty_account=account,
        summary=_summary(tree, details),
        reference=clean(_text(tree, "AcctSvcrRef") or _text(first, "Refs", "AcctSvcrRef"), 80),
        raw=json.dumps(tree, ensure_ascii=False, separators=(",", ":"))[:4000],
    )


def _other_party(details: dict[str, Any], fen: int) -> tuple[str, str]:
    side = "Dbtr" if fen > 0 else "Cdtr"
    party = _child(details, "RltdPties", side)
    name = _text(party, "Nm") or _text(party, "Pty", "Nm")
    account = _child(details, "RltdPties", f"{side}Acct", "Id")
    return clean(name, 120), clean(_text(account, "IBAN") or _text(account, "Othr", "Id"), 40)


def _summary(tree: dict[str, Any], details: list[Any]) -> str:
    words = [text for d in details[:3] if isinstance(d, dict) for text in _child(d, "RmtInf").get("Ustrd", [])]
    words += [_text(d, "AddtlTxInf") for d in details[:1] if isinstance(d, dict)]
    return clean("；".join(dict.fromkeys(w for w in [*words, _text(tree, "AddtlNtryInf")] if w)))
