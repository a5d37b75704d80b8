"""What the worker does for filing: drafts whose 30 days are over go."""

from mediation.filing import service
from portal.kernel.db import transaction
from portal.kernel.jobs import Facts, Job

PRUNING = "mediation-drafts"


def run() -> Facts:
    """Forget what nobody sent."""
    with transaction() as db:
        return {"forgotten": service.prune(db)}


def jobs() -> list[Job]:
    """The jobs of filing."""
    return [Job(PRUNING, run, cron="40 3 * * *")]
