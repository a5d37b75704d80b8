"""What other rooms may ask of the red and black lists."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import _
from portal.kernel.work import WorkItem
from portal.registry import api as registry
from scoring.adverse import api as adverse
from scoring.lists import exits, queries, service
from scoring.lists.described import adverse_case as adverse_case
from scoring.lists.described import adverse_cases as adverse_cases
from scoring.lists.hands import hands_on as hands_on
from scoring.lists.hands import said_now as said_now
from scoring.lists.models import ListCase, ListEntry
from scoring.lists.notices import NoticeView as NoticeView
from scoring.lists.notices import notices as notices
from scoring.lists.reasons import reason_text as reason_text
from scoring.lists.saying import said as said
from scoring.lists.work import work_figures as work_figures

propose = service.propose
decide = service.decide
publish = service.publish
decide_one = service.decide_one
take_off = exits.take_off
on_ratings_published = exits.on_ratings_published
on_document_served = service.on_document_served


@dataclass(frozen=True)
class EntryView:
    """An entry as the public sees it; a manager's entry shows no name."""

    kind: str
    subject_type: str
    subject: str
    uscc: str | None
    manager_code: str | None
    name: str
    enterprise_name: str
    reason: str
    effective_from: date
    effective_to: date | None
    recorded_at: datetime
    decision: str
    year: int
    case_id: str = ""
    rule_set: str = ""


def _names(db: Session, entries: list[ListEntry]) -> tuple[dict[str, str], dict[str, str]]:
    if not entries:
        return {}, {}
    estates = registry.estate_names(db, [entry.subject for entry in entries if entry.subject_type == "estate"])
    return estates, registry.enterprise_names(db)


def _views(db: Session, entries: list[ListEntry]) -> list[EntryView]:
    estates, companies = _names(db, entries)
    names: dict[str, dict[str, str]] = {"estate": estates, "enterprise": companies, "manager": {}}
    sets = queries.rule_sets(db, {entry.case_id for entry in entries})
    return [
        EntryView(
            kind=entry.kind,
            subject_type=entry.subject_type,
            subject=entry.subject,
            uscc=entry.uscc,
            manager_code=entry.manager_code,
            name=names[entry.subject_type].get(entry.subject, ""),
            enterprise_name=companies.get(entry.uscc or "", ""),
            reason=entry.reason,
            effective_from=entry.valid_from,
            effective_to=entry.valid_to,
            recorded_at=entry.recorded_at,
            decision=entry.decision,
            year=entry.year,
            case_id=entry.case_id,
            rule_set=sets[entry.case_id],
        )
        for entry in entries
    ]


def in_force(
    db: Session, as_of: date, known_at: datetime | None = None, kind: str | None = None, uscc: str | None = None
) -> list[EntryView]:
    """Entries in force on a day, as known at an instant; by list and by the enterprise concerned. Stayed ones are not shown."""
    return _views(db, _shown(db, queries.entries(db, as_of, known_at, kind, uscc), as_of, known_at))


def _shown(db: Session, entries: list[ListEntry], as_of: date, known_at: datetime | None = None) -> list[ListEntry]:
    stayed = adverse.stayed(db, as_of, known_at)
    return [entry for entry in entries if f"list:{entry.case_id}" not in stayed] if stayed else entries


def published(db: Session, as_of: date, known_at: datetime | None = None) -> list[EntryView]:
    """Entries that have not ended: what the open data shows."""
    return _views(db, _shown(db, queries.not_ended(db, as_of, known_at), as_of, known_at))


def concerning_estate(db: Session, estate_code: str, as_of: date) -> list[EntryView]:
    """Entries in force that have the estate as subject."""
    wanted = ("estate", estate_code)
    found = [entry for entry in queries.entries(db, as_of) if (entry.subject_type, entry.subject) == wanted]
    return _views(db, _shown(db, found, as_of))


@dataclass(frozen=True)
class Repairable:
    """A black entry in force: from which day it can be repaired, and by whose hands it came about."""

    case_id: str
    entry: EntryView
    first_day: date
    hands: frozenset[str]


def repairable(db: Session, as_of: date, uscc: str | None = None, case_id: str | None = None) -> list[Repairable]:
    """Black entries in force on a day that a company, or one case, may have repaired; stayed ones included."""
    held = [one for one in queries.entries(db, as_of, None, "black", uscc) if case_id in (None, one.case_id)]
    found = []
    for entry, view in zip(held, _views(db, held), strict=True):
        first = exits.repairable_from(db.get_one(ListCase, entry.case_id), entry)
        if first is not None:
            found.append(Repairable(entry.case_id, view, first, frozenset(hands_on(db, entry.case_id))))
    return found


def subject_of(db: Session, case_id: str) -> str:
    """The code of the estate, company or manager that a case is about."""
    return db.get_one(ListCase, case_id).subject


def listed_again(db: Session, case_id: str, on: date) -> bool:
    """Whether the same subject was listed for the same reason again after a case's entry began."""
    case, entry = db.get_one(ListCase, case_id), queries.live_entry(db, case_id)
    later = [
        one
        for one, last in queries.cases(db, steps=[*service.OPEN_STEPS, "decided_list", "decision_served", "effective"])
        if (one.kind, one.subject, one.reason) == ("black", case.subject, case.reason) and one.id != case_id
    ]
    return entry is not None and any(clock.district_date(one.recorded_at) >= entry.valid_from for one in later)


@dataclass(frozen=True)
class WithdrawnView:
    """An entry that was revoked or corrected, as the public is told: what it was, since when it no longer holds, why."""

    entry: EntryView
    on: date
    reason: str


def withdrawn(db: Session, as_of: date, days: int = 30) -> list[WithdrawnView]:
    """Entries revoked or corrected within the days before, with the reason (行政处罚法 Art. 48: said in public)."""
    found = queries.withdrawn(db, as_of - timedelta(days=days), as_of)
    views = _views(db, [entry for entry, _step in found])
    return [WithdrawnView(view, step.on, entry.exit_reason) for view, (entry, step) in zip(views, found, strict=True)]


def public_notices(db: Session, as_of: date) -> list[dict[str, Any]]:
    """Red candidates on public notice that day: anybody may object until its last day."""
    found = [(c, s) for c, s in queries.cases(db, steps=["public_notice"]) if s.on <= as_of <= (s.due_on or as_of)]
    names = registry.estate_names(db, [case.subject for case, _s in found])
    return [
        {"year": c.year, "subject": c.subject, "name": names.get(c.subject, ""), "uscc": c.uscc, "due_on": s.due_on,
         "document": s.document, "case_id": c.id}
        for c, s in found
    ]  # fmt: skip


def years(db: Session) -> list[int]:
    """Years for which there are entries, newest first."""
    return sorted({entry.year for entry in queries.not_ended(db, date.min)}, reverse=True)


def waiting_count(db: Session, actor: Actor) -> int | None:
    """How many cases a person can decide or publish now; None for those who only read or propose."""
    if not actor.may(Permission.LIST_DECIDE):
        return None
    decided = len(queries.cases(db, steps=["decided_list"]))
    return decided + sum(len(held) for _year, (held, until) in _open(db).items() if until < clock.today())


def _open(db: Session) -> dict[int, tuple[list[ListCase], date]]:
    """Open cases by year, with the last day of the year's longest window."""
    found: dict[int, tuple[list[ListCase], date]] = {}
    for case, last in queries.cases(db, steps=service.OPEN_STEPS):
        held, until = found.get(case.year, ([], date.min))
        found[case.year] = ([*held, case], max(until, last.due_on or date.min))
    return found


def work_items(db: Session, *, actor: Actor) -> list[WorkItem]:
    """What waits on the list pages for this person."""
    if not actor.may(Permission.LIST_DECIDE):
        return []
    items = []
    for year, (held, until) in _open(db).items():
        day = until.isoformat()
        note = _("窗口期到%(day)s（含当日）止，次日起可以决定", day=day) if until >= clock.today() else ""
        items.append(WorkItem(_("决定红榜、黑榜建议"), "lists.manage", {"year": year}, count=len(held), note=note))
    decided = queries.cases(db, steps=["decided_list"])
    if decided:
        items.append(
            WorkItem(_("公布红榜、黑榜决定"), "lists.manage", {"year": decided[0][0].year}, count=len(decided))
        )
    return items


def highest_number(db: Session, *, series: str, year: int) -> int:
    """Hears ``document.numbers``: numbers of before documents were kept stand on the steps of cases alone."""
    return queries.highest_number(db, series, year) if series.startswith("宝住建榜") else 0
