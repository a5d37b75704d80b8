"""Verbs of market entry: record what an officer decided, with its reason and with what stood before the person."""

from datetime import date

from sqlalchemy.orm import Session

from portal.kernel import audit, clock
from portal.kernel.access import Actor, require
from portal.kernel.errors import Conflict, DomainError
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from portal.registry import api as registry
from scoring.market import policy, queries
from scoring.market.models import MarketDecision
from scoring.market.standing import standing

DECISIONS = ("proceed", "notice", "refer")


def record(
    db: Session, *, actor: Actor, deed: str, estate_code: str, uscc: str, manager_code: str, starts_on: date,
    decision: str, reason: str, on: date,
) -> str:  # fmt: skip
    """Keep a decision on a registration (hears ``contract.decided``); gives its id.

    Raises DomainError for an unknown decision or a missing reason, NotAllowed outside the jurisdiction.
    """
    require(policy.may_decide(actor, registry.estate(db, estate_code).division_code))
    if decision not in DECISIONS:
        raise DomainError(_("请选择处理意见。"))
    if not reason.strip():
        raise DomainError(_("请写明理由。"))
    shown = standing(db, uscc, manager_code, on).kept()
    row = MarketDecision(
        id=new_id(), deed=deed, estate_code=estate_code, uscc=uscc, manager_code=manager_code, starts_on=starts_on,
        decision=decision, reason=reason.strip(), shown=shown, actor=actor.login, on=on, recorded_at=clock.now(),
    )  # fmt: skip
    db.add(row)
    db.flush()
    detail = {"deed": deed, "estate_code": estate_code, "uscc": uscc, "manager_code": manager_code,
              "decision": decision, "reason": audit.sealed(db, f"market:{row.id}", reason.strip()), "shown": shown}  # fmt: skip
    audit.record(db, actor, "market.decided", f"market:{row.id}", detail)
    return row.id


def decide_later(
    db: Session, actor: Actor, *, estate_code: str, uscc: str, manager_code: str, decision: str, reason: str, on: date
) -> str:
    """Record the decision on a contract that came by sheet. Conflict when none is waiting for these parties."""
    waiting = [one for one in queries.waiting(db, actor, on) if one.key == (estate_code, uscc, manager_code)]
    if not waiting:
        raise Conflict(_("这一事项已经处理过了。"))
    return record(
        db, actor=actor, deed="sheet", estate_code=estate_code, uscc=uscc, manager_code=manager_code,
        starts_on=waiting[0].starts_on, decision=decision, reason=reason, on=on,
    )  # fmt: skip
