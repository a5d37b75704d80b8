"""The job of common funds: every minute, what banks delivered into the inbox is imported."""

from disclosure.funds.inbox import local_source, pick_up
from portal.kernel.access import system_actor
from portal.kernel.jobs import Facts, Job

INBOX = "bank-inbox"


def run() -> Facts:
    """One round; the facts say how many files were imported and refused."""
    found = pick_up(local_source(), system_actor(f"job:{INBOX}"))
    return {"imported": found.imported, "refused": found.refused, "lines": found.lines, "flawed": found.flawed}


def jobs() -> list[Job]:
    """What the worker runs for common funds. A file that moved away is not imported again, so it claims by itself."""
    return [Job(INBOX, run, every=60)]
