"""Bank statements as spreadsheets (xlsx, xls, csv in UTF-8 or GB18030): through a layout, newest first or oldest first.

A sheet that does not say its period covers the months of its lines, up to the day of the import.
"""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from json.encoder import encode_basestring
from operator import itemgetter
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from disclosure.funds.statements.layouts import FIELDS, IN_MARKS, OUT_MARKS, Layout, normal
from disclosure.funds.statements.shapes import MAX_LINES, BankStatement, Line, clean, parse_day, parse_fen, refuse
from portal.kernel.errors import CellError, InputRefused
from portal.kernel.i18n import _
from portal.kernel.sheets.columns import letters
from portal.kernel.sheets.csvtext import decode
from portal.kernel.sheets.read import read_grid

_HEAD_ROWS = 40
_FOOTER = re.compile(
    r"^(?:合计|总计|小计|本页|累计|总收入|总支出|收入合计|支出合计|说明|注[:：]|备注[:：]|打印|第\d+页|[-—=*]{3,})"
)
_ACCOUNT = re.compile(r"(?:账号|帐号|卡号|账户号码?|account)\s*[:：]?\s*([0-9][0-9*＊xX \-]{5,40})", re.IGNORECASE)
_PERIOD = re.compile(
    r"(\d{4}[-/.年]?\d{1,2}[-/.月]?\d{1,2}日?)\s*(?:至|到|~|—|--|-|–)\s*(\d{4}[-/.年]?\d{1,2}[-/.月]?\d{1,2}日?)"
)
_OPENING = re.compile(r"(?:期初|上期|承前)余额[^0-9¥￥\-]{0,40}(-?[\d,]+(?:\.\d+)?)")
_CLOSING = re.compile(r"(?:期末|本期末)余额[^0-9¥￥\-]{0,40}(-?[\d,]+(?:\.\d+)?)")
_OLE = b"\xd0\xcf\x11\xe0"
_NOTHING = ("", "-", "--")
_QUOTES = "`'"

Rows = list[list[Any]]
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_words = lru_cache(maxsize=4096)(clean)  # payees and summaries come again and again


class UnknownLayout(InputRefused):
    """No layout knows the columns: a person may say what they are."""

    @classmethod
    def at(cls, place: str, message: str) -> "UnknownLayout":
        """The refusal for the first cell."""
        return cls([CellError(place, message)], message)


def read_rows(data: bytes, name: str) -> tuple[str, Rows]:
    """The name for addresses and all rows of the first sheet."""
    if data.startswith(b"PK"):
        grid = read_grid(data, name)
        return grid.name, [list(row) for row in grid.rows]
    if data.startswith(_OLE):
        return _read_xls(data)
    text = decode(data)
    head = "\n".join(text.splitlines()[:_HEAD_ROWS])
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count)))
    except csv.Error as error:
        raise refuse(name, _("这个csv文件的引号不成对，或者一格文字过长。请重新从网银导出。")) from error
    return name, rows


def _read_xls(data: bytes) -> tuple[str, Rows]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheet = book.get_sheet_by_index(0)
        return sheet.name, sheet.to_python(skip_empty_area=False)
    except (CalamineError, ValueError, IndexError) as error:
        raise refuse("xls", _("文件已损坏或不完整，无法读取。请另存为xlsx后重新上传。")) from error


def text_of(cell: Any) -> str:
    """A cell as text: days as ISO, whole numbers without a point."""
    if isinstance(cell, str):
        return cell.strip().strip("`'") if cell else ""
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return repr(int(cell)) if cell == int(cell) and abs(cell) < 1e15 else repr(round(cell, 6))
    return "" if cell is None else str(cell).strip().strip("\t").strip("`'")


def find_header(rows: Rows, layouts: Mapping[str, Layout]) -> tuple[int, Layout, dict[str, list[int]]] | None:
    """The header row, the layout that knows most of its columns, and the places; None when none fits."""
    for at, row in enumerate(rows[:_HEAD_ROWS]):
        headers = [text_of(cell) for cell in row]
        fits = [(layout, places) for layout in layouts.values() if (places := layout.match(headers)) is not None]
        if fits:
            layout, places = max(fits, key=lambda fit: len(fit[1]))
            return at, layout, places
    return None


def read(data: bytes, name: str, layouts: Mapping[str, Layout], today: date) -> list[BankStatement]:
    """The one statement of a spreadsheet. InputRefused names the cell of what is wrong."""
    sheet, rows = read_rows(data, name)
    found = find_header(rows, layouts)
    if found is None:
        heads = "、".join(layout.code for layout in layouts.values())
        raise UnknownLayout.at(
            f"{sheet}!A1",
            _("没有找到明细的表头。已有的银行明细格式：%(codes)s；也可以先在页面上登记这家银行的格式。", codes=heads),
        )
    at, layout, places = found
    return [_statement(sheet, rows, at, layout, places, today)]


def _statement(
    sheet: str, rows: Rows, head: int, layout: Layout, places: dict[str, list[int]], today: date
) -> BankStatement:
    preface = [" ".join(text_of(cell) for cell in row if text_of(cell)) for row in rows[:head]]
    lines: list[Line] = []
    accounts: set[str] = set()
    reader = _RowReader(sheet, layout, places, [text_of(cell) for cell in rows[head]])
    for number, row in enumerate(rows[head + 1 :], start=head + 2):
        line, account = reader.line(row, number)
        if line is not None:
            lines.append(line)
            accounts |= {account} if account else set()
            if len(lines) > MAX_LINES:
                raise refuse(f"{sheet}!A{number}", _("一个文件最多%(n)s笔，请分成几份导入。", n=MAX_LINES))
    if len(accounts) > 1:
        raise refuse(f"{sheet}!A{head + 1}", _("文件里有几个账号的明细，请按账户分开导出。"))
    text = "\n".join(preface)
    named = _ACCOUNT.search(text)
    made = BankStatement(layout.code, accounts.pop() if accounts else named[1].strip() if named else "")
    made.lines = _in_order(lines)
    _span(made, text, sheet, today)
    _balances(made, text, sheet)
    return made


class _RowReader:
    """Turns rows into lines by the places of the columns. A bank's year has a million rows: what every row shares is worked
    out once, and the shapes that nearly every cell has come first."""

    def __init__(self, sheet: str, layout: Layout, places: dict[str, list[int]], headers: Sequence[str]) -> None:
        self.sheet, self.layout, self.places, self.headers = sheet, layout, places, headers
        self.addresses = {field: f"{sheet}!{letters(found[0])}" for field, found in places.items()}
        self.day_header = normal(headers[places["booked_on"][0]])
        self.named = [(place, header) for place, header in enumerate(headers) if header]
        names = [header for _place, header in self.named]
        self.keys = [f"{encode_basestring(header)}:" for header in headers] if len(set(names)) == len(headers) else None
        self.width = len(headers) + 1  # the last cell is empty: where the fields stand that the layout does not have
        self.take = itemgetter(*(places.get(field, [-1])[0] for field in FIELDS))
        self.summaries = places.get("summary", [])
        self.days: dict[str, date] = {}

    def cell(self, field: str, number: int) -> str:
        """The address of a field in a row."""
        return f"{self.addresses[field]}{number}"

    def line(self, row: Sequence[Any], number: int) -> tuple[Line | None, str]:
        """The line of a row and the account it names; no line where the row is empty, a total or a repeated header."""
        texts = [
            cell.strip().strip(_QUOTES) if cell.__class__ is str else text_of(cell) for cell in row[: self.width - 1]
        ]
        texts += [""] * (self.width - len(texts))
        values = self.take(texts)
        day, value, _into, _out, _sum, _mark, balance, party, party_account, summary, reference, account = values
        if not (texts[0] == day and day[:1].isdigit()) and self._is_no_line(texts, day):
            return None, ""
        place = f"{self.addresses['booked_on']}{number}"
        if day not in self.days:
            self.days[day] = parse_day(day, place)
        if len(self.summaries) > 1:
            summary = "；".join(dict.fromkeys(texts[place] for place in self.summaries if texts[place]))
        line = Line(
            place,
            self.days[day],
            self._amount(values, number),
            parse_day(value, self.cell("value_on", number)) if value else None,
            parse_fen(balance, self.cell("balance", number)) if balance not in _NOTHING else None,
            _words(party, 120),
            clean(party_account, 40) if party_account else "",
            _words(summary),
            clean(reference, 80),
            self._raw(texts)[:4000],
        )
        return line, account

    def _is_no_line(self, texts: Sequence[str], day: str) -> bool:
        first = next(filter(None, texts), "")
        return not first or bool(_FOOTER.match(first)) or (not day[:1].isdigit() and normal(day) == self.day_header)

    def _raw(self, texts: Sequence[str]) -> str:
        """The row as delivered: header to text, as JSON."""
        if self.keys is not None:
            pairs = zip(self.keys, texts, strict=False)
            return "{" + ",".join([key + encode_basestring(text) for key, text in pairs if text]) + "}"
        return _encode({header: texts[place] for place, header in self.named if place < len(texts) and texts[place]})

    def _amount(self, values: Sequence[str], number: int) -> int:
        income, outgo, amount, mark = values[2:6]
        if "amount" in self.places and "direction" in self.places:
            return self._marked(amount, mark, number)
        if "income" in self.places and "outgo" in self.places:
            return self._two_columns(income, outgo, number)
        return parse_fen(amount, self.cell("amount", number))

    def _marked(self, amount: str, mark: str, number: int) -> int:
        fen = parse_fen(amount, self.cell("amount", number))
        mark = normal(mark)
        if mark in IN_MARKS:
            return fen
        if mark in OUT_MARKS:
            return -fen
        raise refuse(
            self.cell("direction", number), _("“%(value)s”不是借贷方向，应为借、贷或收、支。", value=mark[:20])
        )

    def _two_columns(self, income: str, outgo: str, number: int) -> int:
        into = 0 if income in _NOTHING else parse_fen(income, self.cell("income", number))
        out = 0 if outgo in _NOTHING else parse_fen(outgo, self.cell("outgo", number))
        if (into and out) or (income in _NOTHING and outgo in _NOTHING):
            raise refuse(self.cell("income", number), _("收入和支出应当只填一项。"))
        return into - abs(out) if out else into


def _in_order(lines: list[Line]) -> list[Line]:
    """Oldest first. Within one day the running balances say which way the bank wrote them."""
    if len(lines) < 2:
        return lines
    newest_first = lines[0].booked_on > lines[-1].booked_on
    if lines[0].booked_on == lines[-1].booked_on:
        newest_first = _breaks(lines) > _breaks(lines[::-1])
    ordered = lines[::-1] if newest_first else lines
    return sorted(ordered, key=lambda line: line.booked_on)


def _breaks(lines: list[Line]) -> int:
    pairs = zip(lines, lines[1:], strict=False)
    return sum(
        1
        for before, line in pairs
        if before.balance_fen is not None
        and line.balance_fen is not None
        and before.balance_fen + line.amount_fen != line.balance_fen
    )


def _span(made: BankStatement, preface: str, sheet: str, today: date) -> None:
    said = _PERIOD.search(preface)
    if said:
        made.from_on, made.to_on = parse_day(said[1], f"{sheet}!A1"), parse_day(said[2], f"{sheet}!A1")
    elif made.lines:
        first, last = made.lines[0].booked_on, made.lines[-1].booked_on
        made.from_on = first.replace(day=1)
        month_end = (last.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        made.to_on = max(last, min(month_end, today - timedelta(days=1)))


def _balances(made: BankStatement, preface: str, sheet: str) -> None:
    opening, closing = _OPENING.search(preface), _CLOSING.search(preface)
    if opening:
        made.opening_fen = parse_fen(opening[1], f"{sheet}!A1")
    if closing:
        made.closing_fen = parse_fen(closing[1], f"{sheet}!A1")
    known = [line for line in made.lines if line.balance_fen is not None]
    if known and made.opening_fen is None and made.lines[0].balance_fen is not None:
        made.opening_fen = made.lines[0].balance_fen - made.lines[0].amount_fen
    if known and made.closing_fen is None and made.lines[-1].balance_fen is not None:
        made.closing_fen = made.lines[-1].balance_fen
    if made.closing_fen is None and made.opening_fen is not None:
        made.closing_fen = made.opening_fen + sum(line.amount_fen for line in made.lines)
