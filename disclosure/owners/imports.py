"""The sheets of the owners' register: ``owners`` and ``unit-balances``."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from disclosure.owners.service import balances, register
from disclosure.owners.service.balances import BalanceInput
from disclosure.owners.service.register import HoldingInput
from disclosure.owners.values import KIND_LABELS, parse_fen, parse_phone
from portal.kernel import clock
from portal.kernel.access import Actor, Permission
from portal.kernel.db import after_commit
from portal.kernel.i18n import _
from portal.kernel.importing import Counts, ImportContext, ImportKind
from portal.kernel.sheets.columns import Column, SheetKind
from portal.kernel.sheets.read import Problems, Sheet, checked_rows
from portal.kernel.sms import hand_over

PLACE = (
    Column("estate_code", "小区编号", kind="code", example="440306017010-0001"),
    Column("building", "楼栋", required=False, max_length=40, example="3栋", note="只有一栋楼的小区可以不填。"),
    Column("unit", "房号", max_length=40, example="1201"),
)
OWNERS = SheetKind(
    name="owners",
    title="业主名册",
    columns=(
        *PLACE,
        Column("name", "姓名", max_length=50, example="李华", note="加密保存，页面只显示姓。"),
        Column("phone", "联系电话", parser=parse_phone, example="13800000000",
               note="加密保存，页面只显示后四位。业主用它认证。请设为文本格式。"),
        Column("kind", "身份", kind="choice", choices=KIND_LABELS, example="owner", note="租户不能以业主身份认证。"),
        Column("since", "入户日期", kind="date", example="2025-01-01"),
        Column("until", "迁出日期", kind="date", required=False, note="不填表示现在仍是业主或者租户。填写后，业主认证随即失效。"),
    ),
)  # fmt: skip
BALANCES = SheetKind(
    name="unit-balances",
    title="分户维修资金余额",
    columns=(
        *PLACE,
        Column("as_of", "余额日期", kind="date", example="2026-06-30"),
        Column("balance", "余额", parser=parse_fen, example="5230.50", note="单位为元。欠交的填负数，只有本户业主能看到。"),
    ),
)  # fmt: skip


def _read(
    db: Session, actor: Actor, sheet: Sheet, kind: SheetKind, needed: tuple[str, ...], make: Callable[..., Any]
) -> tuple[list[tuple[int, Any]], Problems]:
    """Rows that are whole, with their places; estates that the actor does not keep, and places named twice, are problems."""
    problems = Problems()
    columns = checked_rows(sheet, kind, problems)
    kept, found, first = register.estates_kept(db, actor), list[tuple[int, Any]](), dict[Any, int]()
    for i in range(sheet.length):
        values = {column.name: columns[column.name][i] for column in kind.columns if column.name in columns}
        if any(values.get(name) is None for name in needed):
            continue
        if values["estate_code"] not in kept:
            text = _("没有编号为“%(value)s”的小区，或者这个小区不归您管理。请核对编号。", value=values["estate_code"])
            problems.add(sheet.cell("estate_code", i), text)
            continue
        row = make(values)
        if (at := first.setdefault(_key(row), i)) != i:
            text = _("这一户在第%(row)s行已经有了，请只保留一行。", row=sheet.row_number(at))
            problems.add(sheet.cell("unit", i), text)
        found.append((i, row))
    return found, problems


def _key(row: HoldingInput | BalanceInput) -> tuple[Any, ...]:
    place = (row.estate_code, register.building_key(row.building), register.unit_key(row.unit))
    return (*place, row.as_of) if isinstance(row, BalanceInput) else (*place, row.name, row.since)


def run_owners(db: Session, actor: Actor, sheet: Any, context: ImportContext) -> Counts:
    """Add and correct holdings. InputRefused with every bad cell."""

    def make(row: dict[str, Any]) -> HoldingInput:
        place = (row["estate_code"], row.get("building") or "", row["unit"])
        return HoldingInput(*place, row["name"], row["phone"], row["kind"], row["since"], row.get("until"))

    needed = ("estate_code", "unit", "name", "phone", "kind", "since")
    found, problems = _read(db, actor, sheet, OWNERS, needed, make)
    for i, row in found:
        if row.until is not None and row.until < row.since:
            problems.add(sheet.cell("until", i), _("迁出日期不能早于入户日期。"))
        if row.since > clock.today():
            problems.add(sheet.cell("since", i), _("入户日期还没有到。"))
    problems.refuse_if_any()
    counts, told = register.store(db, actor, [row for _i, row in found])
    for message in told:
        after_commit(db, lambda message=message: hand_over(message))  # type: ignore[misc]
    return counts


def run_balances(db: Session, actor: Actor, sheet: Any, context: ImportContext) -> Counts:
    """Add balances of units. InputRefused with every bad cell."""

    def make(row: dict[str, Any]) -> BalanceInput:
        return BalanceInput(row["estate_code"], row.get("building") or "", row["unit"], row["as_of"], row["balance"])

    found, problems = _read(db, actor, sheet, BALANCES, ("estate_code", "unit", "as_of", "balance"), make)
    for i, row in found:
        if row.as_of > clock.today():
            problems.add(sheet.cell("as_of", i), _("余额日期还没有到。"))
    problems.refuse_if_any()
    return balances.store(db, actor, [row for _i, row in found])


IMPORTS = [
    ImportKind(OWNERS, Permission.OWNERS_EDIT, run_owners),
    ImportKind(BALANCES, Permission.OWNERS_EDIT, run_balances),
]
