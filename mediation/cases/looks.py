"""Looks of the office at the names and phones of a case: one row of the audit log for each person, case and day."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation.cases.reading import CaseView
from mediation.cases.service import record
from portal.kernel import audit, clock
from portal.kernel.access import Actor
from portal.kernel.audit import AuditEntry

LOOKED = "look.mediation-names"


def is_new(db: Session, actor: Actor, view: CaseView) -> bool:
    """Whether somebody of the office sees names of this case for the first time today. The parties' own looks are theirs."""
    if view.who.is_party or not any(one.name or one.phone for one in view.parties):
        return False
    today = clock.day_start(clock.today())
    seen = select(AuditEntry.seq).where(
        AuditEntry.subject == record.ref_of(view.code), AuditEntry.action == LOOKED,
        AuditEntry.actor == actor.audit_name, AuditEntry.at >= today,
    )  # fmt: skip
    return db.scalars(seen.limit(1)).first() is None


def note(db: Session, actor: Actor, view: CaseView) -> None:
    """Write the row; before anything is shown."""
    audit.record(db, actor, LOOKED, record.ref_of(view.code))
