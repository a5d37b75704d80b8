"""A list of companies as an office has it: xlsx or csv with a column of names or of codes, and whatever else beside it.

Columns are known by their headers; a list without headers has names or codes in its first column. A wrong row gets its own
answer later; only a cell that cannot be read at all refuses the file, so that no company is left out in silence.
"""

from collections.abc import Sequence
from typing import Any

from portal.kernel.errors import CellError, InputRefused
from portal.kernel.i18n import _
from portal.kernel.sheets.columns import Column, SheetKind, letters
from portal.kernel.sheets.grid import Grid
from portal.kernel.sheets.read import read_grid, text_of
from portal.shell.public.bidder.questions import MOST, Question, of_text, question

LARGEST = 8 * 1024 * 1024
HEADERS = {
    "uscc": (
        "uscc",
        "统一社会信用代码",
        "社会信用代码",
        "信用代码",
        "统一信用代码",
        "企业代码",
        "unifiedsocialcreditcode",
    ),
    "name": (
        "name",
        "企业名称",
        "企业",
        "公司名称",
        "公司",
        "单位名称",
        "投标人",
        "投标人名称",
        "名称",
        "company",
        "bidder",
    ),
}
TEMPLATE = SheetKind(
    "companies",
    "查企业是否在榜",
    (
        Column("name", "企业名称", required=False, example="虚构乙物业服务有限公司", note="名称和代码填一项即可。"),
        Column("uscc", "统一社会信用代码", required=False, kind="uscc", example="91440300708461136T"),
    ),
)


def questions_of(data: bytes, filename: str) -> list[Question]:
    """One question for each row that is not empty, in order. Raises ``InputRefused`` with the cells that are at fault."""
    if len(data) > LARGEST:
        raise InputRefused([], _("文件超过%(n)sMB，无法读取。请分成几份上传。", n=LARGEST // (1024 * 1024)))
    grid = read_grid(data, filename)
    rows = [index for index, row in enumerate(grid.rows) if any(_text(cell) for cell in row)]
    if not rows:
        raise InputRefused([], _("文件是空的：没有找到企业。"))
    places = _places(grid.rows[rows[0]])
    body = rows[1:] if places else rows
    if not body:
        raise InputRefused([], _("文件只有表头，没有企业。"))
    if len(body) > MOST:
        raise InputRefused([], _("一次最多查%(n)s家企业，文件中有%(m)s行。请分成几份上传。", n=MOST, m=len(body)))
    _refuse_flaws(grid, set(body), set(places.values()) if places else {0})
    if not places:
        return [of_text(_text(grid.rows[index][0])) for index in body]
    found = [_question(grid.rows[index], places) for index in body]
    return [asked for asked in found if asked.text or asked.flaw] or _nothing()


def _nothing() -> list[Question]:
    raise InputRefused([], _("企业名称和统一社会信用代码两列都是空的。"))


def _text(cell: Any) -> str:
    return text_of(cell, "text")


def _places(row: Sequence[Any]) -> dict[str, int]:
    """Where names and codes stand, by the headers of a row; empty when it is no header."""
    found: dict[str, int] = {}
    for place, cell in enumerate(row):
        header = "".join(_text(cell).split()).rstrip("*＊:：").casefold()
        for name, spellings in HEADERS.items():
            if name not in found and header.split("(")[0].split("（")[0] in spellings:
                found[name] = place
    return found


def _question(row: Sequence[Any], places: dict[str, int]) -> Question:
    return question(**{name: _text(row[place]) for name, place in places.items()})


def _refuse_flaws(grid: Grid, rows: set[int], places: set[int]) -> None:
    """A formula without a result, or an error value, hides which company is meant."""
    problems = [
        CellError(f"{grid.name}!{letters(place)}{row + 1}", text)
        for (row, place), text in sorted(grid.flaws.items())
        if row in rows and place in places
    ]
    if problems:
        raise InputRefused(problems, _("有%(n)s格无法读取，没有查询。请改好后重新上传整份文件。", n=len(problems)))
