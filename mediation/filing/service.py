"""Applications that are not sent yet: saved under a code of 128 random bits, gone when they are sent or after 30 days."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation.filing.models import MediationDraft
from portal.kernel import audit, clock, ids, keys
from portal.kernel.errors import DomainError, NotFound
from portal.kernel.i18n import _
from portal.receipts.api import new_code, read_code

KEPT = timedelta(days=30)
LONGEST = 4000
TYPED = (
    "name",
    "phone",
    "unit",
    "other_name",
    "claim",
    "representative",
)  # what stands in a form before anybody typed is no draft


@dataclass(frozen=True)
class Draft:
    """What was typed so far, by field."""

    estate_code: str
    values: dict[str, str]


def _subject(row: MediationDraft) -> str:
    return f"mediation:draft-{row.id}"


def _hash(code: str) -> tuple[str, str]:
    key_id = keys.key_ring().ids("identity")[0]
    return key_id, keys.key_ring().mac(key_id, hashlib.sha256(f"mediation-draft:{code}".encode()).digest())


def _row(db: Session, text: str) -> MediationDraft | None:
    code = read_code(text)
    row = db.scalar(select(MediationDraft).where(MediationDraft.code_hash == _hash(code)[1])) if code else None
    return row if row is not None and row.expires_at > clock.now() else None


def save(db: Session, estate_code: str, values: Mapping[str, str], code: str = "") -> str:
    """Keep what was typed for 30 days from now; answers its code: the given one where it opens a draft of this estate."""
    if not any(values.get(name, "").strip() for name in TYPED):
        raise DomainError(_("还没有填写内容，请填写后再保存。"))
    row, code = _row(db, code), read_code(code) or ""
    said = {name: text[:LONGEST] for name, text in values.items()}
    if row is None or row.estate_code != estate_code:
        code = new_code()
        key_id, hashed = _hash(code)
        row = MediationDraft(id=ids.new_id(), estate_code=estate_code, code_hash=hashed, key_id=key_id)
    row.content = keys.seal(db, _subject(row), audit.canonical(said))
    row.saved_at, row.expires_at = clock.now(), clock.now() + KEPT
    db.add(row)
    db.flush()
    return code


def draft(db: Session, code: str) -> Draft:
    """What was saved. ``NotFound`` alike for a code that never was and one whose time is over."""
    row = _row(db, code)
    text = keys.unseal(db, _subject(row), row.content) if row else None
    if row is None or not text:
        raise NotFound(_("没有找到这个编号。请核对后再试。"))
    return Draft(row.estate_code, json.loads(text))


def drop(db: Session, code: str) -> None:
    """Forget a draft that was sent; nothing where there is none."""
    row = _row(db, code)
    if row is not None:
        _forget(db, row)


def _forget(db: Session, row: MediationDraft) -> None:
    keys.destroy(db, _subject(row), clock.now())
    db.delete(row)
    db.flush()


def prune(db: Session) -> int:
    """Forget drafts whose time is over; says how many."""
    rows = list(db.scalars(select(MediationDraft).where(MediationDraft.expires_at <= clock.now())))
    for row in rows:
        _forget(db, row)
    return len(rows)
