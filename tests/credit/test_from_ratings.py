"""Published ratings become events once, follow corrections, and wait for a person where a manager would lose points."""

from datetime import date

import pytest
from sqlalchemy import select

from portal.kernel.db import reading, transaction
from scoring.credit import api, queries, service
from scoring.credit.models import CreditEvent
from scoring.ratings.shapes import RatingChange
from tests.lists.year import LEAD, LEAD_2, audit_rows
from tests.ratings.district import MANAGERS, USCC

FIRST, LATER = date(2026, 1, 20), date(2026, 5, 6)


def _publish(stars, *, revision=1, uscc=USCC[0], manager=MANAGERS[0], public=FIRST, estate="E1", status="rated") -> int:
    change = RatingChange(2025, estate, revision, stars, status, uscc, manager, None, public)
    with transaction() as db:
        return api.record_ratings(db, actor=LEAD, on=public, changes=[change])


def _events(kind: str, subject: str, day: date = LATER) -> list[tuple]:
    with reading() as db:
        found = api.score(db, kind, subject, day).events
    return [(event.code, event.points_cp, event.valid_from, event.valid_to) for event in found]


def _confirm_waiting() -> None:
    with transaction() as db:
        for row in queries.waiting(db).itertuples():
            service.confirm(db, LEAD_2, row.case_id, on=LATER)


YEAR_LONG = (FIRST, date(2027, 1, 19))


@pytest.mark.parametrize(("stars", "points"), [(5, 300), (4, 100)])
def test_good_stars_are_recorded_on_both_at_once(district, stars, points):
    assert _publish(stars) == 2
    assert _events("enterprise", USCC[0]) == [("G02", points, *YEAR_LONG)]
    assert _events("manager", MANAGERS[0]) == [("G02", points, *YEAR_LONG)]
    assert _events("enterprise", USCC[0], date(2026, 1, 19)) == _events("enterprise", USCC[0], date(2027, 1, 20)) == []


@pytest.mark.parametrize("stars", [3, 2, 1, None])
def test_other_ratings_give_nothing(district, stars):
    before = audit_rows()
    assert _publish(stars, status="rated" if stars else "pending") == 0
    assert audit_rows() == before


@pytest.mark.both_databases
def test_publishing_again_changes_nothing(district):
    assert _publish(5) == 2
    before = audit_rows()
    assert _publish(5, revision=2, public=LATER) == 0
    assert audit_rows() == before
    with reading() as db:
        assert len(db.scalars(select(CreditEvent)).all()) == 2


def test_no_stars_count_on_the_company_and_wait_for_a_person_on_the_manager(district):
    assert _publish(0) == 2
    assert _events("enterprise", USCC[0]) == [("B41", -300, *YEAR_LONG)]
    assert _events("manager", MANAGERS[0]) == []
    with reading() as db:
        assert api.waiting_count(db, LEAD) == 1
    _confirm_waiting()
    assert _events("manager", MANAGERS[0]) == [("B41", -300, *YEAR_LONG)], "the days are those of the publication"
    with reading() as db:
        assert api.score(db, "enterprise", USCC[0], LATER).bad_cp == 300, "recorded on both: no share on top"


def test_the_rule_proposed_it_so_the_lead_who_published_may_confirm(district):
    _publish(0)
    with transaction() as db:
        case = queries.waiting(db).iloc[0].case_id
        service.confirm(db, LEAD, case, on=LATER)
    assert _events("manager", MANAGERS[0])[0][0] == "B41"


def test_a_correction_changes_the_event_and_keeps_its_days(district):
    _publish(5)
    assert _publish(4, revision=2, public=LATER) == 2
    assert _events("enterprise", USCC[0]) == [("G02", 100, *YEAR_LONG)]
    assert _publish(0, revision=3, public=LATER) == 2
    assert _events("enterprise", USCC[0]) == [("B41", -300, *YEAR_LONG)]
    assert _events("manager", MANAGERS[0]) == [], "the good event is gone, the adverse one waits"


def test_a_rating_that_loses_its_stars_takes_the_event_back_and_may_bring_it_again(district):
    _publish(5)
    assert _publish(None, revision=2, public=LATER, status="vetoed") == 2
    assert _events("enterprise", USCC[0]) == _events("manager", MANAGERS[0]) == []
    assert _publish(None, revision=3, public=LATER, status="vetoed") == 0
    assert _publish(5, revision=4, public=LATER) == 2
    assert _events("enterprise", USCC[0]) == [("G02", 300, *YEAR_LONG)], "once, for 12 months from its publication"


def test_a_rating_corrected_to_another_company_moves_its_event(district):
    _publish(0)
    _confirm_waiting()
    _publish(0, revision=2, uscc=USCC[1], manager=MANAGERS[1], public=LATER)
    assert _events("enterprise", USCC[0]) == _events("manager", MANAGERS[0]) == []
    assert _events("enterprise", USCC[1]) == [("B41", -300, *YEAR_LONG)]
    assert _events("manager", MANAGERS[1]) == [], "another manager: a person confirms anew"


def test_a_moved_company_leaves_no_share_with_the_old_one(district):
    """The manager stays: his event follows the company, so that the old one bears nothing of it."""
    _publish(0)
    _confirm_waiting()
    _publish(0, revision=2, uscc=USCC[1], public=LATER)
    with reading() as db:
        assert api.score(db, "enterprise", USCC[0], LATER).bad_cp == 0
        assert api.score(db, "enterprise", USCC[1], LATER).bad_cp == 300
    assert _events("manager", MANAGERS[0]) == [("B41", -300, *YEAR_LONG)]


@pytest.mark.parametrize("verb", ["refuse", "withdraw"])
def test_what_a_person_ended_does_not_come_back_by_itself(district, verb):
    _publish(0)
    if verb == "withdraw":
        _confirm_waiting()
    with transaction() as db:
        case = next(e.case_id for e in api.timeline(db, "manager", MANAGERS[0]))
        getattr(service, verb)(db, LEAD_2, case, reason="项目负责人当时还没有任职", on=LATER)
    assert _publish(0, revision=2, public=LATER) == 0
    assert _events("manager", MANAGERS[0]) == []
    with reading() as db:
        assert api.waiting_count(db, LEAD) == 0


def test_many_ratings_at_once_are_one_audit_row(district):
    before = audit_rows()
    changes = [RatingChange(2025, code, 1, 5, "rated", USCC[0], MANAGERS[0], None, FIRST) for code in ("E1", "E2")]
    with transaction() as db:
        assert api.record_ratings(db, actor=LEAD, on=FIRST, changes=changes) == 4
    assert audit_rows() == before + 1
    assert sum(points for _code, points, _from, _to in _events("enterprise", USCC[0])) == 600
