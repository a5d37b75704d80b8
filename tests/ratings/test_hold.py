"""The hold: a first publication is public from a day that is computed once, corrections at once, waivers together."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal.deadlines import api as deadlines
from portal.deadlines import rules
from portal.kernel import clock
from portal.kernel.access import Role, person_actor
from portal.kernel.db import reading, transaction
from portal.kernel.errors import NotAllowed, NotFound
from portal.kernel.ids import new_row_number
from portal.kernel.periods import Quarter, Year
from portal.notices.models import Notice
from scoring.checks.models import ItemResult
from scoring.ratings import api as ratings
from scoring.ratings.models import HoldWaiver, Release, ReleaseOpening
from scoring.ratings.service.snapshots import public_from
from tests.ratings import district as d

Q1 = Quarter.parse("2025Q1")
ON, OPEN = date(2025, 4, 21), date(2025, 4, 28)  # Sunday 27 April is a make-up day: 22-25 and 27 count
KINDS = {"E-1": ("commodity", d.COMMUNITIES[0]), "E-2": ("commodity", d.COMMUNITIES[1])}
MONTHS = ("2025-01", "2025-02", "2025-03")


@pytest.fixture
def district(instance, monkeypatch):
    """Two estates of two enterprises, checks of a quarter, the clock on the day of the act."""
    d.wire(monkeypatch)
    d.found_district(KINDS, {"E-2": d.USCC[1]})
    with clock.on(date(2025, 4, 2)), transaction() as db:
        for month in MONTHS:
            for code in KINDS:
                d.add_check(db, code, month, {"XF01": "2"} if code == "E-2" else {}, "confirmed")
    with clock.on(ON):
        yield instance


def publish(quarter: Quarter = Q1, on: date | None = None, **more):
    with transaction() as db:
        return ratings.publish_quarter(db, d.CLI, quarter, on=on or clock.today(), **more)


def public(as_of: date | None = None) -> dict[str, int]:
    with reading() as db:
        rows = ratings.quarter_rows(db, Q1, as_of)
    return dict(zip(rows["estate_code"], rows["revision"], strict=True))


def company(number: int):
    return person_actor(f"co{number}", Role.ENTERPRISE, d.DISTRICT, d.USCC[number])


def waive(number: int, period: str = "2025Q1"):
    with transaction() as db:
        return ratings.waive_hold(db, company(number), period, on=clock.today())


def first_open_day() -> date:
    with reading() as db:
        return deadlines.last_day(db, "publication.hold", ON) + timedelta(days=1)


DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@settings(deadline=None)
@given(on=DAYS, held=st.none() | st.integers(0, 30), earlier=st.lists(st.none() | DAYS, max_size=4))
def test_public_from_is_never_before_the_act_the_hold_or_what_it_rests_on(on, held, earlier):
    until = None if held is None else on + timedelta(days=held)
    day = public_from(on, until, *earlier)
    known = [one for one in earlier if one is not None]
    assert all(day >= one for one in [on, *known])
    assert until is None or day > until
    assert day in {on, *known} | ({until + timedelta(days=1)} if until else set())


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None
)  # the calendar is only read
@given(on=DAYS)
def test_a_hold_has_five_working_days(instance, on):
    with reading() as db:
        last = deadlines.last_day(db, "publication.hold", on)
        assert deadlines.working_days_between(db, on, last) == 5
    assert public_from(on, last) == last + timedelta(days=1)


@pytest.mark.both_databases
def test_a_first_publication_is_held_and_becomes_public_by_itself(district):
    publish()
    day = first_open_day()
    assert day == OPEN
    assert public() == {}
    with reading() as db:
        assert [(made.period, made.public_from) for made in ratings.held(db)] == [("2025Q1", day)]
        assert ratings.quarters(db) == ratings.releases(db) == ratings.errata(db) == []
        assert set(ratings.quarter_rows(db, Q1, ratings.RELEASED)["estate_code"]) == set(KINDS)
        told = db.execute(select(Notice.to_uscc, Notice.endpoint).order_by(Notice.to_uscc)).all()
    assert [tuple(row) for row in told] == [(uscc, "replies.results") for uscc in d.USCC]
    with clock.at(clock.day_start(day) - timedelta(seconds=1)):
        assert public() == {}
    with clock.at(clock.day_start(day)):
        assert public() == {"E-1": 1, "E-2": 1}
        with reading() as db:
            assert ratings.held(db) == []
            (view,) = ratings.quarters(db)
        assert view.published_on == day


def test_an_act_dated_back_lets_the_hold_run_out(district):
    publish(on=date(2025, 4, 9))
    assert public() == {"E-1": 1, "E-2": 1}


def test_what_is_mended_during_the_hold_comes_with_it_and_corrects_nothing_public(district):
    publish()
    with clock.on(date(2025, 4, 23)):
        with transaction() as db:
            known = ratings.quarter_months(db, Q1, ratings.RELEASED, estate_code="E-1")["check_id"].iloc[0]
            db.add(
                ItemResult(
                    year=2025, id=new_row_number(), check_id=known, item_code="XF01", result="3", actor="ins",
                    valid_from=date(2025, 1, 15), recorded_at=clock.now(),
                )
            )  # fmt: skip
        assert publish(reason="误记").revisions >= 1
        assert public() == {}
        with reading() as db:
            assert len({made.public_from for made in _all(db)}) == 1
    with clock.on(first_open_day()):
        assert public()["E-1"] == 2
        with reading() as db:
            assert ratings.errata(db) == []
            assert ratings.quarters(db)[0].revised_on is None


def _all(db):
    return db.scalars(select(Release)).all()


@pytest.mark.both_databases
def test_every_enterprise_waives_and_the_period_opens_the_next_day(district):
    publish()
    assert waive(0) is None
    assert waive(0) is None  # twice is once
    assert public() == {}
    with clock.on(date(2025, 4, 22)):
        assert waive(1) == date(2025, 4, 23)
        assert public() == {}
        known_before = clock.now() - timedelta(hours=1)
    with clock.on(date(2025, 4, 23)):
        assert public() == {"E-1": 1, "E-2": 1}
        assert public(date(2025, 4, 22)) == {}
        with reading() as db:
            assert ratings.quarters(db)[0].published_on == date(2025, 4, 23)
            assert ratings.quarter_rows(db, Q1, known_at=known_before).empty  # nobody knew of the opening then
            assert db.scalars(select(HoldWaiver.uscc).order_by(HoldWaiver.uscc)).all() == sorted(d.USCC)
            assert len(db.scalars(select(ReleaseOpening)).all()) == 1
        with pytest.raises(NotFound):
            waive(0)


def test_who_may_waive_what(district):
    with pytest.raises(NotFound):
        waive(0)  # nothing is held yet
    publish()
    with pytest.raises(NotAllowed), transaction() as db:
        ratings.waive_hold(db, person_actor("off", Role.OFFICER, d.DISTRICT), "2025Q1", on=ON)
    stranger = person_actor("x", Role.ENTERPRISE, d.DISTRICT, "91440300000000009X")
    with pytest.raises(NotFound), transaction() as db:
        ratings.waive_hold(db, stranger, "2025Q1", on=ON)


def test_a_year_counts_a_held_quarter_and_is_not_public_before_it(district):
    q2 = Quarter.parse("2025Q2")
    publish(on=date(2025, 4, 9))
    with clock.on(date(2026, 1, 20)):
        with transaction() as db:
            for month in q2.months:
                for code in KINDS:
                    d.add_check(db, code, str(month), {}, "confirmed")
        publish(q2, date(2026, 1, 20))
        with transaction() as db:
            for code in KINDS:
                d.add_year_facts(db, code, 9000)
            ratings.publish_year(db, d.CLI, Year(2025), on=date(2026, 1, 5))  # its own hold is over on 13 January
        with reading() as db:
            rows = ratings.rating_rows(db, 2025, ratings.RELEASED)
            assert set(rows["status"]) == {"rated"}  # with one quarter it would be pending
            assert ratings.rating_rows(db, 2025).empty
            held = {made.period: made.public_from for made in ratings.held(db)}
        assert held["2025"] == held["2025Q2"]
    with clock.on(held["2025"]), reading() as db:
        assert len(ratings.rating_rows(db, 2025)) == len(KINDS)
        assert len(ratings.rating_explained(db, 2025, "E-1").quarters) == 2


def test_a_district_without_a_hold_publishes_at_once(district, monkeypatch):
    none = replace(rules.rule("publication.hold"), length=0)
    monkeypatch.setitem(rules.rules(), "publication.hold", none)
    publish()
    assert public() == {"E-1": 1, "E-2": 1}
