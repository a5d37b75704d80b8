"""Verbs of the lists: propose, decide, publish. Every step is a row; no step can be skipped."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel import audit, clock
from portal.kernel.access import Actor, require
from portal.kernel.db import lock
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.formats import date_text
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from portal.kernel.periods import Year
from portal.kernel.versions import replace
from scoring.adverse import api as adverse
from scoring.adverse.api import Journal
from scoring.lists import described, documents, policy, queries
from scoring.lists.candidates import candidates
from scoring.lists.exits import LOCK, end_earlier_red
from scoring.lists.journal import flush, journal
from scoring.lists.models import ListCase, ListEntry, ListStep
from scoring.lists.proposing import Done as Done
from scoring.lists.proposing import new_candidates as new_candidates
from scoring.lists.proposing import on_document_served as on_document_served
from scoring.lists.proposing import propose as propose
from scoring.lists.proposing import serve as serve
from scoring.lists.proposing import window_ends as window_ends
from scoring.rules.dates import last_day
from scoring.rules.rulesets import rule_set

OPEN_STEPS = ("response_open", "hearing", "review", "public_notice")
Cases = list[tuple[ListCase, ListStep]]


# --- decide -----------------------------------------------------------------------------------------------------------


def _require_lead(db: Session, actor: Actor, case_ids: Iterable[str]) -> None:
    policy.require_lead(actor, queries.proposers(db, case_ids).values())


def keys_met(db: Session, year: Year, on: date) -> set[tuple[str, str, str, str]]:
    """Keys of the candidates whose conditions are met on a day."""
    return {candidate.key for candidate in candidates(db, year.number, max(on, clock.today()))}


def key_of(case: ListCase) -> tuple[str, str, str, str]:
    """What a case shares with its candidate."""
    return case.kind, case.subject_type, case.subject, case.reason


def decide(db: Session, actor: Actor, year: Year, *, on: date, recorded: bool = True) -> Done:
    """Decide every open case of the year once its time for responses, or its public notice, has run out.

    Cases whose conditions are no longer met are dropped. Nothing is decided while a window of the year is still open, a
    point waits for its answer or a company waits to be heard. ``recorded``: the command line, by which the lead states
    that the legal review was done outside the portal; else each black case needs its legal review in the portal.
    """
    lock(db, LOCK)
    waiting = queries.cases(db, year.number, OPEN_STEPS)
    _require_lead(db, actor, [case.id for case, _last in waiting])
    if not waiting:
        return Done(0, 0)
    require_windows_over(db, year, on)
    found = described.many(db, [case for case, _last in waiting])
    for view in found.values():
        adverse.require_heard(db, view, on)
        if view.chain == "list-black" and not recorded:
            adverse.require_ready(db, actor, view, adverse=False, on=on)
    now_met, decided = keys_met(db, year, on), {"red": 0, "black": 0}
    for case, last in waiting:
        steps = journal(db, actor, case, on, last)
        lawful = _reviewed(db, actor, steps, case, recorded)
        listed = key_of(case) in now_met and lawful
        _decide_one(db, steps, case, listed=listed, why="not_met" if lawful else "legal_review", recorded=recorded)
        decided[case.kind] += listed
    flush(db)
    detail = {**decided, "dropped": len(waiting) - sum(decided.values()), "on": on.isoformat()}
    audit.record(db, actor, "list.decided", f"lists:{year}", detail)
    return Done(**decided)


def require_windows_over(db: Session, year: Year, on: date) -> None:
    """Nobody is listed while a neighbour's time to answer runs (decision record 0012). DomainError."""
    waiting = [case.id for case, _last in queries.cases(db, year.number, OPEN_STEPS)]
    open_until = queries.latest_due(db, waiting) if waiting else None
    if open_until and on <= open_until:
        day = date_text(open_until)
        raise DomainError(_("陈述申辩期或者公示期到%(day)s（含当日）才结束，现在不能作出决定。", day=day))


def _reviewed(db: Session, actor: Actor, steps: Journal, case: ListCase, recorded: bool) -> bool:
    """Whether the legal review lets the case be listed; the command line records one that was done outside."""
    if case.kind == "red":
        return True
    given = adverse.reviews(db, documents.ref_of(case))
    require(actor.login not in {one.actor for one in given}, _("提出建议、检查或者法制审核的人不能作出决定。"))
    if steps.step != "review" and recorded:
        adverse.end_response(db, actor, documents.ref_of(case), outcome="silent", on=steps.on)
        steps.add("review", reason=adverse.RECORDED)
    return not given or given[-1].verdict == "agree"


def decide_one(db: Session, actor: Actor, case_id: str, *, listed: bool, why: str, on: date) -> None:
    """Decide one case with the reason that the decision carries: what was said may outweigh the conditions.

    Raises NotFound, NotAllowed, DomainError (not heard, not answered, not reviewed, conditions no longer met).
    """
    lock(db, LOCK)
    case = db.get(ListCase, case_id)
    if case is None:
        raise NotFound(_("没有找到这个榜单事项。"))
    _require_lead(db, actor, [case_id])
    if not why.strip():
        raise DomainError(_("请写明理由。"))
    view, year = described.one(db, case), Year(case.year)
    require_windows_over(db, year, on)
    if case.kind == "black":
        adverse.require_ready(db, actor, view, adverse=listed, on=on)
    adverse.require_heard(db, view, on)
    if listed and key_of(case) not in keys_met(db, year, on):
        raise DomainError(_("列入条件已不满足，只能不予列入。"))
    steps = journal(db, actor, case, on, queries.steps_of(db, case_id)[-1])
    _decide_one(db, steps, case, listed=listed, why=why.strip(), recorded=False)
    flush(db)
    detail = {"kind": case.kind, "listed": listed, "why": why.strip(), "on": on.isoformat()}
    audit.record(db, actor, "list.decided", documents.ref_of(case), detail)


def _decide_one(db: Session, steps: Journal, case: ListCase, *, listed: bool, why: str, recorded: bool) -> None:
    told = "" if listed and why == "not_met" else documents.WHY.get(why, why)
    document = documents.issue_decision(db, steps.actor, case, listed=listed, why=told, on=steps.on)
    steps.add("decided_list" if listed else "dropped", document=document.number, reason="" if listed else why)
    flush(db)
    if case.kind == "black" and not recorded:
        serve(db, steps.actor, case, document, steps.on, recorded=False)


# --- publish ----------------------------------------------------------------------------------------------------------


def publish(db: Session, actor: Actor, year: Year, *, on: date, recorded: bool = True) -> Done:
    """Make the decisions effective: black ones that were served for their months, red ones until the next list.

    ``recorded``: the command line, which serves the decisions by stating so. A decided case whose ground fell away since
    the decision is not published: it ends as corrected.
    """
    lock(db, LOCK)
    decided = to_publish(db, year, recorded)
    _require_lead(db, actor, [case.id for case, _last in decided])
    if not decided:
        return Done(0, 0)
    early = [last.on for _case, last in decided if last.on > on]
    if early:
        raise DomainError(_("公布日期不能早于决定日期%(day)s。", day=max(early).isoformat()))
    now_met, published = keys_met(db, year, on), {"red": 0, "black": 0}
    for case, last in decided:
        if key_of(case) in now_met:
            _make_effective(db, actor, case, last, on)
            published[case.kind] += 1
        else:
            journal(db, actor, case, on, last).add("exited", reason="corrected: not_met")
    end_earlier_red(db, actor, year.number, on)
    flush(db)
    detail = {**published, "not_met": len(decided) - sum(published.values()), "on": on.isoformat()}
    audit.record(db, actor, "list.published", f"lists:{year}", detail)
    return Done(**published)


def to_publish(db: Session, year: Year, recorded: bool = False) -> Cases:
    """Decided cases that can be published: a black one only after its decision reached the company."""
    found = queries.cases(db, year.number, ["decided_list", "decision_served"])
    return [(case, last) for case, last in found if case.kind == "red" or recorded or last.step == "decision_served"]


def entry_ends(kind: str, code: str, on: date) -> date | None:
    """The last day, included, of an entry that begins on a day; None while it lasts until the next list."""
    months = rule_set(code).list_rules(kind)["months"]
    return date.fromisoformat(last_day(on.isoformat(), months)) if months else None


def _make_effective(db: Session, actor: Actor, case: ListCase, last: ListStep, on: date) -> None:
    number = last.document
    if case.kind == "black" and last.step == "decided_list":
        document = documents.of_case(db, case.id, documents.DECISION)
        if document is None:  # decided before documents were kept: the step alone tells of the service
            journal(db, actor, case, on, last).add("decision_served", document=number)
        else:
            serve(db, actor, case, document, on, recorded=True)
        flush(db)
        last = queries.steps_of(db, case.id)[-1]
    journal(db, actor, case, on, last).add("effective", document=number)
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
        decision=number,
        exit_reason="",
        valid_from=on,
        valid_to=entry_ends(case.kind, case.rule_set, on),
    )
    replace(db, None, entry, clock.now())


def case_detail(case: ListCase) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The facts and conditions kept with a case."""
    return json.loads(case.facts), json.loads(case.conditions)
