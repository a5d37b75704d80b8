"""The scheduled jobs of the portal, listed explicitly, and the worker that runs them."""

from portal.kernel import jobs
from portal.shell.office import api as office


def run_worker() -> None:
    """Run until stopped. One process at a time is the leader; any number may stand by."""
    jobs.run([*jobs.standard_jobs(), *office.jobs()])
