"""How results, rules and states of a check read on a page."""

from typing import Any

from portal.kernel.i18n import _, language
from portal.kernel.points import print_short
from scoring.checks.forms import FOUND
from scoring.checks.service import state_word
from scoring.standards.api import CategoryView, ItemView, costs_text, grade_name

STATE_KINDS = {"": "plain", "draft": "plain", "returned": "soon", "submitted": "ok", "confirmed": "ok"}


def item_name(item: ItemView) -> str:
    """The item in the reader's language."""
    return item.item_en if language() == "en" else item.item_zh


def category_name(category: CategoryView) -> str:
    """The category in the reader's language."""
    return category.en if language() == "en" else category.zh


def result_text(result: str) -> str:
    """A result as the sheet writes it, in words."""
    if result.isdigit():
        return _("发现1处问题") if result == "1" else _("发现%(n)s处问题", n=result)
    plain = {"": _("待填"), "pass": _("符合"), "na": _("不适用")}
    return plain.get(result) or grade_name(result)


def rule_text(item: ItemView) -> str:
    """How the item loses points."""
    if item.step_cp:
        return _("每处扣%(step)s分，最多扣%(most)s分", step=print_short(item.step_cp), most=print_short(item.max_cp))
    return costs_text(item.losses)


def hazard_text(item: ItemView) -> str:
    """The hazard class with its meaning."""
    return {"A": _("A类（一般问题）"), "B": _("B类（安全隐患）"), "C": _("C类（紧急隐患）")}[item.hazard_class]


def answer_choices(item: ItemView) -> list[tuple[str, str]]:
    """The answers possible for an item: value and label."""
    bad = [(FOUND, _("发现问题"))] if item.step_cp else [(grade, grade_name(grade)) for grade in item.losses]
    return [("pass", _("符合")), *bad, ("na", _("不适用"))]


def state_text(state: str) -> str:
    """The state of a check, or that none was begun."""
    return state_word(state) if state else _("未开始")


def origin_text(origin: str) -> str:
    """Who put a result there."""
    return {"inspection": _("检查记录"), "review": _("街道审核调整"), "correction": _("确认后更正")}[origin]


FOR_TEMPLATES: dict[str, Any] = {
    "item_name": item_name, "category_name": category_name, "result_text": result_text, "rule_text": rule_text,
    "answer_choices": answer_choices, "hazard_text": hazard_text, "state_text": state_text, "state_kinds": STATE_KINDS, "origin_text": origin_text,
}  # fmt: skip
