"""What every reader of bank files gives: statements with their lines, in integer fen, with the words as delivered."""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from portal.kernel.errors import CellError, InputRefused
from portal.kernel.i18n import _

MAX_FEN = 10**15  # ten trillion yuan: beyond it a file is damaged, not rich
MAX_LINES = 500_000
_STANDARD = re.compile(r"[0-9]{1,14}(?:\.[0-9]{0,5})?|\.[0-9]{1,5}", re.ASCII)
_PLAIN = re.compile(r"(-?[0-9]{1,12})(?:\.([0-9]{0,2}))?", re.ASCII)
_BREAKS = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_SPACES = re.compile(r"\s+")
CURRENCY = "CNY"


@dataclass(slots=True)
class Line:
    """One booking: ``amount_fen`` is signed (in is positive), ``place`` says where it stands in the file."""

    place: str
    booked_on: date
    amount_fen: int
    value_on: date | None = None
    balance_fen: int | None = None
    counterparty: str = ""
    counterparty_account: str = ""
    summary: str = ""
    reference: str = ""
    raw: str = ""


@dataclass(slots=True)
class BankStatement:
    """One statement of one account, as the bank delivered it.

    ``from_on`` and ``to_on`` are what it covers, both included, None where the file does not say; ``opening_fen`` and
    ``closing_fen`` likewise. ``account`` is the number in the file, ``""`` when it has none.
    """

    format: str
    account: str
    number: str = ""
    from_on: date | None = None
    to_on: date | None = None
    opening_fen: int | None = None
    closing_fen: int | None = None
    currency: str = CURRENCY
    lines: list[Line] = field(default_factory=list)


def refuse(place: str, message: str) -> InputRefused:
    """The refusal of a file for one place in it."""
    return InputRefused([CellError(place, message)], message)


def parse_fen(text: str, place: str) -> int:
    """Yuan as text to integer fen: ``1,234.50``, ``-3``, ``¥12.3``, ``(5.00)``; more than two decimals are refused.

    >>> parse_fen("1,234.50", "A1"), parse_fen("-0.01", "A1")
    (123450, -1)
    """
    bare = text[:-3] + text[-2:]
    if text[-3:-2] == "." and len(bare) <= 14 and bare.isascii() and bare.isdigit():  # nearly every cell of every bank
        return int(bare)
    if plainly := _PLAIN.fullmatch(text):
        whole, part = plainly.groups("")
        plain_fen = int(whole.lstrip("-")) * 100 + int(part.ljust(2, "0"))
        return -plain_fen if whole.startswith("-") else plain_fen
    plain = text.strip().replace("，", ",").replace("－", "-").replace("−", "-").lstrip("¥￥").strip()
    if plain.startswith("(") and plain.endswith(")"):
        plain = f"-{plain[1:-1]}"
    plain = re.sub(r"(?<=\d),(?=\d{3}(?:\D|$))", "", plain).replace(" ", "")
    if not re.fullmatch(r"[+-]?(?:\d{1,14}(?:\.\d*)?|\.\d+)", plain):
        raise refuse(place, _("“%(value)s”不是金额。请以元为单位填写，最多两位小数。", value=text[:40]))
    try:
        fen = Decimal(plain) * 100
    except InvalidOperation as error:  # pragma: no cover - the pattern above admits numbers only
        raise refuse(place, _("“%(value)s”不是金额。请以元为单位填写，最多两位小数。", value=text[:40])) from error
    if fen != fen.to_integral_value():
        raise refuse(place, _("金额“%(value)s”超过两位小数。请填写到分，最多两位小数。", value=text[:40]))
    if abs(fen) >= MAX_FEN:
        raise refuse(place, _("金额“%(value)s”太大，请核对。", value=text[:40]))
    return int(fen)


def parse_standard_fen(text: str, place: str) -> int:
    """Yuan as ISO 20022 writes them: digits and a point, no sign, no grouping; the direction stands beside the amount."""
    if not _STANDARD.fullmatch(text):
        raise refuse(place, _("“%(value)s”不是标准格式的金额。请只用数字和小数点，例如1234.50。", value=text[:40]))
    return parse_fen(text, place)


def parse_day(text: str, place: str) -> date:
    """A day as banks write it: 2025-01-31, 20250131, 2025/1/31, 2025年1月31日, each with or without a time.

    >>> parse_day("20250131 12:00:00", "A1")
    datetime.date(2025, 1, 31)
    """
    parsed = _day(text)
    if parsed is None:
        raise refuse(place, _("“%(value)s”不是日期，请写成2025-01-31。", value=text[:40]))
    if not 1990 <= parsed.year <= 2100:
        raise refuse(place, _("日期“%(value)s”不在1990年至2100年之间，请核对。", value=text[:40]))
    return parsed


@lru_cache(maxsize=8192)
def _day(text: str) -> date | None:
    found = re.match(r"\s*(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})|(\d{2})(\d{2}))(?!\d{3})", text)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2] or found[4]), int(found[3] or found[5]))
    except ValueError:
        return None


def digits(number: str) -> str:
    """An account number without what people put between its digits; a masked part stays as stars."""
    plain = number.upper()
    if "*" in plain or "＊" in plain:
        plain = re.sub(r"[X＊●•]", "*", plain)
    return re.sub(r"[^0-9A-Z*]", "", plain)


def same_account(registered: str, delivered: str) -> bool:
    """Whether the number in a file is the registered one; a masked number agrees where it shows digits.

    >>> same_account("4000123456789012345", "4000 1234 **** 2345"), same_account("4000123456789012345", "4000")
    (True, False)
    """
    mine, theirs = digits(registered), digits(delivered)
    if "*" not in theirs:
        return theirs == mine
    head, tail = theirs.split("*")[0], theirs.split("*")[-1]
    return len(head) + len(tail) >= 4 and mine.startswith(head) and mine.endswith(tail)


def clean(text: str | None, length: int = 300) -> str:
    """Words of the bank for showing: control characters and runs of spaces gone, cut to a length."""
    if not text:
        return ""
    if not text.isprintable() or "  " in text:
        text = _SPACES.sub(" ", _BREAKS.sub(" ", text))
    return text.strip()[:length]


def masked(number: str) -> str:
    """First and last four of an account number."""
    if not number:
        return ""
    plain = digits(number)
    return plain if len(plain) <= 8 else f"{plain[:4]}****{plain[-4:]}"
