"""Read an xlsx workbook through calamine, after looking at the container: what is packed into it may be hostile."""

import io
import re
import struct
import zipfile
import zlib
from typing import Any
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from portal.kernel.errors import InputRefused
from portal.kernel.i18n import _
from portal.kernel.sheets.columns import column_index
from portal.kernel.sheets.grid import MAX_CELLS, MAX_ROWS, MAX_UNPACKED, Grid

NOTES_SHEET = "说明"
_MAX_MEMBERS = 2000
_ODD = re.compile(rb' r(?:\s|=[^"])')
_ODDER = re.compile(rb'[\t\n\r]r(?:\s|=[^"])')
_WIDE = re.compile(rb'r="([A-Z]{2,})')
_LONG = re.compile(rb'r="[A-Z]*(\d{6,})')
_ROW = re.compile(rb'r="[A-Z]*(\d+)')
_ERROR_CELL = re.compile(rb'<c\s(?=[^>]*t="e")[^>]*?r="([A-Z]+)(\d+)"')
_EMPTY_FORMULA = re.compile(rb'<c\s[^>]*?r="([A-Z]+)(\d+)"[^>]*><f[^>]*(?:/>|>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>')
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def unreadable() -> InputRefused:
    """The refusal of a damaged workbook."""
    return InputRefused([], _("文件已损坏或不完整，无法读取。请在Excel或WPS中打开，另存为xlsx后重新上传。"))


def _too_big() -> InputRefused:
    return InputRefused([], _("表格太大，无法读取。请删除多余的空白行列和图片，或者分成几份上传。"))


def read_workbook(data: bytes) -> Grid:
    """The first visible worksheet that is not the notes sheet. Raises ``InputRefused`` with a plain sentence."""
    parts = _unpack(data)
    try:
        index, name, rows = _load(data)
    except CalamineError as error:
        raise unreadable() from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # the reader's own fault, raised past Exception
            raise unreadable() from error
        raise
    part = _part_of_sheet(parts, index)
    flaws = _flaws(part) if part is not None else {}
    return Grid(name, rows, {at: text for at, text in flaws.items() if at[0] < len(rows)})


def _load(data: bytes) -> tuple[int, str, list[list[Any]]]:
    """Which sheet it is, its name and its rows from file row 1 on."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    index = _sheet_index(book)
    sheet = book.get_sheet_by_index(index)
    return index, sheet.name, sheet.to_python(skip_empty_area=False)


def _sheet_index(book: CalamineWorkbook) -> int:
    """Which sheet holds the rows: the first visible worksheet, notes aside."""
    for index, sheet in enumerate(book.sheets_metadata):
        if (
            sheet.typ == SheetTypeEnum.WorkSheet
            and sheet.visible == SheetVisibleEnum.Visible
            and sheet.name.strip() != NOTES_SHEET
        ):
            return index
    raise InputRefused([], _("文件里没有可以导入的工作表。请把数据放在第一张工作表。"))


def _unpack(data: bytes) -> dict[str, bytes]:
    """The XML parts by name, inflated here first: calamine trusts sizes and cell addresses, this does not."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise unreadable() from error
    if len(members) > _MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
        raise _too_big()
    contents = {member.filename.lstrip("/").lower(): _inflate(data, member) for member in members}
    parts = {name: content for name, content in contents.items() if name.endswith((".xml", ".rels"))}
    if not any(name.endswith("workbook.xml") for name in parts):
        raise InputRefused([], _("这不是xlsx工作簿。请使用xlsx或csv文件，可以先下载导入模板。"))
    for name, content in parts.items():
        if "/worksheets/" in name:
            _check_extent(content)
    return parts


def _inflate(data: bytes, member: zipfile.ZipInfo) -> bytes:
    """One member, never more than it declares: a declared size may be a lie."""
    start = member.header_offset
    try:
        magic, name_length, extra_length = struct.unpack_from("<4s22xHH", data, start)
    except struct.error as error:
        raise unreadable() from error
    begin = start + 30 + name_length + extra_length
    packed = data[begin : begin + member.compress_size]
    if magic != b"PK\x03\x04" or member.flag_bits & 1 or len(packed) != member.compress_size:
        raise unreadable()
    if member.compress_type == zipfile.ZIP_STORED:
        content, whole = packed, True
    elif member.compress_type == zipfile.ZIP_DEFLATED:
        content, whole = _deflated(packed, member.file_size)
    else:
        raise unreadable()
    if not whole or len(content) != member.file_size:
        raise unreadable()
    return content


def _deflated(packed: bytes, size: int) -> tuple[bytes, bool]:
    """The content and whether the stream ends there; in pieces, because one large buffer is slow to grow."""
    inflater = zlib.decompressobj(-15)
    pieces, length = [], 0
    try:
        while not inflater.eof and length <= size:
            piece = inflater.decompress(packed, 1 << 18)
            packed = inflater.unconsumed_tail
            if not piece and not packed:
                break
            pieces.append(piece)
            length += len(piece)
    except zlib.error as error:
        raise unreadable() from error
    return b"".join(pieces), inflater.eof


def _check_extent(sheet: bytes) -> None:
    """Refuse a sheet whose outermost cells span more than can be held: two far cells make a table of billions."""
    # an address written as no spreadsheet writes it would slip through the patterns below
    broken_lines = any(sheet.find(space, 200) >= 0 for space in (b"\t", b"\n", b"\r"))
    if _ODD.search(sheet) or (broken_lines and _ODDER.search(sheet)):
        raise unreadable()
    wide = max((column_index(found.decode()) + 1 for found in set(_WIDE.findall(sheet))), default=26)
    long = max((int(found) for found in _LONG.findall(sheet)), default=99_999)
    if wide * long > MAX_CELLS:
        long = max(map(int, _ROW.findall(sheet)), default=0)
    if wide * long > MAX_CELLS and (wide > 26 or long > MAX_ROWS + 100):
        raise _too_big()


def _part_of_sheet(parts: dict[str, bytes], index: int) -> bytes | None:
    """The XML of the n-th sheet of the workbook, by its relation."""
    try:
        book = ElementTree.fromstring(parts["xl/workbook.xml"])
        links = ElementTree.fromstring(parts["xl/_rels/workbook.xml.rels"])
    except (KeyError, ElementTree.ParseError):
        return None
    sheets = [node for node in book.iter() if node.tag.endswith("}sheet")]
    targets = {node.get("Id"): node.get("Target", "") for node in links}
    target = targets.get(sheets[index].get(_RELATION), "") if index < len(sheets) else ""
    name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return parts.get(name.lower())


def _flaws(sheet: bytes) -> dict[tuple[int, int], str]:
    """Cells that calamine reads as empty although something stands in them."""
    flaws = {}
    if b't="e"' in sheet:
        text = _("单元格是错误值（如#N/A、#DIV/0!）。请改正公式，或者直接填写内容。")
        flaws.update({_place(found): text for found in _ERROR_CELL.findall(sheet)})
    if b"<f" in sheet:
        text = _("单元格的公式没有算出结果。请在Excel或WPS中打开并保存，或者直接填写内容。")
        flaws.update({_place(found): text for found in _EMPTY_FORMULA.findall(sheet)})
    return flaws


def _place(found: tuple[bytes, bytes]) -> tuple[int, int]:
    return int(found[1]) - 1, column_index(found[0].decode())
