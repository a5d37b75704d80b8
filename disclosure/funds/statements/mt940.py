"""MT940 customer statements, with or without SWIFT envelope; Chinese text is kept as it is.

One statement per :20: … :62: message (a page of a long statement is one of its own: :60M: and :62M: balances).
``RC`` and ``RD`` reverse a credit and a debit. Source: SWIFT Standards MT, Category 9, MT 940 field specifications.
"""

import re
from dataclasses import dataclass
from datetime import date

from disclosure.funds.statements.shapes import MAX_LINES, BankStatement, Line, clean, parse_fen, refuse
from portal.kernel.i18n import _

FORMAT = "mt940"
_TAG = re.compile(r"^:(\d{2,3}[A-Z]?|NS):", re.MULTILINE)  # NS: a field of some banks' own
_ENVELOPE = re.compile(r"^\{[^\n]*\{4:\s*\n?|^-\}?[^\n]*$|^\{5:[^\n]*$", re.MULTILINE)
_PART = re.compile(r"\?(\d\d)([^?]*)")
_BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})(\d{1,15},\d{0,2})")
_ENTRY = re.compile(
    r"(?P<value>\d{6})(?P<entry>\d{4})?(?P<mark>R?[CD]|E[CD])(?P<funds>[A-Z])?(?P<amount>\d{1,15},\d{0,2})"
    r"(?P<type>[NSF][A-Z0-9]{3})(?P<ours>[^/\n]*(?:/(?!/)[^/\n]*)*)(?://(?P<theirs>[^\n]*))?(?:\n(?P<more>.*))?",
    re.DOTALL,
)
NO_REFERENCE = {"", "NONREF", "NOTPROVIDED"}


def is_it(head: str) -> bool:
    """Whether the first characters of a file look like MT940."""
    return bool(re.search(r"^:20:", head, re.MULTILINE)) and any(tag in head for tag in (":25:", ":28C:", ":60F:"))


@dataclass(frozen=True)
class _Field:
    tag: str
    text: str
    line: int

    @property
    def place(self) -> str:
        return f":{self.tag}:{self.line}"


def _fields(text: str) -> list[_Field]:
    text = _ENVELOPE.sub("", text)
    marks = list(_TAG.finditer(text))
    if not marks:
        return []
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    found, line, counted = [], 1, 0
    for mark, end in zip(marks, ends, strict=True):
        line, counted = line + text.count("\n", counted, mark.start()), mark.start()
        found.append(_Field(mark[1], text[mark.end() : end].rstrip("\n- "), line))
    return found


def read(text: str) -> list[BankStatement]:
    """Every statement of the file, in its order. InputRefused names the field of what is wrong."""
    fields = _fields(text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff"))
    found: list[BankStatement] = []
    begins = [at for at, field in enumerate(fields) if field.tag == "20"]
    if not begins:
        raise refuse(":20:", _("文件里没有MT940报文（:20:）。"))
    began: date | None = None  # where the first page of a statement begins, so do those after it
    for start, end in zip(begins, [*begins[1:], len(fields)], strict=True):
        page = any(field.tag == "60M" for field in fields[start:end])
        found.append(_statement(fields[start:end], began if page else None))
        began = began if page else found[-1].from_on
    if sum(len(statement.lines) for statement in found) > MAX_LINES:
        raise refuse(":61:", _("一个文件最多%(n)s笔，请分成几份导入。", n=MAX_LINES))
    return found


def _statement(fields: list[_Field], began: date | None) -> BankStatement:
    by_tag = {field.tag: field for field in fields}
    start = next((by_tag[tag] for tag in ("60F", "60M") if tag in by_tag), None)
    end = next((by_tag[tag] for tag in ("62F", "62M") if tag in by_tag), None)
    if "25" not in by_tag or start is None or end is None:
        missing = "25" if "25" not in by_tag else "60F" if start is None else "62F"
        raise refuse(f":{missing}:", _("报文不完整：缺少:%(tag)s:。文件可能被截断，请重新下载。", tag=missing))
    opening, opened, currency = _balance(start)
    closing, closed, closing_currency = _balance(end)
    if currency != closing_currency:
        raise refuse(end.place, _("期初余额与期末余额的币种不同。"))
    account = by_tag["25"].text.split("\n")[0].strip().rpartition("/")[2].removesuffix(currency)
    number = clean(by_tag["28C"].text, 40) if "28C" in by_tag else ""
    made = BankStatement(FORMAT, account, number, None, closed, opening, closing, currency)
    for at, field in enumerate(fields):
        if field.tag == "61":
            words = fields[at + 1].text if at + 1 < len(fields) and fields[at + 1].tag == "86" else ""
            made.lines.append(_line(field, words))
    made.from_on = min([opened, *(line.booked_on for line in made.lines)])
    if start.tag == "60F" and opened <= closed:
        began = opened
    if began is not None:  # the balance at the head of a later page often is of the statement's last day
        made.from_on = max(began, made.from_on)
    return made


def _balance(field: _Field) -> tuple[int, date, str]:
    found = _BALANCE.fullmatch(field.text.strip())
    if found is None:
        raise refuse(field.place, _("余额的写法不符合MT940。"))
    fen = parse_fen(found[4].replace(",", "."), field.place)
    return fen if found[1] == "C" else -fen, _day(found[2], field.place), found[3]


def _day(text: str, place: str) -> date:
    try:
        year = int(text[:2])
        return date(2000 + year if year < 80 else 1900 + year, int(text[2:4]), int(text[4:6]))
    except ValueError as error:
        raise refuse(place, _("“%(value)s”不是日期。", value=text)) from error


def _line(field: _Field, words: str) -> Line:
    found = _ENTRY.fullmatch(field.text.strip())
    if found is None:
        raise refuse(field.place, _("这一笔（:61:）的写法不符合MT940。"))
    value = _day(found["value"], field.place)
    fen = parse_fen(found["amount"].replace(",", "."), field.place)
    mark = found["mark"]
    into = mark in ("C", "RD", "EC")  # the reversal of a debit comes in, that of a credit goes out
    reference = clean(found["theirs"], 80)
    if reference.upper() in NO_REFERENCE:
        reference = ""
    said, name, account = _details(words)
    return Line(
        place=field.place,
        booked_on=_entry_day(value, found["entry"], field.place),
        amount_fen=fen if into else -fen,
        value_on=value,
        counterparty=clean(name, 120),
        counterparty_account=clean(account, 40),
        summary=clean(" ".join(part for part in (said, found["more"] or "") if part)),
        reference=reference,
        raw=f":61:{field.text}\n:86:{words}"[:4000],
    )


def _details(words: str) -> tuple[str, str, str]:
    """Text, other party and its account: a field :86: of parts ?00 to ?63 names them, any other is text as it stands."""
    joined = words.replace("\n", "")
    if not re.match(r"\d{3}\?\d\d", joined):
        return joined, "", ""
    parts: dict[str, str] = {}
    for code, text in _PART.findall(joined):
        parts[code] = parts.get(code, "") + text
    told = [parts[code] for code in sorted(parts) if code == "00" or "20" <= code <= "29" or "60" <= code <= "63"]
    return (
        " ".join(part for part in told if part.strip()),
        parts.get("32", "") + parts.get("33", ""),
        parts.get("31", ""),
    )


def _entry_day(value: date, entry: str | None, place: str) -> date:
    """The entry date has no year: the one that lies nearest to the value date."""
    if not entry:
        return value
    candidates = []
    for year in (value.year - 1, value.year, value.year + 1):
        try:
            candidates.append(date(year, int(entry[:2]), int(entry[2:])))
        except ValueError:
            continue
    if not candidates:
        raise refuse(place, _("“%(value)s”不是日期。", value=entry))
    return min(candidates, key=lambda day: abs((day - value).days))
