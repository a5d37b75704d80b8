"""The office's verbs: verify or refuse what the company did, grant or refuse more time."""

from datetime import date

from sqlalchemy.orm import Session

from portal.deadlines import api as deadlines
from portal.kernel import audit
from portal.kernel.access import Actor, require
from portal.kernel.errors import Conflict, DomainError
from portal.kernel.i18n import _
from scoring.rectification import policy
from scoring.rectification.moves import MOST_TEXT
from scoring.rectification.service import news
from scoring.rectification.service.answering import DECIDE, VERIFY, asked_at, has_taken
from scoring.rectification.service.record import (
    Held,
    add_step,
    expect,
    finding_rule,
    hold,
    moment_of,
    needed,
    refuse_interest,
)


def verify(db: Session, actor: Actor, order_id: str, seq: int, on: date, note: str = "") -> None:
    """Close the order: the inspector saw that it was put right. In time or late is judged by when the company answered.

    Raises ``NotFound``, ``NotAllowed`` (not the community's inspector, declared interest), ``Conflict`` (stale, no answer
    to verify), ``DomainError`` (dated before the answer).
    """
    held = _held(db, actor, order_id, seq, "verified", on)
    order = held.order
    if len(note) > MOST_TEXT:
        raise DomainError(_("说明最多填%(n)s个字。请缩短。", n=MOST_TEXT))
    add_step(db, actor, order, "verified", on, note.strip())
    deadlines.close(db, actor, finding_rule(order.hazard_class), order.subject, at=order.step_at)  # the answer
    deadlines.close(db, actor, VERIFY, order.subject, at=moment_of(on))
    audit.record(db, actor, "order.verified", order.subject, {"on": on})
    news.verified(db, order, held.estate.name, on)


def refuse(db: Session, actor: Actor, order_id: str, seq: int, reason: str, on: date) -> None:
    """Open the order again, with a reason; the clock goes on. Raises as ``verify``."""
    held = _held(db, actor, order_id, seq, "refused", on)
    order, said = held.order, needed(reason, _("请写明复查没有通过的理由。"))
    add_step(db, actor, order, "refused", on, said)
    at = moment_of(on)
    deadlines.resume(db, actor, finding_rule(order.hazard_class), order.subject, reason="复查没有通过", at=at)
    deadlines.close(db, actor, VERIFY, order.subject, outcome="refused", at=at)
    audit.record(db, actor, "order.refused", order.subject, {"on": on, "reason": said})
    news.refused(db, order, held.estate.name, on)


def decide_extension(db: Session, actor: Actor, order_id: str, seq: int, granted: bool, reason: str, on: date) -> None:
    """The street grants the company's request for more time, once, or refuses it with a reason.

    Raises ``NotFound``, ``NotAllowed`` (not the street, declared interest), ``Conflict`` (stale, nothing asked, decided),
    ``DomainError`` (no reason for a refusal). What was asked for in time can be granted when the deadline has passed.
    """
    step = "extended" if granted else "extension_refused"
    held = hold(db, actor, order_id, seq)
    require(policy.may_extend(actor, held.estate.division_code))
    refuse_interest(db, actor, held.estate)
    expect(held.order, step)
    order = held.order
    decided = any(has_taken(db, order, name) for name in ("extended", "extension_refused"))
    if decided or not has_taken(db, order, "extension_asked"):
        raise Conflict(_("没有等待审批的延期申请。"))
    said = (
        reason.strip() if granted and reason.strip() else "" if granted else needed(reason, _("请写明不予延期的理由。"))
    )
    add_step(db, actor, order, step, on, said)
    if granted:
        rule = finding_rule(order.hazard_class)
        by_rule = f"finding.extension.{order.hazard_class}"
        deadlines.extend(
            db,
            actor,
            rule,
            order.subject,
            by_rule=by_rule,
            reason=said or "街道准予延期",
            on=on,
            asked_at=asked_at(db, order),
        )
    deadlines.close(db, actor, DECIDE, order.subject, outcome=step, at=moment_of(on))
    audit.record(db, actor, f"order.{step}", order.subject, {"on": on, "reason": said})
    news.extension_decided(db, order, held.estate.name, granted, on)


def _held(db: Session, actor: Actor, order_id: str, seq: int, step: str, on: date) -> Held:
    held = hold(db, actor, order_id, seq)
    require(policy.may_verify(actor, held.estate.division_code))
    refuse_interest(db, actor, held.estate)
    expect(held.order, step)
    if moment_of(on) < held.order.step_at:
        raise DomainError(_("办理日期不能早于企业反馈的日期。"))
    return held
