"""Caps on facts: gathered for the end of the year, pinned with the rating, told, exported and recomputed; off in the real sets."""

import csv
from datetime import date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from portal.kernel import clock, hooks
from portal.kernel.db import reading, transaction
from portal.kernel.i18n import using
from portal.kernel.periods import Year
from portal.shell.opendata import api as opendata
from scoring import recompute
from scoring.credit import api as credit
from scoring.ratings import api as ratings
from scoring.ratings.figures.limits import vacant_days
from scoring.ratings.models import Rating, RatingFact
from scoring.rectification.service.opening import sync
from scoring.rules import rulesets
from tests.lists.year import record_event
from tests.ratings import district as d
from tests.rules.sample_export import CAPS
from tests.rules.sample_export import limiters as listed

YEAR, ON, OPEN = Year(2025), date(2026, 1, 12), date(2026, 1, 26)
CODES = ("E-1", "E-2", "E-3", "E-4", "E-5")
ON_FACTS = [cap for cap in CAPS if "below" not in cap[0]]


@pytest.fixture
def year(instance, monkeypatch):
    """Five estates that earn five stars. E-1 is in order; E-2's company was punished; a class C hazard of E-3 is open; the post of
    E-4 was vacant; a room above says that E-5's fund reports were overdue."""
    d.wire(monkeypatch)
    funds = {"disclosure_overdue_quarters": {"E-5": 2, "E-1": 1}}
    answers = [credit.rating_facts, lambda db, **asked: funds]
    monkeypatch.setitem(hooks._subscribers, "rating.facts", answers)
    d.found_district({code: ("commodity", d.COMMUNITIES[0]) for code in CODES}, {"E-2": d.USCC[1], "E-4": ""})
    with clock.on(date(2025, 1, 2)), transaction() as db:
        d.add_contract(db, "E-4", d.USCC[0], "PM-1", date(2024, 1, 1), date(2025, 3, 31))
        d.add_contract(db, "E-4", d.USCC[0], "PM-1", date(2025, 6, 1))
    for quarter in YEAR.quarters[:2]:
        for month in quarter.months[:2]:
            with clock.on(month.last), transaction() as db:
                for code in CODES:
                    found = {"XF01": "1"} if (str(month), code) == ("2025-04", "E-3") else {}
                    sync(
                        db, d.CLI, clock.today(), [str(month)], [d.add_check(db, code, str(month), found, "confirmed")]
                    )
    for quarter in YEAR.quarters[:2]:
        with clock.on(date(2025, 8, 20)), transaction() as db:
            ratings.publish_quarter(db, d.CLI, quarter, on=date(2025, 8, 20))
    with clock.on(date(2025, 9, 1)):
        record_event("B01", d.USCC[1], on=date(2025, 9, 1))
    with clock.on(date(2026, 1, 5)), transaction() as db:
        for code in CODES:
            d.add_year_facts(db, code, 9800)
    with clock.on(ON):
        yield instance


def publish():
    with transaction() as db:
        return ratings.publish_year(db, d.CLI, YEAR, on=clock.today())


def pinned():
    with reading() as db:
        rows = db.execute(select(RatingFact.estate_code, RatingFact.fact, RatingFact.value))
        return {(code, fact): value for code, fact, value in rows if value}


def stars():
    with reading() as db:
        rows = db.execute(select(Rating.estate_code, Rating.stars, Rating.reasons).order_by(Rating.revision))
        return {code: (number, reasons) for code, number, reasons in rows}


@pytest.mark.both_databases
def test_facts_cap_the_stars_and_are_pinned_told_exported_and_recomputed(year, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(rulesets.rule_set("commodity-2018").data, "limiters", listed(ON_FACTS))
    publish()
    assert pinned() == {
        ("E-1", "disclosure_overdue_quarters"): 1,
        ("E-2", "safety_penalties"): 1,
        ("E-2", "demerits_cp"): 1800,
        ("E-3", "overdue_c"): 1,
        ("E-4", "manager_vacant_days"): 61,
        ("E-5", "disclosure_overdue_quarters"): 2,
    }
    assert stars() == {
        "E-1": (5, "[]"),
        "E-2": (3, '["limiter:safety_penalty:1:3", "limiter:demerits:1800:4"]'),
        "E-3": (2, '["limiter:open_finding:1:2"]'),
        "E-4": (4, '["limiter:manager_vacant:61:4"]'),
        "E-5": (3, '["limiter:disclosure_overdue:2:3"]'),
    }
    with clock.on(OPEN), reading() as db:
        told = ratings.rating_explained(db, 2025, "E-2").sentences
        assert "限评条件：企业年内因安全管理违法受到1次行政处罚，最高评为三星。" in told
        assert "限评条件：企业年内信用扣分18.00分，最高评为四星。" in told
        with using("en"):
            assert "2 quarters" in " ".join(ratings.rating_explained(db, 2025, "E-5").sentences)
        opendata.export(db, tmp_path / "out")
    with (tmp_path / "out" / "limiter_facts.csv").open(encoding="utf-8-sig") as file:
        cells = {(row["estate_code"], row["fact"]): row["value"] for row in csv.DictReader(file)}
    assert (cells["E-2", "demerits"], cells["E-1", "overdue_c"]) == ("18.00", "0")
    assert not [fact for _code, fact in cells if fact == "reports_missing"], "nobody answered: not on record"
    assert recompute.main([str(tmp_path / "out")]) == 0, capsys.readouterr().out


def test_what_becomes_known_later_waits_for_the_revision_that_uses_it(year, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(rulesets.rule_set("commodity-2018").data, "limiters", listed(ON_FACTS))
    publish()
    record_event("B01", d.USCC[0], on=ON)  # an act of the next year
    with clock.on(OPEN), reading() as db:
        opendata.export(db, tmp_path / "out")
    assert recompute.main([str(tmp_path / "out")]) == 0, capsys.readouterr().out
    with clock.on(OPEN):
        assert publish().rows == 0, "acts of the next year do not move this one"


def test_without_limiters_nothing_is_gathered_or_pinned(year, monkeypatch):
    monkeypatch.setitem(hooks._subscribers, "rating.facts", [lambda db, **asked: pytest.fail("asked")])
    publish()
    assert pinned() == {}
    assert {number for number, _reasons in stars().values()} == {5}


periods = st.lists(st.tuples(st.integers(0, 700), st.integers(1, 200), st.sampled_from("AB")), max_size=6)


@given(periods, st.booleans())
def test_vacant_days_are_those_counted_one_by_one(made, open_end):
    rows, free = [], 0
    for gap, length, uscc in sorted(made):
        start = max(gap, free)
        rows.append((start, start + length - 1, uscc))
        free = start + length
    rows.append((free + 5, None if open_end else free + 800, "A"))
    zero = date(2024, 1, 1)
    frame = pd.DataFrame(
        [("E", u, zero + timedelta(a), None if z is None else zero + timedelta(z)) for a, z, u in rows],
        columns=["estate_code", "uscc", "starts_on", "ends_on"],
    ).astype({"ends_on": "object"})
    found = vacant_days(frame, {"E": "A", "F": None}, YEAR)
    begun = min(a for a, _z, u in rows if u == "A")
    longest = run = 0
    for place in range(datetime(2025, 12, 31).toordinal() - datetime(2024, 1, 1).toordinal() + 1):
        if place < begun or place < 366:
            continue
        held = any(a <= place and (z is None or place <= z) for a, z, _u in rows)
        run = 0 if held else run + 1
        longest = max(longest, run)
    assert found == {"E": longest}
