"""The columns of the ``checks`` sheet (contract, section 2)."""

from portal.kernel.sheets.columns import Column, SheetKind
from portal.kernel.sheets.read import parse_code
from scoring.rules.deductions import WHOLE_CHECK


def parse_item(text: str) -> str:
    """An item code, or ``*`` for the whole check."""
    return WHOLE_CHECK if text in (WHOLE_CHECK, "＊") else parse_code(text)


CHECKS = SheetKind(
    "checks",
    "月度检查",
    (
        Column("estate_code", "小区编号", kind="code", example="BA0001"),
        Column("month", "检查月份", kind="month", example="2026-09"),
        Column("inspected_on", "检查日期", kind="date", example="2026-09-12", note="检查日期在检查月份内。"),
        Column("inspector", "检查人", kind="login", example="inspector1", note="检查人的登录名。"),
        Column("item_code", "检查项", kind="text", example="ZH02", parser=parse_item,
               note="有扣分或不适用的检查项，每项一行。没有发现问题的，只填一行，检查项填*，结果填pass。"),
        Column("result", "结果", example="2", max_length=20,
               note="按处扣分的检查项填处数；三档评定的填half或zero；两档评定的填fail；不适用的填na；通过的填pass。"),
        Column("note", "说明", required=False, example="", max_length=500, note="不适用（na）时必须填写原因。"),
    ),
)  # fmt: skip
