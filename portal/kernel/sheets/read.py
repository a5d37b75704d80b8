"""Read an import sheet (xlsx or csv) as columns, with the address of every cell for the messages."""

import gc
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path, PurePath
from typing import Any

from portal.kernel.errors import CellError, DomainError, InputRefused
from portal.kernel.i18n import _
from portal.kernel.sheets.columns import Column, SheetKind, column_index, import_none, letters, match_headers
from portal.kernel.sheets.csvtext import read_csv
from portal.kernel.sheets.grid import MAX_BYTES, MAX_ROWS, Grid
from portal.kernel.sheets.values import parse_choice as parse_choice
from portal.kernel.sheets.values import parse_code as parse_code
from portal.kernel.sheets.values import parse_date as parse_date
from portal.kernel.sheets.values import parse_decimal_text as parse_decimal_text
from portal.kernel.sheets.values import parse_int as parse_int
from portal.kernel.sheets.values import parse_login as parse_login
from portal.kernel.sheets.values import parse_month as parse_month
from portal.kernel.sheets.values import parse_points as parse_points
from portal.kernel.sheets.values import parse_text as parse_text
from portal.kernel.sheets.values import parse_uscc as parse_uscc
from portal.kernel.sheets.values import parse_year as parse_year
from portal.kernel.sheets.values import parser_of
from portal.kernel.sheets.workbook import read_workbook
from portal.kernel.unseen import trimmed

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BINARY = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"{\\rtf")
_CODE_KINDS = ("code", "login", "uscc")


class Sheet:
    """The rows of a sheet by column; empty rows are left out and every row keeps its number in the file."""

    def __init__(
        self,
        name: str,
        kind: SheetKind,
        places: dict[str, int],
        columns: Sequence[Sequence[Any]],
        numbers: Sequence[int],
        flaws: dict[tuple[int, int], str],
    ) -> None:
        self.name = name
        self.kind = kind
        self.length = len(numbers)
        self._places = places
        self._columns = columns
        self._numbers = numbers
        self._flaws = flaws
        self._texts: dict[str, list[str]] = {}

    def __len__(self) -> int:
        return self.length

    def has(self, name: str) -> bool:
        """Whether the file has that column at all."""
        return name in self._places

    def row_number(self, i: int) -> int:
        """The number of the i-th row as the spreadsheet shows it."""
        return self._numbers[i]

    def cell(self, name: str, i: int) -> str:
        """The address of a cell: ``checks!C14``, in a csv ``checks.csv!C14``; column A where the column is absent."""
        return f"{self.name}!{letters(self._places.get(name, 0))}{self._numbers[i]}"

    def raw(self, name: str) -> Sequence[Any]:
        """The cells of a column as the file has them: texts, numbers and dates; truth values as ``TRUE``, ``FALSE``."""
        if name not in self._places or not self._columns:
            return [""] * self.length
        cells = self._columns[self._places[name]]
        if bool in set(map(type, cells)):  # True equals 1 as a key, so that a cache of texts would mix them up
            cells = tuple(str(cell).upper() if isinstance(cell, bool) else cell for cell in cells)
        return cells

    def column(self, name: str) -> list[str]:
        """The trimmed texts of a column, ``''`` where empty; all ``''`` where the file does not have it."""
        if name not in self._texts:
            cells, kind = self.raw(name), self.kind.column(name).kind
            texts = {cell: text_of(cell, kind) for cell in set(cells)}
            self._texts[name] = [texts[cell] for cell in cells]
        return self._texts[name]

    def flaws(self) -> list[CellError]:
        """Cells that cannot be used whatever their column: error values, missing and left-over cells of a csv row."""
        return [CellError(f"{self.name}!{letters(place)}{row + 1}", text) for (row, place), text in self._flaws.items()]


def read_sheet(source: Path | bytes, filename: str, kind: SheetKind) -> Sheet:
    """Read a file as a sheet of that kind; what the file is shows in its content, not in its name.

    ``filename`` names a csv in the addresses of its cells. Raises ``InputRefused`` when the file is no sheet or its
    headers are not those of the kind. Bad cells are not looked at here: see ``checked_rows``.
    """
    if isinstance(source, Path):
        if source.stat().st_size > MAX_BYTES:
            raise _file_too_big()
        source = source.read_bytes()
    with _collector_resting():
        return _read(source, filename, kind)


@contextmanager
def _collector_resting() -> Iterator[None]:
    """Hundreds of thousands of new lists wake the cyclic collector again and again, and there is no cycle to find."""
    awake = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if awake:
            gc.enable()


def _read(source: bytes, filename: str, kind: SheetKind) -> Sheet:
    grid = _read_grid(source, PurePath(filename.replace("\\", "/")).name or "csv")
    head = next((index for index, row in enumerate(grid.rows) if any(map(_is_filled, row))), None)
    if head is None:
        raise InputRefused([], _("文件是空的：没有找到表头。请先下载导入模板。"))
    headers = [text_of(cell, "text") for cell in grid.rows[head]]
    places = match_headers(kind, headers, lambda place: f"{grid.name}!{letters(place)}{head + 1}")
    columns, numbers = _without_empty_rows(grid, head)
    if len(numbers) > MAX_ROWS:
        raise InputRefused([], _("超过%(n)s行，无法读取。请分成几份上传。", n=MAX_ROWS))
    flaws = {at: text for at, text in grid.flaws.items() if at[0] > head}
    stray = _stray_cells(headers, columns, numbers)
    return Sheet(grid.name, kind, places, columns, numbers, {**stray, **flaws})


def _without_empty_rows(grid: Grid, head: int) -> tuple[list[tuple[Any, ...]], Sequence[int]]:
    """The columns below the header, and the file's number of each row."""
    columns = list(zip(*grid.rows[head + 1 :], strict=True))
    if any(all(map(_is_filled, set(cells))) for cells in columns):  # a column without gaps: no row is empty
        return columns, range(head + 2, len(grid.rows) + 1)
    flawed = {row for row, _column in grid.flaws}
    kept = [i for i in range(head + 1, len(grid.rows)) if i in flawed or any(map(_is_filled, grid.rows[i]))]
    return list(zip(*(grid.rows[index] for index in kept), strict=True)), [index + 1 for index in kept]


def _stray_cells(
    headers: list[str], columns: Sequence[Sequence[Any]], numbers: Sequence[int]
) -> dict[tuple[int, int], str]:
    """Contents below a column without header would be lost in silence, so they are flaws."""
    flaws = {}
    for place, cells in enumerate(columns):
        if not headers[place] and any(map(_is_filled, set(cells))):
            text = _("这一列没有表头。请写上表头，或者删除这一格的内容。")
            flaws.update(
                {(number - 1, place): text for number, cell in zip(numbers, cells, strict=True) if _is_filled(cell)}
            )
    return flaws


def read_grid(data: bytes, filename: str) -> Grid:
    """The cells of a file as they stand, for lists whose headers are the sender's own. Raises ``InputRefused``."""
    with _collector_resting():
        return _read_grid(data, PurePath(filename.replace("\\", "/")).name or "csv")


def _read_grid(data: bytes, name: str) -> Grid:
    """Tell the format from the first bytes and read it."""
    if len(data) > MAX_BYTES:
        raise _file_too_big()
    if not data.strip():
        raise InputRefused([], _("文件是空的：没有找到表头。请先下载导入模板。"))
    if data.startswith(b"PK"):
        return read_workbook(data)
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise InputRefused([], _("文件设有密码，无法读取。请取消密码后重新上传。"))
        raise InputRefused([], _("这是旧版xls文件。请在Excel或WPS中另存为xlsx后重新上传。"))
    if data.startswith(_BINARY):
        raise InputRefused([], _("这不是表格文件。请使用xlsx或csv文件，可以先下载导入模板。"))
    return read_csv(data, name)


def _file_too_big() -> InputRefused:
    return InputRefused([], _("文件超过%(n)sMB，无法读取。请分成几份上传。", n=MAX_BYTES // (1024 * 1024)))


def _is_filled(cell: Any) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(trimmed(cell)))


def text_of(cell: Any, kind: str) -> str:
    """The text of a cell, as a person reads it: ``3.0`` is ``3``, a date is ``2026-09-01``.

    Numbers have at most 15 digits, which is what a spreadsheet stores and shows: 0.1 + 0.2 reads ``0.3``.
    """
    if isinstance(cell, str):
        return trimmed(cell)
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else _plain(cell)
    if isinstance(cell, datetime):
        return text_of(cell.date(), kind) if cell.time() == time() else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date):
        # a spreadsheet turns 2026-09 into the first of the month
        return f"{cell:%Y-%m}" if kind == "month" and cell.day == 1 else cell.isoformat()
    return str(cell)


def _plain(number: float) -> str:
    text = f"{number:.15g}"
    return text if "e" not in text else f"{number:.20f}".rstrip("0").rstrip(".")


def objection_to(cell: Any, kind: str) -> str:
    """Why a number or date cell cannot stand in a column of that kind; ``''`` if it can."""
    if isinstance(cell, int | float) and abs(cell) >= 1e15:
        return _("超过15位的数字会被表格软件改动。请把这一列设为文本格式，重新填写完整的号码。")
    if isinstance(cell, date | time | timedelta) and kind in _CODE_KINDS:
        return _("内容被表格软件改成了日期或时间。请把这一列设为文本格式后重新填写。")
    return ""


class Problems:
    """What is wrong in an input. Counts everything; keeps the first ``keep`` in the order of the rows."""

    def __init__(self, keep: int = 1000) -> None:
        self.keep = keep
        self.count = 0
        self._found: list[CellError] = []

    def __len__(self) -> int:
        return self.count

    def add(self, cell: str, message: str) -> None:
        """Note one bad cell."""
        self.count += 1
        self._found.append(CellError(cell, message))
        if len(self._found) > 20 * self.keep:
            self._found = self.listed()

    def listed(self) -> list[CellError]:
        """The problems in the order of rows, then columns."""
        return sorted(self._found, key=_position)[: self.keep]

    def refuse_if_any(self) -> None:
        """Raise ``InputRefused`` with all of them, if there is any."""
        if self.count:
            raise InputRefused(self.listed(), import_none(self.count), self.count)


def _position(problem: CellError) -> tuple[int, int]:
    found = re.search(r"!([A-Z]+)([0-9]+)$", problem.cell)
    return (int(found[2]), column_index(found[1])) if found else (0, 0)


def checked_rows(sheet: Sheet, kind: SheetKind, problems: Problems | None = None) -> dict[str, list[Any]]:
    """The parsed values of every column of the kind, in the order of the rows.

    An empty optional cell is ``''`` in a text column and ``None`` in any other. Without ``problems`` the sheet is
    refused with all its bad cells; with it, bad cells are added there and are ``None`` in the answer, so that the
    caller can look on and refuse once.
    """
    mine = Problems() if problems is None else problems
    flaws = sheet.flaws()
    for flaw in flaws:
        mine.add(flaw.cell, flaw.message)
    known = {flaw.cell for flaw in flaws}
    rows = {column.name: _checked_column(sheet, column, mine, known) for column in kind.columns}
    if problems is None:
        mine.refuse_if_any()
    return rows


def _checked_column(sheet: Sheet, column: Column, problems: Problems, known: set[str]) -> list[Any]:
    """Parse each distinct cell once; codes and dates repeat thousands of times in a sheet."""
    cells = sheet.raw(column.name)
    values: dict[Any, Any] = {}
    bad: dict[Any, str] = {}
    parse = parser_of(column)
    for cell in set(cells):
        try:
            values[cell] = _value(cell, column, parse)
        except DomainError as error:
            values[cell] = None
            bad[cell] = str(error)
    if bad:
        for i, cell in enumerate(cells):
            if cell in bad and (address := sheet.cell(column.name, i)) not in known:
                problems.add(address, bad[cell])
    return [values[cell] for cell in cells]


def _value(cell: Any, column: Column, parse: Callable[[str], Any]) -> Any:
    text = text_of(cell, column.kind)
    if not text:
        if column.required:
            raise DomainError(_("“%(value)s”不能为空。", value=column.label))
        return "" if column.kind == "text" and column.parser is None else None
    if objection := objection_to(cell, column.kind):
        raise DomainError(objection)
    return parse(text)
