"""Proposing: candidates become cases, their notices are issued and served; service moves a case on."""

from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.deadlines import api as deadlines
from portal.kernel import audit, clock
from portal.kernel.access import Actor, require
from portal.kernel.db import lock
from portal.kernel.errors import DomainError
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from portal.kernel.periods import Year
from portal.notices import api as notices
from scoring.adverse import api as adverse
from scoring.lists import described, documents, policy, queries
from scoring.lists.candidates import Candidate, candidates
from scoring.lists.exits import LOCK
from scoring.lists.journal import flush, journal
from scoring.lists.models import ListCase, ListStep
from scoring.rules.rulesets import rule_set


@dataclass(frozen=True)
class Done:
    """How many cases of each list a verb moved."""

    red: int
    black: int


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


def propose(db: Session, actor: Actor, year: Year, *, on: date, recorded: bool = True) -> Done:
    """Open a case for every new candidate: issue and serve the notice of a black one, open the public notice of a red one.

    ``recorded``: the command line states that the notices were served on the day; else a notice is served in the portal
    when the company's confirmation is on file, and waits for its paper service when not. Subjects that have a case for
    the same list, year and reason are left as they are.
    """
    require(policy.may_propose(actor))
    if on <= date(year.number, 12, 31):
        raise DomainError(_("%(year)s年度还没有结束，%(year)s年12月31日以后才能提出红榜、黑榜建议。", year=year.number))
    lock(db, LOCK)
    opened = {"red": 0, "black": 0}
    for candidate, attempt in new_candidates(db, year, on):
        _open(db, actor, _new_case(db, year.number, candidate, attempt), on, recorded)
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


def window_ends(db: Session, kind: str, code: str, on: date) -> date:
    """The last day, included, of the time for responses (black) or of the public notice (red) that begins on a day."""
    rules = rule_set(code).list_rules(kind)
    days = rules["response_workdays" if kind == "black" else "public_notice_workdays"]
    return deadlines.nth_working_day(db, on, days)


def _open(db: Session, actor: Actor, case: ListCase, on: date, recorded: bool) -> None:
    steps = journal(db, actor, case, on)
    steps.add("candidate")
    flush(db)
    if case.kind == "black":
        document = documents.issue_notice(db, actor, case, on)
        serve(db, actor, case, document, on, recorded)
    else:
        due = window_ends(db, "red", case.rule_set, on)
        document = documents.issue_public_notice(db, actor, case, on, due)
        steps.add("review")
        steps.add("public_notice", due_on=due, document=document.number)


def serve(db: Session, actor: Actor, case: ListCase, document: notices.DocumentView, on: date, recorded: bool) -> bool:
    """Serve a document of a case as far as that can be done now."""
    values = {"case_id": case.id}
    return adverse.offer(db, actor, document, on=on, recorded=recorded, endpoint="lists.case", values=values)


def on_document_served(db: Session, *, actor: Actor, document: notices.DocumentView, on: date) -> None:
    """A document reached the company (announcement ``document.served``): its time to respond runs, or the decision holds."""
    kind, _colon, case_id = document.subject.partition(":")
    case = db.get(ListCase, case_id) if kind == "list" else None
    if case is None:
        return
    adverse.record_served(db, actor, document, on)
    steps = journal(db, actor, case, on, queries.steps_of(db, case_id)[-1])
    if document.kind == documents.NOTICE and steps.step == "candidate":
        steps.add("notice_served", document=document.number)
        steps.add("response_open", due_on=window_ends(db, case.kind, case.rule_set, on))
        adverse.start_response(db, actor, described.one(db, case), on)
    elif document.kind == documents.DECISION and case.kind == "black" and steps.step == "decided_list":
        steps.add("decision_served", document=document.number)
    flush(db)
