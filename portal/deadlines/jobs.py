"""The scheduled job of deadlines: each morning, and at noon, what is overdue goes up."""

from portal.deadlines.service.escalating import escalate
from portal.kernel.access import system_actor
from portal.kernel.db import transaction
from portal.kernel.jobs import Facts, Job

ESCALATE = "deadline-escalation"


def run() -> Facts:
    """Escalate; the facts say how many went up."""
    with transaction() as db:
        return {"escalated": escalate(db, system_actor(f"job:{ESCALATE}"))}


def jobs() -> list[Job]:
    """What the worker runs for deadlines."""
    return [Job(ESCALATE, run, cron="5 6,12,18 * * *")]
