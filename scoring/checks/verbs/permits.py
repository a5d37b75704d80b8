"""What a person may or may not do with an estate's check: late submission, declared interest."""

from datetime import date

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.kernel import audit, clock
from portal.kernel.access import Actor, require
from portal.kernel.db import lock
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.periods import Month
from portal.registry import api as registry
from scoring.checks import policy
from scoring.checks.models import InterestDeclaration, LatePermission
from scoring.checks.verbs import record


def permit_late(db: Session, actor: Actor, estate_code: str, month: str, reason: str, on: date) -> bool:
    """Let an estate's check of a month be submitted after its due day. False when it is permitted already."""
    estate = _estate(db, actor, estate_code)
    require(policy.may_permit_late(actor, estate.division_code))
    if Month.parse(month).first > on:
        raise DomainError(_("%(month)s还没有到，不能检查。", month=month))
    lock(db, f"late:{estate_code}:{month}")
    if record.late_permitted(db, estate_code, month):
        return False
    row = {"estate_code": estate_code, "month": month, "reason": _reason(reason), "actor": actor.audit_name,
           "at": clock.now()}  # fmt: skip
    db.execute(insert(LatePermission), [row])
    audit.record(db, actor, "check.late_permitted", f"estate:{estate_code}", {"month": month, "reason": row["reason"],
                                                                             "on": on})  # fmt: skip
    return True


def declare_interest(db: Session, actor: Actor, estate_code: str, reason: str) -> bool:
    """The actor declares an interest in an estate: from now on they neither check nor review it.

    False when it stands already.
    """
    estate = _estate(db, actor, estate_code)
    require(policy.may_declare(actor, estate.division_code))
    return _declare(db, actor, actor.login, estate_code, True, reason)


def end_interest(db: Session, actor: Actor, login: str, estate_code: str, reason: str) -> bool:
    """A declared interest is over, as the office found; false when none stands."""
    estate = _estate(db, actor, estate_code)
    require(policy.may_end_interest(actor, estate.division_code, login))
    return _declare(db, actor, login, estate_code, False, reason)


def _declare(db: Session, actor: Actor, login: str, estate_code: str, declared: bool, reason: str) -> bool:
    lock(db, f"interest:{login}:{estate_code}")
    if record.has_interest(db, login, estate_code) == declared:
        return False
    own = (InterestDeclaration.login == login, InterestDeclaration.estate_code == estate_code)
    row = {"login": login, "estate_code": estate_code, "seq": record.next_seq(db, InterestDeclaration.seq, *own),
           "declared": declared, "reason": _reason(reason), "actor": actor.audit_name, "at": clock.now()}  # fmt: skip
    db.execute(insert(InterestDeclaration), [row])
    verb = "interest.declared" if declared else "interest.ended"
    audit.record(db, actor, verb, f"estate:{estate_code}", {"login": login, "reason": row["reason"]})
    return True


def _estate(db: Session, actor: Actor, estate_code: str) -> registry.EstateView:
    estate = registry.estate(db, estate_code)
    if not actor.covers(estate.division_code):
        raise NotFound(_("没有编号为“%(value)s”的小区。", value=estate_code))
    return estate


def _reason(reason: str) -> str:
    if not reason.strip():
        raise DomainError(_("请写明理由。"))
    return reason.strip()
