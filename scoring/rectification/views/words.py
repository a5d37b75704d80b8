"""How orders read on a page."""

from typing import Any

from portal.kernel import clock
from portal.kernel.i18n import _, language
from scoring.rectification.reading import OrderView
from scoring.standards.api import ItemView, result_name

STATE_KINDS = {"open": "plain", "awaiting": "soon", "closed": "ok", "cancelled": "plain"}


def state_text(state: str) -> str:
    """Where an order stands."""
    return {"open": _("待整改"), "awaiting": _("待复查"), "closed": _("已办结"), "cancelled": _("已撤销")}[state]


def step_text(step: str) -> str:
    """What a line of the journal says."""
    return {
        "opened": _("发出整改通知单"),
        "protected": _("登记临时防护措施"),
        "extension_asked": _("企业申请延期"),
        "extended": _("街道准予延期"),
        "extension_refused": _("街道不予延期"),
        "answered": _("企业提交整改反馈"),
        "verified": _("复查通过，办结"),
        "refused": _("复查没有通过"),
        "cancelled": _("撤销整改通知单"),
    }[step]


def item_name(item: ItemView) -> str:
    """The item in the reader's language."""
    return item.item_en if language() == "en" else item.item_zh


def class_text(hazard_class: str) -> str:
    """The hazard class with its meaning."""
    return {"A": _("A类（一般问题）"), "B": _("B类（安全隐患）"), "C": _("C类（紧急隐患）")}[hazard_class]


def result_text(result: str) -> str:
    """What was found, in words."""
    if result.isdigit():
        return _("发现1处问题") if result == "1" else _("发现%(n)s处问题", n=result)
    return result_name(result)


def hours_left(view: OrderView) -> int | None:
    """Whole hours until a class C finding is late, None where days count or the clock rests."""
    if view.due is None or view.due.unit != "hours" or view.due.closed_at or view.due.paused:
        return None
    return int((view.due.due_at - clock.now()).total_seconds() // 3600)


FOR_TEMPLATES: dict[str, Any] = {
    "order_state": state_text, "order_step": step_text, "order_class": class_text, "order_item": item_name,
    "order_result": result_text, "order_kinds": STATE_KINDS, "order_hours": hours_left,
}  # fmt: skip
