"""The part of the story about objections: one in every state, on real results of the demo district, and a lawsuit.

Who reviews had no hand in the result: the second reviewer of a street, or whoever of the district had none.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor, Role, person_actor
from portal.kernel.db import transaction
from portal.kernel.errors import DomainError
from portal.kernel.periods import Month
from portal.kernel.workdays import nth_working_day
from portal.shell.demo.acts import Cast, moment
from portal.shell.demo.plan import Plan
from scoring.checks import api as checks
from scoring.objections import api as objections

DISTRICT = "440306000000"
LABEL, FEWEST = "objections", 6
RECENT = 4  # days: what is so young counts in working days
POINTS = {
    "check": ("检查当天通道堆放的是临时施工材料，下午已清走，有照片。", "同一位置重复计算了一处。"),
    "quarter": ("六月份消防车通道一项的问题处数与现场记录不一致。",),
    "rating": ("信息公开率未计入第四季度补报的公示。", "满意度样本没有计入线上问卷。"),
    "credit": ("文书认定的事实与本企业无关，涉及小区当时由其他企业服务。",),
    "list": ("整改已经完成并验收，请核对列入条件。",),
}
ANSWERS = {
    "allowed": "已核对检查记录和企业提供的材料，意见属实，已更正。",
    "dismissed": "经核对原始记录和照片，原结果准确。",
}
REASON = "经复核原始记录、照片和企业提交的材料。"
# place of the company, kind, days before today, how it goes on
PLANNED = (
    (0, "check", 40, "allowed"),
    (1, "check", 33, "dismissed"),
    (2, "quarter", 30, "dismissed"),
    (3, "rating", 27, "partly"),
    (4, "rating", 24, "refused"),
    (5, "quarter", 20, "withdrawn"),
    (0, "quarter", 12, "dismissed"),
    (6, "check", 10, "extended"),
    (7, "rating", 4, "extension_denied"),
    (0, "rating", 4, "extension_asked"),
    (2, "rating", 4, "extended, open"),
    (8, "quarter", 4, "accepted"),
    (-1, "credit", 4, "accepted"),
    (-1, "list", 3, "accepted"),
    (0, "check", 1, "filed"),
    (9, "check", 0, "filed"),
)
Timed = tuple[datetime, str, Callable[[], Any]]


class Told(Protocol):
    """What of the story this part needs."""

    plan: Plan
    cast: Cast
    until: Month


@dataclass
class Course:
    """One objection of the story: who objects to what, and where it stands."""

    uscc: str
    kind: str
    outcome: str
    id: str = ""
    asker: str = ""
    taken: set[str] = field(default_factory=set)


def acts(story: Told) -> Iterator[Timed]:
    """The acts of this part, from the day after the first published year on."""
    if story.until < Month(2026, 9) or len(story.plan.companies) < FEWEST:
        return
    taken, count = set[str](), len(story.plan.companies)
    for place, kind, days, outcome in PLANNED:
        course = Course(story.plan.companies[place % count][0], kind, outcome, taken=taken)
        filed = _lately(clock.today()) if 1 < days <= RECENT else clock.today() - timedelta(days=days)
        yield moment(filed, 9, 20 + place % 7), LABEL, _filing(course)
        yield from _going_on(story, course, nth_working_day(filed, 1))
    yield moment(clock.today() - timedelta(days=6), 11), "a lawsuit", _lawsuit(story, 10, "深宝府复〔2026〕示例7号")
    yield (
        moment(clock.today() - timedelta(days=60), 11),
        "a lawsuit",
        _lawsuit(story, 9, "深宝府复〔2026〕示例3号", True),
    )


def _lately(today: date) -> date:
    """The last day on which one could object and three working days have passed since, also after a long holiday."""
    return next(day for n in range(30) if nth_working_day(day := today - timedelta(days=n), 3) <= today)


def _going_on(story: Told, course: Course, accepted: Any) -> Iterator[Timed]:
    outcome, next_day = course.outcome, nth_working_day(accepted, 1)
    if outcome == "filed":
        return
    if outcome == "withdrawn":
        yield moment(accepted, 9), LABEL, _deed(course, lambda db, _one: objections.withdraw(
            db, _company(course), course.id, on=clock.today()))  # fmt: skip
        return
    if outcome == "refused":
        yield moment(accepted, 10), LABEL, _deed(course, lambda db, actor: objections.refuse(
            db, actor, course.id, code="rules_only", reason="意见针对评价规则本身，已转规则修订工作参考。", on=clock.today()), story)  # fmt: skip
        return
    yield (
        moment(accepted, 10),
        LABEL,
        _deed(course, lambda db, actor: objections.accept(db, actor, course.id, on=clock.today()), story),
    )
    if outcome.startswith("exten"):
        yield moment(accepted, 15), LABEL, _deed(course, _ask_time(course), story)
        if outcome != "extension_asked":
            yield moment(next_day, 9), LABEL, _deed(course, lambda db, _one: objections.settle_extension(
                db, _approver(story, course), course.id, granted=course.outcome != "extension_denied", reason="按规定办理。",
                on=clock.today()))  # fmt: skip
    if outcome in ("allowed", "partly", "dismissed", "extended"):
        days = 3 if outcome == "extended" else 1
        yield moment(nth_working_day(accepted, days), 16), LABEL, _deed(course, _decide(course), story)


def _company(course: Course) -> Actor:
    return person_actor(f"co-{course.uscc[-6:].lower()}", Role.ENTERPRISE, DISTRICT, course.uscc, "示例企业经办人")


def _filing(course: Course) -> Callable[[], Any]:
    def file() -> None:
        with transaction() as db:
            ref = _target(db, course)
            if ref:
                course.taken.add(ref)
                points = POINTS[course.kind]
                course.id = objections.file(db, _company(course), ref, points=points, on=clock.today()).id

    return file


def _target(db: Session, course: Course) -> str:
    """The first result of the company of that kind which nobody of the story contests yet."""
    results = objections.results_of(db, course.uscc, "quarter" if course.kind == "check" else course.kind)
    found: Iterator[str] = (one.ref for one in results)
    if course.kind == "check":
        found = _findings(db, {one.ref.split("/")[1] for one in results})
    return next((ref for ref in found if ref not in course.taken and _is_open(db, course, ref)), "")


def _findings(db: Session, estates: set[str]) -> Iterator[str]:
    month = Month.of(clock.today()).previous.quarter.previous.months[1]
    frame = checks.checks_frame(db, [str(month)])
    mine = frame[frame["estate_code"].isin(estates) & (frame["state"] == "confirmed")]
    for row in mine.itertuples(index=False):
        for finding in checks.findings(db, row.check_id):
            yield f"check:{row.check_id}/{finding.item_code}"


def _is_open(db: Session, course: Course, ref: str) -> bool:
    target = objections.contested(db, ref)
    return not target.closed and course.uscc in target.parties


def _deed(course: Course, deed: Callable[[Session, Any], Any], story: Told | None = None) -> Callable[[], Any]:
    """A deed on the objection, by somebody who may review it when a story is given; nothing without an objection."""

    def act() -> None:
        if course.id:
            with transaction() as db:
                deed(db, _reviewer(db, story, course) if story else None)

    return act


def _reviewer(db: Session, story: Told, course: Course) -> Actor:
    logins = sorted(story.cast.people, key=lambda login: (not login.endswith("-2"), login))
    staff = [one for one in map(story.cast.actor, logins) if one.role in (Role.REVIEWER, Role.OFFICER, Role.LEAD)]
    for actor in objections.who_may_review(db, staff, course.id):
        return actor
    raise DomainError("nobody may review")


def _ask_time(course: Course) -> Callable[[Session, Any], None]:
    def ask(db: Session, actor: Actor) -> None:
        course.asker = actor.login
        objections.ask_extension(db, actor, course.id, reason="需要调取监控录像并到现场核对。", on=clock.today())

    return ask


def _approver(story: Told, course: Course) -> Actor:
    """A lead who did not ask: the longer time is never granted by who wants it."""
    return story.cast.actor("lead2" if course.asker == "lead" else "lead")


def _decide(course: Course) -> Callable[[Session, Any], None]:
    def decide(db: Session, actor: Actor) -> None:
        fixes = _fixes(db, course) if course.outcome in ("allowed", "partly") else []
        said = ["allowed" if fixes else "dismissed"] * len(POINTS[course.kind])
        if course.outcome == "partly" and fixes:
            said[-1] = "dismissed"
        answers = [objections.Answer(seq, verdict, ANSWERS[verdict]) for seq, verdict in enumerate(said, 1)]
        objections.decide(db, actor, course.id, answers=answers, fixes=fixes, reason=REASON, on=clock.today())

    return decide


def _fixes(db: Session, course: Course) -> list[objections.Correction]:
    """The first thing that can be corrected: an item to a pass, a fact of the year by two points."""
    choice = objections.choices_of(db, course.id)[0]
    if choice.options:
        return [objections.Correction(choice.target, choice.options[0][0])]
    return [objections.Correction(choice.target, f"{min(100.0, float(choice.now) + 2):.2f}")]


def _lawsuit(story: Told, place: int, number: str, ended: bool = False) -> Callable[[], Any]:
    def register() -> None:
        officer, on = story.cast.actor("officer2"), clock.today()
        with transaction() as db:
            company = story.plan.companies[place % len(story.plan.companies)][0]
            rated = [one.ref for one in objections.results_of(db, company, "rating")]
            if not rated:
                return
            made = objections.register_proceeding(
                db, officer, rated[-1], kind="reconsideration", authority="深圳市宝安区人民政府", number=number, on=on
            )
            if ended:
                why = f"{number}决定维持（示例）。"
                objections.end_proceeding(db, officer, made.id, result="maintained", reason=why, on=on)

    return register
