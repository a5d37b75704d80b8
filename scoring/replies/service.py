"""Verbs on replies: write, accept, refuse with a coded reason, write once more; release photos."""

import json
from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from portal.deadlines import api as deadlines
from portal.kernel import audit, clock, personal
from portal.kernel.access import Actor, Role, require
from portal.kernel.classes import Audience
from portal.kernel.db import lock
from portal.kernel.errors import Conflict, DomainError, NotFound
from portal.kernel.files import store
from portal.kernel.i18n import _, using
from portal.kernel.ids import new_id
from portal.kernel.images import Box, copies, glance, public_copy
from portal.notices import api as notices
from portal.registry import api as registry
from scoring.checks import api as checks
from scoring.ratings import api as ratings
from scoring.replies import policy, queries, results
from scoring.replies.models import (
    ACCEPTED,
    REFUSED,
    REJECTED,
    REVISED,
    SUBMITTED,
    Reply,
    ReplyPhoto,
    ReplyPhotoRelease,
    ReplyStep,
)
from scoring.replies.queries import PhotoView, ReplyView
from scoring.replies.reasons import REASONS

RULE = "reply.moderate"
LONGEST, MOST_PHOTOS, MOST_BOXES = 1000, 6, 50
JPEG = "image/jpeg"


def write(
    db: Session, actor: Actor, period: str, estate_code: str, part: str, text: str, photos: Sequence[bytes], *, on: date
) -> str:
    """Reply to a finding (``part``: ``2025-03/XF04``) or to the result as a whole (empty), or revise a refused reply.

    Of the photos only copies without metadata are kept. Returns the reply's id. Raises ``NotFound`` for what is not the
    enterprise's own, ``DomainError`` for an empty or too long text, bad pictures or a result that has been followed by
    the next, ``Conflict`` when a reply is already there.
    """
    require(policy.may_reply(actor))
    found = results.result(db, actor.uscc, period, estate_code)
    month, _slash, item = part.partition("/")
    if part and part not in {finding.part for finding in results.findings(db, found)}:
        raise NotFound(_("这一结果里没有这一项。"))
    if not found.is_last:
        raise DomainError(_("这个小区已经公布了新的结果，不能再对这一期说明情况。"))
    said = _checked(text, photos)
    lock(db, f"reply:{period}:{estate_code}:{part}")
    own = (Reply.period == period, Reply.estate_code == estate_code, Reply.month == month, Reply.item_code == item)
    known = next(iter(queries.replies(db, *own, Reply.uscc == actor.uscc)), None)
    if known is not None and known.last.step != REFUSED:
        raise Conflict(_("对这一项的说明已经提交，不能重复提交。"))
    reply_id = known.id if known else _new(db, actor, period, estate_code, month, item)
    seq = known.last.seq + 1 if known else 1
    _step(db, actor, reply_id, seq, REVISED if known else SUBMITTED, on, text=said)
    _keep(db, reply_id, seq, photos)
    place = registry.estate(db, estate_code)
    deadlines.start(
        db, actor, RULE, f"reply:{reply_id}", title=f"{place.name} {period}", endpoint="replies.case",
        holder=deadlines.Holder(role=Role.OFFICER, division_code=place.division_code[:6] + "000000"),
        values={"reply_id": reply_id}, on=on,
    )  # fmt: skip
    detail = {"period": period, "estate": estate_code, "part": part, "photos": len(photos)}
    audit.record(db, actor, "reply.revised" if known else "reply.submitted", f"reply:{reply_id}", detail)
    return reply_id


def _checked(text: str, photos: Sequence[bytes]) -> str:
    said = text.strip()
    if not said:
        raise DomainError(_("请填写说明。"))
    if len(said) > LONGEST:
        raise DomainError(_("说明最多填%(n)s个字。请缩短。", n=LONGEST))
    if len(photos) > MOST_PHOTOS:
        raise DomainError(_("每条说明最多%(n)s张照片。", n=MOST_PHOTOS))
    for data in photos:
        glance(data)
    return said


def _new(db: Session, actor: Actor, period: str, estate_code: str, month: str, item: str) -> str:
    reply = Reply(
        id=new_id(), period=period, estate_code=estate_code, month=month, item_code=item, uscc=actor.uscc,
        recorded_at=clock.now(),
    )  # fmt: skip
    db.add(reply)
    db.flush()
    return reply.id


def _step(
    db: Session, actor: Actor, reply_id: str, seq: int, step: str, on: date, *, text: str = "", code: str = "",
    note: str = "",
) -> None:  # fmt: skip
    row = {"reply_id": reply_id, "seq": seq, "step": step, "text": text, "reason_code": code, "note": note,
           "actor": actor.audit_name, "on": on, "at": clock.now()}  # fmt: skip
    db.execute(insert(ReplyStep), [row])


def _keep(db: Session, reply_id: str, seq: int, photos: Sequence[bytes]) -> None:
    rows = []
    for data in photos:
        little, plain = copies(data)  # only these are kept, so they are made at once
        clean, small = store().put(plain), store().put(little)
        for file in (clean, small):
            checks.note_file(db, file, JPEG, Audience.PARTY)
        rows.append({"id": new_id(), "reply_id": reply_id, "seq": seq, "sha256": clean.sha256,
                     "thumbnail": small.sha256, "received_at": clock.now()})  # fmt: skip
    if rows:
        db.execute(insert(ReplyPhoto), rows)


# ---- the moderator


def hands_on(db: Session, view: ReplyView) -> set[str]:
    """Logins of those who had a hand in what a reply is about: its checks, their review, and the publication."""
    if "Q" not in view.period:
        return set(ratings.hands_on_rating(db, int(view.period), view.estate_code))
    found = set(ratings.hands_on_quarter(db, view.period, view.estate_code))
    months = ratings.quarter_months(db, view.period, ratings.RELEASED, estate_code=view.estate_code)
    return found | set(checks.hands_on(db, sorted(set(months["check_id"]))))


def moderated(db: Session, actor: Actor, reply_id: str) -> ReplyView:
    """A reply of the actor's jurisdiction, for moderation. ``NotFound``."""
    view = next(iter(queries.replies(db, Reply.id == reply_id)), None)
    if view is None or not actor.covers(registry.estate(db, view.estate_code).division_code):
        raise NotFound(_("没有找到这条说明。"))
    return view


def accept(db: Session, actor: Actor, reply_id: str, *, seq: int, on: date) -> None:
    """Let a reply stand beside its result, as soon as that is public. ``seq``: the step that the page showed.

    ``DomainError`` for a text with an ID number, a mobile number or a number plate, whatever the moderator thinks of it.
    """
    view = _to_decide(db, actor, reply_id, seq)
    if found := personal.kinds_in(view.written.text):
        kinds = _("、").join(found)
        raise DomainError(_("说明里有%(kinds)s，不能公开。请以“含有个人信息”为由退回企业修改。", kinds=kinds))
    _decide(db, actor, view, ACCEPTED, on)


def refuse(db: Session, actor: Actor, reply_id: str, *, seq: int, code: str, note: str, on: date) -> None:
    """Refuse a reply for one of the listed reasons; the enterprise may revise a first one once."""
    view = _to_decide(db, actor, reply_id, seq)
    if code not in REASONS:
        raise DomainError(_("请选择不予公开的理由。"))
    step = REFUSED if view.last.step == SUBMITTED else REJECTED
    _decide(db, actor, view, step, on, code, note.strip()[:LONGEST])


def _to_decide(db: Session, actor: Actor, reply_id: str, seq: int) -> ReplyView:
    lock(db, f"reply:{reply_id}")
    view = moderated(db, actor, reply_id)
    place = registry.estate(db, view.estate_code).division_code
    require(policy.may_moderate(actor, place, hands_on(db, view)), _("您参与过这一结果，不能审核对它的说明。"))
    if view.last.seq != seq or not view.is_waiting:
        raise Conflict(_("这条说明已经有人处理过。请刷新后再看。"))
    return view


def _decide(db: Session, actor: Actor, view: ReplyView, step: str, on: date, code: str = "", note: str = "") -> None:
    _step(db, actor, view.id, view.last.seq + 1, step, on, code=code, note=note)
    deadlines.close(db, actor, RULE, f"reply:{view.id}", outcome=step, on=on)
    audit.record(db, actor, f"reply.{step}", f"reply:{view.id}", {"reason": code} if code else {})
    with using("zh"):
        texts = {
            ACCEPTED: _("%(estate)s%(period)s的说明已审核通过，与结果一起公开。"),
            REFUSED: _("%(estate)s%(period)s的说明没有通过审核，可以修改一次。"),
            REJECTED: _("%(estate)s%(period)s的说明修改后仍没有通过审核，不予公开。"),
        }
    params = {"estate": registry.estate(db, view.estate_code).name, "period": view.period}
    values = {"period": view.period, "code": view.estate_code}
    notices.inform(db, notices.To(uscc=view.uscc), texts[step], params, "replies.result", values, on)


def release_photo(db: Session, actor: Actor, photo_id: str, boxes: Sequence[Box]) -> str:
    """Release a copy of a photo with the boxes blacked out; the same boxes again change nothing."""
    photo = _photo(db, actor, photo_id)
    if len(boxes) > MOST_BOXES:
        raise DomainError(_("一张照片最多画%(n)s个遮挡框。", n=MOST_BOXES))
    drawn = json.dumps([list(box) for box in boxes])
    if photo.public_sha256 and photo.boxes == drawn:
        return photo.public_sha256
    copy = store().put(public_copy(store().read(photo.sha256), boxes))
    checks.note_file(db, copy, JPEG, Audience.PUBLIC)
    _add_release(db, actor, photo_id, copy.sha256, drawn)
    audit.record(db, actor, "reply-photo.released", f"photo:{photo_id}", {"boxes": len(boxes), "sha256": copy.sha256})
    return copy.sha256


def withdraw_photo(db: Session, actor: Actor, photo_id: str) -> bool:
    """Take a released copy back; false when none is out."""
    photo = _photo(db, actor, photo_id)
    if not photo.public_sha256:
        return False
    _add_release(db, actor, photo_id, "", "[]")
    audit.record(db, actor, "reply-photo.withdrawn", f"photo:{photo_id}", {"sha256": photo.public_sha256})
    return True


def _photo(db: Session, actor: Actor, photo_id: str) -> PhotoView:
    lock(db, f"reply-photo:{photo_id}")
    photo = queries.photo(db, photo_id)
    if photo is None:
        raise NotFound(_("没有找到这张照片。"))
    view = moderated(db, actor, photo.reply_id)
    require(policy.may_moderate(actor, registry.estate(db, view.estate_code).division_code, hands_on(db, view)))
    return photo


def _add_release(db: Session, actor: Actor, photo_id: str, sha256: str, boxes: str) -> None:
    last = db.scalar(select(func.max(ReplyPhotoRelease.seq)).where(ReplyPhotoRelease.photo_id == photo_id)) or 0
    row = {"photo_id": photo_id, "seq": last + 1, "public_sha256": sha256, "boxes": boxes, "actor": actor.audit_name,
           "at": clock.now()}  # fmt: skip
    db.execute(insert(ReplyPhotoRelease), [row])
