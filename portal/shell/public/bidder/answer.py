"""Is a company on a list on a day? One item for each question, in order (contract, section 4).

``black`` if any black entry concerning the company is in force (as subject, or recorded on it from an estate; a manager's
does not count), else ``red``, else ``none``; ``ambiguous`` when several fit the name, ``unknown`` when it is not in the
register. Items hold texts, integers and truth values only, so that they can be signed as they are.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session
from stdnum.cn import uscc as uscc_number

from portal.kernel import clock, flags
from portal.registry import api as registry
from portal.shell.public import fields
from portal.shell.public.bidder import words
from portal.shell.public.bidder.questions import Question, code_of
from portal.shell.public.snapshots import Snapshot, last_change
from scoring.lists import api as lists

KIND = "lists.check"
DAYS_AHEAD = 90
STATUSES = ("black", "red", "none", "ambiguous", "unknown")
Item = dict[str, Any]
Entries = Mapping[str, Sequence[lists.EntryView]]


@dataclass(frozen=True)
class Answer:
    """The items with what they rest on. ``provisional``: the day lies ahead, so more may be decided until then."""

    items: list[Item]
    as_of: date
    known_at: datetime
    snapshot: str
    provisional: bool


def last_day() -> date:
    """The last day that can be asked about."""
    return clock.today() + timedelta(days=DAYS_AHEAD)


def check(db: Session, questions: Sequence[Question], as_of: date, known_at: datetime | None = None) -> Answer:
    """The answer for a day, from what was known at an instant (now when none is given). Three queries for any number."""
    pinned = Snapshot(as_of, known_at or last_change(db))
    entries = in_force(db, as_of, pinned.known_at)
    index = registry.company_names(db)
    provisional = as_of > clock.today()
    marks = _flags(db, entries, as_of, known_at)
    items = [_item(question, index, entries, marks, provisional) for question in questions]
    return Answer(items, as_of, known_at or clock.now(), str(pinned), provisional)


def in_force(db: Session, as_of: date, known_at: datetime | None) -> dict[str, list[lists.EntryView]]:
    """Code of the company concerned to its entries in force, black ones first; those of managers are left out."""
    found: dict[str, list[lists.EntryView]] = defaultdict(list)
    for entry in lists.in_force(db, as_of, known_at):
        concerned = entry.subject if entry.subject_type == "enterprise" else entry.uscc
        if concerned and entry.subject_type != "manager":
            found[concerned].append(entry)
    return {uscc: sorted(held, key=lambda entry: entry.kind != "black") for uscc, held in found.items()}


def _flags(db: Session, entries: Entries, as_of: date, known_at: datetime | None) -> Mapping[str, Sequence[flags.Flag]]:
    refs = [ref for held in entries.values() for entry in held if (ref := ref_of(entry))]
    return flags.flags(db, refs, as_of, known_at)


def ref_of(entry: lists.EntryView) -> str:
    """How an entry is named where flags are kept; empty while the entry does not tell its case."""
    case = getattr(entry, "case_id", "")
    return f"list:{case}" if case else ""


def _item(
    question: Question,
    index: Any,
    entries: Entries,
    marks: Mapping[str, Sequence[flags.Flag]],
    provisional: bool,
) -> Item:
    status, code, fits, total = _resolved(question, index)
    item: Item = {
        "query": question.echo, "status": status, "provisional": provisional, "uscc": None, "name": None,
        "reason_code": code, "reason": words.reason(code, total, question), "matches": [_fit(fit) for fit in fits],
        "entries": [],
    }  # fmt: skip
    if status:
        return item
    company = fits[0]
    held = entries.get(company.uscc, ())
    item.update(
        status=status_of(held), uscc=company.uscc, name=company.name, entries=[_entry(entry, marks) for entry in held]
    )
    return item


def status_of(held: Sequence[Any]) -> str:
    """What entries in force make of a company."""
    kinds = {entry.kind for entry in held}
    return "black" if "black" in kinds else "red" if "red" in kinds else "none"


def _resolved(question: Question, index: Any) -> tuple[str, str, Sequence[registry.Fit], int]:
    """(status, or empty when one company is meant; why; the companies; how many there are)."""
    if question.flaw:
        return "unknown", question.flaw, (), 0
    if question.uscc:
        return _by_code(question, index)
    if not question.name:
        return "unknown", "empty", (), 0
    match = index.match(question.name)
    if match.outcome == "one":
        return "", match.fits[0].reason, match.fits, 1
    if match.outcome == "many":
        return "ambiguous", "several", match.fits, match.total
    return "unknown", "name_unregistered", match.fits, match.total


def _by_code(question: Question, index: Any) -> tuple[str, str, Sequence[registry.Fit], int]:
    code = code_of(question.uscc)
    if name := index.names.get(code):
        match = index.match(question.name) if question.name else None
        differs = match is not None and code not in {fit.uscc for fit in match.fits}
        return "", "code_name_differs" if differs else "code", (registry.Fit(code, name, 1000, "code"),), 1
    if len(code) != 18:
        return "unknown", "code_length", (), 0
    valid = code.isascii() and uscc_number.is_valid(code)
    return "unknown", "code_unregistered" if valid else "code_check", (), 0


def _fit(fit: registry.Fit) -> dict[str, Any]:
    return {
        "uscc": fit.uscc, "name": fit.name, "score": fit.score, "reason_code": fit.reason,
        "reason": words.reason(fit.reason),
    }  # fmt: skip


def _entry(entry: lists.EntryView, marks: Mapping[str, Sequence[flags.Flag]]) -> dict[str, Any]:
    carried = marks.get(ref_of(entry), ())
    shown = [{"code": flag.code, "label": str(flag.label), "since": flag.since.isoformat()} for flag in carried]
    return {**fields.list_entry(entry), "flags": shown}
