"""A snapshot in an address is what anybody may type: it asks for no day to come, when what is held now will be public."""

from datetime import date, timedelta

import pytest

from portal.kernel import clock
from portal.kernel.db import transaction
from portal.kernel.periods import Quarter
from scoring.ratings import api as ratings
from tests.ratings import district as d

Q2, ON = Quarter.parse("2025Q2"), date(2025, 7, 21)
TYPED = ("99991231-99991231T235959999999", "20990101-20990101T000000000000", "20250820-20991231T235959999999")


@pytest.fixture
def held(app):
    """A second quarter that is published and held."""
    d.found_district({"E-1": ("commodity", d.COMMUNITIES[0]), "E-2": ("commodity", d.COMMUNITIES[1])})
    with clock.on(ON), transaction() as db:
        for month in ("2025-04", "2025-05"):
            d.add_check(db, "E-2", month, {"XF01": "2"}, "confirmed")
        ratings.publish_quarter(db, d.CLI, Q2, on=ON)
    return app.test_client()


@pytest.mark.parametrize("typed", TYPED)
def test_no_typed_snapshot_opens_a_held_result(held, typed):
    with clock.on(ON + timedelta(days=1)):
        answer = held.get(f"/api/v1/quarters/{Q2}/scores?snapshot={typed}")
    assert answer.status_code == 400
    assert "score" not in answer.get_json()


@pytest.mark.parametrize("typed", TYPED)
def test_no_typed_snapshot_shows_the_register_of_a_day_to_come(held, typed):
    with clock.on(ON + timedelta(days=1)):
        assert held.get(f"/api/v1/estates?snapshot={typed}").status_code == 400
        given = held.get("/api/v1/estates?page_size=1").get_json()
        assert held.get(f"/api/v1/estates?page_size=1&page=2&snapshot={given['snapshot']}").status_code == 200
