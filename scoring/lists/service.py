"""Verbs of the lists: propose, decide, publish, take off. Every step is a row; no step can be skipped."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.kernel import audit, clock
from portal.kernel.access import Actor, require
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from portal.kernel.periods import Year
from portal.kernel.versions import replace
from portal.kernel.workdays import nth_working_day
from scoring.lists import facts as gathered
from scoring.lists import policy, queries
from scoring.lists.conditions import EnterpriseFacts, EstateFacts, Outcome, apply, reason_of
from scoring.lists.models import ListCase, ListEntry, ListStep
from scoring.ratings import api as ratings
from scoring.rules.dates import last_day
from scoring.rules.rulesets import RuleSet, rule_set

OPEN_STEPS = ("response_open", "hearing", "review", "public_notice")
NOTICE, PUBLIC_NOTICE, DECISION = "宝住建榜告", "宝住建榜示", "宝住建榜决"


@dataclass(frozen=True)
class Done:
    """How many cases of each list a verb moved."""

    red: int
    black: int


@dataclass(frozen=True)
class Candidate:
    """A subject that meets the conditions of a list, with what was found."""

    kind: str
    subject_type: str
    subject: str
    reason: str
    uscc: str | None
    manager_code: str | None
    rule_set: str
    facts: dict[str, Any]
    outcomes: tuple[Outcome, ...]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes a case of a year unique."""
        return self.kind, self.subject_type, self.subject, self.reason


def candidates(db: Session, year: int, as_of: date) -> list[Candidate]:
    """Every candidate of a year by rule, from the public ratings and the credit records."""
    rows = ratings.rating_rows(db, year, as_of)
    if rows.empty:
        raise DomainError(_("%(year)s年度星级评定结果还没有公布，不能提出红榜、黑榜建议。", year=year))
    usccs = sorted({str(uscc) for uscc in rows["uscc"].dropna()})
    companies = gathered.enterprises(db, year, usccs)
    found: list[Candidate] = []
    for estate in gathered.estates(db, year, as_of, companies):
        found += _of_estate(estate, rule_set(estate.rule_set))
    sets = [rule_set(code) for code in sorted(set(rows["rule_set"]))]
    for company in companies.values():
        found += _of_enterprise(company, sets)
    return sorted({candidate.key: candidate for candidate in found}.values(), key=lambda candidate: candidate.key)


def _of_estate(facts: EstateFacts, rules: RuleSet) -> list[Candidate]:
    found = []
    outcomes = tuple(apply(rule, facts) for rule in rules.list_rules("red")["all_of"])
    if facts.uscc and all(outcome.met is not False for outcome in outcomes):
        found.append(_estate_candidate("red", "rating", facts, rules, outcomes))
    for rule in rules.list_rules("black")["any_of"]:
        if rule["subject"] == "estate" and facts.uscc and (outcome := apply(rule, facts)).met:
            found.append(_estate_candidate("black", reason_of(rule), facts, rules, (outcome,)))
    return found


def _estate_candidate(
    kind: str, reason: str, facts: EstateFacts, rules: RuleSet, outcomes: tuple[Outcome, ...]
) -> Candidate:
    plain = gathered.plain(facts)
    return Candidate(
        kind, "estate", facts.estate_code, reason, facts.uscc, facts.manager_code, rules.code, plain, outcomes
    )


def _of_enterprise(facts: EnterpriseFacts, sets: list[RuleSet]) -> list[Candidate]:
    found: dict[str, Candidate] = {}
    for rules in sets:
        for rule in rules.list_rules("black")["any_of"]:
            if rule["subject"] != "enterprise" or reason_of(rule) in found:
                continue
            if (outcome := apply(rule, facts)).met:
                plain, reason = gathered.plain(facts), reason_of(rule)
                found[reason] = Candidate(
                    "black", "enterprise", facts.uscc, reason, facts.uscc, None, rules.code, plain, (outcome,)
                )
    return list(found.values())


# --- steps ------------------------------------------------------------------------------------------------------------


class _Numbers:
    """Running document numbers of a series and year, ``宝住建榜告〔2026〕1号``."""

    def __init__(self, db: Session, on: date):
        self.db, self.year = db, on.year
        self.used: dict[str, int] = {}

    def next(self, series: str) -> str:
        prefix = f"{series}〔{self.year}〕"
        if series not in self.used:
            self.used[series] = queries.numbers_used(self.db, prefix)
        self.used[series] += 1
        return f"{prefix}{self.used[series]}号"


def _step(db: Session, actor: Actor, case_id: str, seq: int, step: str, on: date, **values: Any) -> None:
    at = clock.now()
    db.add(ListStep(case_id=case_id, seq=seq, step=step, actor=actor.login, on=on, at=at, **values))


def _flush(db: Session) -> None:
    try:
        db.flush()
    except IntegrityError as error:
        raise Conflict(_("这些事项刚刚被别人处理过，请刷新后再看。")) from error


def propose(db: Session, actor: Actor, year: Year, *, on: date) -> Done:
    """Open a case for every new candidate: serve the notice of a black one, open the public notice of a red one.

    Subjects that have a case for the same list, year and reason are left as they are.
    """
    require(policy.may_propose(actor))
    lock(db, f"lists:{year}")
    found = candidates(db, year.number, on)
    held = {(c.kind, c.subject_type, c.subject, c.reason) for c, _step_ in queries.cases(db, year.number)}
    numbers, opened = _Numbers(db, on), {"red": 0, "black": 0}
    for candidate in found:
        if candidate.key not in held:
            _open(db, actor, year.number, candidate, on, numbers)
            opened[candidate.kind] += 1
    _flush(db)
    if any(opened.values()):
        audit.record(db, actor, "list.proposed", f"lists:{year}", {**opened, "on": on.isoformat()})
    return Done(**opened)


def _open(db: Session, actor: Actor, year: int, candidate: Candidate, on: date, numbers: _Numbers) -> None:
    case = ListCase(
        id=new_id(),
        year=year,
        kind=candidate.kind,
        subject_type=candidate.subject_type,
        subject=candidate.subject,
        reason=candidate.reason,
        attempt=1,
        uscc=candidate.uscc,
        manager_code=candidate.manager_code,
        facts=audit.canonical(candidate.facts),
        conditions=audit.canonical([asdict(outcome) for outcome in candidate.outcomes]),
        rule_set=candidate.rule_set,
        recorded_at=clock.now(),
    )
    db.add(case)
    db.flush()
    rules = rule_set(candidate.rule_set).list_rules(candidate.kind)
    _step(db, actor, case.id, 1, "candidate", on)
    if candidate.kind == "black":
        due = nth_working_day(on, rules["response_workdays"])
        _step(db, actor, case.id, 2, "notice_served", on, document=numbers.next(NOTICE))
        _step(db, actor, case.id, 3, "response_open", on, due_on=due)
    else:
        due = nth_working_day(on, rules["public_notice_workdays"])
        _step(db, actor, case.id, 2, "review", on)
        _step(db, actor, case.id, 3, "public_notice", on, due_on=due, document=numbers.next(PUBLIC_NOTICE))


def _require_lead(db: Session, actor: Actor, case_ids: Iterable[str]) -> None:
    require(policy.may_decide(actor), _("红榜、黑榜由区级审定人员决定。"))
    for proposer in set(queries.proposers(db, case_ids).values()):
        require(policy.is_independent(actor, proposer), _("提出建议的人不能作出决定。"))


def decide(db: Session, actor: Actor, year: Year, *, on: date) -> Done:
    """Decide every open case of the year once its time for responses, or its public notice, has run out.

    Cases whose conditions are no longer met are dropped. Nothing is decided while a window of the year is still open.
    """
    lock(db, f"lists:{year}")
    waiting = queries.cases(db, year.number, OPEN_STEPS)
    _require_lead(db, actor, [case.id for case, _last in waiting])
    still_open = [last.due_on for _case, last in waiting if last.due_on and on <= last.due_on]
    if still_open:
        raise DomainError(
            _("陈述申辩期或者公示期到%(day)s（含当日）才结束，现在不能作出决定。", day=max(still_open).isoformat())
        )
    if not waiting:
        return Done(0, 0)
    now_met = {candidate.key for candidate in candidates(db, year.number, on)}
    numbers, decided = _Numbers(db, on), {"red": 0, "black": 0}
    for case, last in waiting:
        met = (case.kind, case.subject_type, case.subject, case.reason) in now_met
        _decide_one(db, actor, case, last, on, met, numbers)
        decided[case.kind] += met
    _flush(db)
    detail = {**decided, "dropped": len(waiting) - sum(decided.values()), "on": on.isoformat()}
    audit.record(db, actor, "list.decided", f"lists:{year}", detail)
    return Done(**decided)


def _decide_one(
    db: Session, actor: Actor, case: ListCase, last: ListStep, on: date, met: bool, numbers: _Numbers
) -> None:
    seq = last.seq + 1
    if case.kind == "black" and last.step != "review":
        _step(db, actor, case.id, seq, "review", on)
        seq += 1
    if met:
        _step(db, actor, case.id, seq, "decided_list", on, document=numbers.next(DECISION))
    else:
        _step(db, actor, case.id, seq, "dropped", on, reason="not_met")


def publish(db: Session, actor: Actor, year: Year, *, on: date) -> Done:
    """Serve the decisions and make them effective: black for its months, red until the next list."""
    lock(db, f"lists:{year}")
    decided = queries.cases(db, year.number, ["decided_list"])
    _require_lead(db, actor, [case.id for case, _last in decided])
    if not decided:
        return Done(0, 0)
    early = [last.on for _case, last in decided if last.on > on]
    if early:
        raise DomainError(_("公布日期不能早于决定日期%(day)s。", day=max(early).isoformat()))
    published = {"red": 0, "black": 0}
    for case, last in decided:
        _make_effective(db, actor, case, last, on)
        published[case.kind] += 1
    if published["red"]:
        _end_earlier_red(db, actor, year.number, on)
    _flush(db)
    audit.record(db, actor, "list.published", f"lists:{year}", {**published, "on": on.isoformat()})
    return Done(**published)


def _make_effective(db: Session, actor: Actor, case: ListCase, last: ListStep, on: date) -> None:
    seq = last.seq + 1
    if case.kind == "black":
        _step(db, actor, case.id, seq, "decision_served", on, document=last.document)
        seq += 1
    _step(db, actor, case.id, seq, "effective", on, document=last.document)
    months = rule_set(case.rule_set).list_rules(case.kind)["months"]
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
        decision=last.document,
        exit_reason="",
        valid_from=on,
        valid_to=date.fromisoformat(last_day(on.isoformat(), months)) if months else None,
    )
    replace(db, None, entry, clock.now())


def _end_earlier_red(db: Session, actor: Actor, year: int, on: date) -> None:
    """A red entry holds until the next list."""
    for entry in queries.live_entries(db, "red", year):
        if entry.valid_to is None or entry.valid_to >= on:
            _exit(db, actor, entry, on, "expired")


def _exit(db: Session, actor: Actor, entry: ListEntry, on: date, reason: str, why: str = "") -> None:
    """Take an entry off: its last day is the day before; one that began today never was in force."""
    kept = {column.key: getattr(entry, column.key) for column in ListEntry.__mapper__.columns}
    kept |= {"id": new_id(), "valid_to": on - timedelta(days=1), "superseded_at": None, "exit_reason": reason}
    successor = ListEntry(**kept) if entry.valid_from < on else None
    replace(db, entry, successor, clock.now())
    seq = len(queries.steps_of(db, entry.case_id)) + 1
    _step(db, actor, entry.case_id, seq, "exited", on, reason=f"{reason}: {why}" if why else reason)


def on_ratings_published(db: Session, *, actor: Actor, on: date, changes: list[Any]) -> int:
    """A rating that lost its place takes the red entry with it at once; returns how many entries ended."""
    ended = 0
    for year in {change.year for change in changes}:
        by_estate = {change.estate_code: change for change in changes if change.year == year}
        for entry in queries.entries_of_estates(db, "red", year, by_estate):
            case = db.get_one(ListCase, entry.case_id)
            least = next(
                rule["stars"] for rule in rule_set(case.rule_set).list_rules("red")["all_of"] if "stars" in rule
            )
            stars = by_estate[entry.subject].stars
            if (stars is None or stars < least) and (entry.valid_to is None or entry.valid_to >= on):
                _exit(db, actor, entry, on, "corrected", f"rating {year} revision {by_estate[entry.subject].revision}")
                ended += 1
    if ended:
        _flush(db)
        audit.record(db, actor, "list.ended", "lists", {"red": ended, "on": on.isoformat()})
    return ended


def case_detail(case: ListCase) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The facts and conditions kept with a case."""
    return json.loads(case.facts), json.loads(case.conditions)
