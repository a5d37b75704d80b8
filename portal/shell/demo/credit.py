"""The credit records of the demo district: events in every state, links between enterprises, commitments, decisions of market
entry. Called by the story; every deed goes through the verbs that the pages use."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from portal.kernel import clock
from portal.kernel.access import Actor, Role, person_actor
from portal.kernel.classes import Audience
from portal.kernel.db import reading, transaction
from portal.kernel.files import store
from portal.kernel.files_record import StoredFile
from portal.kernel.workdays import nth_working_day
from portal.shell.demo.acts import Cast, moment
from portal.shell.demo.plan import Plan
from scoring.credit import api as credit
from scoring.lists import api as lists
from scoring.market import api as market

Deed = tuple[datetime, str, Callable[[], Any]]
EVENT, LINK, COMMITMENT, ENTRY = "credit events", "links between companies", "commitments", "market entry"
# code, level, place of the company in the plan: enough for a red and a black list, and every kind of record
EVENTS = (("B07", "", -1), ("B11", "", -2), ("B17", "", -3), ("B34", "", -4), ("B15", "", -5), ("G01", "district", 1),
          ("G03", "", 2), ("G06", "", 3), ("G08", "", 4), ("G01", "city", 0))  # fmt: skip
# code, place, days before today, how far it goes: one event in every state
OPEN = (("B17", 6, 4, "proposed"), ("B34", 0, 3, "noticed"), ("B11", 5, 9, "answered"), ("B15", 4, 12, "decided"),
        ("B34", 8, 20, "refused"), ("B33", 9, 30, "withdrawn"))  # fmt: skip
RECENT = (("B11", -2), ("B17", -3), ("B15", -4))  # of the running year: their minimum time is over by the autumn
# place in the plan to legal representative and telephone: pairs that rules find
CONTACTS = {0: ("示例法人乙", ""), 1: ("示例法人甲", ""), 2: ("示例法人甲", "0755-29000002"), 3: ("", "0755-29000001"),
            4: ("示例法人乙", "0755 29000001"), 5: ("", "0755 29000002")}  # fmt: skip
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
        for number, (code, place, before, state) in enumerate(OPEN, 90):
            company = self.companies[place % len(self.companies)]
            yield from self._open(number, company, code, clock.today() - timedelta(days=before), state)
        for number, (code, place) in enumerate(RECENT, 60):
            if abs(place) < len(self.companies):
                day = date(2026, 5, 12) + timedelta(days=number - 60)
                yield from self._event(number, self.companies[place], code, "", day)
        yield from self._more()

    def _more(self) -> Iterator[Deed]:
        if len(self.companies) > 5:
            day = date(2026, 3, 5)
            yield moment(day, 9), LINK, self._find_links
            yield moment(day, 15), LINK, self._confirm_link
            yield moment(date(2026, 3, 12), 15), LINK, self._end_links
            yield moment(date(2026, 4, 8), 10), ENTRY, self._entries
            yield moment(date(2026, 6, 2), 10), EVENT, self._repair
        for number, uscc in enumerate(self.companies[:4]):
            signed = moment(date(2026, 2, 9) + timedelta(days=number), 11)
            yield signed, COMMITMENT, partial(self._sign, uscc, "service")
        yield moment(date(2026, 2, 20), 11), COMMITMENT, lambda: self._sign(self.companies[0], "repair")

    # --- events -------------------------------------------------------------------------------------------------------

    def _event(self, number: int, uscc: str, code: str, variant: str, day: date) -> Iterator[Deed]:
        """One event on its way: a commendation is confirmed at once, an adverse one takes three weeks."""
        yield moment(day, 11), EVENT, lambda: self._propose(number, uscc, code, variant)
        if code.startswith("G"):
            yield moment(day, 15), EVENT, lambda: self._confirm(number)
            return
        told = day + timedelta(days=2)
        decided = nth_working_day(told, 12)
        yield moment(told, 10), EVENT, lambda: self._tell(number)
        if number % 2:
            yield moment(told + timedelta(days=3), 16), EVENT, lambda: self._answer(number, uscc)
        yield moment(decided, 11), EVENT, lambda: self._decide(number, number % 2 == 1)
        yield moment(decided + timedelta(days=1), 10), EVENT, lambda: self._serve(number)

    def _open(self, number: int, uscc: str, code: str, day: date, state: str) -> Iterator[Deed]:
        """An event that stands in one of the states today."""
        yield moment(day, 9), EVENT, lambda: self._propose(number, uscc, code, "")
        if state in ("noticed", "answered", "decided", "withdrawn"):
            yield moment(day + timedelta(days=1), 10), EVENT, lambda: self._tell(number)
        if state in ("answered", "decided", "withdrawn"):
            yield moment(day + timedelta(days=2), 16), EVENT, lambda: self._answer(number, uscc)
        if state in ("decided", "withdrawn"):
            yield moment(day + timedelta(days=4), 11), EVENT, lambda: self._decide(number, True)
        if state == "withdrawn":
            yield moment(day + timedelta(days=5), 10), EVENT, lambda: self._serve(number)
            yield (
                moment(day + timedelta(days=9), 10),
                EVENT,
                lambda: self._end(number, "withdraw", "来源文书已被撤销。"),
            )
        if state == "refused":
            yield moment(day + timedelta(days=2), 11), EVENT, lambda: self._end(number, "refuse", "文书不能证明责任。")

    def _propose(self, number: int, uscc: str, code: str, variant: str) -> None:
        day = clock.today()
        issued_by = "示例街道办事处" if code.startswith("B") else "示例行业主管部门"
        new = credit.NewEvent(
            "enterprise", uscc, code, variant, f"示例文书〔{day.year}〕{number + 1}号", day - timedelta(days=5), issued_by,
            document_sha256=store().put(PAPER).sha256,
        )  # fmt: skip
        with transaction() as db:
            if db.get(StoredFile, new.document_sha256) is None:
                db.add(
                    StoredFile(
                        sha256=new.document_sha256, media_type="application/pdf", size=len(PAPER),
                        audience=int(Audience.STAFF), recorded_at=clock.now(),
                    )
                )  # fmt: skip
            self.cases[number] = credit.propose(db, self.cast.actor("officer2"), new, on=day).id

    def _confirm(self, number: int) -> None:
        with transaction() as db:
            credit.confirm(db, self.cast.actor("lead"), self.cases[number], on=clock.today())

    def _tell(self, number: int) -> None:
        with transaction() as db:
            paper = credit.issue_notice(db, self.cast.actor("officer2"), self.cases[number], on=clock.today())
            self._deliver(db, number, paper)

    def _deliver(self, db: Any, number: int, paper: Any) -> None:
        """On paper, unless it was served in the portal when it was issued."""
        if paper.served_on is None:
            officer, note = self.cast.actor("officer2"), f"示例送达回证{number + 1}号"
            case = self.cases[number]
            credit.serve(db, officer, case, paper.id, on=clock.today(), method="in_person", note=note)

    def _answer(self, number: int, uscc: str) -> None:
        with transaction() as db:
            body = "情况属实，我公司已经改正，请从轻处理。"
            credit.answer(db, _company(uscc), self.cases[number], body=body, on=clock.today())

    def _decide(self, number: int, answered: bool) -> None:
        reply = "改正情况已经核实。事实清楚、依据明确，仍予登记；满足条件后可以申请信用修复。" if answered else ""
        with transaction() as db:
            credit.decide(db, self.cast.actor("lead"), self.cases[number], reply=reply, on=clock.today())

    def _serve(self, number: int) -> None:
        with transaction() as db:
            for paper in credit.papers_of(db, self.cases[number]):
                self._deliver(db, number, paper)

    def _end(self, number: int, verb: str, reason: str) -> None:
        with transaction() as db:
            getattr(credit, verb)(db, self.cast.actor("lead"), self.cases[number], reason=reason, on=clock.today())

    def _repair(self) -> None:
        """One event of 2025 has been repaired after its minimum time."""
        case, today = self.cases[2], clock.today()
        with transaction() as db:
            if credit.may_be_repaired(db, case, today):
                why = "已按期公示并提交承诺。"
                credit.end_event(db, self.cast.actor("lead"), case, reason="repaired", why=why, on=today)

    # --- links, commitments, market entry -----------------------------------------------------------------------------

    def _find_links(self) -> None:
        with transaction() as db:
            credit.find_links(db, self.cast.actor("officer"), on=clock.today())

    def _confirm_link(self) -> None:
        with transaction() as db:
            for link in credit.links(db, steps=("proposed",)):
                if link.rule == "same_legal_representative":
                    reason = "法定代表人为同一人，经核对营业执照属实。"
                    credit.confirm_link(db, self.cast.actor("lead"), link.id, reason=reason, on=clock.today())

    def _end_links(self) -> None:
        """A later look at the links: one that was proposed is refused, one that was confirmed is taken back."""
        lead, today = self.cast.actor("lead"), clock.today()
        with transaction() as db:
            for step, verb, reason in (
                ("proposed", credit.refuse_link, "电话为共用总机，不能证明关联。"),
                ("confirmed", credit.withdraw_link, "法定代表人已经变更。"),
            ):
                found = credit.links(db, steps=(step,))
                if len(found) > 1:
                    verb(db, lead, found[-1].id, reason=reason, on=today)

    def _sign(self, uscc: str, code: str) -> None:
        with transaction() as db:
            credit.sign_commitment(db, _company(uscc), code, signer="示例签署人", on=clock.today())

    def _entries(self) -> None:
        """Two contracts with companies on the list: one goes on and the parties are told, one is sent back for reasons."""
        today = clock.today()
        with reading() as db:
            listed = [entry.uscc or entry.subject for entry in lists.in_force(db, today, kind="black")]
        served = [one for one in self.plan.contracts if one.uscc in listed and one.ends_on is None]
        decisions = (
            ("notice", "合同已由业主大会选聘，书面提示业主委员会关注在榜条目。"),
            ("refer", "请业主委员会说明选聘过程。"),
        )
        for contract, (decision, reason) in zip(served, decisions, strict=False):
            with transaction() as db:
                market.record(
                    db, actor=self.cast.actor("officer"), deed="contract", estate_code=contract.estate, uscc=contract.uscc,
                    manager_code=contract.manager, starts_on=today, decision=decision, reason=reason, on=today,
                )  # fmt: skip


def _company(uscc: str) -> Actor:
    """The user of a company."""
    return person_actor("company", Role.ENTERPRISE, "440306000000", uscc)
