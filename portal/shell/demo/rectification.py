"""The part of the story about fixing: some estates' checks come in while their month runs, and what they report is put right
in time, late, after a second try, with more time, or not yet. All by the verbs that the pages use, once a day.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Protocol

from portal.kernel import clock, images
from portal.kernel.access import Actor, Role, person_actor
from portal.kernel.db import transaction
from portal.kernel.periods import Month
from portal.shell.demo import pictures
from portal.shell.demo.acts import Cast, moment
from portal.shell.demo.plan import Plan
from scoring.checks import api as checks
from scoring.rectification import api as rectification

FIRST_MONTH = Month(2026, 7)
EARLY, EVERY = 26, 36  # the day of the month, and which estates file by then
ANSWERED = ("已清理完毕，并安排专人每日巡查。", "已更换损坏部件，恢复正常。", "已整改，照片附后。")
DISTRICT = "440306000000"
Timed = tuple[datetime, str, Callable[[], Any]]


class Told(Protocol):
    """What of the story this part needs."""

    plan: Plan
    cast: Cast
    until: Month

    def file_early(self, month: Month, every: int) -> None:
        """File the checks of every so many estates while the month runs."""

    def file_now(self, count: int) -> list[str]:
        """File this month's checks of a few estates; the estates."""


def acts(story: Told, seed: int) -> Iterator[Timed]:
    """The acts of this part: filings, then the days on which companies and inspectors work."""
    if story.until < FIRST_MONTH:
        return
    month = FIRST_MONTH
    while month <= story.until:
        yield moment(month.first.replace(day=EARLY), 17), f"checks {month}, in the month", _filing(story, month)
        month = month.next
    day = FIRST_MONTH.first.replace(day=EARLY)
    while moment(day, 20) < clock.now() - timedelta(hours=8):  # what is filed today is still to be seen
        yield moment(day, 20), f"fixing {Month.of(day)}", _working(story, day, seed)
        day += timedelta(days=1)
    if Month.of(clock.today()).previous <= story.until:
        yield from _this_month(story)


def _this_month(story: Told) -> Iterator[Timed]:
    """A few checks of the running month: some confirmed since, some of this morning; early in a month all of it is younger."""
    now, filed = clock.now(), list[str]()
    begin = max(now - timedelta(days=3), moment(Month.of(clock.today()).first, 0, 5))
    if begin >= now:
        return
    label, third = "checks of this month", (now - begin) / 3
    yield begin, label, lambda: filed.extend(story.file_now(12))
    yield begin + third, label, lambda: _confirm(story, filed[::2])
    yield max(begin + 2 * third, now - timedelta(hours=7)), label, lambda: story.file_now(6)
    yield max(begin + 2.5 * third, now - timedelta(hours=2)), "fixing, today", lambda: _shown(story)


def _shown(story: Told) -> None:
    """Of what is open today, one order has taken each step that there is, so that every state can be seen at any size."""
    today = clock.today()
    with transaction() as db:
        fresh = [view for view in rectification.begun(db) if view.row.step == "opened" and not view.overdue]
        struck = _strike_out(db, story, sorted(fresh, key=lambda view: (view.row.hazard_class == "C", view.row.id)))
        left = [view for view in fresh if view.row.uscc and view.row.id != struck]
        urgent = [view for view in left if view.row.hazard_class == "C"]
        slow = [view for view in left if view.row.hazard_class != "C"]
        for view in urgent[:1]:
            row = view.row
            rectification.protect(db, _asked(story, view), row.id, row.seq, "已设置围挡和警示标志。", [], today)
        for step, view in zip(STEPS, slow + urgent[1:], strict=False):
            _take(db, story, view, step, today)


STEPS = ("answered", "refused", "extension_asked", "extended", "extension_refused")


def _take(db: Any, story: Told, view: rectification.OrderView, step: str, day: date) -> None:
    row, place, company = view.row, view.place.division_code, _asked(story, view)
    if step in ("answered", "refused"):
        rectification.answer(db, company, row.id, row.seq, ANSWERED[0], [_picture(Random(row.id))], day)
        if step == "refused":
            inspector, why = story.cast.actor(f"insp-{place[6:]}"), "照片没有拍到通知单所列位置，请补拍。"
            rectification.refuse(db, inspector, row.id, row.seq + 1, why, day)
        return
    rectification.ask_extension(db, company, row.id, row.seq, "配件需要从厂家订购，预计一周到货。", day)
    if step != "extension_asked":
        granted, street = step == "extended", story.cast.actor(f"street-{place[6:9]}")
        reason = "" if granted else "现有条件下可以按期完成。"
        rectification.decide_extension(db, street, row.id, row.seq + 1, granted, reason, day)


def _strike_out(db: Any, story: Told, views: list[rectification.OrderView]) -> str:
    """The street takes a finding of a check that it has not confirmed yet back: its order is cancelled; which one."""
    frame = checks.checks_frame(db, sorted({view.row.month for view in views}))
    submitted = set(frame.loc[frame["state"] == "submitted", "check_id"])
    for view in views:
        street, row = story.cast.actor(f"street-{view.place.division_code[6:9]}"), view.row
        if row.check_id in submitted:
            why = "经核对照片，所记位置不属于本小区。"
            checks.adjust_item(db, street, row.check_id, row.item_code, "pass", why, clock.today())
            return str(row.id)
    return ""


def _filing(story: Told, month: Month) -> Callable[[], Any]:
    return lambda: story.file_early(month, EVERY)


def _confirm(story: Told, estates: list[str]) -> None:
    month = Month.of(clock.today())
    with transaction() as db:
        found = checks.checks_frame(db, [str(month)])
        for check in found[found["estate_code"].isin(estates)].itertuples(index=False):
            if check.state == "submitted":
                actor = story.cast.actor(f"street-{check.estate_code[6:9]}")
                checks.confirm(db, actor, check.check_id, clock.today())


def _working(story: Told, day: date, seed: int) -> Callable[[], Any]:
    def work() -> None:
        with transaction() as db:
            for view in rectification.begun(db):
                _step(db, story, view, day, Random(f"{seed} {view.row.id}"))

    return work


def _step(db: Any, story: Told, view: rectification.OrderView, day: date, chance: Random) -> None:
    """At most one step of an order a day, by what chance holds for it."""
    row, place = view.row, view.place.division_code
    urgent, wait = row.hazard_class == "C", _wait(row.hazard_class, chance)
    age, since = (day - row.opened_on).days, (day - clock.district_date(row.step_at)).days
    company = _asked(story, view)
    if row.state == "awaiting":
        if since >= 1 + chance.randrange(2):
            _look(db, story.cast.actor(f"insp-{place[6:]}"), row, day, again=chance.random() < 0.07 and row.seq <= 3)
    elif urgent and row.step == "opened" and wait and chance.random() < 0.7:
        rectification.protect(db, company, row.id, row.seq, "已设置围挡和警示标志，安排专人值守。", [], day)
    elif row.step == "extension_asked":
        granted = chance.random() < 0.7
        reason = "" if granted else "现有条件下可以按期完成。"
        street = story.cast.actor(f"street-{place[6:9]}")
        rectification.decide_extension(db, street, row.id, row.seq, granted, reason, day)
    elif not urgent and row.uscc and row.step == "opened" and wait > 5 and age >= 4 and not view.overdue:
        rectification.ask_extension(db, company, row.id, row.seq, "配件需要从厂家订购，预计一周到货。", day)
    elif age >= wait or row.step == "refused":
        rectification.answer(db, company, row.id, row.seq, chance.choice(ANSWERED), [_picture(chance)], day)


def _wait(hazard_class: str, chance: Random) -> int:
    """Days until the company answers: mostly in time."""
    kind, pace = chance.random(), chance.randrange(1, 6)
    if hazard_class == "C":
        return 0 if kind < 0.85 else 1 if kind < 0.94 else 9
    return pace if kind < 0.82 else 10 if kind < 0.93 else 20


def _look(db: Any, inspector: Actor, row: Any, day: date, again: bool) -> None:
    if again:
        rectification.refuse(db, inspector, row.id, row.seq, "现场仍有杂物，请清理后重新上传照片。", day)
    else:
        rectification.verify(db, inspector, row.id, row.seq, day)


def _asked(story: Told, view: rectification.OrderView) -> Actor:
    """Somebody of the company that an order was put to, or of the street where nobody serves."""
    if view.row.uscc is None:
        return story.cast.actor(f"street-{view.place.division_code[6:9]}")
    return _company(story, view.row.uscc)


def _company(story: Told, uscc: str) -> Actor:
    """Somebody of a company; the first one's is the demo's sign-in."""
    number = [code for code, _name in story.plan.companies].index(uscc)
    login = f"company-{number}" if number else "company"
    return person_actor(login, Role.ENTERPRISE, DISTRICT, uscc)


_DRAWN: list[bytes] = []


def _picture(chance: Random) -> tuple[bytes, str]:
    """One of a few drawn pictures: nobody is on them."""
    if not _DRAWN:
        taken = datetime(2026, 9, 1, 10, tzinfo=clock.DISTRICT)
        for number in range(4):
            _DRAWN.append(images.thumbnail(pictures.scene(Random(number), taken, "22.57", "113.88")))
    return chance.choice(_DRAWN), "fixed.jpg"
