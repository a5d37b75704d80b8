"""Cases as plain numbers: how many reached a state, how long they stayed there, where, which promises were kept.

Nothing personal and no case by itself: what a page may show of them is for the page to decide. Spans of whole months are read
from the sums of the night (``tallying``), others are counted; ``as_of`` says which.
"""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mediation.cases import counting, tallying
from mediation.cases.counting import Figure as Figure
from mediation.cases.models.record import MediationCase
from mediation.cases.models.tally import MediationTally


def as_of(db: Session, since: date, until: date, within: str | None = None) -> date | None:
    """The morning of which the figures of a span are; None when they are counted as they stand."""
    return tallying.as_of(db, since, until, within)


def figures(db: Session, since: date, until: date, within: str | None = None) -> list[Figure]:
    """The course of the cases filed in a span of days, added up by street, kind and state."""
    if tallying.as_of(db, since, until, within) is None:
        return counting.courses(db, since, until, within)
    by = (MediationTally.place, MediationTally.kind, MediationTally.subject)
    rows = db.execute(tallying.sums("step", since, until, within, *by))
    return [Figure(place, kind, step, *map(int, numbers)) for place, kind, step, *numbers in rows]


def hot_estates(
    db: Session, since: date, until: date, within: str | None = None, limit: int = 10
) -> list[tuple[str, int]]:
    """The estates with most cases filed in a span of days: (code, how many)."""
    many = func.count()
    query = select(MediationCase.estate_code, many).where(*counting.filed(since, until, within))
    query = query.group_by(MediationCase.estate_code).order_by(many.desc(), MediationCase.estate_code).limit(limit)
    return [(code, int(count)) for code, count in db.execute(query)]


def promise_figures(db: Session, since: date, until: date, within: str | None = None) -> dict[str, int]:
    """How promises stand (made, proved, kept, broken) of the cases filed in a span of days."""
    if tallying.as_of(db, since, until, within) is not None:
        rows = db.execute(tallying.sums("promise", since, until, within, MediationTally.subject))
        return {step: int(count) for step, count, *_none in rows}
    found: dict[str, int] = {}
    for _month, _street, step, count in counting.promise_rows(db, counting.filed(since, until, within)):
        found[step] = found.get(step, 0) + count
    return dict(sorted(found.items()))


def response_rates(db: Session, since: date, until: date) -> dict[str, tuple[int, int]]:
    """Company to (asked, answered in time or late, yes or no) as the other side of disputes accepted in a span of days.

    An answer counts whatever it says: declining is never held against anyone. For the public counts of each company.
    """
    if tallying.as_of(db, since, until, None) is None:
        return counting.answers(db, since, until)
    rows = db.execute(tallying.sums("company", since, until, None, MediationTally.subject))
    return {uscc: (int(asked), int(said)) for uscc, asked, said, _days in rows}
