"""In force as of a day and as known at an instant, against a plain list of what was recorded; and the states as a machine."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import insert

from portal.kernel import clock
from portal.kernel.db import reading, transaction
from portal.kernel.errors import DomainError
from portal.kernel.ids import new_id
from portal.kernel.periods import Year
from scoring.lists import api, queries
from scoring.lists.models import NEXT_STEPS, ListCase, ListEntry
from tests.lists.year import LEAD, OFFICER, rate, record_event
from tests.ratings.district import USCC

BASE = date(2026, 1, 1)
DAYS = st.integers(0, 40).map(lambda n: BASE + timedelta(days=n))
ENTRY = st.tuples(
    st.sampled_from(["red", "black"]), st.sampled_from(USCC), DAYS, st.none() | DAYS, DAYS, st.none() | DAYS
)


def _store(entry) -> str:
    kind, uscc, first, last, known, until = entry
    case, at = new_id(), clock.day_start(known, 10)
    with transaction() as db:
        db.execute(
            insert(ListCase).values(
                id=case, year=2025, kind=kind, subject_type="estate", subject=case, reason="rating", attempt=1, uscc=uscc,
                facts="{}", conditions="[]", rule_set="commodity-2018", recorded_at=at,
            )
        )  # fmt: skip
        db.execute(
            insert(ListEntry).values(
                id=new_id(), case_id=case, year=2025, kind=kind, subject_type="estate", subject=case, uscc=uscc,
                reason="rating", decision="号", valid_from=first, valid_to=last, recorded_at=at,
                superseded_at=None if until is None else clock.day_start(until, 10),
            )
        )  # fmt: skip
    return case


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=st.lists(ENTRY, max_size=6), day=DAYS, known=st.none() | DAYS, hour=st.sampled_from([9, 10, 11]),
       kind=st.sampled_from([None, "red", "black"]), uscc=st.sampled_from([None, *USCC]))  # fmt: skip
def test_in_force_is_what_the_rows_say(district, entries, day, known, hour, kind, uscc):
    mine = {_store(entry): entry for entry in entries}
    at = None if known is None else clock.day_start(known, hour)
    expected = set()
    for case, (colour, company, first, last, recorded, until) in mine.items():
        true_then = first <= day and (last is None or day <= last)
        if at is None:
            known_then = until is None
        else:
            begun = clock.day_start(recorded, 10) <= at
            known_then = begun and (until is None or at < clock.day_start(until, 10))
        if true_then and known_then and kind in (None, colour) and uscc in (None, company):
            expected.add(case)
    with reading() as db:
        found = api.in_force(db, day, at, kind=kind, uscc=uscc)
    assert {entry.subject for entry in found} & set(mine) == expected
    assert len({entry.subject for entry in found}) == len(found)


class Office(RuleBasedStateMachine):
    """People press the buttons of the lists in any order on any later day, while ratings and records change."""

    def __init__(self):
        super().__init__()
        self.today = date(2026, 2, 1)
        rate("E1", 5)
        rate("E3", 4, uscc=USCC[1])

    @rule(days=st.integers(0, 20))
    def time_passes(self, days):
        self.today += timedelta(days=days)

    @rule(verb=st.sampled_from(["propose", "decide", "publish"]))
    def press(self, verb):
        try:
            with transaction() as db:
                getattr(api, verb)(db, OFFICER if verb == "propose" else LEAD, Year(2025), on=self.today)
        except DomainError:
            pass  # too early: nothing may have changed, which the invariants see

    @rule(estate=st.sampled_from(["E1", "E3"]), stars=st.sampled_from([5, 3]))
    def rating_is_corrected(self, estate, stars):
        change = rate(estate, stars, uscc=USCC[0] if estate == "E1" else USCC[1], public_from=self.today)
        with transaction() as db:
            api.on_ratings_published(db, actor=LEAD, on=self.today, changes=[change])

    @rule()
    def company_loses_points(self):
        record_event("B01", on=date(2025, 6, 2))

    @invariant()
    def no_step_is_skipped(self):
        with reading() as db:
            for case, _last in queries.cases(db):
                before = ""
                for step in queries.steps_of(db, case.id):
                    assert step.step in NEXT_STEPS[case.kind][before]
                    before = step.step

    @invariant()
    def a_decision_waits_for_the_window(self):
        with reading() as db:
            for case, _last in queries.cases(db):
                steps = queries.steps_of(db, case.id)
                due = max(step.due_on for step in steps if step.due_on)
                assert all(step.on > due for step in steps if step.step in ("decided_list", "dropped"))
                assert {step.actor for step in steps if step.step == "decided_list"} <= {"lead"}

    @invariant()
    def entries_and_cases_agree(self):
        with reading() as db:
            last = {case.id: (case, step.step) for case, step in queries.cases(db)}
            live = queries.entries(db, self.today)
            assert len({(e.kind, e.subject, e.reason) for e in live}) == len(live), "nobody is listed twice"
            for entry in live:
                assert last[entry.case_id][1] == "effective"

    @invariant()
    def one_case_at_a_time(self):
        with reading() as db:
            open_now = [
                (c.kind, c.subject, c.reason) for c, s in queries.cases(db) if s.step not in ("dropped", "exited")
            ]
        assert len(set(open_now)) == len(open_now)

    @invariant()
    def numbers_are_unique(self):
        with reading() as db:
            documents = {}
            for case, _last in queries.cases(db):
                for step in queries.steps_of(db, case.id):
                    if step.document:
                        assert documents.setdefault(step.document, case.id) == case.id


def test_the_states_hold_whatever_people_press(run_folder, tmp_path_factory, monkeypatch):
    from portal.kernel import db as kernel_db
    from portal.kernel import hooks
    from tests import databases
    from tests.conftest import point_at
    from tests.lists.year import found

    for event in list(hooks._subscribers):
        monkeypatch.setitem(hooks._subscribers, event, [])

    class FreshOffice(Office):
        def __init__(self):
            kernel_db.dispose()
            place = databases.sqlite_place(run_folder, tmp_path_factory.mktemp("office") / "instance")
            point_at(place, monkeypatch)
            found({"E1": USCC[0], "E3": USCC[1]})
            super().__init__()

    run_state_machine_as_test(
        FreshOffice, settings=settings(max_examples=8, stateful_step_count=20, deadline=None, derandomize=True)
    )
    kernel_db.dispose()
