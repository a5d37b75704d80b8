"""The street's time to review a check: a deadline from each submission until it is confirmed, returned or replaced."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy.orm import Session

from portal.deadlines import api as deadlines
from portal.kernel import clock, hooks
from portal.kernel.access import Actor, Role
from portal.kernel.divisions import street_of
from portal.kernel.periods import Month
from portal.registry import api as registry

REVIEW = "check.review"


def subject(check_id: str) -> str:
    """How deadlines name a check."""
    return f"check:{check_id}"


def start_reviews(db: Session, actor: Actor, checks: Sequence[tuple[str, str, str]], on: date) -> None:
    """Checks (id, estate, month) wait for the street from a day on. A month whose quarter is published waits for nobody."""
    quarter_of = {month: str(Month.parse(month).quarter) for month in {check[2] for check in checks}}
    told = hooks.announce("quarters.released", db, quarters=sorted(set(quarter_of.values())))
    over = {quarter for answer in told for quarter in answer}
    waiting = [check for check in checks if quarter_of[check[2]] not in over]
    if not waiting:
        return
    frame = registry.estates_frame(db, clock.today())
    names = dict(zip(frame["estate_code"], frame["name"], strict=True))
    places = dict(zip(frame["estate_code"], frame["division_code"], strict=True))
    rows = [_row(check_id, month, names[code], places[code], on) for check_id, code, month in waiting]
    deadlines.start_many(db, actor, REVIEW, rows)


def _row(check_id: str, month: str, name: str, division: str, on: date) -> deadlines.NewDeadline:
    holder = deadlines.Holder(role=Role.REVIEWER, division_code=street_of(division))
    values = {"check_id": check_id}
    return deadlines.NewDeadline(subject(check_id), holder, f"{name} {month}", "reviews.review", values, on=on)


def end_reviews(db: Session, actor: Actor, check_ids: Iterable[str], outcome: str, on: date) -> None:
    """The street has acted on them, or another submission took their place."""
    subjects = [subject(check_id) for check_id in check_ids]
    deadlines.close_many(db, actor, REVIEW, subjects, outcome=outcome, on=on)
