"""The scheduled jobs of the portal, listed explicitly, and the worker that runs them."""

from disclosure.ledger.api import jobs as ledger_jobs
from disclosure.owners.api import jobs as owner_jobs
from disclosure.reports.api import jobs as report_jobs
from mediation.cases.api import jobs as mediation_jobs
from mediation.filing.api import jobs as filing_jobs
from portal.deadlines.api import jobs as deadline_jobs
from portal.kernel import logs
from portal.kernel.jobs import run, standard_jobs
from portal.notices.api import jobs as notice_jobs
from portal.operations.api import jobs as operation_jobs
from portal.shell import wiring
from portal.shell.feeds.delivering import jobs as feed_jobs
from portal.shell.office.api import jobs as office_jobs
from portal.shell.opendata.releases import jobs as data_jobs


def run_worker() -> None:
    """Run until stopped. One process at a time is the leader; any number may stand by."""
    logs.configure()
    wiring.features()  # every slice's tables: backups and checks of files walk over all
    run(
        [
            *standard_jobs(),
            *deadline_jobs(),
            *notice_jobs(),
            *office_jobs(),
            *data_jobs(),
            *feed_jobs(),
            *ledger_jobs(),
            *report_jobs(),
            *owner_jobs(),
            *mediation_jobs(),
            *operation_jobs(),
            *filing_jobs(),
        ]
    )
