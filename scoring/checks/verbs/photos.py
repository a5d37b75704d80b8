"""Photos of a check: keep an original, release a masked public copy, take it back.

A file is put into the store before its row: if anything fails in between, an unnamed file lies there and harms nobody.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.kernel import audit, clock, copies, ids
from portal.kernel.access import Actor, require
from portal.kernel.classes import Audience
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.files import StoredFile, store
from portal.kernel.files_record import StoredFile as FileRow
from portal.kernel.i18n import _
from portal.kernel.images import Box, Picture, glance
from portal.registry import api as registry
from scoring.checks import policy
from scoring.checks.models import MonthlyCheck, Photo, PhotoRelease
from scoring.checks.verbs import record
from scoring.standards import api as standards

JPEG = "image/jpeg"
MOST_BOXES = 50


@dataclass(frozen=True)
class TakenPhoto:
    """An original that lies in the store, of one item: what it says about itself."""

    item_code: str
    file: StoredFile
    picture: Picture


@dataclass(frozen=True)
class AddedPhoto:
    """A photo as it was kept: its id, and the SHA-256 of the original."""

    id: str
    sha256: str


def take_photo(item_code: str, data: bytes, filename: str = "") -> TakenPhoto:
    """Put an original into the store: nothing is decoded, so that the person need not wait; copies are made afterwards.

    Before the transaction, so that nobody waits for the disk either. ``DomainError`` when the bytes are no whole picture of an allowed
    kind and size, as far as its header and structure tell.
    """
    picture = glance(data, filename)
    file = store().put(data)
    copies.wish(file.sha256)
    return TakenPhoto(item_code, file, picture)


def add_photo(db: Session, actor: Actor, check_id: str, item_code: str, data: bytes, filename: str = "") -> AddedPhoto:
    """Keep one photo of a draft: ``take_photo`` and ``add_photos``."""
    _held_to_photograph(db, actor, check_id)  # before anything is stored
    return add_photos(db, actor, check_id, [take_photo(item_code, data, filename)])[0]


def add_photos(db: Session, actor: Actor, check_id: str, taken: Sequence[TakenPhoto]) -> list[AddedPhoto]:
    """Keep photos of a draft, all or none. The same photo of the same item twice is kept once.

    Raises ``DomainError`` for an item that the checklist does not have, ``Conflict`` when the check is no draft.
    """
    held = _held_to_photograph(db, actor, check_id)
    items = standards.view(db, held.check.standard_version).items
    for photo in taken:
        if photo.item_code not in items:
            raise DomainError(_("检查标准没有检查项%(item)s。", item=photo.item_code))
    own = select(Photo.id, Photo.item_code, Photo.sha256).where(Photo.check_id == check_id)
    there = {(row.item_code, row.sha256): row.id for row in db.execute(own)}
    rows = []
    for photo in taken:
        place = (photo.item_code, photo.file.sha256)
        if place not in there:
            there[place] = ids.new_id()
            rows.append(_row(there[place], actor, check_id, photo))
            note_file(db, photo.file, photo.picture.media_type, Audience.STAFF)
            detail = {"check": check_id, "item": photo.item_code, "sha256": photo.file.sha256}
            audit.record(db, actor, "photo.added", f"photo:{there[place]}", detail)
    if rows:
        db.execute(insert(Photo), rows)
    return [AddedPhoto(there[photo.item_code, photo.file.sha256], photo.file.sha256) for photo in taken]


def _held_to_photograph(db: Session, actor: Actor, check_id: str) -> record.Held:
    held = record.hold(db, actor, check_id)
    require(policy.may_file(actor, held.estate.division_code))
    record.refuse_interest(db, actor, held.estate)
    record.expect(held, "draft", "returned")
    return held


def _row(photo_id: str, actor: Actor, check_id: str, photo: TakenPhoto) -> dict[str, object]:
    picture = photo.picture
    return {
        "id": photo_id, "check_id": check_id, "item_code": photo.item_code, "sha256": photo.file.sha256,
        "thumbnail": "", "media_type": picture.media_type, "width": picture.width,
        "height": picture.height, "taken_at": picture.taken_at, "latitude_e6": _millionths(picture.latitude),
        "longitude_e6": _millionths(picture.longitude), "uploaded_by": actor.login, "received_at": clock.now(),
    }  # fmt: skip


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
    copy = store().put(copies.to_release(photo.sha256, boxes))
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
