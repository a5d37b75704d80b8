"""The public page of both lists, as of a day, and its files."""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Response, jsonify, render_template, request

from portal.kernel import clock
from portal.kernel.flags import flags, plain
from portal.kernel.i18n import _
from portal.kernel.sheets.write import write_csv, write_xlsx
from portal.kernel.web import instant_asked, public, request_session
from scoring.lists import api
from scoring.lists.views.blueprint import asked_day, bp

COLUMNS = ("kind", "subject_type", "subject", "uscc", "manager_code", "name", "reason", "effective_from",
           "effective_to", "recorded_at", "decision")  # fmt: skip
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _chosen() -> tuple[date, str, int | None, list[api.EntryView], list[int]]:
    """The day asked for, what was wrong with it, the year chosen, its entries (as known at the instant asked for), and the
    years one can choose."""
    (day, problem), (known_at, is_readable) = asked_day(), instant_asked()
    if not is_readable:
        problem = problem or _("时间写法不对或者晚于现在，请按2026-03-01T09:30的格式填写。现在显示已登记的全部情况。")
    entries = api.in_force(request_session(), day, known_at)
    years = sorted({entry.year for entry in entries}, reverse=True)
    year = request.args.get("year", type=int)
    if year is not None:
        entries = [entry for entry in entries if entry.year == year]
    return day, problem, year, entries, years


@bp.get("/lists")
@public
def index() -> str:
    """Who is on the red and the black list, today or on an earlier day; who is on public notice."""
    db, (day, problem, year, entries, years) = request_session(), _chosen()
    return render_template(
        "lists/index.html",
        as_of=day,
        problem=problem,
        year=year,
        years=years,
        said=api.said,
        lists=[(kind, [entry for entry in entries if entry.kind == kind]) for kind in ("red", "black")],
        known_text=request.args.get("known_at", "") if instant_asked()[0] else "",
        notices=api.public_notices(db, clock.today()),
        gone=api.withdrawn(db, clock.today()),
        query=f"?{request.query_string.decode()}" if request.query_string else "",
    )


@bp.get("/lists.<any(json, csv, xlsx):ending>")
@public
def index_file(ending: str) -> Response:
    """The same entries as a file."""
    day, _problem, _year, entries, _years = _chosen()
    rows = [_row(entry) for entry in entries]
    if ending == "json":
        marks = flags(request_session(), [f"list:{entry.case_id}" for entry in entries], day)
        rows = [
            {**row, "explanation": api.said(entry).row(), "flags": plain(marks.get(f"list:{entry.case_id}", ()))}
            for row, entry in zip(rows, entries, strict=True)
        ]
    answer = _json(day, rows) if ending == "json" else _sheet(ending, rows)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _row(entry: api.EntryView) -> dict[str, Any]:
    row = {name: getattr(entry, name) for name in COLUMNS}
    row["effective_from"] = entry.effective_from.isoformat()
    row["effective_to"] = entry.effective_to.isoformat() if entry.effective_to else None
    row["recorded_at"] = clock.instant_text(entry.recorded_at)
    return row


def _json(day: date, rows: Sequence[dict[str, Any]]) -> Response:
    return jsonify({"as_of": day.isoformat(), "items": rows, "total": len(rows)})


def _sheet(ending: str, rows: Sequence[dict[str, Any]]) -> Response:
    target, cells = io.BytesIO(), [[row[name] for name in COLUMNS] for row in rows]
    if ending == "csv":
        write_csv(target, COLUMNS, cells)
    else:
        write_xlsx(target, COLUMNS, cells, "lists")
    answer = Response(target.getvalue(), mimetype="text/csv" if ending == "csv" else XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="lists.{ending}"'
    return answer
