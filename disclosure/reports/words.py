"""Words of the calendar and of reports, in the reader's language."""

from disclosure.ledger import api as ledger
from disclosure.reports.matrix import Kind, kind
from portal.kernel.i18n import _

STATES = ("zero", "filed", "late", "not_filed", "not_applicable")
TONES = {"zero": "ok", "filed": "ok", "late": "soon", "not_filed": "late", "not_applicable": "plain"}


def kind_name(code: str) -> str:
    """The name of a row of the matrix."""
    return kind(code).name


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
