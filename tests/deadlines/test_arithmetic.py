"""What holds of every due time, whatever the length, the start and the pauses."""

from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.deadlines import terms
from portal.deadlines.terms import Pause, Term
from portal.kernel import clock
from portal.kernel.workdays import first_calendar

BEGIN = clock.day_start(date(2025, 1, 1))
INSTANT = st.integers(0, 700 * 24 * 60).map(lambda minutes: BEGIN + timedelta(minutes=minutes))
TERM = st.builds(Term, st.just("it"), st.integers(1, 60), st.sampled_from(["workdays", "days", "hours"]))
FEW = settings(max_examples=150, deadline=None, database=None)
CALENDAR = first_calendar()


def due(term: Term, start: datetime, pauses: tuple[Pause, ...] = ()) -> datetime:
    return terms.due_at(CALENDAR, [term], start, pauses)


@FEW
@given(TERM, INSTANT, INSTANT)
def test_a_later_start_is_never_due_earlier(term, one, other):
    first, second = sorted((one, other))
    assert due(term, first) <= due(term, second)


@FEW
@given(TERM, INSTANT)
def test_a_longer_term_is_due_later_and_never_at_once(term, start):
    longer = Term(term.rule, term.length + 1, term.unit)
    assert start < due(term, start) < due(longer, start)


@FEW
@given(st.integers(1, 60), INSTANT)
def test_working_days_are_what_lies_between(length, start):
    last = clock.district_date(due(Term("it", length, "workdays"), start) - timedelta(microseconds=1))
    assert CALENDAR.is_working_day(last)
    assert CALENDAR.between(clock.district_date(start), last) == length


@FEW
@given(TERM, INSTANT, st.integers(0, 20 * 24 * 60), st.integers(0, 20 * 24 * 60))
def test_a_pause_never_shortens_and_costs_no_more_than_it_lasts(term, start, after, lasts):
    begins = start + timedelta(minutes=after)
    pause = Pause(begins, begins + timedelta(minutes=lasts))
    plain, paused = due(term, start), due(term, start, (pause,))
    assert paused >= plain
    if pause.begins >= plain:
        assert paused == plain
    if term.unit == "hours" and pause.begins < plain:
        assert paused - plain == pause.ends - pause.begins
    if term.unit == "days":
        lost = (clock.district_date(pause.ends) - clock.district_date(pause.begins)).days
        assert paused - plain <= timedelta(days=lost)


@FEW
@given(TERM, INSTANT, st.lists(st.integers(0, 30 * 24 * 60), min_size=4, max_size=4, unique=True))
def test_two_pauses_cost_what_each_costs_in_turn(term, start, minutes):
    a, b, c, d = (start + timedelta(minutes=minute) for minute in sorted(minutes))
    one, two = Pause(a, b), Pause(c, d)
    assert due(term, start, (one, two)) == due(term, start, (two, one))
    assert due(term, start, (one, two)) >= due(term, start, (one,))
