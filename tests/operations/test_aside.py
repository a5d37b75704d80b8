"""A year of item results whose term is over: set aside on PostgreSQL, whole in its file, out of the open data, and back by command."""

import csv
import gzip
import io
import json
import shutil
from datetime import date

import pytest
from sqlalchemy import func, insert, select, text

from portal.kernel import clock
from portal.kernel.access import system_actor
from portal.kernel.audit import AuditEntry
from portal.kernel.db import dispose, reading, transaction
from portal.kernel.errors import DomainError, NotFound
from portal.operations import api, aside
from portal.shell import wiring
from portal.shell.opendata import api as opendata
from scoring import recompute
from scoring.checks.models import ItemResult
from tests.browser.conftest import demo_place as demo_place
from tests.conftest import point_at

CLI = system_actor("cli:test")
NOW = date(2032, 3, 1)


def _result(year: int, number: int) -> dict[str, object]:
    return {
        "year": year, "id": number, "check_id": f"c{year}", "item_code": f"XF{number:02d}", "result": "fail", "place": "", "note": "一\n二",
        "origin": "inspection", "reason": "", "actor": "insp", "valid_from": date(year, 1, 1), "valid_to": None,
        "recorded_at": clock.now(), "superseded_at": None,
    }  # fmt: skip


def _counted(db) -> dict[int, int]:
    return dict(db.execute(select(ItemResult.year, func.count()).group_by(ItemResult.year)).all())


@pytest.fixture
def years(instance):
    wiring.wire()
    with transaction() as db:
        db.execute(insert(ItemResult), [_result(year, number) for year in (2024, 2025, 2026) for number in range(3)])
    own = {"decision": "决定1号", "terms": {"item-results": {"length": 72, "unit": "months"}}}
    (instance.instance / "retention.json").write_text(json.dumps(own))
    return instance


@pytest.mark.postgres
def test_years_are_set_aside_whole_and_come_back(years):
    with clock.on(NOW):
        with transaction() as db:
            api.hold(db, CLI, "partition:item_result:2025", "案号")
        done = {due.rule.code: due.number for due in api.clear_due(CLI)}
        assert done["item-results"] == 1
        with reading() as db:
            assert _counted(db) == {2025: 3, 2026: 3}
            assert (api.years_aside(db), api.first_year(db)) == ([2024], 2025)
            assert db.scalar(text("SELECT count(*) FROM archive.item_result_2024")) == 3
            with pytest.raises(NotFound, match="2024年"):
                api.require_there(db, 2024)
            told = select(AuditEntry.subject, AuditEntry.detail).where(AuditEntry.action == "partition.detached")
            name, detail = db.execute(told).one()
        rows = list(csv.DictReader(io.StringIO(gzip.decompress(aside.file_of(2024).read_bytes()).decode())))
        assert [row["note"] for row in rows] == ["一\n二"] * 3
        assert (json.loads(detail)["rows"], name) == (3, "partition:item_result:2024")
        for order in ("UPDATE archive.item_result_2024 SET note = ''", "DELETE FROM archive.item_result_2024"):
            with pytest.raises(Exception, match="append only"), transaction() as db:
                db.execute(text(order))
        with pytest.raises(Exception, match="is_aside"), transaction() as db:
            db.execute(insert(ItemResult), [_result(2024, 9)])

        with transaction() as db:
            api.attach_year(db, CLI, 2024, "复核")
        with pytest.raises(DomainError), transaction() as db:
            api.attach_year(db, CLI, 2024, "复核")
        api.clear_due(CLI)  # held now
        with reading() as db:
            assert _counted(db) == {2024: 3, 2025: 3, 2026: 3}
            assert api.first_year(db) == 0
        with pytest.raises(Exception, match="append only"), transaction() as db:
            db.execute(text("DELETE FROM item_result WHERE year = 2024"))


@pytest.mark.postgres
def test_no_term_sets_nothing_aside(years):
    (years.instance / "retention.json").unlink()
    with clock.on(date(2090, 1, 1)), reading() as db:
        assert [due.before for due in api.retention_due(db) if due.rule.code == "item-results"] == [None]
    with clock.on(NOW), reading() as db:
        assert aside.ended(db, date(2024, 12, 30)) == []
        assert [one.subject[-4:] for one in aside.ended(db, date(2025, 12, 31))] == ["2024", "2025"]


@pytest.mark.both_databases
def test_a_year_is_loaded_from_its_file_after_a_restore(years):
    """There the table beside is gone: on SQLite there never was one."""
    columns = [column.name for column in ItemResult.__table__.columns]
    row = _result(2023, 1) | {"recorded_at": "2023-02-01 08:00:00.123456+00", "valid_to": "", "superseded_at": ""}
    aside.file_of(2023).parent.mkdir(exist_ok=True)
    with gzip.open(aside.file_of(2023), "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerow(row)
    with reading() as db:
        assert api.first_year(db) == 2024
    with transaction() as db:
        api.attach_year(db, CLI, 2023, "复核")
    with reading() as db:
        assert api.first_year(db) == 0
        found = db.scalars(select(ItemResult).where(ItemResult.year == 2023)).one()
        assert (found.note, found.valid_to, found.recorded_at.isoformat()) == (
            "一\n二",
            None,
            "2023-02-01T08:00:00.123456+00:00",
        )


def test_open_data_without_the_years_set_aside_recompute(demo_place, tmp_path, monkeypatch):
    shutil.copytree(demo_place.instance, tmp_path / "copy")
    point_at(demo_place, monkeypatch)
    dispose()
    monkeypatch.setattr(aside, "first_year", lambda _db: 2026)
    monkeypatch.setattr(api, "first_year", lambda _db: 2026)
    with reading() as db:
        opendata.export(db, tmp_path / "data")
    dispose()
    with (tmp_path / "data" / "quarter_scores.csv").open(encoding="utf-8-sig", newline="") as file:
        quarters = {row["quarter"] for row in csv.DictReader(file)}
    assert quarters
    assert min(quarters) >= "2026"
    found = recompute.recompute(tmp_path / "data")
    assert [*found.faults, *found.differences] == []
