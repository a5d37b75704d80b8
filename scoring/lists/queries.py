"""Reads of cases and entries. In force and ended follow from dates, never from a stored flag."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from portal.kernel.versions import known, recorded
from scoring.lists.models import ListCase, ListEntry, ListStep


def _last_steps() -> Any:
    return select(ListStep.case_id, func.max(ListStep.seq).label("seq")).group_by(ListStep.case_id).subquery()


def cases(db: Session, year: int | None = None, steps: Iterable[str] | None = None) -> list[tuple[ListCase, ListStep]]:
    """Cases with their last step, ordered by list and subject."""
    query = _cases(year is not None, None if steps is None else tuple(steps))
    return [(row[0], row[1]) for row in db.execute(query, {"year": year} if year is not None else {})]


@lru_cache
def _cases(of_year: bool, steps: tuple[str, ...] | None) -> Select[ListCase, ListStep]:
    last = _last_steps()
    query = (
        select(ListCase, ListStep)
        .join(last, last.c.case_id == ListCase.id)
        .join(ListStep, and_(ListStep.case_id == last.c.case_id, ListStep.seq == last.c.seq))
        .order_by(ListCase.year, ListCase.kind, ListCase.subject_type, ListCase.subject)
        .order_by(ListCase.reason, ListCase.attempt)
    )
    if of_year:
        query = query.where(ListCase.year == bindparam("year"))
    return query if steps is None else query.where(ListStep.step.in_(steps))


def case_years(db: Session) -> list[int]:
    """Years that have cases."""
    return list(db.scalars(select(ListCase.year).distinct().order_by(ListCase.year)))


def counts(cases: Iterable[tuple[ListCase, ListStep]]) -> Counter[tuple[str, str]]:
    """(list, state) to the number of cases."""
    return Counter((case.kind, last.step) for case, last in cases)


def steps_of(db: Session, case_id: str) -> list[ListStep]:
    """The journal of a case, in order."""
    return list(db.scalars(select(ListStep).where(ListStep.case_id == case_id).order_by(ListStep.seq)))


_SETS = select(ListCase.id, ListCase.rule_set).where(ListCase.id.in_(bindparam("ids", expanding=True)))


def rule_sets(db: Session, case_ids: Iterable[str]) -> dict[str, str]:
    """The rule set of each case."""
    wanted = sorted(set(case_ids))
    found: dict[str, str] = {}
    for start in range(0, len(wanted), 500):
        found |= {row[0]: row[1] for row in db.execute(_SETS, {"ids": wanted[start : start + 500]})}
    return found


def proposers(db: Session, case_ids: Iterable[str]) -> dict[str, str]:
    """Who made each case a candidate."""
    ids = set(case_ids)
    query = select(ListStep.case_id, ListStep.actor).where(ListStep.seq == 1, ListStep.case_id.in_(sorted(ids)))
    return {case_id: actor for case_id, actor in db.execute(query)}


def latest_due(db: Session, case_ids: Iterable[str]) -> date | None:
    """The last day of the longest window that was opened for any of the cases."""
    query = select(func.max(ListStep.due_on)).where(ListStep.case_id.in_(sorted(case_ids)))
    return db.scalar(query)


def live_entry(db: Session, case_id: str) -> ListEntry | None:
    """The entry of a case as recorded now; also one that has ended."""
    return db.scalars(select(ListEntry).where(ListEntry.case_id == case_id, recorded(ListEntry))).one_or_none()


def steps_of_many(db: Session, case_ids: Iterable[str]) -> dict[str, list[ListStep]]:
    """The journals of many cases, each in order."""
    wanted = sorted(set(case_ids))
    found: dict[str, list[ListStep]] = {case_id: [] for case_id in wanted}
    for start in range(0, len(wanted), 500):
        some = ListStep.case_id.in_(wanted[start : start + 500])
        for step in db.scalars(select(ListStep).where(some).order_by(ListStep.case_id, ListStep.seq)):
            found[step.case_id].append(step)
    return found


def withdrawn(db: Session, first: date, last: date) -> list[tuple[ListEntry, ListStep]]:
    """Entries that were on a list and were revoked or corrected within a time, with the step that says so."""
    query = (
        select(ListEntry, ListStep)
        .join(ListStep, ListStep.case_id == ListEntry.case_id)
        .where(ListStep.step == "exited", ListStep.on >= first, ListStep.on <= last)
        .where(ListEntry.exit_reason.in_(("revoked", "corrected")), recorded(ListEntry))
        .order_by(ListStep.on, ListEntry.kind, ListEntry.subject, ListEntry.id)
    )
    return [(row[0], row[1]) for row in db.execute(query)]


def entries(
    db: Session, as_of: date, known_at: datetime | None = None, kind: str | None = None, uscc: str | None = None
) -> list[ListEntry]:
    """Entries in force on a day, as known at an instant."""
    asked = {name: value for name, value in (("kind", kind), ("uscc", uscc)) if value}
    return list(db.scalars(_entries(as_of, known_at, tuple(asked)), asked))


@lru_cache
def _entries(as_of: date, known_at: datetime | None, by: tuple[str, ...]) -> Select[ListEntry]:
    query = select(ListEntry).where(known(ListEntry, as_of, known_at))
    if "kind" in by:
        query = query.where(ListEntry.kind == bindparam("kind"))
    if "uscc" in by:
        query = query.where(or_(ListEntry.uscc == bindparam("uscc"), ListEntry.subject == bindparam("uscc")))
    order = (ListEntry.kind, ListEntry.subject_type, ListEntry.subject, ListEntry.reason)
    return query.order_by(*order, ListEntry.valid_from, ListEntry.id)


def not_ended(db: Session, as_of: date, known_at: datetime | None = None) -> list[ListEntry]:
    """Entries in force or still to come: what the open data shows."""
    later = or_(ListEntry.valid_to.is_(None), ListEntry.valid_to >= as_of)
    query = select(ListEntry).where(recorded(ListEntry, known_at), later)
    order = (ListEntry.kind, ListEntry.subject_type, ListEntry.subject, ListEntry.valid_from, ListEntry.id)
    return list(db.scalars(query.order_by(*order)))


def live_entries(db: Session, kind: str, before_year: int) -> list[ListEntry]:
    """Open entries of earlier years' lists."""
    query = select(ListEntry).where(recorded(ListEntry), ListEntry.kind == kind, ListEntry.year < before_year)
    return list(db.scalars(query.order_by(ListEntry.id)))


def entries_of_estates(db: Session, kind: str, year: int, estates: Iterable[str]) -> list[ListEntry]:
    """Live entries of a year that have one of the estates as subject."""
    wanted = set(estates)
    query = select(ListEntry).where(
        recorded(ListEntry), ListEntry.kind == kind, ListEntry.year == year, ListEntry.subject_type == "estate"
    )
    return [entry for entry in db.scalars(query.order_by(ListEntry.id)) if entry.subject in wanted]


def highest_number(db: Session, series: str, year: int) -> int:
    """The highest number of a series and year that a step carries; 0 when none does."""
    begins = f"{series}〔{year}〕"
    used = db.scalars(select(ListStep.document).where(ListStep.document.startswith(begins, autoescape=True)))
    ends = (text.removeprefix(begins).removesuffix("号") for text in used)
    return max((int(number) for number in ends if number.isdecimal()), default=0)
