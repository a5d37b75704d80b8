"""Photos of a check: keep an original, release a masked public copy, take it back.

A file is put into the store before its row: if anything fails in between, an unnamed file lies there and harms nobody.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.kernel import audit, clock, ids
from portal.kernel.access import Actor, require
from portal.kernel.classes import Audience
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.files import StoredFile, store
from portal.kernel.files_record import StoredFile as FileRow
from portal.kernel.i18n import _
from portal.kernel.images import Box, inspect, public_copy, thumbnail
from portal.registry import api as registry
from scoring.checks import policy
from scoring.checks.models import MonthlyCheck, Photo, PhotoRelease
from scoring.checks.verbs import record
from scoring.standards import api as standards

JPEG = "image/jpeg"
MOST_BOXES = 50


@dataclass(frozen=True)
class AddedPhoto:
    """A photo as it was kept: its id, and the SHA-256 of the original and of the small copy."""

    id: str
    sha256: str
    thumbnail: str


def add_photo(db: Session, actor: Actor, check_id: str, item_code: str, data: bytes, filename: str = "") -> AddedPhoto:
    """Keep a photo of one item of a draft. The same photo of the same item twice is kept once.

    Raises ``DomainError`` when the bytes are no whole picture of an allowed kind and size, ``Conflict`` when the
    check is no draft.
    """
    held = record.hold(db, actor, check_id)
    require(policy.may_file(actor, held.estate.division_code))
    record.refuse_interest(db, actor, held.estate)
    record.expect(held, "draft", "returned")
    if item_code not in standards.view(db, held.check.standard_version).items:
        raise DomainError(_("检查标准没有检查项%(item)s。", item=item_code))
    picture, small = inspect(data, filename), thumbnail(data)
    original, little = store().put(data), store().put(small)
    own = (Photo.check_id == check_id, Photo.item_code == item_code, Photo.sha256 == original.sha256)
    if found := db.scalar(select(Photo.id).where(*own).limit(1)):
        return AddedPhoto(found, original.sha256, little.sha256)
    note_file(db, original, picture.media_type, Audience.STAFF)
    note_file(db, little, JPEG, Audience.STAFF)
    photo_id = ids.new_id()
    row = {
        "id": photo_id, "check_id": check_id, "item_code": item_code, "sha256": original.sha256,
        "thumbnail": little.sha256, "media_type": picture.media_type, "width": picture.width,
        "height": picture.height, "taken_at": picture.taken_at, "latitude_e6": _millionths(picture.latitude),
        "longitude_e6": _millionths(picture.longitude), "uploaded_by": actor.login, "received_at": clock.now(),
    }  # fmt: skip
    db.execute(insert(Photo), [row])
    audit.record(db, actor, "photo.added", f"photo:{photo_id}", {"check": check_id, "item": item_code,
                                                                "sha256": original.sha256})  # fmt: skip
    return AddedPhoto(photo_id, original.sha256, little.sha256)


def release_photo(db: Session, actor: Actor, photo_id: str, boxes: Sequence[Box]) -> str:
    """Release a public copy without EXIF, the boxes blacked out; answers the SHA-256 of the copy.

    ``boxes``: (x, y, width, height) in ten-thousandths of the upright picture. The same boxes again change nothing.
    """
    photo = _photo_to_release(db, actor, photo_id)
    if len(boxes) > MOST_BOXES:
        raise DomainError(_("一张照片最多画%(n)s个遮挡框。", n=MOST_BOXES))
    drawn = json.dumps([list(box) for box in boxes])
    last = _last_release(db, photo_id)
    if last and last.public_sha256 and last.boxes == drawn:
        return last.public_sha256
    copy = store().put(public_copy(store().read(photo.sha256), boxes))
    note_file(db, copy, JPEG, Audience.PUBLIC)
    _add_release(db, actor, photo_id, copy.sha256, drawn, "")
    detail = {"check": photo.check_id, "item": photo.item_code, "boxes": len(boxes), "sha256": copy.sha256}
    audit.record(db, actor, "photo.released", f"photo:{photo_id}", detail)
    return copy.sha256


def withdraw_photo(db: Session, actor: Actor, photo_id: str, reason: str) -> bool:
    """Take a public copy back; false when none is public."""
    photo = _photo_to_release(db, actor, photo_id)
    last = _last_release(db, photo_id)
    if last is None or not last.public_sha256:
        return False
    if not reason.strip():
        raise DomainError(_("请写明撤回照片的理由。"))
    _add_release(db, actor, photo_id, "", "[]", reason.strip())
    detail = {"check": photo.check_id, "sha256": last.public_sha256, "reason": reason.strip()}
    audit.record(db, actor, "photo.withdrawn", f"photo:{photo_id}", detail)
    return True


def note_file(db: Session, file: StoredFile, media_type: str, audience: Audience) -> None:
    """Declare who may see a stored file; the widest audience ever declared for the same bytes stays."""
    known = db.get(FileRow, file.sha256)
    if known is None:
        db.add(FileRow(sha256=file.sha256, media_type=media_type, size=file.size, audience=int(audience),
                       recorded_at=clock.now()))  # fmt: skip
    elif known.audience > audience:
        known.audience = int(audience)
    db.flush()


def _photo_to_release(db: Session, actor: Actor, photo_id: str) -> Photo:
    held = select(Photo).where(Photo.id == photo_id)
    photo = db.scalars(held).one_or_none()
    if photo is None:
        raise NotFound(_("没有找到这张照片。"))
    check = db.scalars(select(MonthlyCheck).where(MonthlyCheck.id == photo.check_id).with_for_update()).one()
    estate = registry.estate(db, check.estate_code)
    if not policy.may_read(actor, estate.division_code):
        raise NotFound(_("没有找到这张照片。"))
    require(policy.may_release(actor, estate.division_code))
    record.refuse_interest(db, actor, estate)
    return photo


def _last_release(db: Session, photo_id: str) -> PhotoRelease | None:
    own = select(PhotoRelease).where(PhotoRelease.photo_id == photo_id)
    return db.scalars(own.order_by(PhotoRelease.seq.desc()).limit(1)).one_or_none()


def _add_release(db: Session, actor: Actor, photo_id: str, sha256: str, boxes: str, reason: str) -> None:
    seq = record.next_seq(db, PhotoRelease.seq, PhotoRelease.photo_id == photo_id)
    row = {"photo_id": photo_id, "seq": seq, "public_sha256": sha256, "boxes": boxes, "reason": reason,
           "actor": actor.audit_name, "at": clock.now()}  # fmt: skip
    db.execute(insert(PhotoRelease), [row])


def _millionths(degrees: float | None) -> int | None:
    return None if degrees is None else round(degrees * 1_000_000)
