"""Vouchers and contracts: kept by their hash, attached to lines, shown to others only as a redacted copy."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from disclosure.funds import api as funds
from disclosure.ledger import papers, places, policy
from disclosure.ledger.models import VOUCHERS, LedgerAttachment, LedgerVoucher, LedgerVoucherCopy
from disclosure.ledger.queries import Key
from portal.kernel import audit, clock
from portal.kernel.access import Actor, require
from portal.kernel.classes import Audience
from portal.kernel.db import lock
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.files import store
from portal.kernel.i18n import _
from portal.kernel.ids import new_id
from portal.kernel.images import Box, inspect, public_copy
from scoring.checks import api as checks

MAX_FILE, MOST_BOXES = 15 * 1024 * 1024, 50
PDF, JPEG = "application/pdf", "image/jpeg"


def media_type_of(data: bytes) -> str:
    """What a file is, told by its content. DomainError unless it is a PDF or a whole picture."""
    if len(data) > MAX_FILE:
        raise DomainError(_("文件超过%(n)sMB，没有上传。请压缩后再传。", n=MAX_FILE // (1024 * 1024)))
    if data.startswith(b"%PDF-"):
        return PDF
    return inspect(data, _("凭证")).media_type


def add(
    db: Session, actor: Actor, estate_code: str, kind: str, title: str, data: bytes, keys: Collection[Key], *, on: date
) -> str:
    """Keep a voucher and attach it to lines of the estate; the same file again is the same voucher. Answers its id."""
    found = places.readable(db, actor, estate_code)
    require(policy.may_classify(actor, found.division_code, found.uscc))
    if kind not in VOUCHERS or not title.strip():
        raise DomainError(_("请选择凭证种类，并写明名称。"))
    media_type = media_type_of(data)
    lock(db, f"vouchers:{estate_code}")
    kept = store().put(data, MAX_FILE)
    own = (LedgerVoucher.estate_code == estate_code, LedgerVoucher.original_sha256 == kept.sha256)
    voucher_id = db.scalar(select(LedgerVoucher.id).where(*own))
    if voucher_id is None:
        voucher_id = new_id()
        checks.note_file(db, kept, media_type, Audience.STAFF)
        db.add(LedgerVoucher(id=voucher_id, estate_code=estate_code, kind=kind, title=title.strip()[:200],
                             original_sha256=kept.sha256, media_type=media_type, actor=actor.audit_name, on=on,
                             recorded_at=clock.now()))  # fmt: skip
        db.flush()
        detail = {"estate": estate_code, "kind": kind, "sha256": kept.sha256}
        audit.record(db, actor, "voucher.added", f"voucher:{voucher_id}", detail)
    for key in keys:
        _attach(db, actor, voucher_id, estate_code, key, "on", "")
    return voucher_id


def attach(db: Session, actor: Actor, voucher_id: str, key: Key) -> bool:
    """Attach a voucher that is kept already to one more line. False when it is attached."""
    row = _own(db, actor, voucher_id)
    return _attach(db, actor, voucher_id, row.estate_code, key, "on", "")


def detach(db: Session, actor: Actor, voucher_id: str, key: Key, *, reason: str) -> bool:
    """Take a voucher off a line, with a public reason; the file is kept. False when it is not attached."""
    row = _own(db, actor, voucher_id)
    if not reason.strip():
        raise DomainError(_("请写明取下凭证的理由，理由会公开。"))
    return _attach(db, actor, voucher_id, row.estate_code, key, "off", reason.strip())


def _own(db: Session, actor: Actor, voucher_id: str) -> LedgerVoucher:
    row = db.get(LedgerVoucher, voucher_id)
    if row is None:
        raise NotFound(_("没有找到这份凭证。"))
    found = places.readable(db, actor, row.estate_code)
    require(policy.may_classify(actor, found.division_code, found.uscc))
    lock(db, f"vouchers:{row.estate_code}")
    return row


def _attach(db: Session, actor: Actor, voucher_id: str, estate: str, key: Key, step: str, reason: str) -> bool:
    line = funds.line(db, *key)
    if funds.account(db, line.account_code).estate_code != estate:
        raise DomainError(_("这份凭证不是这个小区的。"))
    mine = (LedgerAttachment.year == key[0], LedgerAttachment.line_id == key[1],
            LedgerAttachment.voucher_id == voucher_id)  # fmt: skip
    last = db.scalars(select(LedgerAttachment).where(*mine).order_by(LedgerAttachment.seq.desc()).limit(1)).first()
    if (last.step if last else "off") == step:
        return False
    db.add(LedgerAttachment(year=key[0], line_id=key[1], voucher_id=voucher_id, seq=last.seq + 1 if last else 1,
                            step=step, reason=reason, actor=actor.audit_name, recorded_at=clock.now()))  # fmt: skip
    db.flush()
    name = "voucher.attached" if step == "on" else "voucher.detached"
    audit.record(db, actor, name, line.ref, {"voucher": voucher_id, "reason": reason})
    return True


# --- the redacted copy ------------------------------------------------------------------------------------------------


def release(db: Session, actor: Actor, voucher_id: str, boxes: Sequence[Box]) -> str:
    """Make the redacted copy of a picture public, the boxes blacked out; answers its SHA-256."""
    row = _to_release(db, actor, voucher_id)
    if row.media_type == PDF:
        raise DomainError(_("PDF凭证请另传一份遮挡后的文件。"))
    if len(boxes) > MOST_BOXES:
        raise DomainError(_("一张照片最多画%(n)s个遮挡框。", n=MOST_BOXES))
    return _release(db, actor, row, public_copy(store().read(row.original_sha256), boxes), JPEG)


def release_file(db: Session, actor: Actor, voucher_id: str, data: bytes) -> str:
    """Make a file public that was redacted elsewhere; a picture loses what it says about camera and place."""
    row = _to_release(db, actor, voucher_id)
    media_type = media_type_of(data)
    if store().put(data, MAX_FILE).sha256 == row.original_sha256:
        raise DomainError(_("这是凭证原件。请先遮挡姓名、电话、账号和房号，再上传。"))
    return _release(
        db, actor, row, data if media_type == PDF else public_copy(data, ()), PDF if media_type == PDF else JPEG
    )


def take_back(db: Session, actor: Actor, voucher_id: str, *, reason: str) -> bool:
    """Nobody sees the copy any more. False when none is public."""
    row = _to_release(db, actor, voucher_id)
    last = papers.copy_of(db, voucher_id)
    if last is None or not last.public_sha256:
        return False
    if not reason.strip():
        raise DomainError(_("请写明撤回的理由。"))
    _note(db, actor, row, "", "", reason.strip())
    audit.record(db, actor, "voucher.taken-back", f"voucher:{voucher_id}", {"reason": reason.strip()})
    return True


def _to_release(db: Session, actor: Actor, voucher_id: str) -> LedgerVoucher:
    row = db.get(LedgerVoucher, voucher_id)
    if row is None:
        raise NotFound(_("没有找到这份凭证。"))
    found = places.readable(db, actor, row.estate_code)
    require(policy.may_release(actor, found.division_code, found.uscc, row.actor))
    lock(db, f"vouchers:{row.estate_code}")
    return row


def _release(db: Session, actor: Actor, row: LedgerVoucher, data: bytes, media_type: str) -> str:
    copy = store().put(data, MAX_FILE)
    last = papers.copy_of(db, row.id)
    if last is not None and last.public_sha256 == copy.sha256:
        return copy.sha256
    checks.note_file(db, copy, media_type, Audience.PUBLIC)
    _note(db, actor, row, copy.sha256, media_type, "")
    audit.record(db, actor, "voucher.released", f"voucher:{row.id}", {"sha256": copy.sha256})
    return copy.sha256


def _note(db: Session, actor: Actor, row: LedgerVoucher, sha256: str, media_type: str, reason: str) -> None:
    last = db.scalar(select(func.max(LedgerVoucherCopy.seq)).where(LedgerVoucherCopy.voucher_id == row.id)) or 0
    db.add(LedgerVoucherCopy(voucher_id=row.id, seq=last + 1, public_sha256=sha256, media_type=media_type,
                             reason=reason, actor=actor.audit_name, recorded_at=clock.now()))  # fmt: skip
    db.flush()
