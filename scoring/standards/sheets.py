"""A checklist as a sheet: the columns of the standard file, to bring a draft in and to take one out."""

from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.sheets.columns import Column, SheetKind
from portal.kernel.sheets.read import Problems, Sheet, checked_rows
from scoring.rules.deductions import DEDUCTIONS
from scoring.rules.standard import HAZARD_CLASSES
from scoring.standards.service import ItemInput, check_item, replace_items

STANDARD = SheetKind(
    "standard",
    "检查标准",
    (
        Column("category_code", "类别编号", kind="code", example="XF"),
        Column("category_zh", "类别名称", example="消防与电动自行车"),
        Column("category_en", "类别英文名称", example="Fire safety and e-bikes"),
        Column("item_code", "检查项编号", kind="code", example="XF01"),
        Column("item_zh", "检查内容", example="消防通道畅通"),
        Column("item_en", "检查内容英文", example="Fire lanes clear"),
        Column("max_points", "满分", kind="int", minimum=1, maximum=100, example="2"),
        Column("deduction", "扣分方式", kind="choice", choices=tuple(DEDUCTIONS), example="P0.5"),
        Column("hazard_class", "隐患等级", kind="choice", choices=HAZARD_CLASSES, example="A"),
    ),
)


def bring(db: Session, actor: Actor, version: str, sheet: Sheet) -> bool:
    """Replace the items of a draft by the rows of a sheet, or refuse it with every bad cell."""
    problems = Problems()
    rows = checked_rows(sheet, STANDARD, problems)
    items: list[ItemInput] = []
    first: dict[str, int] = {}
    for place in range(len(sheet)):
        values = {column.name: rows[column.name][place] for column in STANDARD.columns}
        if any(value in (None, "") for value in values.values()):
            continue  # named already
        item = ItemInput(**values)
        _note(sheet, problems, place, item, first)
        items.append(item)
    problems.refuse_if_any()
    return replace_items(db, actor, version, items)


def _note(sheet: Sheet, problems: Problems, place: int, item: ItemInput, first: dict[str, int]) -> None:
    try:
        check_item(item)
    except DomainError as error:
        problems.add(sheet.cell("item_code", place), str(error))
    earlier = first.setdefault(item.item_code, place)
    if earlier != place:
        text = _("检查项%(item)s与第%(row)s行重复。请只保留一行。", item=item.item_code, row=sheet.row_number(earlier))
        problems.add(sheet.cell("item_code", place), text)
