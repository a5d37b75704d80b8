"""Words of the calendar and of reports, in the reader's language."""

import re
from datetime import date
from typing import TYPE_CHECKING

from disclosure.ledger import api as ledger
from disclosure.reports.matrix import Kind, kind

if TYPE_CHECKING:
    from disclosure.reports.cells import Cell
from portal.kernel.formats import date_text, month_text, quarter_text, year_text
from portal.kernel.i18n import _

STATES = ("zero", "filed", "late", "not_filed", "not_applicable")
TONES = {"zero": "ok", "filed": "ok", "late": "soon", "not_filed": "late", "not_applicable": "plain"}


def kind_name(code: str) -> str:
    """The name of a row of the matrix."""
    return kind(code).name


def period_name(period: str) -> str:
    """A period in words."""
    half = re.fullmatch(r"(\d{4})H([12])", period)
    if half:
        first = half[2] == "1"
        return _("%(year)s年上半年", year=half[1]) if first else _("%(year)s年下半年", year=half[1])
    if len(period) == 10:
        return date_text(date.fromisoformat(period))
    if "Q" in period:
        return quarter_text(period)
    return month_text(period) if "-" in period else year_text(period)


def state_name(state: str) -> str:
    """A state of the calendar."""
    names = {
        "zero": _("零发生"), "filed": _("按期"), "late": _("逾期报送"), "not_filed": _("未报送"), "not_applicable": _("不适用"),
    }  # fmt: skip
    return names[state]


def step_name(step: str) -> str:
    """A step of a report."""
    names = {
        "submitted": _("已报送，待确认"), "returned": _("已退回"), "withdrawn": _("已撤回"), "confirmed": _("已确认并公开"),
    }  # fmt: skip
    return names[step]


def line_name(told: Kind, code: str) -> str:
    """The name of a report's line."""
    side, _colon, category = code.partition(":")
    if side in ("in", "out") and category:
        return _category(category)
    if side == "opening":
        return _("期初余额")
    if side == "closing":
        return _("期末余额")
    return next((field.name for field in told.fields if field.code == code), code)


def _category(code: str) -> str:
    if code == UNMATCHED:
        return _("待归类")
    return next((one.name for one in ledger.categories() if one.code == code), code)


UNMATCHED = "unmatched"


def state_of(cell: "Cell") -> str:
    """The state of a square; one that is not due yet is no omission."""
    if cell.state == "not_filed" and not cell.is_overdue:
        return _("未到期")
    if cell.state == "late":
        return _("逾期%(n)s天报送", n=cell.days_late)
    if cell.is_overdue:
        return _("未报送，已逾期%(n)s天", n=cell.days_late)
    return state_name(cell.state)


def tone_of(cell: "Cell") -> str:
    """The sign of a square."""
    return "plain" if cell.state == "not_filed" and not cell.is_overdue else TONES[cell.state]


def frequency_name(frequency: str) -> str:
    """How often an estate files."""
    names = {"none": _("不适用"), "often": _("按季（酬金制物业费）"), "usual": _("按规定周期")}
    return names[frequency]
