"""Photos of what was put right: release a masked public copy, take it back. As with the photos of checks."""

import json
from collections.abc import Sequence

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from portal.kernel import audit, clock, copies
from portal.kernel.access import Actor, require
from portal.kernel.classes import Audience
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.files import store
from portal.kernel.i18n import _
from portal.kernel.images import Box
from scoring.checks import api as checks
from scoring.rectification import policy, queries
from scoring.rectification.models import RectificationPhoto, RectificationPhotoRelease
from scoring.rectification.service.record import hold, refuse_interest

MOST_BOXES = 50
Release = RectificationPhotoRelease


def release_photo(db: Session, actor: Actor, photo_id: str, boxes: Sequence[Box]) -> str:
    """Release a public copy without EXIF, the boxes blacked out; answers its SHA-256. The same boxes again change nothing.

    ``boxes``: (x, y, width, height) in ten-thousandths of the upright picture. ``NotFound``, ``NotAllowed``.
    """
    photo, order_subject = _held(db, actor, photo_id)
    if len(boxes) > MOST_BOXES:
        raise DomainError(_("一张照片最多画%(n)s个遮挡框。", n=MOST_BOXES))
    drawn = json.dumps([list(box) for box in boxes])
    last = _last(db, photo_id)
    if last and last.public_sha256 and last.boxes == drawn:
        return last.public_sha256
    copy = store().put(copies.to_release(photo.sha256, boxes))
    checks.note_file(db, copy, "image/jpeg", Audience.PUBLIC)
    _add(db, actor, photo_id, copy.sha256, drawn, "")
    detail = {"photo": photo_id, "boxes": len(boxes), "sha256": copy.sha256}
    audit.record(db, actor, "order.photo_released", order_subject, detail)
    return copy.sha256


def withdraw_photo(db: Session, actor: Actor, photo_id: str, reason: str) -> bool:
    """Take a public copy back; False when none is public. ``DomainError`` without a reason."""
    _photo, order_subject = _held(db, actor, photo_id)
    last = _last(db, photo_id)
    if last is None or not last.public_sha256:
        return False
    if not reason.strip():
        raise DomainError(_("请写明撤回照片的理由。"))
    _add(db, actor, photo_id, "", "[]", reason.strip())
    detail = {"photo": photo_id, "sha256": last.public_sha256, "reason": reason.strip()}
    audit.record(db, actor, "order.photo_withdrawn", order_subject, detail)
    return True


def _held(db: Session, actor: Actor, photo_id: str) -> tuple[RectificationPhoto, str]:
    photo = queries.photo_row(db, photo_id)
    if photo is None:
        raise NotFound(_("没有找到这张照片。"))
    held = hold(db, actor, photo.order_id, None)
    require(policy.may_release(actor, held.estate.division_code))
    refuse_interest(db, actor, held.estate)
    return photo, held.order.subject


def _last(db: Session, photo_id: str) -> RectificationPhotoRelease | None:
    own = select(Release).where(Release.photo_id == photo_id)
    return db.scalars(own.order_by(Release.seq.desc()).limit(1)).one_or_none()


def _add(db: Session, actor: Actor, photo_id: str, sha256: str, boxes: str, reason: str) -> None:
    last = db.scalar(select(func.max(Release.seq)).where(Release.photo_id == photo_id)) or 0
    row = {"photo_id": photo_id, "seq": last + 1, "public_sha256": sha256, "boxes": boxes, "reason": reason,
           "actor": actor.audit_name, "at": clock.now()}  # fmt: skip
    db.execute(insert(Release), [row])
