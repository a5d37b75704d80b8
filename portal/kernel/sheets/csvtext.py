"""Read a csv file: its encoding and its separator are told from the content."""

import codecs
import csv
import io
import re

from portal.kernel.errors import CellError, InputRefused
from portal.kernel.i18n import _
from portal.kernel.sheets.columns import letters
from portal.kernel.sheets.grid import MAX_CELLS, MAX_ROWS, Grid

_SEPARATORS = ",;\t"


def decode(data: bytes) -> str:
    """UTF-8 with or without BOM, UTF-16 with BOM (Excel's “Unicode text”), else GB18030."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise InputRefused([], _("无法识别文件的文字编码。请另存为UTF-8编码的csv，或者使用xlsx文件。"))


def separator(text: str) -> str:
    """Comma, semicolon or tab: whichever the header row has most of, outside quotes."""
    head = re.sub(r'"[^"]*"', "", text.lstrip("\r\n")[:20_000]).lstrip("\r\n").splitlines()
    first = head[0] if head else ""
    return max(_SEPARATORS, key=first.count)


def read_csv(data: bytes, name: str) -> Grid:
    """All records of a csv file; the row number of a record is the one a spreadsheet shows for it."""
    text = decode(data)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator(text), strict=True):
            rows.append(row)
            if len(rows) > MAX_ROWS:
                raise InputRefused([], _("超过%(n)s行，无法读取。请分成几份上传。", n=MAX_ROWS))
    except csv.Error as error:
        message = _("这一行的引号不成对，或者一格文字过长。请检查引号后重新保存。")
        problem = CellError(f"{name}!A{len(rows) + 1}", message)
        raise InputRefused([problem], message) from error
    return _square(name, rows)


def _square(name: str, rows: list[list[str]]) -> Grid:
    """Rows of the header's length; cells missing or left over are flaws at their address."""
    width = next((len(row) for row in rows if any(cell.strip() for cell in row)), 0)
    if width * len(rows) > MAX_CELLS:
        raise InputRefused([], _("表格太大，无法读取。请删除多余的空白行列和图片，或者分成几份上传。"))
    flaws: dict[tuple[int, int], str] = {}
    if any(len(row) != width for row in rows):
        rows = [row if len(row) == width else _mended(index, row, width, flaws) for index, row in enumerate(rows)]
    return Grid(name, rows, flaws)


def _mended(index: int, row: list[str], width: int, flaws: dict[tuple[int, int], str]) -> list[str]:
    if any(row):
        if len(row) < width:
            flaws[index, len(row)] = _(
                "这一行只有%(m)s格，表头有%(n)s格（至%(last)s列）。请补上缺的格，空格也要留分隔符。",
                m=len(row), n=width, last=letters(width - 1),
            )  # fmt: skip
        elif any(row[width:]):
            flaws[index, width] = _(
                "这一行有%(m)s格，表头只有%(n)s格。内容里有分隔符时，请用双引号括起来。", m=len(row), n=width
            )
    return (row + [""] * width)[:width]
