"""The credit records of the demo district: events in every state, links between enterprises, commitments, decisions of market
entry. Called by the story; every deed goes through the verbs that the pages use."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from portal.kernel import clock
from portal.kernel.access import Role, person_actor
from portal.kernel.db import transaction
from portal.kernel.files import store
from portal.kernel.workdays import nth_working_day
from portal.shell.demo.acts import Cast, moment
from portal.shell.demo.plan import Plan
from scoring.credit import api as credit

Deed = tuple[datetime, str, Callable[[], Any]]
LABEL = "credit events"
# code, level, place of the company in the plan: enough for a red and a black list, and every kind of record
EVENTS = (("B07", "", -1), ("B11", "", -2), ("B17", "", -3), ("B34", "", -4), ("B15", "", -5), ("G01", "district", 1),
          ("G03", "", 2), ("G06", "", 3), ("G08", "", 4), ("G01", "city", 0))  # fmt: skip
PAPER = b"%PDF-1.4\n% source document of the demo district\n"


class CreditStory:
    """What happens on the credit records of a plan."""

    def __init__(self, plan: Plan, cast: Cast):
        self.plan, self.cast = plan, cast
        self.companies = [code for code, _name in plan.companies]
        self.cases: dict[int, str] = {}

    def deeds(self) -> Iterator[Deed]:
        """Every deed with its moment, in no order."""
        for number, (code, variant, place) in enumerate(EVENTS):
            if abs(place) < len(self.companies):
                day = date(2025, 5, 12) + timedelta(days=17 * number)
                yield from self._event(number, self.companies[place], code, variant, day)

    def _event(self, number: int, uscc: str, code: str, variant: str, day: date) -> Iterator[Deed]:
        """One event on its way: a commendation is confirmed at once, an adverse one takes three weeks."""
        yield moment(day, 11), LABEL, lambda: self._propose(number, uscc, code, variant, day)
        if code.startswith("G"):
            yield moment(day, 15), LABEL, lambda: self._confirm(number)
            return
        served = day + timedelta(days=2)
        decided = nth_working_day(served, 12)
        yield moment(served, 10), LABEL, lambda: self._serve_notice(number)
        if number % 2:
            yield moment(served + timedelta(days=3), 16), LABEL, lambda: self._answer(number, uscc)
        yield moment(decided, 11), LABEL, lambda: self._decide(number)
        yield moment(decided + timedelta(days=1), 10), LABEL, lambda: self._serve_decision(number)

    def _propose(self, number: int, uscc: str, code: str, variant: str, day: date) -> None:
        document = f"示例文书〔{day.year}〕{number + 1}号"
        issued_by = "示例街道办事处" if code.startswith("B") else "示例行业主管部门"
        sha256 = store().put(PAPER).sha256
        new = credit.NewEvent(
            "enterprise", uscc, code, variant, document, day - timedelta(days=5), issued_by, document_sha256=sha256
        )
        with transaction() as db:
            self.cases[number] = credit.propose(db, self.cast.actor("officer2"), new, on=day).id

    def _confirm(self, number: int) -> None:
        with transaction() as db:
            credit.confirm(db, self.cast.actor("lead"), self.cases[number], on=clock.today())

    def _serve_notice(self, number: int) -> None:
        with transaction() as db:
            credit.notice_served(db, self.cast.actor("officer2"), self.cases[number], on=clock.today())

    def _answer(self, number: int, uscc: str) -> None:
        person = person_actor("company", Role.ENTERPRISE, "440306000000", uscc)
        with transaction() as db:
            credit.answer(db, person, self.cases[number], body="情况属实，我公司已经改正，请从轻处理。", on=clock.today())

    def _decide(self, number: int) -> None:
        reply = "改正情况已经核实。事实清楚、依据明确，仍予登记；满足条件后可以申请信用修复。" if number % 2 else ""
        with transaction() as db:
            credit.decide(db, self.cast.actor("lead"), self.cases[number], reply=reply, on=clock.today())

    def _serve_decision(self, number: int) -> None:
        with transaction() as db:
            credit.decision_served(db, self.cast.actor("officer2"), self.cases[number], on=clock.today())
