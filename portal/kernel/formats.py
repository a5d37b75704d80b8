"""How dates, periods, money, rates and private data read on a page, in the language of the request.

Chinese follows official usage without spaces between characters and figures (2026年11月21日, 17:30); English
follows GOV.UK (21 November 2026, 5:30pm). Tables, files and addresses use the same ISO forms in both. Missing values
are an en dash.
`register` gives them to the templates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment

from portal.kernel.i18n import language

MISSING: Final = "–"
MINUS: Final = "−"
DISTRICT_ZONE: Final = ZoneInfo("Asia/Shanghai")
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
QUARTER_ZH: Final = ("一", "二", "三", "四")
# Surnames of two characters that are still common; any other name has a surname of one character.
COMPOUND_SURNAMES: Final = frozenset({
    "欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯", "司徒", "宇文", "长孙",
    "端木", "独孤", "南宫", "轩辕", "闻人", "澹台", "公冶", "宗政", "濮阳", "淳于", "单于", "太叔", "申屠", "仲孙",
    "钟离", "司空", "闾丘", "子车", "颛孙", "西门", "第五", "百里", "呼延", "赫连", "拓跋", "万俟",
})  # fmt: skip


def _english() -> bool:
    return language() == "en"


def has_chinese(text: object) -> bool:
    """Whether a text holds Chinese characters."""
    return any("\u3400" <= sign <= "\u9fff" for sign in str(text))


def date_text(value: date | datetime | None) -> str:
    """A day in a sentence: 2026年11月21日 / 21 November 2026. An instant is read in the district's time."""
    if value is None:
        return MISSING
    day = _district_day(value)
    if _english():
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日"


def date_iso(value: date | datetime | None) -> str:
    """A day in a table, the same in both languages: 2026-11-21."""
    return MISSING if value is None else _district_day(value).isoformat()


def month_text(value: object) -> str:
    """A month given as `Month` or "2026-09": 2026年9月 / September 2026."""
    if value is None:
        return MISSING
    year, month = str(value).split("-")[:2]
    if _english():
        return f"{MONTHS[int(month) - 1]} {year}"
    return f"{year}年{int(month)}月"


def quarter_text(value: object) -> str:
    """A quarter given as `Quarter` or "2026Q3": 2026年第三季度 / July to September 2026 (Q3)."""
    if value is None:
        return MISSING
    year, number = str(value).split("Q")
    index = int(number) - 1
    if _english():
        return f"{MONTHS[3 * index]} to {MONTHS[3 * index + 2]} {year} (Q{number})"
    return f"{year}年第{QUARTER_ZH[index]}季度"


def year_text(value: object) -> str:
    """A rating year given as `Year`, number or text: 2026年度 / 2026."""
    if value is None:
        return MISSING
    return str(value) if _english() else f"{value}年度"


def instant_text(value: datetime | None) -> str:
    """An instant in the district's time: 2026年11月21日17:30 / 21 November 2026, 5:30pm. Naive values are UTC."""
    if value is None:
        return MISSING
    local = _local(value)
    if not _english():
        return f"{date_text(local.date())}{local:%H:%M}"
    hour, half = local.hour % 12 or 12, "am" if local.hour < 12 else "pm"
    minutes = f":{local.minute:02d}" if local.minute else ""
    return f"{date_text(local.date())}, {hour}{minutes}{half}"


def instant_iso(value: datetime | None) -> str:
    """An instant in a table, in the district's time: 2026-11-21 17:30."""
    return MISSING if value is None else f"{_local(value):%Y-%m-%d %H:%M}"


def number_text(value: int | None) -> str:
    """A count with thousands: 1,234; negative with a true minus."""
    if value is None:
        return MISSING
    return f"{MINUS if value < 0 else ''}{abs(value):,}"


def money_text(fen: int | None) -> str:
    """Fen as yuan with two decimals: 12,345.60元 / CNY 12,345.60."""
    if fen is None:
        return MISSING
    amount = money_figure(fen)
    return f"CNY {amount}" if _english() else f"{amount}元"


def money_figure(fen: int | None) -> str:
    """Fen as a bare figure for a ledger column whose header names the unit: 12,345.60."""
    if fen is None:
        return MISSING
    yuan, rest = divmod(abs(fen), 100)
    return f"{MINUS if fen < 0 else ''}{yuan:,}.{rest:02d}"


def percent_text(hundredths: int | None) -> str:
    """Hundredths of a per cent (centipoints) as a rate without idle zeros: 1250 -> 12.5%."""
    if hundredths is None:
        return MISSING
    whole, rest = divmod(abs(hundredths), 100)
    decimals = f".{rest:02d}".rstrip("0") if rest else ""
    return f"{MINUS if hundredths < 0 else ''}{whole}{decimals}%"


def points_text(centipoints: int | None) -> str:
    """A score in a sentence: 8740 -> 87.40分 / 87.40 points."""
    if centipoints is None:
        return MISSING
    figure = points_figure(centipoints)
    return f"{figure} points" if _english() else f"{figure}分"


def points_figure(centipoints: int | None) -> str:
    """A score as it stands in a table: 8740 -> 87.40; a true minus, two decimals always."""
    if centipoints is None:
        return MISSING
    whole, rest = divmod(abs(centipoints), 100)
    return f"{MINUS if centipoints < 0 else ''}{whole}.{rest:02d}"


def item_points(centipoints: int | None) -> str:
    """The points of a checklist item, without idle zeros: 150 -> 1.5, 300 -> 3."""
    if centipoints is None:
        return MISSING
    figure = points_figure(centipoints)
    return figure.rstrip("0").rstrip(".")


def ordinal(number: int) -> str:
    """A place in an order: 第12 / 12th."""
    if not _english():
        return f"第{number}"
    tail = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{tail}"


def file_size(size: int | None) -> str:
    """Bytes for people: 734B, 1.2MB (1MB = 1,048,576 bytes)."""
    if size is None:
        return MISSING
    if size < 1024:
        return f"{size}B"
    if size < 1024 * 1024:
        return f"{(size + 512) // 1024}KB"
    tenths = (size * 10 + 524288) // 1048576
    return f"{tenths // 10}.{tenths % 10}MB"


def mask_name(name: str | None) -> str:
    """A private person's name as surname and two asterisks whatever its length: 张**, 欧阳**."""
    bare = (name or "").strip()
    if not bare:
        return MISSING
    surname = bare[:2] if bare[:2] in COMPOUND_SURNAMES and len(bare) > 2 else bare[:1]
    return f"{surname}**"


def mask_phone(phone: str | None) -> str:
    """A phone as its first three and last four figures: 138****5678; a short number keeps only its last two."""
    figures = "".join(character for character in phone or "" if character.isdigit())
    if not figures:
        return MISSING
    if len(figures) < 9:
        return f"****{figures[-2:]}"
    return f"{figures[:3]}****{figures[-4:]}"


def mask_account(number: str | None) -> str:
    """A bank account as its first four and last four figures: 6222 **** **** 1234."""
    figures = "".join(character for character in number or "" if character.isdigit())
    if not figures:
        return MISSING
    return f"{figures[:4]} **** **** {figures[-4:]}" if len(figures) >= 12 else f"**** {figures[-2:]}"


def _local(value: datetime) -> datetime:
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return aware.astimezone(DISTRICT_ZONE)


def _district_day(value: date | datetime) -> date:
    return _local(value).date() if isinstance(value, datetime) else value


FILTERS: Final[Mapping[str, Callable[..., str]]] = {
    "zdate": date_text,
    "ymd": date_iso,
    "zmonth": month_text,
    "zquarter": quarter_text,
    "zyear": year_text,
    "ztime": instant_text,
    "ymdhm": instant_iso,
    "num": number_text,
    "money": money_text,
    "yuan": money_figure,
    "pct": percent_text,
    "points": points_text,
    "item_points": item_points,
    "ordinal": ordinal,
    "filesize": file_size,
    "mask_name": mask_name,
    "mask_phone": mask_phone,
    "mask_account": mask_account,
}
GLOBALS: Final[Mapping[str, Any]] = {"cp": points_figure, "language": language, "MISSING": MISSING}


def register(environment: Environment) -> None:
    """Give the formats to a template environment: the filters above, `cp` (None prints as a dash) and `MISSING`."""
    environment.filters.update(FILTERS)
    environment.globals.update(GLOBALS)
