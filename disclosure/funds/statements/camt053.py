"""camt.053 (ISO 20022 BankToCustomerStatement), any version: elements are found by their local names.

One line per entry ``Ntry`` (a batch is one booking of the bank). ``CdtDbtInd`` says the direction also of a reversal;
pending (PDNG) and informational (INFO) entries are no bookings. Document type definitions and entities are refused.
Source: ISO 20022 Message Definition Report, Bank-to-Customer Cash Management, camt.053.001.02 to .13.
"""

import json
from datetime import date
from typing import Any
from xml.parsers import expat

from disclosure.funds.statements.shapes import (
    MAX_LINES,
    BankStatement,
    Line,
    clean,
    parse_day,
    parse_standard_fen,
    refuse,
)
from portal.kernel.i18n import _

FORMAT = "camt053"
BOOKED = {"", "BOOK"}
_DEEPEST = 100  # elements within elements: the standard needs about fifteen
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
Tree = dict[str, Any]
_NOTHING = [""]


def is_it(head: str) -> bool:
    """Whether the first characters of a file look like camt.053."""
    return "BkToCstmrStmt" in head or "camt.053" in head


def read(data: bytes) -> list[BankStatement]:
    """Every statement of the document, in its order. InputRefused names the element of what is wrong."""
    reader = _Reader()
    try:
        reader.parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError, RecursionError) as error:
        raise refuse("XML", _("文件不是完整的XML，可能已损坏或被截断。请重新下载。")) from error
    if not reader.found:
        raise refuse("BkToCstmrStmt", _("文件里没有账户对账单（Stmt）。"))
    return reader.found


class _Reader:
    """Turns elements into nested dicts: name to a list of texts or dicts; ``name@`` is its currency. Entries and statements
    are taken off as they end, so that the whole document never stands in memory.

    Straight on the parser: a year's statements have a million entries of a dozen elements each. A document type, which
    alone can declare entities, ends it.
    """

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self.parser.EntityDeclHandler = self._refuse
        self.parser.ExternalEntityRefHandler = self._refuse
        self.stack: list[tuple[str, Tree, list[str]]] = [("", {}, [])]
        self.entries: list[tuple[Tree, str]] = []
        self.found: list[BankStatement] = []
        self.seen = 0

    def _refuse(self, *_declared: Any) -> Any:
        raise refuse("XML", _("文件里有文档类型定义或外部实体，不能导入。请向银行索取原始文件。"))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if attributes and attributes.get("Ccy"):
            self.stack[-1][1][f"{local}@"] = attributes["Ccy"]
        self.stack.append((local, {}, []))
        if len(self.stack) > _DEEPEST:
            raise refuse("XML", _("文件不是完整的XML，可能已损坏或被截断。请重新下载。"))

    def _text(self, text: str) -> None:
        self.stack[-1][2].append(text)

    def _end(self, _name: str) -> None:
        name, tree, texts = self.stack.pop()
        parent = self.stack[-1]
        if name == "Ntry" and parent[0] == "Stmt":
            self._entry(tree)
        elif name == "Stmt":
            self.found.append(self.statement(tree))
        else:
            value = tree or "".join(texts).strip()
            if name in parent[1]:
                parent[1][name].append(value)
            else:
                parent[1][name] = [value]

    def _entry(self, tree: Tree) -> None:
        self.seen += 1
        place = f"Ntry[{len(self.entries) + 1}]"
        if self.seen > MAX_LINES:
            raise refuse(place, _("一个文件最多%(n)s笔，请分成几份导入。", n=MAX_LINES))
        self.entries.append((tree, place))

    def statement(self, tree: Tree) -> BankStatement:
        """A statement with the entries since it began."""
        number = _text(tree, "Id") or _text(tree, "ElctrncSeqNb")
        made = BankStatement(FORMAT, _account(tree), number)
        made.currency = _text(tree, "Acct", "Ccy") or made.currency
        span = _child(tree, "FrToDt")
        balances = _balances(tree, made)
        opening, closing = balances.get("OPBD", balances.get("PRCD")), balances.get("CLBD")
        if closing is None:
            raise refuse("Bal", _("对账单没有期末余额（CLBD），不能导入。请向银行索取带余额的对账单。"))
        made.closing_fen = closing[0]
        made.opening_fen = opening[0] if opening else None
        made.from_on = _day(_text(span, "FrDtTm"), "FrToDt") or (balances["OPBD"][1] if "OPBD" in balances else None)
        made.to_on = _day(_text(span, "ToDtTm"), "FrToDt") or closing[1]
        made.lines = [line for tree, place in self.entries if (line := _line(tree, place, made)) is not None]
        self.entries = []
        if "ITBD" in balances and opening is None:  # a later page of a long statement begins with an interim balance
            made.opening_fen = balances["ITBD"][0]
        return made


def _child(tree: dict[str, Any], *names: str) -> dict[str, Any]:
    for name in names:
        found = tree.get(name, [{}])[0]
        tree = found if isinstance(found, dict) else {}
    return tree


def _text(tree: dict[str, Any], *names: str) -> str:
    if len(names) > 1:
        tree = _child(tree, *names[:-1])
    found = tree.get(names[-1], _NOTHING)[0]
    return found if isinstance(found, str) else ""


def _account(tree: dict[str, Any]) -> str:
    number = _text(tree, "Acct", "Id", "IBAN") or _text(tree, "Acct", "Id", "Othr", "Id")
    if not number:
        raise refuse("Acct", _("对账单没有账号（Acct/Id），不能确认属于哪个账户。请向银行索取原始文件。"))
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
    fen = parse_standard_fen(amount, place)
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
        raw=_encode(tree)[:4000],
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
