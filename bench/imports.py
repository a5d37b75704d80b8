"""``import_checks_vs_calamine``: 100,000 rows of the ``checks`` sheet imported, beside a bare read of the same file."""

import time
from datetime import date
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook

from bench.facts import District
from bench.portal_year import ACTOR
from portal.accounts.models import Person
from portal.kernel import clock
from portal.kernel.db import transaction
from portal.kernel.importing import ImportContext
from portal.shell import wiring
from portal.shell.importing import run_import

HEADER = ("estate_code", "month", "inspected_on", "inspector", "item_code", "result", "note")


def write(path: Path, district: District, rows: int, part: int = 0, parts: int = 1, year: int = 2026) -> int:
    """The sheet: findings of January to October of the year after the one in the database; of every ``parts``-th estate."""
    own = district.estates["estate_code"].iloc[part::parts]
    visits = district.checks[(district.checks["month"] <= "2025-10") & district.checks["estate_code"].isin(own)]
    found = district.results[district.results["result"] != "pass"].merge(visits, on="check").head(rows)
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("checks")
    sheet.write_row(0, 0, HEADER)
    for number, r in enumerate(found.itertuples(index=False), 1):
        month = r.month.replace("2025", str(year))
        sheet.write_row(number, 0, (r.estate_code, month, f"{month}-15", "bench", r.item_code, r.result, "示例说明"))
    book.close()
    return len(found)


def inspector() -> None:
    """Who made the checks of the sheet."""
    with transaction() as db:
        db.add(
            Person(login="bench", name="示例", role="inspector", division_code="440306000000", recorded_at=clock.now())
        )


def measure(path: Path) -> tuple[float, float]:
    """(seconds of the import, seconds of the bare read)."""
    began = time.perf_counter()
    context = ImportContext(on=date(2026, 1, 25), past_months=True)
    counts = run_import(ACTOR, wiring.kinds()["checks"], path.read_bytes(), path.name, context)
    ours = time.perf_counter() - began
    if not counts.added:
        raise SystemExit("nothing was imported")
    began = time.perf_counter()
    CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    return ours, time.perf_counter() - began
