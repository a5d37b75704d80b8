"""What can be repaired: black entries in force and adverse credit events of a company, each in the words of its room."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.i18n import _
from scoring.credit import api as credit
from scoring.lists import api as lists

LIST, CREDIT = "list", "credit"


@dataclass(frozen=True)
class Target:
    """A record against which one may apply. ``first_day``: from when (None: the room says only whether it may be now);
    ``can``: it may be applied for on the day asked; ``hands``: who brought it about, none of whom decides."""

    ref: str
    uscc: str
    title: str
    name: str
    since: date
    until: date | None
    first_day: date | None
    can: bool
    hands: frozenset[str]

    @property
    def kind(self) -> str:
        """``list`` or ``credit``."""
        return self.ref.partition(":")[0]

    @property
    def case_id(self) -> str:
        """The case within its room."""
        return self.ref.partition(":")[2]


def of_company(db: Session, uscc: str, on: date) -> list[Target]:
    """Everything of a company that can be repaired, now or later."""
    events = credit.score(db, "enterprise", uscc, on).events
    return listed(db, uscc, on) + [_event(db, one, on) for one in events if one.points_cp < 0 and not one.is_share]


def listed(db: Session, uscc: str, on: date) -> list[Target]:
    """A company's entries on the black list alone."""
    return [_entry(one, on) for one in lists.repairable(db, on, uscc=uscc)]


def find(db: Session, ref: str, uscc: str, on: date) -> Target | None:
    """The target of a reference, if it is in force and the company's own."""
    return next((one for one in of_company(db, uscc, on) if one.ref == ref), None)


def _entry(one: lists.Repairable, on: date) -> Target:
    entry = one.entry
    title = _(
        "%(year)s年度黑榜：%(reason)s", year=entry.year, reason=lists.reason_text(entry.reason, "black", entry.rule_set)
    )
    name = entry.name or entry.subject
    return Target(
        f"{LIST}:{one.case_id}", entry.uscc or entry.subject, title, name, entry.effective_from, entry.effective_to,
        one.first_day, one.first_day <= on, one.hands,
    )  # fmt: skip


def _event(db: Session, event: credit.EventView, on: date) -> Target:
    can = credit.may_be_repaired(db, event.case_id, on)
    title = _("信用信息：%(code)s %(name)s", code=event.code, name=event.name)
    hands = frozenset(credit.hands_on(db, event.case_id))
    return Target(
        f"{CREDIT}:{event.case_id}", event.subject, title, event.document, event.valid_from, event.valid_to, None, can,
        hands,
    )  # fmt: skip


def has_happened_again(db: Session, target: Target, on: date) -> bool:
    """Whether an act of the same kind followed the one to be repaired."""
    if target.kind == LIST:
        return lists.listed_again(db, target.case_id, on)
    events = [one for one in credit.timeline(db, "enterprise", target.uscc) if one.step == "confirmed"]
    own = next((one for one in events if one.case_id == target.case_id), None)
    return own is not None and any(
        one.code == own.code and one.case_id != own.case_id and one.valid_from > own.valid_from for one in events
    )


def stop(db: Session, actor: Actor, target: Target, *, why: str, on: date) -> None:
    """End display and effect of the record, in the caller's transaction."""
    if target.kind == LIST:
        lists.take_off(db, actor, target.case_id, reason="repaired", why=why, on=on)
    else:
        credit.end_event(db, actor, target.case_id, reason="repaired", why=why, on=on)
