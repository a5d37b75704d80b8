"""How accounts and statements read on a page."""

from typing import Any

from disclosure.funds.statements.layouts import shipped
from disclosure.funds.supervision import supervised_by
from portal.kernel.i18n import _

STATE_KINDS = {"ok": "ok", "late": "late", "none": "soon", "flawed": "late"}


def type_text(type_: str) -> str:
    """The type of an account."""
    return {
        "basic": _("基本账户"), "joint": _("共管账户"), "maintenance": _("维修资金账户"), "service": _("物业费账户"),
    }[type_]  # fmt: skip


def state_text(state: str) -> str:
    """Whether an account is as it should be."""
    return {"ok": _("正常"), "late": _("对账单逾期"), "none": _("没有对账单"), "flawed": _("账目不符")}[state]


def field_text(field: str) -> str:
    """A column of a bank's spreadsheet."""
    return {
        "booked_on": _("交易日期"), "value_on": _("起息日"), "income": _("收入金额"), "outgo": _("支出金额"),
        "amount": _("金额"), "direction": _("借贷标志"), "balance": _("余额"), "counterparty": _("对方户名"),
        "counterparty_account": _("对方账号"), "summary": _("摘要"), "reference": _("流水号"), "account": _("本方账号"),
    }[field]  # fmt: skip


def format_text(code: str) -> str:
    """The format of a bank's file."""
    known = {"camt053": "camt.053", "mt940": "MT940", "ofx": "OFX"}
    layout = shipped().get(code)
    return known.get(code) or (layout.name if layout else _("自定义表格格式"))


FOR_TEMPLATES: dict[str, Any] = {
    "account_type": type_text, "supervised_by": supervised_by, "account_state": state_text, "account_state_kinds": STATE_KINDS,
    "bank_field": field_text, "bank_format": format_text,
}  # fmt: skip
