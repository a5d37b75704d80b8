"""A checklist in plain words: how an item loses points, what its hazard class asks, what changed between versions."""

from dataclasses import dataclass

from portal.kernel.formats import item_points
from portal.kernel.i18n import _, language
from portal.registry import api as registry
from scoring.rules.deductions import DEDUCTIONS
from scoring.standards.api import CategoryView, ItemView, StandardView
from scoring.standards.results import costs_text, grade_name

FIELDS = ("category_code", "item_zh", "item_en", "max_cp", "deduction", "hazard_class")


@dataclass(frozen=True)
class ItemChange:
    """An item that one version has and the other has not, or has otherwise. ``fields``: what differs."""

    item_code: str
    old: ItemView | None
    new: ItemView | None
    fields: tuple[str, ...] = ()


def item_name(item: ItemView) -> str:
    """What is looked at, in the language of the moment."""
    return item.item_en if language() == "en" else item.item_zh


def category_name(category: CategoryView) -> str:
    """The category, in the language of the moment."""
    return category.en if language() == "en" else category.zh


def deduction_text(item: ItemView) -> str:
    """How the item loses points, in a sentence made from the rule itself."""
    if item.step_cp:
        step, top = item_points(item.step_cp), item_points(item.max_cp)
        return _("每发现1处问题扣%(step)s分，%(max)s分扣完为止。", step=step, max=top)
    return _("“符合”不扣分，%(parts)s。", parts=costs_text(item.losses))


def deduction_hint() -> str:
    """All deduction codes in a sentence, made from the rules themselves."""
    told = []
    for code, rule in DEDUCTIONS.items():
        if rule.step_cp:
            told.append(_("%(code)s：每处扣%(step)s分", code=code, step=item_points(rule.step_cp)))
        else:
            names = _("、").join([_("符合"), *dict.fromkeys(grade_name(grade) for grade in rule.grades)])
            told.append(_("%(code)s：%(grades)s", code=code, grades=names))
    return _("；").join(told) + _("。")


def hazard_name(hazard_class: str) -> str:
    """The hazard class by name."""
    return {"A": _("A类（一般问题）"), "B": _("B类（安全隐患）"), "C": _("C类（紧急隐患）")}[hazard_class]


def hazard_text(hazard_class: str) -> str:
    """By when a finding of the class must be mended."""
    return {
        "A": _("15天内改好"),
        "B": _("7天内改好"),
        "C": _("24小时内改好，并立即采取防护措施"),
    }[hazard_class]


def changes(old: StandardView, new: StandardView) -> list[ItemChange]:
    """What differs, in the order of the new checklist; items that are gone come last."""
    before, after = old.items, new.items
    found = []
    for code, item in after.items():
        earlier = before.get(code)
        fields = tuple(name for name in FIELDS if earlier and getattr(earlier, name) != getattr(item, name))
        if earlier is None or fields:
            found.append(ItemChange(code, earlier, item, fields))
    return found + [ItemChange(code, item, None) for code, item in before.items() if code not in after]


def change_text(change: ItemChange) -> str:
    """A change in a sentence."""
    old, new = change.old, change.new
    if old is None:
        return _("新增检查项。")
    if new is None:
        return _("取消检查项。")
    said = {
        "category_code": lambda: _("类别由%(old)s改为%(new)s。", old=old.category_code, new=new.category_code),
        "max_cp": lambda: _("满分由%(old)s分改为%(new)s分。", old=item_points(old.max_cp), new=item_points(new.max_cp)),
        "deduction": lambda: _("扣分方式改为：%(new)s", new=deduction_text(new)),
        "hazard_class": lambda: _(
            "隐患等级由%(old)s改为%(new)s。", old=hazard_name(old.hazard_class), new=hazard_name(new.hazard_class)
        ),
    }
    texts = [said[name]() for name in change.fields if name in said]
    if item_name(old) != item_name(new):
        texts.insert(0, _("检查内容由“%(old)s”改为“%(new)s”。", old=item_name(old), new=item_name(new)))
    return " ".join(texts) if language() == "en" else "".join(texts)


FOR_TEMPLATES = {
    "item_name": item_name,
    "category_name": category_name,
    "deduction_text": deduction_text,
    "deduction_hint": deduction_hint,
    "hazard_name": hazard_name,
    "hazard_text": hazard_text,
    "standard_kind": registry.kind_name,
    "change_text": change_text,
}
