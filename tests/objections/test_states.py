"""Random histories of one objection to a check item: whatever people try, the journal keeps its order, the score is
what the item says, the mark follows the state, and the audit log verifies."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from portal.accounts import api as accounts
from portal.kernel import audit, clock
from portal.kernel import db as kernel_db
from portal.kernel.db import reading, transaction
from portal.kernel.errors import DomainError
from portal.kernel.flags import flags
from scoring.checks import api as checks
from scoring.objections import api as objections
from scoring.objections import queries
from scoring.objections.contested import quarter_row
from scoring.objections.models import NEXT_STEPS, OPEN_STEPS
from scoring.ratings import api as ratings
from tests.objections.world import ESTATE, TODAY
from tests.ratings.district import audit_count

RESULTS = ("pass", "1", "2", "5", "na")
STRANGERS = ("other", "ins", "confirmer", "elsewhere", "officer", "officer2")
PEOPLE = (*STRANGERS, *("fresh",) * 6, *("company",) * 3, *("lead2",) * 2)


class Histories(RuleBasedStateMachine):
    """One objection after another to one item; ``fresh`` gives each history a portal of its own."""

    fresh: ClassVar[Callable[[], None]]
    ref: ClassVar[str]

    def __init__(self):
        super().__init__()
        type(self).fresh()
        self.day, self.ids, self.known = TODAY, [], {}

    def _try(self, deed):
        """The deed, or a refusal that changed nothing: neither a step nor an audit row."""
        with clock.on(self.day):
            before = self._rows()
            try:
                with transaction() as db:
                    return deed(db)
            except DomainError:
                assert self._rows() == before
                return None

    def _rows(self):
        with reading() as db:
            return audit_count(db), [queries.last_step(db, one).seq for one in self.ids]

    @rule(days=st.integers(0, 3))
    def time_goes_on(self, days):
        self.day += timedelta(days=days)

    @rule(who=st.sampled_from(PEOPLE))
    def file(self, who):
        made = self._try(
            lambda db: objections.file(db, accounts.person_actor_for(db, who), self.ref, points=["有误。"], on=self.day)
        )
        if made is not None:
            assert who == "company"
            self.ids.append(made.id)

    @precondition(lambda self: self.ids)
    @rule(
        who=st.sampled_from(PEOPLE),
        verb=st.sampled_from(("accept", "refuse", "ask", "settle", "decide", "withdraw")),
        allowed=st.booleans(),
        result=st.sampled_from(RESULTS),
    )
    def act(self, who, verb, allowed, result):
        one = self.ids[-1]

        def deed(db):
            actor, given = accounts.person_actor_for(db, who), {"on": self.day}
            if verb == "accept":
                objections.accept(db, actor, one, **given)
            elif verb == "refuse":
                objections.refuse(db, actor, one, code="rules_only", reason="只针对规则。", **given)
            elif verb == "ask":
                objections.ask_extension(db, actor, one, reason="需要调取监控。", **given)
            elif verb == "settle":
                objections.settle_extension(db, actor, one, granted=allowed, reason="意见。", **given)
            elif verb == "withdraw":
                objections.withdraw(db, actor, one, **given)
            else:
                answers = [objections.Answer(1, "allowed" if allowed else "dismissed", "已核对。")]
                fixes = [objections.Correction(self.ref, result)] if allowed else []
                objections.decide(db, actor, one, answers=answers, fixes=fixes, reason="理由。", **given)
            return True

        score = self._score()
        if self._try(deed):
            assert who in {"withdraw": ("company",), "settle": ("lead2",)}.get(verb, ("fresh",))
            assert self._score() >= score

    def _score(self):
        with reading() as db:
            return quarter_row(db, "2025Q2", ESTATE)["score_cp"]

    @invariant()
    def steps_follow_one_another(self):
        with reading() as db:
            for one in self.ids:
                steps = ["", *(step.step for step in queries.case(db, one).steps)]
                assert all(after in NEXT_STEPS[before] for before, after in zip(steps, steps[1:], strict=False))

    @invariant()
    def the_mark_follows_the_state(self):
        with clock.on(self.day), reading() as db:
            states = [queries.last_step(db, one).step for one in self.ids]
            carried = [flag.code for flag in flags(db, [self.ref]).get(self.ref, ())]
            assert ("objection" in carried) == any(state in OPEN_STEPS for state in states)

    @invariant()
    def what_was_known_stays_known(self):
        """The score as known at an instant never changes in retrospect."""
        with clock.on(self.day), reading() as db:
            rows = ratings.estate_quarters(db, ESTATE)
            self.known.setdefault(clock.now(), None)
            for instant, score in self.known.items():
                then = ratings.estate_quarters(db, ESTATE, known_at=instant)
                now = int(then[then["quarter"] == "2025Q2"]["score_cp"].iloc[0])
                assert score in (None, now) or instant == clock.now()
                self.known[instant] = now
            assert len(rows) == 2

    @invariant()
    def the_score_is_what_the_items_say(self):
        with reading() as db:
            frame = checks.checks_frame(db, ["2025-04", "2025-05", "2025-06"])
            mine = frame[frame["estate_code"] == ESTATE]["check_id"]
            months = [checks.check_view(db, one).score.score_cp for one in mine]
            assert self._score() == (2 * sum(months) + 3) // 6  # half up of a mean of three

    def teardown(self):
        with reading() as db:
            assert audit.verify(db)[1] is None


def test_random_histories(world, instance, tmp_path):
    kept = tmp_path / "kept"
    shutil.copytree(instance.instance, kept)

    def fresh() -> None:
        kernel_db.dispose()
        shutil.rmtree(instance.instance)
        shutil.copytree(kept, instance.instance)

    machine = type("Here", (Histories,), {"fresh": staticmethod(fresh), "ref": world.refs["check"]})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=4, stateful_step_count=10, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck), database=None,
        ),
    )  # fmt: skip
