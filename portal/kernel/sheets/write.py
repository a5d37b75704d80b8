"""Write tables for people: csv and xlsx whose texts can never run as a formula in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from os import PathLike
from typing import IO, Any

from portal.kernel.clock import instant_text

BOM = "\ufeff"
# in full width too: spreadsheets in Chinese take these for the plain signs
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BLOCK = 500


def guarded(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: a dangerous text gets a single quote before it.

    Numbers and dates stay what they are, so -3.50 from the books remains a number.

    >>> guarded("=1+1"), guarded("-"), guarded(-3.5), guarded("440306001")
    ("'=1+1", "'-", -3.5, '440306001')
    """
    if not isinstance(cell, str):
        return cell
    # white space before the sign does not stop every spreadsheet
    bare = cell.lstrip(" \u3000\xa0\ufeff\n")
    return f"'{cell}" if bare.startswith(_DANGEROUS) else cell


def _csv_cell(cell: Any) -> Any:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return instant_text(cell)
    return guarded(cell)


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Any]], bom: bool = True) -> Iterator[str]:
    """The text of a csv file in blocks of rows, for a streamed response; starts with a BOM for spreadsheets."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    if bom:
        buffer.write(BOM)
    writer.writerow([_csv_cell(cell) for cell in header])
    for count, row in enumerate(rows, start=1):
        writer.writerow([_csv_cell(cell) for cell in row])
        if count % _BLOCK == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    if rest := buffer.getvalue():
        yield rest


def write_csv(target: str | PathLike[str] | IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a csv file (UTF-8 with BOM) to a path or an open binary file."""
    if isinstance(target, str | PathLike):
        with open(target, "wb") as file:
            write_csv(file, header, rows)
        return
    for text in csv_lines(header, rows):
        target.write(text.encode("utf-8"))


def write_xlsx(
    target: str | PathLike[str] | IO[bytes],
    header: Sequence[str],
    rows: Iterable[Sequence[Any]],
    sheet: str = "Sheet1",
) -> None:
    """Write an xlsx file row by row, in constant memory; texts stay texts, numbers and dates become cells of theirs."""
    import xlsxwriter  # noqa: PLC0415  loaded only where a workbook is written

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
        "default_date_format": "yyyy-mm-dd",
    }
    with xlsxwriter.Workbook(target if not isinstance(target, PathLike) else str(target), options) as book:
        page = book.add_worksheet(sheet)
        bold = book.add_format({"bold": True})
        for place, title in enumerate(header):
            page.write_string(0, place, guarded(title), bold)
        page.freeze_panes(1, 0)
        for number, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                _write_cell(page, number, place, cell)


def _write_cell(page: Any, row: int, place: int, cell: Any) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, bool):
        page.write_boolean(row, place, cell)
    elif isinstance(cell, int | float | Decimal):
        # more than 15 digits would be changed by the spreadsheet: such a number is a code
        if -(10**15) < cell < 10**15:
            page.write_number(row, place, cell)
        else:
            page.write_string(row, place, str(cell))
    elif isinstance(cell, datetime):
        page.write_string(row, place, instant_text(cell))
    elif isinstance(cell, date):
        page.write_datetime(row, place, datetime(cell.year, cell.month, cell.day))
    else:
        page.write_string(row, place, guarded(str(cell)))
