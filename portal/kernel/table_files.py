"""A table of a public page as a file: exactly the rows that the page's filters choose, in its order."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response

from portal.kernel.sheets.write import write_csv, write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ENDINGS = "csv, xlsx, json"


@dataclass(frozen=True)
class Sheet:
    """Named columns (code names of the contract) and rows of plain values; ``about`` goes into the JSON beside them."""

    name: str
    columns: Sequence[str]
    rows: Sequence[dict[str, Any]]
    about: dict[str, Any]


def sent(sheet: Sheet, ending: str) -> Response:
    """The sheet as csv, xlsx or json."""
    if ending == "json":
        return sent_json({**sheet.about, "items": list(sheet.rows), "total": len(sheet.rows)})
    target = io.BytesIO()
    rows = ([row[name] for name in sheet.columns] for row in sheet.rows)
    if ending == "csv":
        write_csv(target, sheet.columns, rows)
    else:
        write_xlsx(target, sheet.columns, rows, sheet.name[:31])  # the longest that Excel takes
    response = Response(target.getvalue(), mimetype="text/csv" if ending == "csv" else XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{sheet.name}.{ending}"'
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def sent_json(answer: dict[str, Any]) -> Response:
    """A JSON answer that other sites may read."""
    response = Response(json.dumps(answer, ensure_ascii=False, default=str), content_type="application/json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
