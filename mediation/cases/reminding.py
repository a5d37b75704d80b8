"""What the worker does for mediation every morning: times that are over, and reminders before they are."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation.cases import calling, news, people, tallying
from mediation.cases.models.papers import MediationPromise, MediationPromiseStep
from mediation.cases.models.record import MediationCase, MediationStep
from mediation.cases.service import accepting, performing, record
from mediation.cases.service.idle import idle_days
from portal.kernel import clock
from portal.kernel.access import Actor, Role, system_actor
from portal.kernel.db import reading, transaction
from portal.kernel.jobs import Facts, Job
from portal.notices import api as notices

MORNING, FIGURES = "mediation-morning", "mediation-figures"
WINDOW_DAYS = (20, 27)
PROMISE_AHEAD = 3
IDLE_REMINDER = 10


def remind(db: Session, actor: Actor, *, on: date | None = None) -> dict[str, int]:
    """The reminders of one day: run once a day. Says how many of each."""
    day = on or clock.today()
    return {
        "window": _window(db, day), "promises": _promises(db, day), "idle": _idle(db, day),
        "fairness": calling.call(db, day),
    }  # fmt: skip


def _in_state(db: Session, *states: str) -> list[tuple[MediationCase, MediationStep]]:
    query = (
        select(MediationCase, MediationStep)
        .join(MediationStep, MediationStep.case_id == MediationCase.id)
        .where(MediationStep.superseded_at.is_(None), MediationStep.step.in_(states))
    )
    return [(case, step) for case, step in db.execute(query.order_by(MediationCase.id))]


def _tell(db: Session, case: MediationCase, text: str, params: dict[str, str], day: date) -> None:
    """The companies of the case, its mediator, and the office."""
    accepting.tell(db, case, "", text, params, day)
    to = [notices.To(login=login) for login in people.assigned(db, case.id)]
    for one in [*to, notices.To(role=Role.REGISTRAR, division_code=case.division_code)]:
        notices.inform(db, one, text, params, record.ENDPOINT, {"case_id": case.id}, day)


def _window(db: Session, day: date) -> int:
    found = [(case, (day - step.on).days) for case, step in _in_state(db, "judicial_window")]
    due = [(case, days) for case, days in found if days in WINDOW_DAYS]
    for case, days in due:
        _tell(db, case, news.window(), {"code": case.code, "n": str(days)}, day)
    return len(due)


def _promises(db: Session, day: date) -> int:
    query = (
        select(MediationPromise.case_id, MediationPromise.due_on)
        .join(MediationPromiseStep, MediationPromiseStep.promise_id == MediationPromise.id)
        .where(MediationPromiseStep.superseded_at.is_(None), MediationPromiseStep.step.in_(("made", "proved")))
        .where(MediationPromise.due_on == day + timedelta(days=PROMISE_AHEAD))
        .distinct()
    )
    rows = list(db.execute(query.order_by(MediationPromise.case_id)))
    for case_id, due_on in rows:
        case = record.case_row(db, case_id)
        _tell(db, case, news.promise_due(), {"code": case.code, "day": due_on.isoformat()}, day)
    return len(rows)


def _idle(db: Session, day: date) -> int:
    due = [
        case for case, _step in _in_state(db, "mediating", "extended") if idle_days(db, case.id, day) == IDLE_REMINDER
    ]
    for case in due:
        for login in people.assigned(db, case.id):
            params = {"code": case.code, "n": str(IDLE_REMINDER)}
            notices.inform(db, notices.To(login=login), news.idle(), params, record.ENDPOINT, {"case_id": case.id}, day)
    return len(due)


def run() -> Facts:
    """Let the time for the court lapse where it is over, and remind."""
    with transaction() as db:
        actor = system_actor(f"job:{MORNING}")
        return {"lapsed": performing.lapse(db, actor), **remind(db, actor)}


def add_up() -> Facts:
    """Add the cases up for the pages of figures: nobody waits while they are read."""
    with reading() as db:
        found = tallying.sums_of_today(db)
    with transaction() as db:
        return {"rows": tallying.store(db, found)}


def jobs() -> list[Job]:
    """What the worker runs for mediation."""
    return [Job(MORNING, run, cron="20 6 * * *"), Job(FIGURES, add_up, cron="10 0 * * *")]
