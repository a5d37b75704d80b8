"""How an entry ends before its time, or with the next list: expired, repaired, revoked, corrected."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal.deadlines import api as deadlines
from portal.kernel import audit, clock
from portal.kernel.access import Actor, Role, require
from portal.kernel.db import lock
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from portal.kernel.versions import replace
from scoring.lists import policy, queries
from scoring.lists.candidates import candidates
from scoring.lists.journal import flush, journal
from scoring.lists.models import ListCase, ListEntry
from scoring.rules.dates import last_day
from scoring.rules.rulesets import rule_set

# Why a person takes an entry off: the matter was put right, the decision was wrong, the entry was wrong.
TAKEN_OFF = ("repaired", "revoked", "corrected")
LOCK = "lists"  # one verb of the lists at a time: cases of a year, and what stands on the lists
WITHDRAW = "list.withdraw"


def end(db: Session, actor: Actor, entry: ListEntry, on: date, reason: str, why: str = "") -> None:
    """Take an entry off: its last day is the day before; one that began today never was in force."""
    kept = {column.key: getattr(entry, column.key) for column in ListEntry.__mapper__.columns}
    kept |= {"id": new_id(), "valid_to": on - timedelta(days=1), "superseded_at": None, "exit_reason": reason}
    successor = ListEntry(**kept) if entry.valid_from < on else None
    replace(db, entry, successor, clock.now())
    case = db.get_one(ListCase, entry.case_id)
    last = queries.steps_of(db, entry.case_id)[-1]
    journal(db, actor, case, on, last).add("exited", reason=f"{reason}: {why}" if why else reason)


def end_earlier_red(db: Session, actor: Actor, year: int, on: date) -> None:
    """A red entry holds until the next year's list is published."""
    for entry in queries.live_entries(db, "red", year):
        if entry.valid_to is None or entry.valid_to >= on:
            end(db, actor, entry, on, "expired")


def order_withdrawal(db: Session, actor: Actor, case_id: str, *, document: str, on: date) -> None:
    """Note that the decision was revoked (by reconsideration, court or the district itself): a lead takes the entry off
    within three working days. Raises NotFound without an entry in force, DomainError without the document."""
    require(policy.may_propose(actor))
    lock(db, LOCK)
    _live(db, case_id, on)
    if not document.strip():
        raise DomainError(_("请填写撤销文书的文号。"))
    case = db.get_one(ListCase, case_id)
    title = f"{case.year}年度榜单条目 {case.subject}"
    deadlines.start(
        db, actor, WITHDRAW, f"list:{case_id}", holder=deadlines.Holder(role=Role.LEAD), title=title,
        endpoint="lists.case", values={"case_id": case_id}, on=on,
    )  # fmt: skip
    audit.record(db, actor, "list.withdrawal-ordered", f"list:{case_id}", {"document": document.strip()})


def _live(db: Session, case_id: str, on: date) -> ListEntry:
    entry = queries.live_entry(db, case_id)
    if entry is None or (entry.valid_to is not None and entry.valid_to < on):
        raise NotFound(_("没有在榜的条目。"))
    return entry


def take_off(db: Session, actor: Actor, case_id: str, *, reason: str, why: str, on: date) -> None:
    """A person ends an entry before its time: ``repaired`` (black, after its minimum), ``revoked`` or ``corrected``.

    Raises NotFound without an entry in force, DomainError without a reason or before the minimum has run out.
    """
    lock(db, LOCK)
    policy.require_lead(actor, queries.proposers(db, [case_id]).values())
    entry = _live(db, case_id, on)
    if reason not in TAKEN_OFF or not why.strip():
        raise DomainError(_("请选择移出的原因，并写明理由。"))
    if reason == "repaired":
        require_minimum(db.get_one(ListCase, case_id), entry, on)
    end(db, actor, entry, on, reason, why.strip())
    flush(db)
    deadlines.close(db, actor, WITHDRAW, f"list:{case_id}", on=on)
    detail = {"kind": entry.kind, "reason": reason, "why": why.strip(), "on": on.isoformat()}
    audit.record(db, actor, "list.taken_off", f"list:{case_id}", detail)


def repairable_from(case: ListCase, entry: ListEntry) -> date | None:
    """The first day on which an entry can be repaired; None for a red one."""
    months = rule_set(case.rule_set).list_rules(case.kind).get("repair_after_months")
    if months is None:
        return None
    return date.fromisoformat(last_day(entry.valid_from.isoformat(), months)) + timedelta(days=1)


def require_minimum(case: ListCase, entry: ListEntry, on: date) -> None:
    """DomainError before the minimum time on the list has run out."""
    first = repairable_from(case, entry)
    if first is None:
        raise DomainError(_("红榜条目没有信用修复。"))
    if on < first:
        months = rule_set(case.rule_set).list_rules(case.kind)["repair_after_months"]
        day = (first - timedelta(days=1)).isoformat()
        raise DomainError(_("列入满%(months)s个月（到%(day)s止）以后才能修复移出。", months=months, day=day))


def on_ratings_published(db: Session, *, actor: Actor, on: date, changes: list[Any]) -> int:
    """A corrected rating that no longer carries a red entry takes it along at once; returns how many entries ended.

    The entry ends when the stars fall below the list's, or when the rating is recorded on another enterprise.
    """
    lock(db, LOCK)
    ended = 0
    for year in {change.year for change in changes}:
        by_estate = {change.estate_code: change for change in changes if change.year == year}
        held = queries.entries_of_estates(db, "red", year, by_estate)
        met = {found.key for found in candidates(db, year, max(on, clock.today()))} if held else set()
        for entry in held:
            change = by_estate[entry.subject]
            carries = ("red", "estate", entry.subject, entry.reason) in met and change.uscc == entry.uscc
            if not carries and (entry.valid_to is None or entry.valid_to >= on):
                end(db, actor, entry, on, "corrected", f"rating {year} revision {change.revision}")
                ended += 1
    if ended:
        flush(db)
        audit.record(db, actor, "list.ended", "lists", {"red": ended, "on": on.isoformat()})
    return ended
