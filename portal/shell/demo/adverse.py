"""The part of the story about adverse decisions: a veto, a list entry and a repair in every state of their chains.

The list cases of the year that are still on their way stand on vetoes of a few weak estates and on two good ones whose
survey came late. Days are counted back from today, so that what waits is waiting today.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import cache, partial
from io import BytesIO
from typing import Any, Protocol

from sqlalchemy.orm import Session

from portal.kernel import clock, pdf
from portal.kernel.access import Actor, Role, person_actor
from portal.kernel.db import reading, transaction
from portal.kernel.errors import DomainError
from portal.kernel.periods import Month, Year
from portal.notices import api as notices
from portal.shell.demo.acts import Cast, bring, moment
from portal.shell.demo.plan import Plan, PlannedEstate
from scoring.adverse import api as adverse
from scoring.credit import api as credit
from scoring.lists import api as lists
from scoring.repair import api as repair
from scoring.vetoes import api as vetoes

DISTRICT = "440306000000"
YEAR_END = date(2025, 12, 31)
FEWEST = 4  # estates of such companies, from which on two of them come late
# How far each veto goes, and how many days before today it is proposed. A month is enough for a window of ten working days.
VETOES = (
    ("proposed", 1, "V03"), ("response_open", 4, "V04"), ("asked", 3, "V05"), ("unheard", 5, "V04"), ("answered", 5, "V05"),
    ("arranged", 4, "V07"), ("hearing", 8, "V03"), ("ready", 34, "V05"), ("review", 34, "V04"), ("decided", 35, "V07"),
    ("decision_served", 36, "V02"), ("dropped", 37, "V05"), ("revoked", 60, "V03"),
)  # fmt: skip
FACTS = {
    "V02": "经核查，该小区2026年上半年公共收益未入共有资金账户，支出没有凭证（示例）。",
    "V03": "服务合同终止后，企业经两次书面催告仍未移交物业资料（示例）。",
    "V04": "企业两次拒绝检查人员进入消防控制室（示例）。",
    "V05": "企业提交的电梯维保记录与维保单位存档不一致（示例）。",
    "V07": "企业未经批准停梯三日，影响居民出行（示例）。",
}
POINT = "我单位已于约定日期完成整改，附现场照片，请核对。"
ANSWER = "已核对现场和材料：整改属实，但告知书所列事实成立。"
REPAIRS = ("approved", "refused", "extended", "gaps_told", "accepted", "withdrawn", "served")
Timed = tuple[datetime, str, Callable[[], Any]]


class Told(Protocol):
    """What of the story this part needs."""

    plan: Plan
    cast: Cast
    until: Month


def acts(story: Told) -> Iterator[Timed]:
    """The acts of this part."""
    if story.until < Month(2025, 12):
        return
    for number, (goal, days, code) in enumerate(VETOES):
        yield from _Veto(story, goal, code, number).acts(days)
    yield _back(2, 16), "lists", lambda: _proposed_anew(story)
    taken: set[str] = set()
    yield from _Listed(story, 40, ("decided_list", "review", "decision_served", "dropped"), taken).acts()
    yield from _Listed(story, 5, ("candidate", "response_open", "hearing"), taken).acts()
    yield _back(9), "repair", lambda: _repairs(story)


def late_red(plan: Plan) -> list[PlannedEstate]:
    """Two good estates of companies in good standing whose survey comes late: their red list cases are still on their way."""
    good = {plan.companies[place][0] for place in (0, 2) if place < len(plan.companies)}
    own = {one.estate for one in plan.contracts if one.uscc in good and _serves(one, YEAR_END)}
    best = sorted(
        (one for one in plan.estates if one.code in own),
        key=lambda one: (one is not plan.exemplar, -one.quality, one.code),
    )
    return best[1:3] if len(best) > FEWEST else []


def _back(days: int, hour: int = 10) -> datetime:
    return moment(clock.today() - timedelta(days=days), hour)


def _company(uscc: str) -> Actor:
    return person_actor(f"demo-{uscc[-6:].lower()}", Role.ENTERPRISE, DISTRICT, uscc, "企业经办人员")


def _paper(db: Session, text: str) -> str:
    """A page that stands for a photo or a signed paper."""
    return adverse.keep_files(db, [BytesIO(_printed(text))])[0]


@cache
def _printed(text: str) -> bytes:
    return pdf.render(f"<h1>{text}</h1><p>（示例）</p>", title=text)


def _serve(db: Session, officer: Actor, ref: str, on: date) -> None:
    """Serve what has not reached the company yet, on paper."""
    for document in notices.documents_of(db, ref):
        if document.served_on is None:
            notices.serve(db, officer, document.id, on=on, method="in_person", note="送达回证（示例）")


def _serves(contract: Any, on: date) -> bool:
    return contract.starts_on <= on and (contract.ends_on is None or contract.ends_on >= on)


def _unsigned(db: Session, plan: Plan, on: date) -> str:
    """An estate whose company has not agreed to electronic service."""
    for contract in plan.contracts:
        if _serves(contract, on) and not notices.confirmation_on_file(db, contract.uscc, on):
            return contract.estate
    return ""


class _Veto:
    """One veto of the year that is running, taken as far as its goal."""

    def __init__(self, story: Told, goal: str, code: str, number: int):
        self.story, self.goal, self.code = story, goal, code
        estates = story.plan.estates
        self.estate = estates[(3 + number * max(1, len(estates) // (len(VETOES) + 1))) % len(estates)].code
        self.case = ""
        self.officer, self.lead = story.cast.actor("officer"), story.cast.actor("lead")
        self.lawyer = story.cast.actor("officer2")

    def acts(self, days: int) -> Iterator[Timed]:
        """Its acts in the order of time."""
        yield _back(days, 9), "vetoes", self._propose
        if self.goal == "proposed":
            return
        yield _back(days, 11), "vetoes", self._served
        if self.goal != "response_open":
            yield _back(max(0, days - 1), 14), "vetoes", self._spoken
        if self.goal in ("hearing", "review", "decided", "decision_served", "dropped", "revoked"):
            yield _back(max(0, days - 4), 15), "vetoes", self._heard
        if self.goal in ("review", "decided", "decision_served", "dropped", "revoked"):
            yield _back(days - 24, 10), "vetoes", self._decided

    def _do(self, deed: Callable[[Session, date], None]) -> None:
        if not self.case and deed != self._proposing:
            return
        with transaction() as db:
            deed(db, clock.today())

    def _propose(self) -> None:
        try:
            self._do(self._proposing)
        except DomainError:  # nobody serves the estate on the day: nobody to notify
            self.case = ""

    def _proposing(self, db: Session, on: date) -> None:
        year = on.year
        if self.goal in ("proposed", "decided"):  # what waits for its paper service
            self.estate = _unsigned(db, self.story.plan, on) or self.estate
        evidence = [_paper(db, "现场核查记录")]
        new = vetoes.NewVeto(year, self.estate, self.code, FACTS[self.code], evidence)
        self.case = vetoes.propose(db, self.officer, new, on=on)

    def _served(self) -> None:
        self._do(lambda db, on: _serve(db, self.officer, self.ref, on))

    @property
    def ref(self) -> str:
        """How the case is named."""
        return f"veto:{self.case}"

    def _spoken(self) -> None:
        self._do(self._speaking)

    def _speaking(self, db: Session, on: date) -> None:
        company = _company(adverse.case_of(db, self.ref).uscc)
        files = [_paper(db, "整改照片")]
        adverse.raise_point(db, company, self.ref, text=POINT, files=files, on=on)
        if self.goal in ("asked", "unheard"):
            adverse.ask_hearing(db, company, self.ref, on=on)
        if self.goal == "unheard":
            adverse.withdraw_hearing(db, company, self.ref, on=on)
        if self.goal in ("arranged", "hearing", "dropped"):
            adverse.ask_hearing(db, company, self.ref, on=on)
            held = on + timedelta(days=3)
            place = "局会议室，主持人由区级指定"
            adverse.arrange_hearing(db, self.officer, self.ref, held_on=held, place=place, on=on)
        if self.goal not in ("arranged", "asked"):
            self._answer(db, on)

    def _answer(self, db: Session, on: date) -> None:
        for point in adverse.points(db, self.ref):
            if not point.verdict:
                adverse.answer_point(db, self.officer, point.id, verdict="partly", text=ANSWER, on=on)

    def _heard(self) -> None:
        if self.goal in ("hearing", "dropped"):
            minutes = "企业说明了整改经过，提交了照片；主持人告知逐条书面答复（示例）。"
            self._do(lambda db, on: adverse.hold_hearing(db, self.officer, self.ref, minutes=minutes, on=on))

    def _decided(self) -> None:
        self._do(self._deciding)

    def _deciding(self, db: Session, on: date) -> None:
        adverse.review(db, self.lawyer, self.ref, verdict="agree", opinion="事实清楚，程序合法（示例）。", on=on)
        if self.goal == "review":
            return
        vetoed = self.goal != "dropped"
        why = "事实清楚，适用一票否决。" if vetoed else "采纳企业意见，不适用一票否决。"
        vetoes.decide(db, self.lead, self.case, vetoed=vetoed, why=why, on=on)
        if self.goal in ("decision_served", "revoked"):
            _serve(db, self.officer, self.ref, on)
        if self.goal == "revoked":
            vetoes.revoke(db, self.lead, self.case, why="经复议，原决定撤销（示例）。", on=on)


# --- list cases of the year that came later ---------------------------------------------------------------------------


class _Listed:
    """Vetoes of weak estates become candidates some days ago; each case is taken as far as its goal."""

    def __init__(self, story: Told, days: int, goals: tuple[str, ...], taken: set[str]):
        self.story, self.days, self.goals, self.taken = story, days, goals, taken
        self.estates: list[str] = []
        self.officer, self.lead = story.cast.actor("officer"), story.cast.actor("lead")

    def acts(self) -> Iterator[Timed]:
        """Its acts in the order of time."""
        yield _back(self.days, 9), "lists", self._vetoed
        yield _back(self.days, 11), "lists", self._proposed
        yield _back(max(1, self.days - 2), 11), "lists", self._spoken
        if self.days > 20:
            yield _back(self.days - 24, 11), "lists", self._decided

    def _chosen(self, db: Session, on: date) -> list[str]:
        """Weak estates that somebody serves, one for each goal; the first one's company waits for paper."""
        plan = self.story.plan
        weak = sorted(plan.estates, key=lambda estate: (estate.quality, estate.code))
        served = {c.estate: c.uscc for c in plan.contracts if _serves(c, YEAR_END)}
        listed = {entry.subject for entry in lists.in_force(db, on, kind="black")}
        still = {c.estate for c in plan.contracts if _serves(c, on)}
        free = [e.code for e in weak if e.code in served and e.code in still and e.code not in self.taken | listed]
        signed = {uscc: notices.confirmation_on_file(db, uscc, on) for uscc in {served[code] for code in free}}
        paper = [code for code in free if not signed[served[code]]]
        first = (paper or free)[:1]
        return (first + [code for code in free if code not in first])[: len(self.goals)]

    def _vetoed(self) -> None:
        today = clock.today()
        with reading() as db:
            self.estates = self._chosen(db, today)
        self.taken.update(self.estates)
        header = ("estate_code", "year", "veto_code", "decision", "decided_on", "evidence")
        rows = [
            (code, 2025, "V04", f"宝住建评决〔{today.year}〕示例{self.days}-{n}号", today, "核查报告（示例）")
            for n, code in enumerate(self.estates, 1)
        ]
        bring(self.lead, "vetoes", header, rows)

    def _proposed(self) -> None:
        with transaction() as db:
            lists.propose(db, self.officer, Year(2025), on=clock.today(), recorded=False)
            for case, goal in self._cases(db):
                if goal != "candidate":
                    _serve(db, self.officer, case.ref, clock.today())

    def _cases(self, db: Session) -> list[tuple[adverse.Case, str]]:
        """The open black cases of the estates with their goals."""
        wanted = dict(zip(self.estates, self.goals, strict=False))
        found = []
        for case in adverse.cases_of(db):
            subject = lists.subject_of(db, case.id) if case.chain == "list-black" else ""
            if subject in wanted:
                found.append((case, wanted[subject]))
        return found

    def _spoken(self) -> None:
        on, officer = clock.today(), self.officer
        with transaction() as db:
            for case, goal in self._cases(db):
                if goal in ("candidate", "review") or not case.is_open_on(
                    on
                ):  # a district of a few estates has cases of its own
                    continue
                adverse.raise_point(db, _company(case.uscc), case.ref, text=POINT, on=on)
                if goal == "response_open":
                    continue
                for point in adverse.points(db, case.ref):
                    adverse.answer_point(db, officer, point.id, verdict="not_taken", text=ANSWER, on=on)
                if goal == "hearing":
                    adverse.ask_hearing(db, _company(case.uscc), case.ref, on=on)
                    adverse.arrange_hearing(db, officer, case.ref, held_on=on, place="局会议室", on=on)
                    adverse.hold_hearing(db, officer, case.ref, minutes="企业陈述了意见（示例）。", on=on)

    def _decided(self) -> None:
        lawyer, on = self.story.cast.actor("officer2"), clock.today()
        with transaction() as db:
            for case, goal in self._cases(db):
                adverse.review(db, lawyer, case.ref, verdict="agree", opinion="事实清楚，程序合法（示例）。", on=on)
                if goal == "review":
                    continue
                listed = goal != "dropped"
                why = "事实清楚。" if listed else "采纳企业意见。"
                lists.decide_one(db, self.lead, case.id, listed=listed, why=why, on=on)
                if goal == "decision_served":
                    _serve(db, self.officer, case.ref, on)
            self._decide_red(db, on)

    def _decide_red(self, db: Session, on: date) -> None:
        """Of the two late red candidates one is listed and one is not: its conditions may be met anew."""
        chosen = [estate.code for estate in late_red(self.story.plan)]
        open_now = {lists.subject_of(db, c.id): c for c in adverse.cases_of(db) if c.chain == "list-red"}
        for code, listed in zip(chosen, (True, False), strict=False):
            if code in open_now:
                why = "符合列入条件。" if listed else "公示期间收到的意见属实（示例）。"
                lists.decide_one(db, self.lead, open_now[code].id, listed=listed, why=why, on=on)


def _proposed_anew(story: Told) -> None:
    """What meets the conditions since the year's lists: red candidates are on public notice today."""
    with transaction() as db:
        lists.propose(db, story.cast.actor("officer"), Year(2025), on=clock.today(), recorded=False)


# --- repairs ----------------------------------------------------------------------------------------------------------


def _repairs(story: Told) -> None:
    """Companies whose minimum time is over apply; each application is taken as far as its goal."""
    on = clock.today()
    with reading() as db:
        found = _repairable(db, sorted(code for code, _name in story.plan.companies), on)
    for one, goal in zip(found, REPAIRS, strict=False):
        with transaction() as db:
            _repair(db, story, one, goal, on)


def _repairable(db: Session, companies: list[str], on: date) -> list[repair.Target]:
    """List entries first; then so many credit events as there are goals for, company by company."""
    found = {one.ref: one for code in companies for one in repair.listed(db, code, on) if one.can}
    lost = credit.demerits(db, companies, on)
    for code in [code for code in companies if lost.get(code)]:
        if len(found) >= len(REPAIRS):
            break
        found |= {one.ref: one for one in repair.of_company(db, code, on) if one.can}
    return sorted(found.values(), key=lambda one: (one.kind != "list", one.uscc, one.ref))


def _repair(db: Session, story: Told, one: repair.Target, goal: str, on: date) -> None:
    company = _company(one.uscc)
    files = [] if goal == "gaps_told" else [_paper(db, "整改验收材料")]
    apply = partial(repair.apply, db, company, one.ref, files=files, statement="已全部整改并通过街道验收。", on=on)
    case = apply(is_committed=goal != "gaps_told", signer="示例签署人")
    lead = story.cast.actor("lead2" if "lead2" in story.cast.people else "lead")
    if lead.login in one.hands:
        lead = person_actor("lead-repair", Role.LEAD, DISTRICT, None, "区级审定人员")
    if goal == "extended":
        repair.extend(db, lead, case, why="需要到现场核实（示例）。", on=on)
    elif goal == "withdrawn":
        repair.withdraw(db, company, case, on=on)
    elif goal in ("approved", "refused", "served"):
        approved = goal == "approved"
        code, why = ("", "核实已经改正。") if approved else ("not_corrected", "现场核查仍有问题。")
        repair.decide(db, lead, case, approved=approved, code=code, why=why, on=on)
    if goal == "served":
        _serve(db, story.cast.actor("officer"), f"repair:{case}", on)
