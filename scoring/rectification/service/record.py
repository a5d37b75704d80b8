"""What the verbs of an order have in common: hold it, write the next step, keep its photos."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.kernel import clock, copies, ids
from portal.kernel.access import Actor
from portal.kernel.classes import Audience
from portal.kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from portal.kernel.files import store
from portal.kernel.i18n import _
from portal.kernel.images import glance
from portal.registry import api as registry
from scoring.checks import api as checks
from scoring.rectification import policy, queries
from scoring.rectification.models import RectificationOrder, RectificationPhoto, RectificationStep
from scoring.rectification.moves import MOST_PHOTOS, MOST_TEXT, MOVES, leads_to

Upload = tuple[bytes, str]


@dataclass(frozen=True)
class Held:
    """An order that nobody else changes until the transaction ends, with the estate it concerns."""

    order: queries.OrderRow
    estate: registry.EstateView


def finding_rule(hazard_class: str) -> str:
    """The deadline's rule for a class of finding."""
    return f"finding.{hazard_class}"


def no_order() -> NotFound:
    """The refusal of an order that does not exist for this person."""
    return NotFound(_("没有找到这份整改通知单。"))


def hold(db: Session, actor: Actor, order_id: str, seq: int | None) -> Held:
    """Lock an order; ``seq`` is the step that the form was shown. ``NotFound`` when there is none, or none that the actor
    may know of; ``Conflict`` when somebody took a step meanwhile."""
    db.execute(select(RectificationOrder.id).where(RectificationOrder.id == order_id).with_for_update())
    order = queries.order_row(db, order_id)
    if order is None:
        raise no_order()
    estate = registry.estate(db, order.estate_code)
    if not policy.may_read(actor, estate.division_code, order.uscc):
        raise no_order()
    if seq is not None and seq != order.seq:
        raise Conflict(_("其他人刚刚办理了这份整改通知单。请刷新页面后再看。"))
    return Held(order, estate)


def refuse_interest(db: Session, actor: Actor, estate: registry.EstateView) -> None:
    """A declared interest bars a person from verifying, and from granting time to, the estate's company."""
    if (actor.login, estate.code) in checks.interests(db, actor.login):
        sentence = "您已申报与%(estate)s有利害关系，不能检查或审核这个小区。请转交其他人员办理。"
        raise NotAllowed(_(sentence, estate=estate.name))


def needed(text: str, message: str) -> str:
    """A text that must be there and not too long."""
    said = text.strip()
    if not said:
        raise DomainError(message)
    if len(said) > MOST_TEXT:
        raise DomainError(_("说明最多填%(n)s个字。请缩短。", n=MOST_TEXT))
    return said


def moment_of(on: date) -> datetime:
    """The instant of an act: now, or the noon of an earlier day."""
    return clock.now() if on >= clock.today() else clock.day_start(on, 12)


def add_step(db: Session, actor: Actor, order: queries.OrderRow, step: str, on: date, text: str = "") -> int:
    """Write the next line of the journal. ``Conflict`` where the step is not possible, or somebody was quicker."""
    state = leads_to(step, order.state)
    if state is None:
        raise Conflict(_("这份整改通知单现在不能这样办理。请刷新页面后再看。"))
    row = {
        "order_id": order.id, "seq": order.seq + 1, "step": step, "was_seq": order.seq, "was": order.state,
        "state": state, "actor": actor.audit_name, "on": on, "happened_at": moment_of(on), "at": clock.now(),
        "text": text,
    }  # fmt: skip
    try:
        db.execute(insert(RectificationStep), [row])
    except IntegrityError as error:
        raise Conflict(_("其他人刚刚办理了这份整改通知单。请刷新页面后再看。")) from error
    return order.seq + 1


def expect(order: queries.OrderRow, step: str) -> None:
    """Stop early where a step is not possible: before photos are read."""
    if order.state not in MOVES[step][0]:
        raise Conflict(_("这份整改通知单现在不能这样办理。请刷新页面后再看。"))


def keep_photos(db: Session, actor: Actor, order: queries.OrderRow, seq: int, uploads: Sequence[Upload]) -> list[str]:
    """Keep the photos of a step for the parties; answers their SHA-256. The same picture twice in one step is kept once.

    Raises ``DomainError`` when one is no whole picture of an allowed kind and size, or there are too many.
    """
    if len(uploads) > MOST_PHOTOS:
        raise DomainError(_("一次最多传%(n)s张照片。", n=MOST_PHOTOS))
    rows: dict[str, dict[str, object]] = {}
    for data, name in uploads:
        picture = glance(data, name)
        original = store().put(data)
        copies.wish(original.sha256)
        checks.note_file(db, original, picture.media_type, Audience.PARTY)
        rows[original.sha256] = {
            "id": ids.new_id(), "order_id": order.id, "seq": seq, "sha256": original.sha256,
            "thumbnail": "", "media_type": picture.media_type, "taken_at": picture.taken_at,
            "latitude_e6": _millionths(picture.latitude), "longitude_e6": _millionths(picture.longitude),
            "uploaded_by": actor.login, "received_at": clock.now(),
        }  # fmt: skip
    if rows:
        db.execute(insert(RectificationPhoto), list(rows.values()))
    return sorted(rows)


def _millionths(degrees: float | None) -> int | None:
    return None if degrees is None else round(degrees * 1_000_000)
