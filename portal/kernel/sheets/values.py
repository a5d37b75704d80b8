"""Texts of cells to values. Every parser raises ``DomainError`` with a sentence that says how to mend the cell."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from stdnum.cn import uscc as uscc_number

from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.periods import FIRST_YEAR, LAST_YEAR, Month
from portal.kernel.points import parse_cp
from portal.kernel.sheets.columns import Column
from portal.kernel.unseen import refuse_unseen

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|年(\d{1,2})月(\d{1,2})日)", re.ASCII)
_MONTH = re.compile(r"(\d{4})(?:-(\d{1,2})|/(\d{1,2})|年(\d{1,2})月)", re.ASCII)
_INT = re.compile(r"(-?\d{1,15})(?:\.0+)?", re.ASCII)
_DECIMAL = re.compile(r"(-?)(\d{1,15})(?:\.(\d+))?", re.ASCII)
_CODE = re.compile(r"[A-Z0-9-]{1,32}")
_LOGIN = re.compile(r"[A-Za-z0-9._-]{1,32}")


def shown(text: str) -> str:
    """A cell's text as quoted in a message: never longer than a line."""
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:39] + "…"


def parse_text(text: str, max_length: int = 200) -> str:
    """Plain text of at most ``max_length`` characters, all of which can be seen."""
    if len(text) > max_length:
        message = _("最多填%(n)s个字，现在有%(m)s个字。请缩短。", n=max_length, m=len(text))
        raise DomainError(message)
    refuse_unseen(text)
    return text


def parse_date(text: str) -> date:
    """A day, written ``2026-09-01`` (``2026/9/1`` and ``2026年9月1日`` are read as well)."""
    if found := _DATE.fullmatch(text):
        year, month, day = (int(part) for part in found.groups() if part is not None)
        try:
            if FIRST_YEAR - 100 <= year <= LAST_YEAR:
                return date(year, month, day)
        except ValueError:
            pass  # 2026-02-30 is well written and no day
        raise DomainError(_("日期“%(value)s”不存在。请核对年、月、日。", value=shown(text)))
    raise DomainError(_("日期“%(value)s”写法不对。请按2026-09-01的格式填写。", value=shown(text)))


def parse_month(text: str) -> Month:
    """A month, written ``2026-09`` (``2026/9`` and ``2026年9月`` are read as well)."""
    found = _MONTH.fullmatch(text)
    if not found:
        raise DomainError(_("月份“%(value)s”写法不对。请按2026-09的格式填写。", value=shown(text)))
    year, number = (part for part in found.groups() if part is not None)
    if not 1 <= int(number) <= 12:
        raise DomainError(_("月份“%(value)s”不存在。请填写01至12月。", value=shown(text)))
    return Month.parse(f"{year}-{int(number):02d}")


def parse_year(text: str) -> int:
    """A year, written ``2026``."""
    plain = text.removesuffix("年度").removesuffix("年")
    if not re.fullmatch(r"[0-9]{4}", plain) or not FIRST_YEAR <= int(plain) <= LAST_YEAR:
        raise DomainError(_("年度“%(value)s”写法不对。请按2026的格式填写。", value=shown(text)))
    return int(plain)


def parse_int(text: str, minimum: int | None = None, maximum: int | None = None) -> int:
    """A whole number within bounds, both included."""
    found = _INT.fullmatch(text)
    if not found:
        raise DomainError(_("应填整数，现在是“%(value)s”。请只填数字，不加单位和千分位。", value=shown(text)))
    number = int(found[1])
    if minimum is not None and number < minimum:
        raise DomainError(_("应填不小于%(min)s的整数，现在是“%(value)s”。", min=minimum, value=shown(text)))
    if maximum is not None and number > maximum:
        raise DomainError(_("应填不大于%(max)s的整数，现在是“%(value)s”。", max=maximum, value=shown(text)))
    return number


def parse_points(text: str) -> int:
    """Points or a rate from 0 to 100 with at most two decimals, as centipoints.

    >>> parse_points("87.4")
    8740
    """
    try:
        centipoints = parse_cp(text)
    except DomainError:
        centipoints = -1
    if not 0 <= centipoints <= 10000:
        raise DomainError(_bounds(text, 0, 100))
    return centipoints


def _bounds(text: str, minimum: int, maximum: int) -> str:
    sentence = "应填%(min)s至%(max)s之间、最多两位小数的数，现在是“%(value)s”。"
    return _(sentence, min=minimum, max=maximum, value=shown(text))


def parse_decimal_text(text: str, minimum: int | None = None, maximum: int | None = None, places: int = 8) -> str:
    """A decimal number within bounds as its plain text, without idle zeros; never through a float.

    >>> parse_decimal_text("022.5700")
    '22.57'
    """
    found = _DECIMAL.fullmatch(text)
    if not found or len((found[3] or "").rstrip("0")) > places:
        sentence = "应填最多%(n)s位小数的数，现在是“%(value)s”。请只填数字，不加单位和千分位。"
        raise DomainError(_(sentence, n=places, value=shown(text)))
    number = Decimal(text)
    if (minimum is not None and number < minimum) or (maximum is not None and number > maximum):
        raise DomainError(_out_of(minimum, maximum, text))
    whole, fraction = str(int(found[2])), (found[3] or "").rstrip("0")
    plain = f"{whole}.{fraction}" if fraction else whole
    return f"-{plain}" if found[1] and number else plain


def _out_of(minimum: int | None, maximum: int | None, text: str) -> str:
    if minimum is None:
        return _("应填不大于%(max)s的数，现在是“%(value)s”。", max=maximum, value=shown(text))
    if maximum is None:
        return _("应填不小于%(min)s的数，现在是“%(value)s”。", min=minimum, value=shown(text))
    return _("应填%(min)s至%(max)s之间的数，现在是“%(value)s”。", min=minimum, max=maximum, value=shown(text))


def parse_choice(text: str, values: dict[str, str]) -> str:
    """One of the choices; ``values`` as in ``Column.values``."""
    value = values.get(text.casefold())
    if value is None:
        labels: dict[str, list[str]] = {}
        for spelling, meant in values.items():
            label = spelling.removeprefix(meant.casefold())
            label = spelling if label[:1].strip() else label.strip()  # a label may begin with its value: V01 …
            labels.setdefault(meant, [meant]).extend([label] if label else [])
        expected = _("、").join(" ".join(spellings) for spellings in labels.values())
        raise DomainError(_("应填%(expected)s之一，现在是“%(value)s”。", expected=expected, value=shown(text)))
    return value


def parse_code(text: str) -> str:
    """A code of the registry: A-Z, 0-9 and hyphen, 1 to 32 characters."""
    if _CODE.fullmatch(text):
        return text
    if _CODE.fullmatch(text.upper()):
        raise DomainError(_("编号“%(value)s”含有小写字母。请改成“%(upper)s”。", value=text, upper=text.upper()))
    sentence = "编号“%(value)s”写法不对。编号只用大写字母A至Z、数字和连字符，1至32个字符。"
    raise DomainError(_(sentence, value=shown(text)))


def parse_login(text: str) -> str:
    """A login name: letters, digits, dot, hyphen, underscore, 1 to 32 characters."""
    if _LOGIN.fullmatch(text):
        return text
    sentence = "登录名“%(value)s”写法不对。登录名只用字母、数字、点、连字符和下划线，1至32个字符。"
    raise DomainError(_(sentence, value=shown(text)))


def parse_uscc(text: str) -> str:
    """A unified social credit code (GB 32100) in capitals; spaces, hyphens and small letters are mended."""
    code = re.sub(r"[\s-]", "", text).upper()
    if len(code) != 18:
        sentence = "统一社会信用代码“%(value)s”应为18位，现在有%(n)s位。请对照营业执照核对。"
        raise DomainError(_(sentence, value=shown(text), n=len(code)))
    if not code.isascii() or not uscc_number.is_valid(code):
        sentence = (
            "统一社会信用代码“%(value)s”的校验位不对。请对照营业执照核对全部18位（代码中没有字母I、O、S、V、Z）。"
        )
        raise DomainError(_(sentence, value=code))
    return code


def parser_of(column: Column) -> Callable[[str], Any]:
    """The parser of a column: text of a filled cell to value; a character that cannot be seen is refused whatever the column.

    text, code, login, uscc, decimal, choice give ``str``; date ``date``; month ``Month``; year and int ``int``;
    points centipoints.
    """
    parse = _parser_of(column)

    def seen(text: str) -> Any:
        refuse_unseen(text)
        return parse(text)

    return seen


def _parser_of(column: Column) -> Callable[[str], Any]:
    if column.parser is not None:
        return column.parser
    if column.kind == "choice":
        values = column.values
        return lambda text: parse_choice(text, values)
    bounded: dict[str, Callable[[str], Any]] = {
        "text": lambda text: parse_text(text, column.max_length),
        "int": lambda text: parse_int(text, column.minimum, column.maximum),
        "decimal": lambda text: parse_decimal_text(text, column.minimum, column.maximum),
    }
    plain: dict[str, Callable[[str], Any]] = {
        "code": parse_code,
        "login": parse_login,
        "uscc": parse_uscc,
        "date": parse_date,
        "month": parse_month,
        "year": parse_year,
        "points": parse_points,
    }
    return bounded.get(column.kind) or plain[column.kind]
