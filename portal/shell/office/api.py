"""What the worker runs for the office."""

from collections.abc import Mapping
from typing import Any

from portal.accounts import api as accounts
from portal.kernel import tasks
from portal.kernel.db import transaction
from portal.kernel.jobs import Job
from portal.shell.office.running import runners


def _drain() -> Mapping[str, Any]:
    """Do what web processes left: they start their tasks themselves, but may die before the end."""
    done, known = 0, runners()
    tasks.take_up_interrupted()
    while tasks.run_next(known):
        done += 1
    return {"rows": done}


def _prune() -> Mapping[str, Any]:
    with transaction() as db:
        return {"rows": accounts.prune(db) + tasks.prune(db)}


def jobs() -> list[Job]:
    """Long tasks every few seconds, and the nightly clearing."""
    return [Job("tasks", _drain, every=3), Job("prune", _prune, cron="15 3 * * *")]
