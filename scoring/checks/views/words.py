"""How results, rules and states of a check read on a page."""

from typing import Any

from portal.kernel.i18n import _, language
from portal.kernel.points import print_short
from scoring.checks.forms import FOUND
from scoring.checks.service import state_word
from scoring.rules.deductions import deduction
from scoring.standards.api import CategoryView, ItemView

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
    return {
        "": _("待填"),
        "pass": _("符合"),
        "half": _("基本符合"),
        "zero": _("不符合"),
        "fail": _("不符合"),
        "na": _("不适用"),
    }[result]


def rule_text(item: ItemView) -> str:
    """How the item loses points."""
    rule, most = deduction(item.deduction), print_short(item.max_cp)
    if rule.step_cp:
        return _("每处扣%(step)s分，最多扣%(most)s分", step=print_short(rule.step_cp), most=most)
    if len(rule.grades) > 1:
        return _("基本符合扣一半，不符合扣%(most)s分", most=most)
    return _("不符合扣%(most)s分", most=most)


def hazard_text(item: ItemView) -> str:
    """The hazard class with its meaning."""
    return {"A": _("A类（一般问题）"), "B": _("B类（安全隐患）"), "C": _("C类（紧急隐患）")}[item.hazard_class]


def answer_choices(item: ItemView) -> list[tuple[str, str]]:
    """The answers possible for an item: value and label."""
    rule = deduction(item.deduction)
    bad = [(FOUND, _("发现问题"))] if rule.step_cp else [(grade, result_text(grade)) for grade in rule.grades]
    return [("pass", _("符合")), *bad, ("na", _("不适用"))]


def state_text(state: str) -> str:
    """The state of a check, or that none was begun."""
    return state_word(state) if state else _("未开始")


def origin_text(origin: str) -> str:
    """Who put a result there."""
    return {"inspection": _("检查记录"), "review": _("街道审核调整"), "correction": _("确认后更正")}[origin]


FOR_TEMPLATES: dict[str, Any] = {
    "item_name": item_name, "category_name": category_name, "result_text": result_text, "rule_text": rule_text,
    "hazard_text": hazard_text, "state_text": state_text, "state_kinds": STATE_KINDS, "origin_text": origin_text,
}  # fmt: skip
