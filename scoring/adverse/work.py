"""What waits for a person on the common path (announcement ``work.items``)."""

from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import _
from portal.kernel.work import WorkItem
from scoring.adverse import policy, queries
from scoring.adverse.cases import cases_of


def work_items(db: Session, *, actor: Actor) -> list[WorkItem]:
    """Points without an answer, hearings to hold, cases ready for the legal review."""
    if not actor.may(Permission.ADVERSE_READ) or not actor.has_whole_district:
        return []
    items = []
    if policy.may_handle(actor) and (waiting := queries.waiting_points(db)):
        items.append(WorkItem(_("答复陈述申辩意见"), "adverse.index", count=waiting))
    today = clock.today()
    if actor.may(Permission.LEGAL_REVIEW):
        ready = [
            case
            for case in cases_of(db)
            if case.state in ("response_open", "hearing") and case.due_on and case.due_on < today
            and policy.may_review(actor, case)
        ]  # fmt: skip
        if ready:
            items.append(WorkItem(_("法制审核"), "adverse.index", count=len(ready)))
    return items
