"""The public catalogue of credit events: what counts, how much, for how long, and on what basis."""

import io
from datetime import date
from typing import Any

from flask import Response, jsonify, render_template

from portal.kernel import clock
from portal.kernel.points import print_cp
from portal.kernel.sheets.write import write_csv, write_xlsx
from portal.kernel.web import public
from scoring.credit import catalogue as events
from scoring.credit.views.blueprint import bp
from scoring.rules.credit import tariff_on

COLUMNS = ("code", "variant", "name", "subjects", "points", "repair_after_months", "months", "tier", "active", "basis")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _rows() -> list[dict[str, Any]]:
    return [
        {
            "code": entry.code,
            "variant": entry.variant,
            "name": entry.name,
            "subjects": entry.subjects,
            "points": print_cp(entry.points_cp),
            "repair_after_months": entry.repair_after_months,
            "months": entry.months,
            "tier": entry.tier,
            "active": "yes" if entry.active else "no",
            "basis": entry.basis,
        }
        for entry in events.in_force(clock.today())
    ]


@bp.get("/credit/catalogue")
@public
def catalogue() -> str:
    """Good and adverse events in plain words."""
    entries = events.in_force(clock.today())
    return render_template(
        "credit/catalogue.html",
        in_force_from=date.fromisoformat(entries[0].catalogue),
        good=[entry for entry in entries if not entry.is_adverse],
        bad=[entry for entry in entries if entry.is_adverse],
        tariff=tariff_on(clock.today().isoformat()),
    )


@bp.get("/credit/catalogue.<any(json, csv, xlsx):ending>")
@public
def catalogue_file(ending: str) -> Response:
    """The same rows as a file."""
    rows, version = _rows(), events.in_force(clock.today())[0].catalogue
    if ending == "json":
        answer: Response = jsonify({"in_force_from": version, "items": rows, "total": len(rows)})
    else:
        target, cells = io.BytesIO(), [[row[name] for name in COLUMNS] for row in rows]
        if ending == "csv":
            write_csv(target, COLUMNS, cells)
        else:
            write_xlsx(target, COLUMNS, cells, "credit-catalogue")
        answer = Response(target.getvalue(), mimetype="text/csv" if ending == "csv" else XLSX)
        answer.headers["Content-Disposition"] = f'attachment; filename="credit-catalogue.{ending}"'
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
