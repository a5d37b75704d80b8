"""Requests to fix that were past their deadline at an instant: what a limiter of the yearly rating looks at."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from portal.deadlines import api as deadlines
from scoring.rectification import queries
from scoring.rectification.moves import AWAITING, BEGUN
from scoring.rectification.service.record import finding_rule


def overdue_at(db: Session, instant: datetime, hazard_class: str, estates: Collection[str]) -> dict[str, int]:
    """Estate to how many of its requests of a class stood open past their deadline at an instant; each estate asked has a number.

    An answer in time that waits for its verification is not overdue; one that came late, or that was refused, is.
    """
    found = dict.fromkeys(estates, 0)
    rows = [row for row in queries.opened_before(db, instant, hazard_class) if row.estate_code in found]
    journal = queries.steps(db, [row.id for row in rows])
    clocks = deadlines.of_subjects(db, [row.subject for row in rows])
    rule = finding_rule(hazard_class)
    for row in rows:
        last = [step for step in journal[row.id] if step.happened_at < instant][-1]
        due = next((one.due_at for one in clocks.get(row.subject, ()) if one.rule == rule), None)
        stopped = last.happened_at if last.state == AWAITING else instant
        if last.state in BEGUN and due is not None and due <= stopped:
            found[row.estate_code] += 1
    return found
