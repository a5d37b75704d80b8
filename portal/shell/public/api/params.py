"""Parameters of the API: read strictly, refused by name."""

import re
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta

from flask import request

from portal.kernel import clock
from portal.kernel.i18n import _
from portal.shell.public.api.problems import BadParameter

PAGE_SIZE, LARGEST_PAGE = 100, 500
DAYS_AHEAD = 3660  # a list can be asked about for any day on which today's entries may still be in force
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)")


def refuse_unknown(allowed: Collection[str]) -> None:
    """A misspelt parameter is an error, not silence."""
    for name in request.args:
        if name not in allowed:
            raise BadParameter(
                name, _("不认识参数“%(name)s”。可以使用：%(names)s。", name=name, names=", ".join(sorted(allowed)))
            )


def text(name: str, longest: int = 100) -> str:
    """A text, trimmed; empty when it is not given."""
    value = request.args.get(name, "").strip()
    if len(value) > longest or "\x00" in value:
        raise BadParameter(name, _("参数“%(name)s”太长，最多%(n)s个字符。", name=name, n=longest))
    return value


def one_of(name: str, allowed: Collection[str]) -> str:
    """One of some codes, or empty."""
    value = text(name)
    if value and value not in allowed:
        raise BadParameter(name, _("参数“%(name)s”应为：%(values)s。", name=name, values=", ".join(allowed)))
    return value


def division(name: str = "division") -> str:
    """A 12-digit division code, or empty."""
    value = text(name)
    if value and not (len(value) == 12 and value.isascii() and value.isdigit()):
        raise BadParameter(name, _("参数“%(name)s”应为12位行政区划代码。", name=name))
    return value


def whole(name: str, default: int, largest: int) -> int:
    """A number from 1 to ``largest``."""
    value = text(name)
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and len(value) <= 9 and 1 <= int(value) <= largest):
        raise BadParameter(name, _("参数“%(name)s”应为1至%(n)s的整数。", name=name, n=largest))
    return int(value)


def day(name: str = "as_of", days_ahead: int = 0) -> date:
    """A date, today when it is not given; at most so many days ahead."""
    return day_of(name, text(name), days_ahead)


def day_of(name: str, value: str, days_ahead: int = 0, *, status: int = 400) -> date:
    """The date of a text that came as ``name``; ``status`` for one that lies too far ahead."""
    today = clock.today()
    if not value:
        return today
    try:
        found = date.fromisoformat(value) if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else None
    except ValueError:
        found = None
    if found is None:
        raise BadParameter(name, _("日期“%(value)s”写法不对，请按2026-03-01的格式填写。", value=value))
    if found > today + timedelta(days=days_ahead):
        latest = today + timedelta(days=days_ahead)
        raise BadParameter(name, _("参数“%(name)s”最晚为%(day)s。", name=name, day=latest), status)
    return found


def instant(name: str = "known_at") -> datetime | None:
    """An instant such as ``2026-01-25T08:00:00Z``, never in the future.

    Instants are printed in whole seconds, so one written without a fraction stands for its whole second: what was
    recorded at the printed time is included.
    """
    return instant_of(name, text(name))


def instant_of(name: str, value: str, *, status: int = 400) -> datetime | None:
    """The instant of a text that came as ``name``; ``status`` for one in the future."""
    value = value.replace(" ", "+")
    if not value:
        return None
    try:
        found = datetime.fromisoformat(value.replace("Z", "+00:00")) if _INSTANT.fullmatch(value) else None
        found = found.astimezone(UTC) if found else None
    except (ValueError, OverflowError):  # at the ends of the calendar an instant has no other zone
        found = None
    if found is None:
        raise BadParameter(name, _("时间“%(value)s”写法不对，请按2026-01-25T08:00:00Z的格式填写。", value=value))
    if found > clock.now():
        raise BadParameter(name, _("参数“%(name)s”不能晚于现在。", name=name), status)
    return found if "." in value else found + timedelta(microseconds=999_999)
