"""Verbs of the lists: propose, decide, publish, take off. Every step is a row; no step can be skipped."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel import audit, clock
from portal.kernel.access import Actor, require
from portal.kernel.db import lock
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from portal.kernel.periods import Year
from portal.kernel.versions import replace
from portal.kernel.workdays import nth_working_day
from scoring.lists import policy, queries
from scoring.lists.candidates import Candidate, candidates
from scoring.lists.journal import DECISION, NOTICE, PUBLIC_NOTICE, Journal, Numbers, flush
from scoring.lists.models import ListCase, ListEntry, ListStep
from scoring.rules.dates import last_day
from scoring.rules.rulesets import rule_set

OPEN_STEPS = ("response_open", "hearing", "review", "public_notice")
# Why a person takes an entry off: the matter was put right, the decision was wrong, the entry was wrong.
TAKEN_OFF = ("repaired", "revoked", "corrected")
LOCK = "lists"  # one verb of the lists at a time: cases of a year, and the numbers of documents


@dataclass(frozen=True)
class Done:
    """How many cases of each list a verb moved."""

    red: int
    black: int


# --- propose ----------------------------------------------------------------------------------------------------------


def new_candidates(db: Session, year: Year, on: date) -> list[tuple[Candidate, int]]:
    """Candidates that ``propose`` would open a case for, with the number of the attempt.

    A subject keeps its case for a list, year and reason. Only one that was dropped, or whose entry ended because a
    correction took its ground away, can come up again when the conditions are met anew.
    """
    held: dict[tuple[str, str, str, str], tuple[ListCase, ListStep]] = {}
    for case, last in queries.cases(db, year.number):
        held[case.kind, case.subject_type, case.subject, case.reason] = (case, last)  # the last attempt comes last
    found = []
    for candidate in candidates(db, year.number, max(on, clock.today())):
        case_and_step = held.get(candidate.key)
        if case_and_step is None:
            found.append((candidate, 1))
        elif _may_come_again(case_and_step[1]):
            found.append((candidate, case_and_step[0].attempt + 1))
    return found


def _may_come_again(last: ListStep) -> bool:
    return last.step == "dropped" or (last.step == "exited" and last.reason.startswith("corrected"))


def propose(db: Session, actor: Actor, year: Year, *, on: date) -> Done:
    """Open a case for every new candidate: serve the notice of a black one, open the public notice of a red one.

    Subjects that have a case for the same list, year and reason are left as they are.
    """
    require(policy.may_propose(actor))
    lock(db, LOCK)
    numbers, opened = Numbers(db, on), {"red": 0, "black": 0}
    for candidate, attempt in new_candidates(db, year, on):
        _open(db, actor, _new_case(db, year.number, candidate, attempt), on, numbers)
        opened[candidate.kind] += 1
    flush(db)
    if any(opened.values()):
        audit.record(db, actor, "list.proposed", f"lists:{year}", {**opened, "on": on.isoformat()})
    return Done(**opened)


def _new_case(db: Session, year: int, candidate: Candidate, attempt: int) -> ListCase:
    case = ListCase(
        id=new_id(),
        year=year,
        kind=candidate.kind,
        subject_type=candidate.subject_type,
        subject=candidate.subject,
        reason=candidate.reason,
        attempt=attempt,
        uscc=candidate.uscc,
        manager_code=candidate.manager_code,
        facts=audit.canonical(candidate.facts),
        conditions=audit.canonical([asdict(outcome) for outcome in candidate.outcomes]),
        rule_set=candidate.rule_set,
        recorded_at=clock.now(),
    )
    db.add(case)
    flush(db)
    return case


def window_ends(kind: str, code: str, on: date) -> date:
    """The last day, included, of the time for responses (black) or of the public notice (red) that begins on a day."""
    rules = rule_set(code).list_rules(kind)
    return nth_working_day(on, rules["response_workdays" if kind == "black" else "public_notice_workdays"])


def _open(db: Session, actor: Actor, case: ListCase, on: date, numbers: Numbers) -> None:
    due, journal = window_ends(case.kind, case.rule_set, on), Journal(db, actor, case, on)
    journal.add("candidate")
    if case.kind == "black":
        journal.add("notice_served", document=numbers.next(NOTICE))
        journal.add("response_open", due_on=due)
    else:
        journal.add("review")
        journal.add("public_notice", due_on=due, document=numbers.next(PUBLIC_NOTICE))


# --- decide -----------------------------------------------------------------------------------------------------------


def _require_lead(db: Session, actor: Actor, case_ids: Iterable[str]) -> None:
    require(policy.may_decide(actor), _("红榜、黑榜由区级审定人员决定。"))
    for proposer in set(queries.proposers(db, case_ids).values()):
        require(policy.is_independent(actor, proposer), _("提出建议的人不能作出决定。"))


def keys_met(db: Session, year: Year, on: date) -> set[tuple[str, str, str, str]]:
    """Keys of the candidates whose conditions are met on a day."""
    return {candidate.key for candidate in candidates(db, year.number, max(on, clock.today()))}


def key_of(case: ListCase) -> tuple[str, str, str, str]:
    """What a case shares with its candidate."""
    return case.kind, case.subject_type, case.subject, case.reason


def decide(db: Session, actor: Actor, year: Year, *, on: date) -> Done:
    """Decide every open case of the year once its time for responses, or its public notice, has run out.

    Cases whose conditions are no longer met are dropped. Nothing is decided while a window of the year is still open.
    """
    lock(db, LOCK)
    waiting = queries.cases(db, year.number, OPEN_STEPS)
    _require_lead(db, actor, [case.id for case, _last in waiting])
    if not waiting:
        return Done(0, 0)
    open_until = queries.latest_due(db, [case.id for case, _last in waiting])
    if open_until and on <= open_until:
        day = open_until.isoformat()
        raise DomainError(_("陈述申辩期或者公示期到%(day)s（含当日）才结束，现在不能作出决定。", day=day))
    now_met, numbers, decided = keys_met(db, year, on), Numbers(db, on), {"red": 0, "black": 0}
    for case, last in waiting:
        met = key_of(case) in now_met
        _decide_one(Journal(db, actor, case, on, last), met, numbers)
        decided[case.kind] += met
    flush(db)
    detail = {**decided, "dropped": len(waiting) - sum(decided.values()), "on": on.isoformat()}
    audit.record(db, actor, "list.decided", f"lists:{year}", detail)
    return Done(**decided)


def _decide_one(journal: Journal, met: bool, numbers: Numbers) -> None:
    if journal.case.kind == "black" and journal.step != "review":
        journal.add("review")
    if met:
        journal.add("decided_list", document=numbers.next(DECISION))
    else:
        journal.add("dropped", reason="not_met")


# --- publish ----------------------------------------------------------------------------------------------------------


def publish(db: Session, actor: Actor, year: Year, *, on: date) -> Done:
    """Serve the decisions and make them effective: black for its months, red until the next list.

    A decided case whose ground fell away since the decision is not published: it ends as corrected.
    """
    lock(db, LOCK)
    decided = queries.cases(db, year.number, ["decided_list"])
    _require_lead(db, actor, [case.id for case, _last in decided])
    if not decided:
        return Done(0, 0)
    early = [last.on for _case, last in decided if last.on > on]
    if early:
        raise DomainError(_("公布日期不能早于决定日期%(day)s。", day=max(early).isoformat()))
    now_met, published = keys_met(db, year, on), {"red": 0, "black": 0}
    for case, last in decided:
        journal = Journal(db, actor, case, on, last)
        if key_of(case) in now_met:
            _make_effective(journal, last.document)
            published[case.kind] += 1
        else:
            journal.add("exited", reason="corrected: not_met")
    _end_earlier_red(db, actor, year.number, on)
    flush(db)
    detail = {**published, "not_met": len(decided) - sum(published.values()), "on": on.isoformat()}
    audit.record(db, actor, "list.published", f"lists:{year}", detail)
    return Done(**published)


def entry_ends(kind: str, code: str, on: date) -> date | None:
    """The last day, included, of an entry that begins on a day; None while it lasts until the next list."""
    months = rule_set(code).list_rules(kind)["months"]
    return date.fromisoformat(last_day(on.isoformat(), months)) if months else None


def _make_effective(journal: Journal, document: str) -> None:
    case, on = journal.case, journal.on
    if case.kind == "black":
        journal.add("decision_served", document=document)
    journal.add("effective", document=document)
    entry = ListEntry(
        id=new_id(),
        case_id=case.id,
        year=case.year,
        kind=case.kind,
        subject_type=case.subject_type,
        subject=case.subject,
        uscc=case.uscc,
        manager_code=case.manager_code,
        reason=case.reason,
        decision=document,
        exit_reason="",
        valid_from=on,
        valid_to=entry_ends(case.kind, case.rule_set, on),
    )
    replace(journal.db, None, entry, clock.now())


def _end_earlier_red(db: Session, actor: Actor, year: int, on: date) -> None:
    """A red entry holds until the next year's list is published."""
    for entry in queries.live_entries(db, "red", year):
        if entry.valid_to is None or entry.valid_to >= on:
            _exit(db, actor, entry, on, "expired")


# --- take off ---------------------------------------------------------------------------------------------------------


def _exit(db: Session, actor: Actor, entry: ListEntry, on: date, reason: str, why: str = "") -> None:
    """Take an entry off: its last day is the day before; one that began today never was in force."""
    kept = {column.key: getattr(entry, column.key) for column in ListEntry.__mapper__.columns}
    kept |= {"id": new_id(), "valid_to": on - timedelta(days=1), "superseded_at": None, "exit_reason": reason}
    successor = ListEntry(**kept) if entry.valid_from < on else None
    replace(db, entry, successor, clock.now())
    journal = Journal(db, actor, db.get_one(ListCase, entry.case_id), on, queries.steps_of(db, entry.case_id)[-1])
    journal.add("exited", reason=f"{reason}: {why}" if why else reason)


def take_off(db: Session, actor: Actor, case_id: str, *, reason: str, why: str, on: date) -> None:
    """A person ends an entry before its time: ``repaired`` (black, after its minimum), ``revoked`` or ``corrected``.

    Raises NotFound without an entry in force, DomainError without a reason or before the minimum has run out.
    """
    lock(db, LOCK)
    _require_lead(db, actor, [case_id])
    entry = queries.live_entry(db, case_id)
    if entry is None or (entry.valid_to is not None and entry.valid_to < on):
        raise NotFound(_("没有在榜的条目。"))
    if reason not in TAKEN_OFF or not why.strip():
        raise DomainError(_("请选择移出的原因，并写明理由。"))
    if reason == "repaired":
        _require_minimum(db.get_one(ListCase, case_id), entry, on)
    _exit(db, actor, entry, on, reason, why.strip())
    flush(db)
    detail = {"kind": entry.kind, "reason": reason, "why": why.strip(), "on": on.isoformat()}
    audit.record(db, actor, "list.taken_off", f"list:{case_id}", detail)


def _require_minimum(case: ListCase, entry: ListEntry, on: date) -> None:
    months = rule_set(case.rule_set).list_rules(case.kind).get("repair_after_months")
    if months is None:
        raise DomainError(_("红榜条目没有信用修复。"))
    last = last_day(entry.valid_from.isoformat(), months)
    if on.isoformat() <= last:
        raise DomainError(_("列入满%(months)s个月（到%(day)s止）以后才能修复移出。", months=months, day=last))


def on_ratings_published(db: Session, *, actor: Actor, on: date, changes: list[Any]) -> int:
    """A corrected rating that no longer carries a red entry takes it along at once; returns how many entries ended.

    The entry ends when the stars fall below the list's, or when the rating is recorded on another enterprise.
    """
    lock(db, LOCK)
    ended = 0
    for year in {change.year for change in changes}:
        by_estate = {change.estate_code: change for change in changes if change.year == year}
        held = queries.entries_of_estates(db, "red", year, by_estate)
        met = keys_met(db, Year(year), on) if held else set()
        for entry in held:
            change = by_estate[entry.subject]
            carries = ("red", "estate", entry.subject, entry.reason) in met and change.uscc == entry.uscc
            if not carries and (entry.valid_to is None or entry.valid_to >= on):
                _exit(db, actor, entry, on, "corrected", f"rating {year} revision {change.revision}")
                ended += 1
    if ended:
        flush(db)
        audit.record(db, actor, "list.ended", "lists", {"red": ended, "on": on.isoformat()})
    return ended


def case_detail(case: ListCase) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The facts and conditions kept with a case."""
    return json.loads(case.facts), json.loads(case.conditions)
