"""The hourly job: rules speak on what the banks delivered since."""

from disclosure.funds import api as funds
from disclosure.ledger.service.rules import apply_many
from portal.kernel import clock
from portal.kernel.access import system_actor
from portal.kernel.db import reading, transaction
from portal.kernel.jobs import Facts, Job

JOB, AT_ONCE = "ledger-rules", 50


def run() -> Facts:
    """Some accounts in each transaction, so that nobody waits long."""
    with reading() as db:
        codes = [one.code for one in funds.accounts(db)]
    done = 0
    for start in range(0, len(codes), AT_ONCE):
        with transaction() as db:
            actor = system_actor(f"job:{JOB}")
            done += apply_many(db, actor, codes[start : start + AT_ONCE], on=clock.today())
    return {"lines": done}


def jobs() -> list[Job]:
    """What the worker runs for the ledger."""
    return [Job(JOB, run, cron="25 * * * *")]
