"""The verbs of the company, or of the street where nobody serves: record temporary protection, answer with photos, ask once for more time."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.deadlines import api as deadlines
from portal.kernel import audit
from portal.kernel.access import Actor, Role, require
from portal.kernel.divisions import street_of
from portal.kernel.errors import Conflict, DomainError
from portal.kernel.i18n import _
from scoring.rectification import policy, queries
from scoring.rectification.service import news
from scoring.rectification.service.record import (
    Held,
    Upload,
    add_step,
    expect,
    finding_rule,
    hold,
    keep_photos,
    moment_of,
    needed,
    refuse_interest,
)

VERIFY, DECIDE = "finding.verify", "finding.extension.decide"


def _held(db: Session, actor: Actor, order_id: str, seq: int, step: str) -> Held:
    held = hold(db, actor, order_id, seq)
    require(policy.may_answer(actor, held.estate.division_code, held.order.uscc))
    if held.order.uscc is None:
        refuse_interest(db, actor, held.estate)
    expect(held.order, step)
    return held


def protect(db: Session, actor: Actor, order_id: str, seq: int, text: str, uploads: Sequence[Upload], on: date) -> None:
    """Record what keeps people safe until a class C finding is put right. It does not stop the clock.

    Raises ``NotFound``, ``NotAllowed``, ``Conflict`` (stale, not open), ``DomainError`` (another class, no words, photos).
    """
    held = _held(db, actor, order_id, seq, "protected")
    if held.order.hazard_class != "C":
        raise DomainError(_("只有C类隐患需要登记临时防护措施。"))
    said = needed(text, _("请写明采取了什么临时防护措施。"))
    number = add_step(db, actor, held.order, "protected", on, said)
    files = keep_photos(db, actor, held.order, number, uploads)
    audit.record(db, actor, "order.protected", held.order.subject, {"on": on, "photos": files})


def answer(db: Session, actor: Actor, order_id: str, seq: int, text: str, uploads: Sequence[Upload], on: date) -> None:
    """Say and show what was put right: at least one photo. The clock rests until the inspector has looked.

    Raises ``NotFound``, ``NotAllowed``, ``Conflict`` (stale, not open), ``DomainError`` (no words, no photo, bad photo).
    """
    held = _held(db, actor, order_id, seq, "answered")
    order, place = held.order, held.estate.division_code
    said = needed(text, _("请写明整改情况。"))
    if not uploads:
        raise DomainError(_("请至少上传一张整改后的照片。"))
    number = add_step(db, actor, order, "answered", on, said)
    files = keep_photos(db, actor, order, number, uploads)
    at = moment_of(on)
    deadlines.pause(db, actor, finding_rule(order.hazard_class), order.subject, reason="等待复查", at=at)
    holder = deadlines.Holder(Role.INSPECTOR, place)
    title = f"{held.estate.name} {order.item_code}"
    values = {"order_id": order.id}
    deadlines.start(
        db, actor, VERIFY, order.subject, holder=holder, title=title, endpoint=news.PAGE, values=values, on=on, at=at
    )
    deadlines.close(db, actor, DECIDE, order.subject, outcome="lapsed", at=at)
    audit.record(db, actor, "order.answered", order.subject, {"on": on, "photos": files})
    news.answered(db, order, held.estate.name, place, on)


def ask_extension(db: Session, actor: Actor, order_id: str, seq: int, reason: str, on: date) -> None:
    """Ask the street for more time: once, with a reason, before the deadline has passed.

    Raises ``NotFound``, ``NotAllowed``, ``Conflict`` (stale, not open, asked already), ``DomainError`` (late, no reason).
    """
    held = _held(db, actor, order_id, seq, "extension_asked")
    order = held.order
    if order.uscc is None:
        raise DomainError(_("没有企业服务的小区，由街道负责处理，不适用延期申请。"))
    if has_taken(db, order, "extension_asked"):
        raise Conflict(_("这份整改通知单已经申请过一次延期，不能再申请。"))
    due = due_of(db, order)
    if due is None or moment_of(on) >= due:
        raise DomainError(_("整改期限已过，不能再申请延期。"))
    said = needed(reason, _("请写明为什么需要延期。"))
    add_step(db, actor, order, "extension_asked", on, said)
    street = street_of(held.estate.division_code)
    holder, title = deadlines.Holder(Role.REVIEWER, street), f"{held.estate.name} {order.item_code}"
    values = {"order_id": order.id}
    deadlines.start(
        db, actor, DECIDE, order.subject, holder=holder, title=title, endpoint=news.PAGE, values=values, on=on,
        at=moment_of(on),
    )  # fmt: skip
    audit.record(db, actor, "order.extension_asked", order.subject, {"on": on})
    news.extension_asked(db, order, held.estate.name, street, on)


def has_taken(db: Session, order: queries.OrderRow, step: str) -> bool:
    """Whether a step stands in the journal of an order."""
    return any(row.step == step for row in queries.steps(db, [order.id])[order.id])


def asked_at(db: Session, order: queries.OrderRow) -> datetime | None:
    """When the company asked for more time."""
    return next(
        (row.happened_at for row in queries.steps(db, [order.id])[order.id] if row.step == "extension_asked"), None
    )


def due_of(db: Session, order: queries.OrderRow) -> datetime | None:
    """The first instant at which an order is late, None where no clock runs."""
    rule = finding_rule(order.hazard_class)
    found = deadlines.of_subjects(db, [order.subject]).get(order.subject, [])
    return next((view.due_at for view in found if view.rule == rule and view.closed_at is None), None)
