"""Score and grade of a day against the plain-Python oracle of the contract."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text

from portal.kernel import clock
from portal.kernel.db import reading, transaction
from scoring.credit import api, catalogue, service
from scoring.credit.models import CreditCase, CreditEvent, CreditStep
from tests.lists.year import LEAD_2, OFFICER, count, record_event
from tests.ratings.district import MANAGERS, USCC
from tests.rules import oracle

DAY = date(2026, 3, 2)
ENTRIES = [e for e in catalogue.in_force(DAY) if e.active]
COMPANY = [e for e in ENTRIES if e.is_for("enterprise")]
MANAGER = [e for e in ENTRIES if e.is_for("manager")]


def _score(kind: str, subject: str, as_of: date, known_at=None):
    with reading() as db:
        return api.score(db, kind, subject, as_of, known_at)


def _empty() -> None:
    """Forget all events (test only: the portal's own triggers forbid it)."""
    with transaction() as db:
        names = db.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'credit%'")
        ).all()
        for name, _sql in names:
            db.execute(text(f'DROP TRIGGER "{name}"'))
        for model in (CreditStep, CreditEvent, CreditCase):
            db.execute(delete(model))
        for _name, sql in names:
            db.execute(text(sql))


def test_nothing_on_record_is_eighty_points_and_grade_a(district):
    found = _score("enterprise", USCC[0], DAY)
    assert (found.score_cp, found.grade, found.events) == (8000, "A", ())


def _capped(entries) -> list[tuple[str, int]]:
    """Codes and points with the cap of G06: 2 points in all."""
    rescues = [(entry.code, entry.points_cp) for entry in entries if entry.code == "G06"]
    return [(entry.code, entry.points_cp) for entry in entries if entry.code != "G06"] + rescues[:2]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    own=st.lists(st.sampled_from(COMPANY), max_size=9),
    theirs=st.lists(st.sampled_from(MANAGER), max_size=5),
)
def test_score_and_grade_agree_with_the_oracle(district, own, theirs):
    _empty()
    for entry in own:
        record_event(entry.code, variant=entry.variant, on=DAY)
    for entry in theirs:
        record_event(entry.code, MANAGERS[0], kind="manager", variant=entry.variant, uscc=USCC[0], on=DAY)
    mine, managers = _capped(own), _capped(theirs)
    borne = [entry.points_cp for entry in theirs if entry.points_cp < 0]
    company, manager = _score("enterprise", USCC[0], DAY), _score("manager", MANAGERS[0], DAY)
    assert (company.score_cp, company.grade) == oracle.credit(mine, borne)
    assert (manager.score_cp, manager.grade) == oracle.credit(managers)
    assert _score("enterprise", USCC[1], DAY).score_cp == 8000
    assert sum(event.counted_cp for event in company.events if event.counted_cp < 0) == -company.bad_cp
    assert sum(event.counted_cp for event in company.events if event.counted_cp > 0) == company.good_cp


def test_good_points_are_capped_before_bad_ones_are_taken_off(district):
    for _number in range(3):
        record_event("G01", variant="national", on=DAY)
    record_event("B34", on=DAY)
    found = _score("enterprise", USCC[0], DAY)
    assert (found.good_cp, found.bad_cp, found.score_cp, found.grade) == (3000, 300, 9700, "AAA")


def test_score_never_falls_below_zero(district):
    for _number in range(5):
        record_event("B01", on=DAY)
    found = _score("enterprise", USCC[0], DAY)
    assert (found.bad_cp, found.score_cp, found.grade) == (9000, 0, "D")


def test_misuse_of_funds_is_grade_d_whatever_the_score_and_only_on_its_subject(district):
    record_event("B07", MANAGERS[0], kind="manager", uscc=USCC[0], on=DAY)
    assert _score("manager", MANAGERS[0], DAY).grade == "D"
    company = _score("enterprise", USCC[0], DAY)
    assert (company.score_cp, company.grade) == (7100, "B")
    record_event("B07", USCC[1], on=DAY)
    found = _score("enterprise", USCC[1], DAY)
    assert (found.score_cp, found.grade) == (6200, "D")
    assert _score("enterprise", USCC[1], date(2029, 3, 2)).grade == "A", (
        "36 months from 2 March 2026 end on 1 March 2029"
    )


def test_an_act_recorded_on_both_is_borne_once(district):
    for kind, subject in (("enterprise", USCC[0]), ("manager", MANAGERS[0])):
        record_event("B01", subject, kind=kind, uscc=USCC[0], on=DAY, act_id="act-1")
    found = _score("enterprise", USCC[0], DAY)
    assert (found.bad_cp, len(found.events)) == (1800, 1)


def test_an_event_counts_from_its_first_to_its_last_day(district):
    record_event("B11", on=date(2026, 1, 31))
    days = {day: _score("enterprise", USCC[0], day).bad_cp for day in (
        date(2026, 1, 30), date(2026, 1, 31), date(2027, 1, 30), date(2027, 1, 31))}  # fmt: skip
    assert list(days.values()) == [0, 600, 600, 0]


@pytest.mark.both_databases
def test_what_was_known_at_an_instant_stays_readable(district):
    morning, noon, evening = (clock.day_start(DAY, hour) for hour in (8, 12, 18))
    new = service.NewEvent("enterprise", USCC[0], "B11", "", "文1号", DAY, "某机关", document_sha256="0" * 64)
    with clock.at(morning), transaction() as db:
        case = service.propose(db, OFFICER, new, on=DAY)
    assert _score("enterprise", USCC[0], DAY).bad_cp == 0, "a proposal does not count"
    with clock.at(noon), transaction() as db:
        count(db, case.id, DAY)
    with clock.at(evening), transaction() as db:
        service.withdraw(db, LEAD_2, case.id, reason="文书已撤销", on=DAY)
    second = timedelta(seconds=1)
    found = [_score("enterprise", USCC[0], DAY, at).bad_cp for at in (
        morning, noon - second, noon, evening - second, evening)]  # fmt: skip
    assert found == [0, 0, 600, 600, 0]
    assert _score("enterprise", USCC[0], DAY).bad_cp == 0


def test_scores_of_many_are_the_scores_of_each(district):
    record_event("B34", MANAGERS[0], kind="manager", uscc=USCC[0], on=DAY)
    record_event("G07", USCC[1], on=DAY)
    with reading() as db:
        many = api.scores(db, "enterprise", [USCC[1], USCC[0], USCC[1]], DAY)
        assert list(many["subject"]) == [USCC[1], USCC[0]]
        for row in many.itertuples():
            one = api.score(db, "enterprise", row.subject, DAY)
            assert (row.score_cp, row.grade, row.good_cp, row.bad_cp) == (
                one.score_cp,
                one.grade,
                one.good_cp,
                one.bad_cp,
            )
        assert api.demerits(db, list(USCC), DAY) == {USCC[0]: 150, USCC[1]: 0}
