"""Events of ratings count from the day on which the rating is public, also when that day was moved forward."""

from datetime import date

import pytest

from portal.kernel import clock
from portal.kernel.access import Role, person_actor
from portal.kernel.db import reading, transaction
from portal.kernel.periods import Quarter, Year
from portal.shell import wiring
from scoring.credit import api as credit
from scoring.ratings import api as ratings
from scoring.surveys import api as surveys
from tests.ratings import district as d

TOLD, HELD_TO, OPENED = date(2026, 1, 20), date(2026, 1, 28), date(2026, 1, 22)


@pytest.fixture
def told(instance):
    """A year of one enterprise, five stars, told on 20 January."""
    wiring.wire()
    d.found_district({"E-1": ("commodity", d.COMMUNITIES[0])})
    with clock.on(date(2026, 1, 10)), transaction() as db:
        for quarter in (Quarter(2025, 1), Quarter(2025, 2)):
            for month in quarter.months:
                d.add_check(db, "E-1", str(month), {}, "confirmed")
            ratings.publish_quarter(db, d.CLI, quarter, on=date(2025, 8, 1))
        d.add_year_facts(db, "E-1", 9900)
    with clock.on(TOLD), transaction() as db:
        ratings.publish_year(db, d.CLI, Year(2025), on=TOLD)
    return instance


def score(day: date) -> int:
    with reading() as db:
        return credit.score(db, "enterprise", d.USCC[0], day).score_cp


def days() -> set[tuple[date, date | None]]:
    with reading() as db:
        live = credit.score(db, "enterprise", d.USCC[0], HELD_TO).events
    return {(event.valid_from, event.valid_to) for event in live}


@pytest.mark.both_databases
def test_an_event_begins_when_the_rating_is_public(told):
    assert (score(date(2026, 1, 27)), score(HELD_TO)) == (8000, 8300)
    company = person_actor("co", Role.ENTERPRISE, d.DISTRICT, d.USCC[0])
    with clock.on(date(2026, 1, 21)), transaction() as db:
        assert ratings.waive_hold(db, company, "2025", on=clock.today()) == OPENED
    assert (score(date(2026, 1, 21)), score(OPENED)) == (8000, 8300)
    (first,) = days()
    assert first == (OPENED, date(2027, 1, 21))
    with clock.on(date(2026, 2, 3)):
        with transaction() as db:  # four stars now: another number of points, the same days
            surveys.record_survey(
                db,
                d.CLI,
                2025,
                "E-1",
                households=600,
                valid_responses=60,
                score_cp=6000,
                on=clock.today(),
                reason="核对",
            )
        assert score(clock.today()) == 8100
        assert days() == {first}
