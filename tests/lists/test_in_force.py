"""In force as of a day and as known at an instant, against a plain list of what was recorded; and the states as a machine."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import insert, select

from portal.kernel import clock
from portal.kernel.db import reading, transaction
from portal.kernel.errors import DomainError
from portal.kernel.ids import new_id
from portal.kernel.periods import Year
from scoring.adverse import api as adverse
from scoring.lists import api, queries, service
from scoring.lists.models import NEXT_STEPS, ListCase, ListEntry
from scoring.surveys import api as surveys
from scoring.vetoes import api as vetoes
from scoring.vetoes.models import VetoStep
from tests.lists.year import LEAD, OFFICER, OFFICER_2, rate, record_event
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
            with clock.on(self.today), transaction() as db:
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

    def _try(self, deed, *values, **named):
        try:
            with clock.on(self.today), transaction() as db:
                deed(db, *values, on=self.today, **named)
        except DomainError:
            pass

    def _cases(self):
        with reading() as db:
            return [(case.ref, case.kind, case.id, case.state) for case in adverse.cases_of(db)]

    @rule(which=st.integers(0, 5), paper=st.booleans())
    def somebody_speaks(self, which, paper):
        cases = self._cases()
        if cases:
            ref = cases[which % len(cases)][0]
            if paper:
                self._try(adverse.raise_point, OFFICER, ref, text="有出入", channel="paper")
            else:
                self._try(adverse.raise_public_point, ref, text="不同意", contact="1", source=str(which))

    @rule()
    def an_officer_answers(self):
        with reading() as db:
            waiting = [
                point.id for case in adverse.cases_of(db) for point in adverse.points(db, case.ref) if not point.verdict
            ]
        for point in waiting[:2]:
            self._try(adverse.answer_point, OFFICER, point, verdict="not_taken", text="属实")

    @rule(which=st.integers(0, 5), verdict=st.sampled_from(["agree", "disagree"]))
    def a_lawyer_reviews(self, which, verdict):
        cases = self._cases()
        if cases:
            self._try(adverse.review, OFFICER_2, cases[which % len(cases)][0], verdict=verdict, opinion="已审")

    @rule(listed=st.booleans())
    def a_lead_decides_one(self, listed):
        for _ref, kind, case_id, state in self._cases():
            if (kind, state) == ("list", "review"):
                self._try(service.decide_one, LEAD, case_id, listed=listed, why="理由")
            elif (kind, state) == ("veto", "review"):
                self._try(vetoes.decide, LEAD, case_id, vetoed=listed, why="理由", recorded=True)

    @rule(estate=st.sampled_from(["E1", "E3"]))
    def an_officer_proposes_a_veto(self, estate):
        new = vetoes.NewVeto(2025, estate, "V03", "拒不移交", ("a" * 64,))
        self._try(vetoes.propose, OFFICER, new, recorded=True)

    @invariant()
    def a_veto_counts_only_after_its_way(self):
        with reading() as db:
            facts = {row.decision for row in surveys.facts(db, 2025).vetoes.itertuples(index=False)}
            served = {step.document for step in db.scalars(select(VetoStep).where(VetoStep.step == "decision_served"))}
        assert facts == served

    @invariant()
    def nothing_is_decided_over_a_point(self):
        with reading() as db:
            for case, last in queries.cases(db):
                if last.step in ("decided_list", "dropped", "decision_served", "effective"):
                    assert adverse.unanswered(db, [f"list:{case.id}"]) == {}

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
                hands = {step.actor for step in adverse.reviews(db, f"list:{case.id}")}
                assert not hands & {step.actor for step in steps if step.step in ("candidate", "decided_list")}

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


@pytest.mark.parametrize(("kind", "examples"), [("sqlite", 5), ("postgres", 2)])
def test_the_states_hold_whatever_people_press(run_folder, tmp_path_factory, monkeypatch, kind, examples):
    from portal.kernel import db as kernel_db
    from portal.kernel import hooks
    from portal.shell import wiring
    from tests import databases
    from tests.conftest import point_at
    from tests.lists.conftest import HEARD
    from tests.lists.year import found

    wiring.wire()
    heard = {**HEARD, "document.served": [*HEARD["document.served"], vetoes.on_document_served],
             "adverse.case": [*HEARD["adverse.case"], vetoes.adverse_case],
             "adverse.cases": [*HEARD["adverse.cases"], vetoes.adverse_cases]}  # fmt: skip
    for event in list(hooks._subscribers):
        monkeypatch.setitem(hooks._subscribers, event, list(heard.get(event, ())))

    class FreshOffice(Office):
        made = 0

        def __init__(self):
            kernel_db.dispose()
            FreshOffice.made += 1
            folder = tmp_path_factory.mktemp("office") / "instance"
            if kind == "sqlite":
                place = databases.sqlite_place(run_folder, folder)
            else:
                place = databases.postgres_place(run_folder, folder, f"office_{id(monkeypatch):x}_{FreshOffice.made}")
            point_at(place, monkeypatch)
            found({"E1": USCC[0], "E3": USCC[1]})
            super().__init__()

    run_state_machine_as_test(
        FreshOffice, settings=settings(max_examples=examples, stateful_step_count=15, deadline=None, derandomize=True)
    )
    kernel_db.dispose()
