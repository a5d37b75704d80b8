"""A person's queue: deadlines one by one and what the slices say waits besides, what is due first coming first."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import current_app, url_for
from sqlalchemy.orm import Session

from portal.accounts.api import role_name
from portal.deadlines import api as deadlines
from portal.deadlines.api import DeadlineView, Holder
from portal.kernel import clock, hooks
from portal.kernel.access import Actor
from portal.kernel.i18n import _, ngettext
from portal.kernel.kept import kept
from portal.kernel.web import is_open_to
from portal.kernel.work import WorkItem
from portal.registry import api as registry
from portal.registry.api import areas

LISTED = 100  # deadlines of one page; the rest is counted
SOON = 3


@dataclass(frozen=True)
class Row:
    """One line of the queue. ``tone`` (late, soon, plain) colours ``left``, whose words say the same; ``rule`` and
    ``source`` say why it is due; ``raised``: it came up from the level below."""

    title: str
    url: str
    due_on: date | None
    tone: str
    left: str
    holder: str = ""
    rule: str = ""
    source: str = ""
    note: str = ""
    count: int = 1
    raised: bool = False
    provisional: bool = False

    @property
    def is_late(self) -> bool:
        """Its day has passed."""
        return self.tone == "late"


@dataclass(frozen=True)
class Waiting:
    """What waits for a person: how many things, how many of them late, and what the slices told."""

    total: int
    late: int
    items: list[WorkItem]


# Where somebody looks who may not act there: the level to which a deadline was escalated.
LOOKS = {"reviews.review": "checks.inspection"}


def address(endpoint: str | None, values: dict[str, Any]) -> str:
    """The address of a page, empty when the portal has none of that name."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else ""


def items(db: Session, person: Actor) -> list[WorkItem]:
    """Everything the slices say waits for the person: dated things first, nearest first, then the rest in order."""

    def told() -> list[WorkItem]:
        found = [item for answer in hooks.announce("work.items", db, actor=person) for item in answer or []]
        return sorted(found, key=lambda item: (item.due_on is None, item.due_on or date.max))

    return kept(db, ("work.items", hooks.heard("work.items"), person), told)


def waiting(db: Session, person: Actor) -> Waiting:
    """The numbers, each thing counted once."""
    by_rule = deadlines.counts_by_rule(db, person)
    left = [rest for item in items(db, person) if (rest := _without(item, by_rule)) is not None]
    late = sum(number(item) for item in left if item.due_on and item.due_on < clock.today())
    total = sum(is_open for is_open, _late in by_rule.values()) + sum(number(item) for item in left)
    return Waiting(total, late + sum(overdue for _open, overdue in by_rule.values()), left)


def number(item: WorkItem) -> int:
    """How many things an item stands for."""
    return 1 if item.count is None else item.count


def _without(item: WorkItem, by_rule: dict[str, tuple[int, int]]) -> WorkItem | None:
    """An item without what stands in the queue by itself, None when nothing is left."""
    told = sum(by_rule.get(code, (0, 0))[0] for code in item.rules)
    return item if not told else replace(item, count=number(item) - told) if number(item) > told else None


def places(db: Session) -> dict[str, Any]:
    """Every area by its code."""
    return kept(db, "office.places", lambda: registry.divisions(db))


def rows(db: Session, person: Actor, told: Waiting) -> list[Row]:
    """The lines of the queue, by the day they are due; what has no day comes last."""
    views = deadlines.waiting_for(db, person, LISTED)
    names = places(db) if views else {}
    found = [_of_deadline(view, person, names) for view in views] + [_of_item(item) for item in told.items]
    return sorted(found, key=lambda row: (row.due_on is None, row.due_on or date.max))


def _of_item(item: WorkItem) -> Row:
    days = (item.due_on - clock.today()).days if item.due_on else None
    tone, left = ("plain", "") if days is None else _days(days, "days", days < 0)
    return Row(
        item.title, address(item.endpoint, item.values), item.due_on, tone, left, note=item.note, count=number(item)
    )


def _of_deadline(view: DeadlineView, person: Actor, names: dict[str, Any]) -> Row:
    tone, left = ("plain", _("已中止")) if view.paused else _days(view.days_left, view.unit, view.overdue)
    where = view.endpoint
    if not is_open_to(person, where, current_app.view_functions):
        where = LOOKS.get(where, "")
    seen = is_open_to(person, where, current_app.view_functions)
    return Row(
        view.title, address(where, view.values) if seen else "", view.last_day, tone, left,
        holder_text(view.holder, person, names), view.rule_name, view.source,
        raised=view.level > 0 and not _holds(view.holder, person), provisional=view.provisional,
    )  # fmt: skip


def _holds(holder: Holder, person: Actor) -> bool:
    return (
        person.login == holder.login
        or bool(person.uscc and person.uscc == holder.uscc)
        or (person.role == holder.role and holder.login is None and holder.uscc is None)
    )


def holder_text(holder: Holder, person: Actor, names: dict[str, Any]) -> str:
    """Whose turn it is, in words."""
    if holder.login == person.login:
        return _("您本人")
    if holder.uscc:
        return _("贵企业") if holder.uscc == person.uscc else _("企业")
    place = names.get(holder.division_code or "")
    office = role_name(holder.role) if holder.role else ""
    return " · ".join(part for part in (areas.shown(place.name) if place else "", office) if part)


def _days(days: int, unit: str, overdue: bool) -> tuple[str, str]:
    """(tone, words) of the time left, in the rule's own days."""
    if overdue:
        n = max(-days, 1)
        if unit == "workdays":
            return "late", ngettext("已逾期%(n)s个工作日", "已逾期%(n)s个工作日", n)
        return "late", ngettext("已逾期%(n)s天", "已逾期%(n)s天", n)
    tone = "soon" if days <= SOON else "plain"
    if days <= 0:
        return "soon", _("今天到期")
    if unit == "workdays":
        return tone, ngettext("还有%(n)s个工作日", "还有%(n)s个工作日", days)
    return tone, ngettext("还有%(n)s天", "还有%(n)s天", days)
