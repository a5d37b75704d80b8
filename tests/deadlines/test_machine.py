"""Deadlines driven at random against a plain model: the same last day, the same lateness, one open row, an intact journal."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select

from portal.deadlines import api
from portal.deadlines.models import Deadline
from portal.kernel import clock
from portal.kernel.db import reading, transaction
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.workdays import first_calendar
from tests.deadlines.acts import HELD, OFFICER

RULE, MORE = "objection.decide", "objection.extension"
LENGTHS = {RULE: 2, MORE: 3}
CALENDAR = first_calendar()


class Clockwork(RuleBasedStateMachine):
    """The model counts day by day: which days have counted, which were lost to a pause."""

    used = 0

    def __init__(self) -> None:
        super().__init__()
        Clockwork.used += 1
        self.subject = f"objection:{Clockwork.used}"
        self.day = date(2026, 2, 9)
        self.state, self.length = "none", 0
        self.begun, self.lost, self.paused_on = self.day, set(), None  # type: ignore[var-annotated]
        self.extended, self.ended_late, self.versions = False, False, 0

    def last_day(self) -> date:
        day, left = self.begun, self.length
        while left:
            day += timedelta(days=1)
            left -= CALENDAR.is_working_day(day) and day not in self.lost
        return day

    def deed(self, name, *args, **more):
        with clock.on(self.day), transaction() as db:
            return getattr(api, name)(db, OFFICER, RULE, self.subject, *args, **more)

    @rule(days=st.integers(0, 6))
    def days_pass(self, days):
        self.day += timedelta(days=days)

    # two clocks of one subject begun at the very same instant have no order; a held clock would make them
    @precondition(lambda self: self.state != "closed" or self.day != self.ended_on)
    @rule()
    def start(self):
        more = {"holder": HELD, "title": "x", "endpoint": "x"}
        if self.state in ("open", "paused") and self.day != self.begun:
            with pytest.raises(Conflict):
                self.deed("start", **more)
            return
        again = self.state == "closed" and self.day == self.begun and self.ended_on != self.begun
        self.deed("start", **more)
        if self.state in ("none", "closed") and not again:
            self.state, self.length, self.begun = "open", LENGTHS[RULE], self.day
            self.lost, self.extended = set(), False
            self.versions += 1

    @precondition(lambda self: self.state != "none")
    @rule()
    def pause(self):
        if self.state == "open":
            self.deed("pause", reason="等材料")
            self.state, self.paused_on = "paused", self.day
            self.versions += 1
        else:
            with pytest.raises((Conflict, NotFound)):
                self.deed("pause", reason="等材料")

    @precondition(lambda self: self.state == "paused")
    @rule()
    def resume(self):
        self.deed("resume")
        self._rest_is_over()
        self.state = "open"
        self.versions += 1

    def _rest_is_over(self):
        self.lost |= {self.paused_on + timedelta(days=n) for n in range(1, (self.day - self.paused_on).days + 1)}

    @precondition(lambda self: self.state in ("open", "paused"))
    @rule()
    def extend(self):
        late = self.state == "open" and self.day > self.last_day()
        if self.extended or late:
            with pytest.raises(DomainError):
                self.deed("extend", by_rule=MORE, reason="案情复杂")
            return
        self.deed("extend", by_rule=MORE, reason="案情复杂")
        self.length, self.extended = self.length + LENGTHS[MORE], True
        self.versions += 1

    @precondition(lambda self: self.state in ("open", "paused"))
    @rule()
    def close(self):
        assert self.deed("close", outcome="decided")
        if self.state == "paused":
            self._rest_is_over()
        self.state, self.ended_on = "closed", self.day
        self.versions += 1

    @invariant()
    def as_counted_by_hand(self):
        if self.state == "none":
            return
        with clock.on(self.day), reading() as db:
            seen = api.of_subjects(db, [self.subject])[self.subject][-1]
            own = (Deadline.subject == self.subject,)
            assert db.scalar(select(func.count()).where(*own)) == self.versions
            live = (*own, Deadline.superseded_at.is_(None), Deadline.closed_at.is_(None))
            assert db.scalar(select(func.count()).where(*live)) == (self.state != "closed")
        assert seen.last_day == self.last_day()
        assert seen.paused == (self.state == "paused")
        judged = self.day if self.state == "open" else self.paused_on if self.state == "paused" else self.ended_on
        assert seen.overdue == (judged > self.last_day())


def test_deadlines_driven_at_random(instance):
    run_state_machine_as_test(
        Clockwork,
        settings=settings(
            max_examples=20,
            stateful_step_count=12,
            phases=[Phase.generate],  # each step is a transaction: shrinking would take minutes
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
