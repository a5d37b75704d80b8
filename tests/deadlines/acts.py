"""What the tests of deadlines share: people, a place, and one line to start a deadline."""

from datetime import date, datetime
from typing import Any

from portal.deadlines import api
from portal.kernel import clock
from portal.kernel.access import Role, person_actor, system_actor
from portal.kernel.db import reading, transaction

DISTRICT, STREET, COMMUNITY = "440306000000", "440306017000", "440306017010"
OTHER_STREET = "440306018000"
USCC = "91440300MA5F000019"
REVIEWER = person_actor("street", Role.REVIEWER, STREET)
OTHER = person_actor("other", Role.REVIEWER, OTHER_STREET)
OFFICER = person_actor("officer", Role.OFFICER, DISTRICT)
LEAD = person_actor("lead", Role.LEAD, DISTRICT)
COMPANY = person_actor("company", Role.ENTERPRISE, DISTRICT, USCC)
JOB = system_actor("job:test")
HELD = api.Holder(Role.REVIEWER, STREET)
RULE = "check.review"


def start(subject: str, on: date, rule: str = RULE, holder: api.Holder = HELD, at: datetime | None = None) -> str:
    """Start a deadline at ten o'clock of a day (or at an instant)."""
    with clock.at(at or clock.day_start(on, 10)), transaction() as db:
        return api.start(db, OFFICER, rule, subject, holder=holder, title=f"某小区 {subject}", endpoint="work.index")


def do(day: date, verb: str, *args: Any, hour: int = 10, **more: Any) -> Any:
    """One verb at an hour of a day, in its own transaction."""
    with clock.on(day, hour), transaction() as db:
        return getattr(api, verb)(db, OFFICER, *args, **more)


def seen(subject: str, day: date, hour: int = 10) -> list[api.DeadlineView]:
    """A subject's deadlines as they stand at an hour of a day."""
    with clock.on(day, hour), reading() as db:
        return api.of_subjects(db, [subject]).get(subject, [])


def last_day(subject: str, day: date) -> date:
    """The last day in time of a subject's newest deadline."""
    return seen(subject, day)[-1].last_day
