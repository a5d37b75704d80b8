"""The part of the story about replies: enterprises hear their results, answer findings, and a moderator lets most stand.

Replies of the last published quarter: one accepted in the hold with a masked photo, one on the whole result, one refused and
accepted when revised, one refused for good, one that waits for its revision, and some that wait for the moderator.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Any, Protocol

from portal.kernel import clock
from portal.kernel.access import Actor, Role, person_actor
from portal.kernel.db import transaction
from portal.kernel.periods import Month
from portal.shell.demo import pictures
from portal.shell.demo.acts import Cast, moment
from portal.shell.demo.plan import Plan
from scoring.ratings import api as ratings
from scoring.replies import api as replies

DISTRICT = "440306000000"
TOLD_AFTER = 20  # days after the quarter's end, as the story publishes
SAID = (
    "发现问题当天已经处理，并增加了夜间巡查。照片是处理后的现场。",
    "这一处属于房屋本体老化，已向业委会提出维修资金使用申请，正在表决。",
    "检查当天正在更换部件，次日已恢复使用。",
    "已与施工单位约定完工时间，期间设置了围挡和提示牌。",
)
Timed = tuple[datetime, str, Callable[[], Any]]


class Told(Protocol):
    """What of the story this part needs."""

    plan: Plan
    cast: Cast
    until: Month


def acts(story: Told, seed: int) -> Iterator[Timed]:
    """The acts of this part, after the last publication of the story."""
    quarter = story.until.quarter if story.until == story.until.quarter.months[2] else story.until.quarter.previous
    if quarter < Month(2025, 1).quarter:
        return
    told, today = quarter.last + timedelta(days=1 + TOLD_AFTER), clock.today()
    part = _Replies(story, str(quarter), Random(seed + 7))
    label = f"replies {quarter}"
    yield moment(told + timedelta(days=1), 9), label, part.waive
    yield moment(told + timedelta(days=2), 10), label, part.first
    yield moment(told + timedelta(days=5), 10), label, part.decide_first
    yield moment(told + timedelta(days=6), 15), label, part.revise
    yield moment(told + timedelta(days=8), 10), label, part.decide_revised
    yield moment(today - timedelta(days=2), 10), label, part.late
    yield moment(today - timedelta(days=1), 16), label, part.decide_late


class _Replies:
    """Who said what; ids by their place in the story."""

    def __init__(self, story: Told, period: str, random: Random):
        self.story, self.period, self.random = story, period, random
        self.kept: dict[str, tuple[str, Actor, str, str]] = {}

    def _company(self, place: int) -> Actor:
        if place == 0:
            return self.story.cast.actor("company")
        code, name = self.story.plan.companies[place]
        return person_actor(f"company-{place}", Role.ENTERPRISE, DISTRICT, code, name)

    def _say(self, key: str, place: int, number: int, photos: int = 0, whole: bool = False, text: str = "") -> None:
        """Reply to the ``number``-th finding that an enterprise has in the quarter, if there are so many of both."""
        if place >= len(self.story.plan.companies):
            return
        actor = self._company(place)
        with transaction() as db:
            own = [one for one in replies.results(db, actor.uscc or "") if one.period == self.period]
            parts: Iterator[tuple[str, str]] = (
                (one.estate_code, finding.part) for one in own[:3] for finding in replies.findings(db, one)
            )
            if whole:
                parts = ((one.estate_code, "") for one in own)
            if found := next(islice(parts, number, None), None):
                estate, part = found
                taken = [pictures.scene(self.random, clock.now(), "22.7", "113.9") for _photo in range(photos)]
                said = text or SAID[number % len(SAID)]
                made = replies.write(db, actor, self.period, estate, part, said, taken, on=clock.today())
                self.kept[key] = (made, actor, estate, part)

    def _decide(self, key: str, seq: int, code: str = "", note: str = "") -> None:
        if key not in self.kept:
            return
        moderator, (made, *_rest), on = self.story.cast.actor("officer2"), self.kept[key], clock.today()
        with transaction() as db:
            if code:
                replies.refuse(db, moderator, made, seq=seq, code=code, note=note, on=on)
                return
            for photo in replies.reply(db, made).photos:
                replies.release_photo(db, moderator, photo.id, [pictures.PLATE])
            replies.accept(db, moderator, made, seq=seq, on=on)

    def _again(self, key: str, text: str) -> None:
        if key not in self.kept:
            return
        _made, actor, estate, part = self.kept[key]
        with transaction() as db:
            replies.write(db, actor, self.period, estate, part, text, [], on=clock.today())

    def waive(self) -> None:
        """One enterprise would like its result public earlier; the others do not, so nothing changes."""
        with transaction() as db:
            if any(made.period == self.period for made in ratings.held(db)):
                actor = self._company(0)
                if any(one.period == self.period and one.public_from for one in replies.results(db, actor.uscc or "")):
                    ratings.waive_hold(db, actor, self.period, on=clock.today())

    def first(self) -> None:
        self._say("photo", 0, 0, photos=2)
        self._say("whole", 1, 0, whole=True)
        self._say("mended", 2, 0, text="这户业主王某（电话13800000000）拒绝配合，请直接联系他。")
        self._say("rejected", 3, 0, text="检查的人什么都不懂。")

    def decide_first(self) -> None:
        self._decide("photo", 1)
        self._decide("whole", 1)
        self._decide("mended", 1, "personal_data", "请删去业主的姓名和电话。")
        self._decide("rejected", 1, "insult", "请说明这一项的情况。")

    def revise(self) -> None:
        self._again("mended", "这一户业主拒绝入户，已报社区协调，公共部分已处理完毕。")
        self._again("rejected", "还是那句话，检查的人不懂。")

    def decide_revised(self) -> None:
        self._decide("mended", 3)
        self._decide("rejected", 3, "insult")

    def late(self) -> None:
        self._say("waiting", 0, 1, photos=1)
        self._say("waiting elsewhere", 4, 0)
        self._say("to mend", 0, 2, text="本小区收费标准偏低，请予考虑。")
        self._say("mended today", 1, 0, text="检查人员没有认真看。")

    def decide_late(self) -> None:
        self._decide("to mend", 1, "off_topic", "请只说明这一项的情况。")
        self._decide("mended today", 1, "insult", "请说明这一项的情况。")
        self._again("mended today", "这一处当天下午已清理，附巡查记录编号。")
