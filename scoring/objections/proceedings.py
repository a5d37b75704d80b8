"""Reconsiderations and lawsuits that are pending against a record: an officer registers them, and how they ended.

While one is pending the record carries its mark (深圳经济特区社会信用条例 Art. 43).
"""

from datetime import date

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.kernel import audit, clock
from portal.kernel.access import Actor, require
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from scoring.objections import policy, queries
from scoring.objections.contested import contested
from scoring.objections.models import PROCEEDINGS, RESULTS, Proceeding, ProceedingStep


def register(db: Session, actor: Actor, ref: str, *, kind: str, authority: str, number: str, on: date) -> Proceeding:
    """Note a reconsideration or a lawsuit against a record, pending since a day. Raises ``NotFound``, ``NotAllowed``,
    ``DomainError``, ``Conflict`` (the same number is on file)."""
    require(policy.may_register(actor))
    contested(db, ref)
    if kind not in PROCEEDINGS or not authority.strip() or not number.strip():
        raise DomainError(_("请填写受理机关和案号。"))
    if on > clock.today():
        raise DomainError(_("办理日期%(on)s还没有到。", on=on.isoformat()))
    lock(db, f"proceedings:{ref}")
    if any(one.number == number.strip() for one, _steps in queries.proceeding_rows(db, [ref])):
        raise Conflict(_("这一案件已经登记。"))
    made = Proceeding(
        id=new_id(), ref=ref, kind=kind, authority=authority.strip(), number=number.strip(), recorded_at=clock.now()
    )
    db.add(made)
    db.flush()
    _step(db, actor, made.id, 1, "pending", on)
    audit.record(db, actor, "proceeding.registered", f"proceeding:{made.id}", {"ref": ref, "kind": kind, "on": on})
    return made


def end(db: Session, actor: Actor, proceeding_id: str, *, result: str, reason: str, on: date) -> None:
    """Note how a proceeding ended; what it changes is carried out by its own verbs. Raises as ``register``."""
    require(policy.may_register(actor))
    own = db.get(Proceeding, proceeding_id)
    if own is None:
        raise NotFound(_("没有找到这个案件。"))
    lock(db, f"proceedings:{own.ref}")
    steps = next(steps for one, steps in queries.proceeding_rows(db, [own.ref]) if one.id == own.id)
    if steps[-1].step != "pending":
        raise Conflict(_("这个案件已经结束。"))
    if result not in RESULTS or not reason.strip():
        raise DomainError(_("请选择结果，并写明文书编号。"))
    if not steps[-1].on <= on <= clock.today():
        raise DomainError(_("结束日期应在登记日期和今天之间。"))
    _step(db, actor, own.id, 2, "ended", on, result, reason.strip())
    audit.record(db, actor, "proceeding.ended", f"proceeding:{own.id}", {"ref": own.ref, "result": result, "on": on})


def _step(
    db: Session, actor: Actor, proceeding_id: str, seq: int, step: str, on: date, code: str = "", reason: str = ""
) -> None:
    row = ProceedingStep(
        proceeding_id=proceeding_id, seq=seq, step=step, actor=actor.audit_name, on=on, at=clock.now(), code=code,
        reason=reason,
    )  # fmt: skip
    db.add(row)
    try:
        db.flush()
    except IntegrityError as error:
        raise Conflict(_("这个案件已经结束。")) from error
