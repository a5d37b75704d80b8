"""The part of the story about time: streets that review most checks in time, confirmations of electronic service on file, a
review that rests, and what is overdue going up."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, Protocol

from portal.deadlines import api as deadlines
from portal.kernel import clock, pdf
from portal.kernel.access import Actor, system_actor
from portal.kernel.db import transaction
from portal.kernel.periods import Month
from portal.kernel.workdays import nth_working_day
from portal.notices import api as notices
from portal.shell.demo.acts import Cast, moment
from portal.shell.demo.plan import FIRST_DAY, Plan
from scoring.checks import api as checks

FIRST_MONTH = Month(2025, 1)
REVIEW = "check.review"
FORGOTTEN = 0.04  # of the checks of a month stay until the quarter's review
SIGNED = 0.7  # of the companies agreed to electronic service
RAISING = timedelta(days=40)  # how far back the escalation of the story goes
Timed = tuple[datetime, str, Callable[[], Any]]


class Told(Protocol):
    """What of the story this part needs."""

    plan: Plan
    cast: Cast
    until: Month


def acts(story: Told, seed: int) -> Iterator[Timed]:
    """The acts of this part."""
    yield moment(FIRST_DAY, 17), "electronic service", _signing(story, Random(seed + 16))
    month = FIRST_MONTH
    while month <= story.until:
        filed, is_waiting = month.next.first + timedelta(days=7), month.quarter.months[2] > story.until
        deed = _catching_up(story, month) if is_waiting else _reviewing(story, month, seed)
        yield moment(nth_working_day(filed, 4), 16), f"review {month}", deed
        month = month.next
    yield clock.now() - timedelta(hours=30), "a review rests", _pausing(story)
    day = clock.today() - RAISING
    while day <= clock.today():
        yield moment(day, 6, 5), "escalation", _escalating
        day += timedelta(days=1)


def _signing(story: Told, random: Random) -> Callable[[], Any]:
    def sign() -> None:
        officer, chosen = (
            story.cast.actor("officer"),
            [code for code, _name in story.plan.companies if random.random() < SIGNED],
        )
        text = "<h1>电子送达确认书（示例）</h1><p>本企业同意在平台上接收告知书和决定书。</p><p class='signed'>（签字盖章）</p>"
        paper = pdf.render(text, title="电子送达确认书（示例）")
        with transaction() as db:
            sha256 = notices.keep_paper(db, paper)
            for uscc in chosen:
                notices.put_on_file(db, officer, uscc, sha256=sha256, on=clock.today())

    return sign


def _reviewing(story: Told, month: Month, seed: int) -> Callable[[], Any]:
    """Each street confirms the month's checks on the fourth working day, all but a few that it forgets."""

    def review() -> None:
        random = Random(f"{seed} review {month}")
        streets: dict[str, list[str]] = {}
        for estate in story.plan.estates:
            if random.random() >= FORGOTTEN:
                streets.setdefault(estate.division[6:9], []).append(estate.code)
        for street, codes in sorted(streets.items()):
            with transaction() as db:
                checks.confirm_submitted(db, _reviewer(story, street), [str(month)], codes, clock.today())

    return review


def _catching_up(story: Told, month: Month) -> Callable[[], Any]:
    """In the running quarter one street lags behind; each other leaves one check."""

    def review() -> None:
        streets: dict[str, list[str]] = {}
        for estate in story.plan.estates:
            streets.setdefault(estate.division[6:9], []).append(estate.code)
        busy = min(streets)
        for street, codes in sorted(streets.items()):
            if street != busy:
                with transaction() as db:
                    checks.confirm_submitted(db, _reviewer(story, street), [str(month)], codes[1:], clock.today())

    return review


def _reviewer(story: Told, street: str) -> Actor:
    return story.cast.actor(f"street-{street}")


def _pausing(story: Told) -> Callable[[], Any]:
    def rest() -> None:
        with transaction() as db:
            for street in sorted({estate.division[6:9] for estate in story.plan.estates}):
                reviewer = _reviewer(story, street)
                waiting = [one for one in deadlines.waiting_for(db, reviewer) if one.rule == REVIEW]
                if waiting:
                    reason = "等检查人员补充照片，期间中止计算。"
                    deadlines.pause(db, reviewer, REVIEW, waiting[-1].subject, reason=reason)
                    return

    return rest


def _escalating() -> None:
    with transaction() as db:
        deadlines.escalate(db, system_actor("job:deadline-escalation"))
