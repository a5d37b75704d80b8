"""What the pages of the checklist share."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect

from portal.kernel.sheets.write import write_csv, write_xlsx
from scoring.standards import words

bp = Blueprint("standards", "scoring.standards", template_folder="templates")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.context_processor
def _words() -> dict[str, Any]:
    return words.FOR_TEMPLATES


def see_other(address: str) -> Response:
    """After a deed: the page to look at."""
    return make_response(redirect(address, 303))


def sent(name: str, ending: str, rows: Sequence[dict[str, Any]], more: dict[str, Any] | None = None) -> Response:
    """The rows of a page as json, csv or xlsx: the same rows, the same names."""
    if ending == "json":
        answer = jsonify({**(more or {}), "items": list(rows)})
        answer.headers["Access-Control-Allow-Origin"] = "*"
        return answer
    header = list(rows[0]) if rows else []
    cells: Iterable[list[Any]] = ([row[column] for column in header] for row in rows)
    target = io.BytesIO()
    if ending == "csv":
        write_csv(target, header, cells)
    else:
        write_xlsx(target, header, cells, "standard")
    response = Response(target.getvalue(), mimetype="text/csv" if ending == "csv" else XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return response
