"""Confirmations of electronic service (电子送达确认书): put on file with the signed paper, withdrawn from a day on."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel import audit, clock, hooks, ids
from portal.kernel.access import Actor, require
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.files import store
from portal.kernel.i18n import _
from portal.kernel.versions import recorded, replace
from portal.notices import policy
from portal.notices.models import ServiceConfirmation


def put_on_file(db: Session, actor: Actor, uscc: str, *, sha256: str, on: date) -> str:
    """From a day on documents may be served on a company in the portal; answers the confirmation's id.

    ``DomainError`` for an unknown company, a missing file or a future day, ``Conflict`` while one is in force.
    """
    require(policy.may_confirm(actor, uscc))
    _refuse_unknown(db, uscc)
    if on > clock.today():
        raise DomainError(_("签署日期不能晚于今天。"))
    if not store().exists(sha256):
        raise DomainError(_("请上传企业签署的电子送达确认书。"))
    lock(db, f"confirmation:{uscc}")
    if _open(db, uscc) is not None:
        raise Conflict(_("这家企业的电子送达确认书已经在案。"))
    row = ServiceConfirmation(
        id=ids.new_id(), uscc=uscc, sha256=sha256, actor=actor.audit_name, valid_from=on, valid_to=None, reason=""
    )
    replace(db, None, row, clock.now())
    db.flush()
    audit.record(db, actor, "service-confirmation.filed", f"enterprise:{uscc}", {"sha256": sha256, "on": on})
    return row.id


def withdraw(db: Session, actor: Actor, uscc: str, *, reason: str, on: date) -> None:
    """The company no longer agrees, from a day on; what was served before stays served. ``NotFound`` when none is in force."""
    require(policy.may_confirm(actor, uscc))
    if not reason.strip():
        raise DomainError(_("请写明理由。"))
    if on > clock.today():
        raise DomainError(_("撤回日期不能晚于今天。"))
    lock(db, f"confirmation:{uscc}")
    old = _open(db, uscc)
    if old is None:
        raise NotFound(_("没有在案的电子送达确认书。"))
    ended = None
    if old.valid_from < on:
        ended = ServiceConfirmation(
            id=ids.new_id(), uscc=uscc, sha256=old.sha256, actor=actor.audit_name, valid_from=old.valid_from,
            valid_to=on - timedelta(days=1), reason=reason.strip(),
        )  # fmt: skip
    replace(db, old, ended, clock.now())
    db.flush()
    audit.record(
        db, actor, "service-confirmation.withdrawn", f"enterprise:{uscc}", {"on": on, "reason": reason.strip()}
    )


def _open(db: Session, uscc: str) -> ServiceConfirmation | None:
    own = (ServiceConfirmation.uscc == uscc, recorded(ServiceConfirmation), ServiceConfirmation.valid_to.is_(None))
    return db.scalars(select(ServiceConfirmation).where(*own)).first()


def _refuse_unknown(db: Session, uscc: str) -> None:
    answers = hooks.announce("enterprises.known", db)
    if answers and not any(uscc in known for known in answers):
        raise DomainError(_("没有统一社会信用代码为“%(uscc)s”的企业。", uscc=uscc))


def history(db: Session, uscc: str) -> list[ServiceConfirmation]:
    """What is and was on file, the newest first."""
    own = select(ServiceConfirmation).where(ServiceConfirmation.uscc == uscc, recorded(ServiceConfirmation))
    return list(db.scalars(own.order_by(ServiceConfirmation.valid_from.desc(), ServiceConfirmation.id)))
