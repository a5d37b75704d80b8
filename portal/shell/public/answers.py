"""The twins of a page: the same rows as .json, .csv and .xlsx."""

import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from portal.kernel.sheets.write import csv_lines, write_xlsx
from portal.shell.public.fields import Row

TABLE_FORMATS = "any(json, csv, xlsx)"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Table:
    """Rows with their columns, under a file name without ending. ``about`` goes into the JSON beside the rows."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Row]
    about: Row


def table_answer(table: Table, ending: str) -> Response:
    """The table in the asked format."""
    if ending == "json":
        return json_answer({**table.about, "items": [_picked(row, table.columns) for row in table.rows]})
    cells = [tuple(row.get(name) for name in table.columns) for row in table.rows]
    if ending == "csv":
        return _file("".join(csv_lines(table.columns, cells)).encode(), "text/csv; charset=utf-8", f"{table.name}.csv")
    target = io.BytesIO()
    write_xlsx(target, table.columns, cells, table.name[:31])
    return _file(target.getvalue(), XLSX, f"{table.name}.xlsx")


def json_answer(content: Any) -> Response:
    """JSON that any page may read, fields in the order of the files."""
    response = Response(json.dumps(content, ensure_ascii=False), content_type="application/json; charset=utf-8")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _picked(row: Row, columns: Iterable[str]) -> Row:
    return {name: row.get(name) for name in columns}


def _file(data: bytes, media_type: str, name: str) -> Response:
    response = Response(data, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def query_text(**changes: Any) -> str:
    """The query of this address with changes, empty values left out: ``?q=…`` or nothing."""
    kept = {name: value for name, value in request.args.items() if name != "page"} | changes
    text = urlencode({name: value for name, value in kept.items() if value not in ("", None)})
    return f"?{text}" if text else ""
