"""What the rooms below hear from market entry, and what the shell asks."""

from datetime import date

from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import _
from portal.kernel.work import WorkItem
from portal.registry import api as registry
from scoring.market import queries, service
from scoring.market.standing import lines, standing

record = service.record
decide_later = service.decide_later
waiting = queries.waiting


def on_contract_registering(db: Session, *, uscc: str, manager_code: str, on: date) -> registry.EntryStanding:
    """Answers ``contract.registering``: what stands on the parties, and whether the officer must decide."""
    found = standing(db, uscc, manager_code, on)
    return registry.EntryStanding(tuple(lines(db, found)), found.asks_decision)


def work_items(db: Session, *, actor: Actor) -> list[WorkItem]:
    """Contracts that came by sheet while entries were in force."""
    if not actor.may(Permission.REGISTRY_EDIT):
        return []
    count = len(queries.waiting(db, actor, clock.today()))
    return [WorkItem(_("批量导入的合同涉及在榜条目，待登记处理意见"), "market.index", count=count)] if count else []
