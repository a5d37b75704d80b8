"""How the ledger reads on a page."""

from collections.abc import Iterator
from typing import Any

from disclosure.funds import api as funds
from disclosure.ledger.categories import Category, categories, name_of
from disclosure.ledger.shapes import Approval, Breach
from portal.kernel.formats import money_text, percent_text
from portal.kernel.i18n import _


def kind_text(kind: str) -> str:
    """A kind of category."""
    return {"income": _("收入"), "cost": _("支出"), "transfer": _("划转"), "repair": _("维修工程")}[kind]


def choices(is_in: bool) -> Iterator[tuple[str, list[Category]]]:
    """Categories by kind for a line, what is likelier first: income for money that came in."""
    order = ("income", "transfer", "cost", "repair") if is_in else ("cost", "repair", "transfer", "income")
    for kind in order:
        yield kind_text(kind), [one for one in categories() if one.kind == kind]


def act_text(kind: str) -> str:
    """A deed on a line."""
    return {
        "rules": _("按规则归类"), "classify": _("人工归类"), "split": _("拆分"), "merge": _("合并"),
        "undo": _("撤销"), "correct": _("更正（冲销后重记）"),
    }[kind]  # fmt: skip


def voucher_text(kind: str) -> str:
    """A kind of voucher."""
    return {"invoice": _("发票"), "receipt": _("收据"), "contract": _("合同"), "settlement": _("造价审核或者决算"),
            "other": _("其他")}[kind]  # fmt: skip


def vote_text(kind: str) -> str:
    """Who decided."""
    return {"owners": _("业主共同决定"), "committee": _("业主委员会决定")}[kind]


def vote_sentence(one: Approval) -> str:
    """The figures of a vote in one sentence."""
    heads = _(
        "应参与%(all)s，参与%(present)s，同意%(favour)s", all=one.eligible, present=one.present, favour=one.in_favour
    )
    if one.eligible_area_centi is None or one.present_area_centi is None or one.favour_area_centi is None:
        return heads
    share = one.present_area_centi * 10_000 // one.eligible_area_centi if one.eligible_area_centi else 0
    agreed = one.favour_area_centi * 10_000 // one.present_area_centi if one.present_area_centi else 0
    area = _(
        "；参与表决的面积占%(share)s，同意的占其中%(agreed)s", share=percent_text(share), agreed=percent_text(agreed)
    )
    return heads + area


def breach_text(one: Breach) -> str:
    """What is wrong with a spending."""
    approval = one.approval
    if one.code == "over" and approval is not None:
        return _("这项决定批准%(limit)s，已支出%(spent)s。", limit=money_text(approval.limit_fen),
                 spent=money_text(approval.spent_fen))  # fmt: skip
    return {
        "missing": _("没有关联决定。"), "wrong_kind": _("只有业主委员会决定，应由业主共同决定。"),
        "not_passed": _("表决没有达到规定的比例。"), "later": _("先支出，后作决定。"),
        "price_check": _("没有造价审核、决算或者发票凭证。"), "over": _("超过批准的金额。"),
    }[one.code]  # fmt: skip


def field_text(field: str) -> str:
    """Where a rule looks for its words."""
    return {"summary": _("摘要"), "counterparty": _("对方户名"), "any": _("摘要或者对方户名")}[field]


def direction_text(direction: str) -> str:
    """Which lines a rule speaks of."""
    return {"in": _("收入"), "out": _("支出"), "": _("收入和支出")}[direction]


FOR_TEMPLATES: dict[str, Any] = {
    "ledger_kind": kind_text, "ledger_choices": choices, "ledger_act": act_text, "voucher_kind": voucher_text,
    "vote_kind": vote_text, "vote_figures": vote_sentence, "breach_text": breach_text, "category_name": name_of,
    "rule_field": field_text, "rule_direction": direction_text, "plain_yuan": funds.print_fen,
}  # fmt: skip
