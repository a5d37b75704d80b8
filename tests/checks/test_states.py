"""A check driven at random: whatever people try in whatever order, journal, results and audit log tell one story."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select

from portal.kernel import audit, clock
from portal.kernel.db import reading, transaction
from portal.kernel.errors import Conflict, DomainError
from scoring.checks import reading as pages
from scoring.checks import service
from scoring.checks.models import ItemResult
from scoring.rules.items import item_score
from scoring.rules.rounding import half_up
from scoring.rules.standard import item_of
from scoring.standards import api as standards
from tests.checks.district import DAY, OFFICER, STREET, ZHANG, deeds, filled, finding, started, version_of, view
from tests.registry.sheets import bring

ITEMS = {"ZH01": ("half", "zero"), "ZH02": ("1", "2", "7"), "SB02": ("fail",), "HJ01": ("1", "3"), "FW04": ("1", "2")}
ANSWERS = st.dictionaries(st.sampled_from(sorted(ITEMS)), st.integers(0, 9), max_size=4).map(
    lambda picked: {code: ITEMS[code][n % len(ITEMS[code])] for code, n in picked.items()}
)
ITEM = st.sampled_from(sorted(ITEMS))
LEGAL = {
    "save": {"draft", "returned"},
    "submit": {"draft", "returned"},
    "return": {"submitted"},
    "confirm": {"submitted"},
    "adjust": {"submitted"},
    "correct": {"confirmed"},
}


def noted() -> list[str]:
    """The audited deeds on checks; requests to fix that follow from them are noted beside."""
    return [deed for deed in deeds() if not deed.startswith("order")]


class CheckMachine(RuleBasedStateMachine):
    """The model: a state, the inspector's draft, what counts for each item, and how many deeds were noted."""

    used = 0  # every example has an estate and month of its own

    def __init__(self) -> None:
        super().__init__()
        self.now = clock.day_start(DAY, 10)
        self.check, self.state = "", "none"
        self.draft: dict[str, str] = {}
        self.counts: dict[str, str] = {}
        self.steps: list[str] = []
        self.before = len(noted())
        self.noted = 0

    def attempt(self, verb: str, deed) -> bool:
        """Do a deed; it must work exactly in the states in which it may."""
        self.now += timedelta(minutes=1)
        allowed = self.state in LEGAL[verb]
        try:
            with clock.at(self.now), transaction() as db:
                deed(db)
        except Conflict:
            assert not allowed, f"{verb} refused in state {self.state}"
            return False
        assert allowed, f"{verb} went through in state {self.state}"
        return True

    @precondition(lambda self: not self.check)
    @rule()
    def start(self) -> None:
        with clock.at(self.now):
            estate, month = f"S-{CheckMachine.used // 12}", f"2025-{CheckMachine.used % 12 + 1:02d}"
            CheckMachine.used += 1
            with transaction() as db:
                service.permit_late(db, STREET, estate, month, "台风", DAY)
            self.check = started(estate=estate, month=month)
            filled(self.check, {code: finding(results[0]) for code, results in ITEMS.items()})
            with transaction() as db:
                service.save_draft(db, ZHANG, self.check, {"clean": True}, version_of(self.check))
        self.state, self.steps = "draft", ["draft"]
        self.noted = len(noted()) - self.before

    @precondition(lambda self: self.check)
    @rule(answers=ANSWERS)
    def save(self, answers: dict[str, str]) -> None:
        payload = {"results": {code: finding(result) for code, result in answers.items()}, "clean": True}
        version = version_of(self.check)
        if self.attempt("save", lambda db: service.save_draft(db, ZHANG, self.check, payload, version)):
            self.draft = answers

    @precondition(lambda self: self.check)
    @rule()
    def submit(self) -> None:
        if self.attempt("submit", lambda db: service.submit(db, ZHANG, self.check, DAY)):
            self.state, self.counts = "submitted", dict(self.draft)
            self.step("submitted")

    @precondition(lambda self: self.check)
    @rule(item=ITEM)
    def send_back(self, item: str) -> None:
        if self.attempt("return", lambda db: service.return_check(db, STREET, self.check, {item: "请核对"}, DAY)):
            self.state, self.draft = "returned", dict(self.counts)
            self.step("returned")

    @precondition(lambda self: self.check)
    @rule()
    def confirm(self) -> None:
        if self.attempt("confirm", lambda db: service.confirm(db, STREET, self.check, DAY)):
            self.state = "confirmed"
            self.step("confirmed")

    @precondition(lambda self: self.check)
    @rule(item=ITEM, n=st.integers(0, 9))
    def adjust(self, item: str, n: int) -> None:
        result = ("pass", *ITEMS[item])[n % (1 + len(ITEMS[item]))]
        deed = lambda db: service.adjust_item(db, STREET, self.check, item, result, "复核照片", DAY)  # noqa: E731
        if self.attempt("adjust", deed):
            self.change(item, result)

    @precondition(lambda self: self.check)
    @rule(item=ITEM, n=st.integers(0, 9))
    def correct(self, item: str, n: int) -> None:
        result = ("pass", *ITEMS[item])[n % (1 + len(ITEMS[item]))]
        deed = lambda db: service.correct_item(db, OFFICER, self.check, item, result, "核实", DAY)  # noqa: E731
        if self.attempt("correct", deed):
            self.change(item, result)

    def change(self, item: str, result: str) -> None:
        old = self.counts.get(item, "pass")
        self.noted += old != result
        self.counts = {code: r for code, r in {**self.counts, item: result}.items() if r != "pass"}

    def step(self, name: str) -> None:
        self.steps.append(name)
        self.noted += 1

    @invariant()
    def one_story(self) -> None:
        if not self.check:
            return
        seen = view(self.check)
        assert (seen.state, [step.step for step in seen.steps]) == (self.state, self.steps)
        shown = self.draft if self.state in ("draft", "returned") else self.counts
        assert {code: line.result for code, line in seen.lines.items() if line.result != "pass"} == shown
        assert len(noted()) - self.before == self.noted
        with reading() as db:
            frame = standards.frame(db, "2025.1")
            lost = sum(item_score(result, item_of(frame, code)).lost_cp for code, result in shown.items())
            assert seen.score.score_cp == half_up(10000 * (10000 - lost), 10000)
            twice = select(ItemResult.item_code).where(ItemResult.superseded_at.is_(None))
            twice = twice.where(ItemResult.check_id == self.check).group_by(ItemResult.item_code)
            assert list(db.scalars(twice.having(func.count() > 1))) == []

    def teardown(self) -> None:
        with reading() as db:
            assert audit.verify(db)[1] is None
            assert pages.review_queue(db, STREET, ["2020-01"]) == []


@pytest.mark.usefixtures("district")
def test_a_check_driven_at_random():
    CheckMachine.used = 0
    rows = "".join(f"S-{n},小区{n},commodity,440306017010,,100\n" for n in range(50))
    bring("estates", f"estate_code,name,kind,division_code,address,households\n{rows}")
    run_state_machine_as_test(
        CheckMachine,
        settings=settings(
            max_examples=10,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


@pytest.mark.usefixtures("district")
def test_no_verb_works_without_its_check():
    for deed in (
        lambda db: service.submit(db, ZHANG, "no such check", DAY),
        lambda db: service.confirm(db, STREET, "no such check", DAY),
        lambda db: service.save_draft(db, ZHANG, "no such check", {}, 1),
    ):
        with pytest.raises(DomainError, match="没有找到这份检查"), transaction() as db:
            deed(db)
