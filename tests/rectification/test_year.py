"""The year uses what orders say where no sheet does: pinned when published, exported with its source, recomputed by anybody.
Limiters that are switched on cap the stars on page, in the export and in the recomputation alike."""

import csv
from datetime import date

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.access import Role, person_actor
from portal.kernel.db import reading, transaction
from portal.kernel.periods import Year
from portal.shell.opendata import api as opendata
from scoring import recompute
from scoring.ratings import api as ratings
from scoring.ratings.models import Rating, Release
from scoring.rectification import queries
from scoring.rectification.service import answering, deciding
from scoring.rectification.service.opening import sync
from scoring.rules import rulesets
from scoring.surveys import api as surveys
from scoring.surveys.models import IndicatorScore
from tests.checks.district import photo
from tests.ratings import district as d

YEAR, ON, OPEN = Year(2025), date(2026, 1, 12), date(2026, 1, 26)
COMPANY = person_actor("company", Role.ENTERPRISE, d.DISTRICT, d.USCC[0])
INSPECTOR = person_actor("insp", Role.INSPECTOR, d.COMMUNITIES[0])
KINDS = {code: ("commodity", d.COMMUNITIES[0]) for code in ("E-1", "E-2", "E-3")}


@pytest.fixture
def year(instance, monkeypatch):
    """Two quarters of three estates; E-1 has orders and no sheet, E-2 neither, E-3 orders and a sheet."""
    d.wire(monkeypatch)
    d.found_district(KINDS)
    for quarter in YEAR.quarters[:2]:
        for month in quarter.months[:2]:
            with clock.on(month.last), transaction() as db:
                for code in KINDS:
                    found = {"XF01": "1", "SB07": "1"} if str(month) == "2025-04" and code != "E-2" else {}
                    check = d.add_check(db, code, str(month), found, "confirmed")
                    sync(db, d.CLI, clock.today(), [str(month)], [check])
    _fix("XF01", date(2025, 4, 30))
    _fix("SB07", date(2025, 5, 20))  # 7 days after 30 April have passed
    for quarter in YEAR.quarters[:2]:
        with clock.on(date(2025, 8, 20)), transaction() as db:
            ratings.publish_quarter(db, d.CLI, quarter, on=date(2025, 8, 20))
    with clock.on(date(2026, 1, 5)), transaction() as db:
        for code in KINDS:
            surveys.record_survey(
                db, d.CLI, 2025, code, households=600, valid_responses=60, score_cp=9500, on=clock.today()
            )
            for name in d.INDICATORS[0 if code == "E-3" else 1 :]:
                surveys.record_indicator(
                    db, d.CLI, 2025, code, indicator_code=name, score_cp=9500, evidence="台账", on=clock.today()
                )
    with clock.on(ON):
        yield instance


def _fix(item, day):
    with clock.on(day, 23), transaction() as db:
        for row in queries.begun(db, []):
            if row.item_code == item:
                answering.answer(db, COMPANY, row.id, 1, "已整改", [(photo(), "a.jpg")], day)
                deciding.verify(db, INSPECTOR, row.id, 2, day)


def publish(reason=""):
    with transaction() as db:
        return ratings.publish_year(db, d.CLI, YEAR, on=clock.today(), reason=reason)


def rows(model, **where):
    with reading() as db:
        found = db.scalars(select(model).filter_by(**where).order_by(*model.__table__.primary_key.columns)).all()
        kept = [row for row in found if getattr(row, "superseded_at", None) is None]
        db.expunge_all()
        return kept


def stored(code):
    """(score, source) of the indicator of an estate."""
    return [
        (row.score_cp, row.source) for row in rows(IndicatorScore, estate_code=code, indicator_code="rectification")
    ]


def last_rating(code):
    return rows(Rating, estate_code=code)[-1]


def exported(folder):
    with clock.on(OPEN), reading() as db:
        opendata.export(db, folder)
    with (folder / "indicators.csv").open(encoding="utf-8-sig") as file:
        return {(r["estate_code"], r["indicator_code"]): (r["score"], r["source"]) for r in csv.DictReader(file)}


@pytest.mark.both_databases
def test_the_rate_of_the_orders_is_the_indicator_where_no_sheet_gives_it(year, tmp_path, capsys):
    publish()
    assert (stored("E-1"), stored("E-2"), stored("E-3")) == ([(5000, "computed")], [], [(9500, "sheet")])
    release = rows(Release, period="2025")[0]
    assert rows(IndicatorScore, source="computed")[0].recorded_at == release.known_at
    comprehensive = {code: last_rating(code).comprehensive_cp for code in KINDS}
    assert comprehensive == {"E-1": 8750, "E-2": None, "E-3": 9500}
    assert last_rating("E-2").reasons == '["comprehensive:indicators:rectification"]'
    found = exported(tmp_path / "out")
    assert found["E-1", "rectification"] == ("50.00", "computed")
    assert found["E-3", "rectification"] == ("95.00", "sheet")
    assert recompute.main([str(tmp_path / "out")]) == 0, capsys.readouterr().out


def test_a_published_value_stays_and_a_sheet_that_comes_later_is_a_correction(year, tmp_path):
    publish()
    with clock.on(date(2026, 2, 1)):
        assert publish().rows == 0
        with transaction() as db:
            surveys.record_indicator(
                db, d.CLI, 2025, "E-1", indicator_code="rectification", score_cp=8000, evidence="区级核定",
                on=clock.today(), reason="按核定结果更正",
            )  # fmt: skip
    assert stored("E-1") == [(8000, "sheet")]
    assert (last_rating("E-1").revision, last_rating("E-1").comprehensive_cp) == (2, 9250)


def test_a_preview_counts_and_keeps_nothing(year):
    with transaction() as db:
        ratings.prepare_year(db, d.CLI, YEAR, on=ON)
    assert stored("E-1") == []
    with reading() as db:
        prepared = {row["estate_code"]: row["comprehensive_cp"] for row in ratings.prepared_rows(db, YEAR)}
    assert prepared["E-1"] == 8750


LIMITERS = [
    pytest.param(
        {"limiter": "component_below", "components": ["comprehensive"], "below_cp": 9000, "max_stars": 3},
        "limiter:component_below:comprehensive:3",
        {"E-1": 3, "E-3": 5},
        id="component",
    ),
    pytest.param(
        {"limiter": "category_below", "categories": ["XF"], "below_cp": 9900, "max_stars": 2},
        "limiter:category_below:XF:2",
        {"E-1": 2, "E-3": 2},
        id="category",
    ),
]


@pytest.mark.parametrize(("row", "reason", "stars"), LIMITERS)
def test_a_limiter_that_is_on_caps_the_stars_everywhere(year, tmp_path, capsys, monkeypatch, row, reason, stars):
    rules = rulesets.rule_set("commodity-2018")
    publish()
    free = {code: last_rating(code).stars for code in stars}
    monkeypatch.setitem(rules.data, "limiters", [{**row, "zh": "限评", "en": "cap"}])
    publish("规则变更")
    assert {code: last_rating(code).stars for code in stars} == stars
    assert free != stars
    assert last_rating("E-1").reasons == f'["{reason}"]'
    with clock.on(OPEN), reading() as db:
        assert any("限评条件" in sentence for sentence in ratings.rating_explained(db, 2025, "E-1").sentences)
    exported(tmp_path / "out")
    assert recompute.main([str(tmp_path / "out")]) == 0, capsys.readouterr().out
