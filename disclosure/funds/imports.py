"""The sheet ``accounts``: accounts of the owners' common funds."""

import re
from typing import Any

from sqlalchemy.orm import Session

from disclosure.funds.service.accounts import AccountInput, estates_of, refusals, store
from portal.kernel import clock
from portal.kernel.access import Actor, Permission
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.importing import Counts, ImportContext, ImportKind
from portal.kernel.sheets.columns import Column, SheetKind
from portal.kernel.sheets.read import Problems, Sheet, checked_rows

TYPE_LABELS = (
    ("basic", "基本账户"),
    ("joint", "共管账户"),
    ("maintenance", "维修资金账户"),
    ("service", "物业费账户"),
)
FIELDS = ("account_code", "estate_code", "type", "bank", "account_number", "opened_on")


def parse_number(text: str) -> str:
    """A bank account number: 6 to 40 digits or capital letters; spaces and hyphens between them are dropped."""
    plain = re.sub(r"[\s-]", "", text).upper()
    if not re.fullmatch(r"[0-9A-Z]{6,40}", plain):
        raise DomainError(_("账号应为6至40位数字或字母，不能用星号代替。"))
    return plain


ACCOUNTS = SheetKind(
    name="accounts",
    title="业主共有资金账户",
    columns=(
        Column("account_code", "账户编号", kind="code", example="ZH-0001"),
        Column("estate_code", "小区编号", kind="code", example="440306017010-0001"),
        Column("type", "账户类型", kind="choice", choices=TYPE_LABELS, example="joint"),
        Column("bank", "开户银行", max_length=100, example="示例银行宝安支行"),
        Column("account_number", "账号", parser=parse_number, example="4000123412341234",
               note="完整账号加密保存，页面只显示前四位和后四位。单元格请设为文本格式，以免末位变成0。"),
        Column("opened_on", "开户日期", kind="date", example="2025-01-02"),
    ),
)  # fmt: skip


Values = dict[str, Any]


def _rows(sheet: Sheet, problems: Problems) -> list[Values]:
    """The cells row by row; None where one is bad."""
    columns = checked_rows(sheet, ACCOUNTS, problems)
    return [{name: columns[name][i] for name in FIELDS} for i in range(sheet.length)]


def _check(db: Session, actor: Actor, sheet: Sheet, rows: list[Values], problems: Problems) -> None:
    """Name every cell that does not fit, also in rows that have bad cells already."""
    places = estates_of(db, actor)
    first: dict[str, int] = {}
    for i, row in enumerate(rows):
        code, estate, opened_on = row["account_code"], row["estate_code"], row["opened_on"]
        if code in first:
            text = _("账户编号“%(code)s”在第%(row)s行已经有了，请只保留一行。", code=code, row=first[code])
            problems.add(sheet.cell("account_code", i), text)
        if code:
            first.setdefault(code, sheet.row_number(i))
        if estate and estate not in places:
            text = _("没有编号为“%(value)s”的小区，请先登记小区，或者核对编号。", value=estate)
            problems.add(sheet.cell("estate_code", i), text)
        if opened_on and opened_on > clock.today():
            problems.add(sheet.cell("opened_on", i), _("开户日期还没有到。"))


def run(db: Session, actor: Actor, sheet: Any, context: ImportContext) -> Counts:
    """Add and correct accounts. InputRefused with every bad cell."""
    problems = Problems()
    rows = _rows(sheet, problems)
    _check(db, actor, sheet, rows, problems)
    whole = {i: AccountInput(*row.values()) for i, row in enumerate(rows) if all(row.values())}
    places = list(whole)
    for refusal in refusals(db, list(whole.values())):
        problems.add(sheet.cell(refusal.column, places[refusal.place]), refusal.message)
    problems.refuse_if_any()
    return store(db, actor, list(whole.values()))


IMPORTS = [ImportKind(ACCOUNTS, Permission.REGISTRY_EDIT, run)]
