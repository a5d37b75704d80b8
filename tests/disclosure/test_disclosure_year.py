"""The year uses the on-time rate of disclosures where no sheet gives it: pinned, exported with its source, recomputed."""

import csv
from datetime import date

import pytest
from sqlalchemy import select

from disclosure.funds.service.accounts import AccountInput, store
from disclosure.reports import told
from portal.kernel import clock, hooks
from portal.kernel.db import reading, transaction
from portal.kernel.periods import Year
from portal.shell.opendata import api as opendata
from scoring import recompute
from scoring.ratings import api as ratings
from scoring.surveys import api as surveys
from scoring.surveys.models import IndicatorScore
from tests.disclosure import reporting as r
from tests.ratings import district as d

YEAR, ON, OPEN = Year(2025), date(2026, 1, 12), date(2026, 1, 26)
KINDS = {code: ("commodity", d.COMMUNITIES[0]) for code in ("E-1", "E-2", "E-3")}


@pytest.fixture
def year(instance, monkeypatch):
    """E-1 and E-3 have an account since October and disclosed one month of two in time; E-3's sheet says otherwise."""
    d.wire(monkeypatch)
    monkeypatch.setitem(hooks._subscribers, "indicators.computed", [told.computed_indicators])
    d.found_district(KINDS)
    for quarter in YEAR.quarters[:2]:
        for month in quarter.months[:2]:
            with clock.on(month.last), transaction() as db:
                for code in KINDS:
                    d.add_check(db, code, str(month), {}, "confirmed")
        with clock.on(date(2025, 8, 20)), transaction() as db:
            ratings.publish_quarter(db, d.CLI, quarter, on=date(2025, 8, 20))
    for place, code in enumerate(("E-1", "E-3")):
        number = f"400088880000{place}"
        with clock.on(date(2025, 10, 1)), transaction() as db:
            store(db, d.CLI, [AccountInput(f"A-{code}", code, "joint", "示例银行", number, date(2025, 10, 1))])
        r.bring(f"A-{code}", number, date(2025, 10, 1), date(2025, 10, 31), [], 100, date(2025, 11, 3))
    with clock.on(date(2026, 1, 5)), transaction() as db:
        for code in KINDS:
            d.add_year_facts(db, code, 9500)
        for code in ("E-1", "E-2"):
            _drop_sheet(db, code)
    with clock.on(ON):
        yield instance


def _drop_sheet(db, code):
    row = db.scalars(select(IndicatorScore).filter_by(estate_code=code, indicator_code="disclosure")).one()
    row.superseded_at = clock.now()


def stored(code):
    with reading() as db:
        rows = db.scalars(select(IndicatorScore).filter_by(estate_code=code, indicator_code="disclosure"))
        return [(row.score_cp, row.source) for row in rows if row.superseded_at is None]


def test_the_on_time_rate_is_the_indicator_of_estates_with_an_account(year, tmp_path, capsys):
    with transaction() as db:
        ratings.publish_year(db, d.CLI, YEAR, on=clock.today())
    assert (stored("E-1"), stored("E-2"), stored("E-3")) == ([(5000, "computed")], [], [(9500, "sheet")])
    with clock.on(OPEN), reading() as db:
        opendata.export(db, tmp_path / "out")
    with (tmp_path / "out" / "indicators.csv").open(encoding="utf-8-sig") as file:
        found = {
            (row["estate_code"], row["indicator_code"]): (row["score"], row["source"]) for row in csv.DictReader(file)
        }
    assert found["E-1", "disclosure"] == ("50.00", "computed")
    assert recompute.main([str(tmp_path / "out")]) == 0, capsys.readouterr().out
    with clock.on(date(2026, 2, 1)):
        r.bring("A-E-1", "4000888800000", date(2025, 11, 1), date(2025, 11, 30), [], 100, date(2026, 2, 1))
        with transaction() as db:
            assert ratings.publish_year(db, d.CLI, YEAR, on=clock.today()).rows == 0
    with reading() as db:
        assert surveys.facts(db, 2025).indicators is not None
