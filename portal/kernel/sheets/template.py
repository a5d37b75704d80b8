"""Write the blank import sheet of a kind: headers with notes, drop-downs, one example row, a sheet of explanations."""

import io
from pathlib import Path

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from portal.kernel.i18n import gettext, using
from portal.kernel.sheets.columns import Column, SheetKind, letters
from portal.kernel.sheets.workbook import NOTES_SHEET

_LAST_ROW = 20_000
_INLINE_LIST = 250  # a spreadsheet allows 255 characters in a drop-down written in place
_LISTS = 9  # the notes sheet keeps drop-down lists from column J on
_TITLES = ("列名 Column", "代码 Code", "必填 Required", "填写方法", "How to fill in", "取值 Values", "示例 Example")
_NUMBERS = {"int": "0", "points": "0.00", "decimal": "General", "year": "0"}

_RULES = {
    "text": "文字，最多%(n)s个字。",
    "code": "编号：大写字母A至Z、数字和连字符，1至32个字符。",
    "login": "登录名：字母、数字、点、连字符和下划线，1至32个字符。",
    "uscc": "统一社会信用代码，18位。",
    "date": "日期，按2026-09-01的格式填写。",
    "month": "月份，按2026-09的格式填写。",
    "year": "年度，按2026的格式填写。",
    "int": "整数。",
    "points": "0至100之间的数，最多两位小数。",
    "decimal": "数，可以有小数。",
    "choice": "从下拉列表中选一项。",
}


def write_template(kind: SheetKind, path: Path) -> None:
    """Write the blank sheet of that kind as xlsx; the example row reads back as a valid row."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = kind.name
    notes = book.create_sheet(NOTES_SHEET)
    _explain(kind, notes)
    for place, column in enumerate(kind.columns):
        _head(sheet, place, column)
    for place, text in enumerate(kind.example):
        cell = sheet.cell(2, place + 1)
        cell.value = _number(kind.columns[place], text)
        cell.font = Font(italic=True, color="666666")
    sheet.freeze_panes = "A2"
    made = io.BytesIO()  # an archive that a full disk cuts off complains again when it is cleared away
    book.save(made)
    path.write_bytes(made.getvalue())


def _number(column: Column, text: str) -> str | int | float | None:
    """An example as the spreadsheet would hold it: numbers as numbers, everything else as text."""
    if not text:
        return None
    if column.kind in ("int", "year") and text.isdigit():
        return int(text)
    if column.kind in ("points", "decimal"):
        return float(text)  # a cell of a spreadsheet holds nothing else
    return text


def _head(sheet: Worksheet, place: int, column: Column) -> None:
    cell = sheet.cell(1, place + 1, column.header)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="E8EEF4" if column.required else "F7F7F7")
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    cell.comment = Comment(_note(column), "", width=320, height=160)
    letter = letters(place)
    sheet.column_dimensions[letter].width = max(14, 2.2 * len(column.header) + 4)
    style = _NUMBERS.get(column.kind, "@")
    sheet.column_dimensions[letter].number_format = style
    for row in range(2, 202):  # the format of a column is lost on cells that a person pastes over
        sheet.cell(row, place + 1).number_format = style
    if column.kind == "choice":
        sheet.add_data_validation(_drop_down(column, place, letter))


def _drop_down(column: Column, place: int, letter: str) -> DataValidation:
    """The choices by their Chinese labels; a long list refers to the notes sheet."""
    labels = [label for _value, label in column.pairs]
    inline = ",".join(labels)
    if len(inline) <= _INLINE_LIST and not any("," in label or '"' in label for label in labels):
        formula = f'"{inline}"'
    else:
        home = letters(_LISTS + place)
        formula = f"'{NOTES_SHEET}'!${home}$2:${home}${len(labels) + 1}"
    check = DataValidation(type="list", formula1=formula, allow_blank=not column.required, showErrorMessage=True)
    check.error = f"请从下拉列表中选择：{'、'.join(labels)}"[:225]
    check.errorTitle = column.header[:32]
    check.add(f"{letter}2:{letter}{_LAST_ROW}")
    return check


def _rule(column: Column) -> str:
    return gettext(_RULES[column.kind], n=column.max_length) if column.kind == "text" else gettext(_RULES[column.kind])


def _note(column: Column) -> str:
    """The remark on a header, in Chinese."""
    need = "必填。" if column.required else "可以不填。"
    with using("zh"):
        return f"{column.name}\n{need}{_rule(column)}{gettext(column.note) if column.note else ''}"


def _choices(column: Column) -> str:
    """A line each; a label that begins with its value stands alone."""
    return "\n".join(label if label.split()[:1] == [value] else f"{value} {label}" for value, label in column.pairs)


def _explain(kind: SheetKind, notes: Worksheet) -> None:
    """The notes sheet: one row a column, in Chinese and in English."""
    notes.append([f"{kind.title}（{kind.name}）"])
    notes.append([])
    notes.append(_TITLES)
    for column in kind.columns:
        notes.append(_explanation(column))
    for cell in (notes["A1"], *notes[3]):
        cell.font = Font(bold=True)
    for letter, width in zip("ABCDEFG", (18, 22, 16, 44, 52, 28, 26), strict=True):
        notes.column_dimensions[letter].width = width
    for cell in (cell for row in notes.iter_rows(min_row=3) for cell in row):
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        cell.number_format = "@"
    for place, column in enumerate(kind.columns):
        for number, (_value, label) in enumerate(column.pairs, start=2):
            notes.cell(number, _LISTS + place + 1, label)
        notes.column_dimensions[letters(_LISTS + place)].hidden = True


def _explanation(column: Column) -> list[str]:
    texts = []
    for language, gap in (("zh", ""), ("en", " ")):
        with using(language):
            note = gettext(column.note) if column.note else ""
            texts.append(f"{_rule(column)}{gap}{note}".strip())
    need = "必填 yes" if column.required else "可以不填 no"
    return [column.header, column.name, need, *texts, _choices(column), column.example]
