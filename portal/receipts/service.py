"""Issue a receipt, read it again for whoever holds it, and note each query. Nothing here commits.

A receipt is no deed on the record: it changes nothing that is public, so it has its own journal (``query_log``) and no row
of the audit log, whose rows tell when the data last moved.
"""

import base64
import hashlib
import hmac
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel import audit, clock, keys
from portal.kernel.access import Actor
from portal.kernel.db import lock
from portal.receipts import codes, verifier
from portal.receipts.models import Receipt
from portal.receipts.signing import note_key

HOLDER_CHARACTERS = 10


@dataclass(frozen=True)
class Number:
    """The issue number of a certificate, ``2025-000012``: unbroken within its series, here ``plaque:2025``.

    A record named by ``ref`` has one certificate of a kind.
    """

    series: str
    ref: str | None = None

    def text(self, seq: int) -> str:
        """The number as it is printed."""
        return f"{self.series.partition(':')[2]}-{seq:06d}"


def issue(
    db: Session,
    kind: str,
    *,
    as_of: date,
    known_at: datetime,
    snapshot: str,
    items: Sequence[Any],
    number: Number | None = None,
) -> dict[str, Any]:
    """A signed receipt, kept by its id: ``{"payload", "key_id", "signature"}`` (contract, section 4).

    ``items`` hold texts, integers, booleans, lists and objects only. With a number, its text enters every item as
    ``number``.
    """
    code, now = codes.new_code(), clock.now()
    seq = _next(db, number.series) if number else None
    numbered = {"number": number.text(seq)} if number and seq else {}
    payload = {
        "type": kind,
        "id": code,
        "issued_at": clock.instant_text(now),
        "as_of": as_of.isoformat(),
        "known_at": clock.instant_text(known_at),
        "snapshot": snapshot,
        "items": [{**numbered, **item} for item in items] if numbered else list(items),
    }
    packed = verifier.canonical(payload)
    key_id, key = keys.key_ring().signing_key()
    note_key(db, key_id)
    signature = verifier.encode(key.sign(packed))
    under = f"receipts:{clock.today():%Y-%m}"
    db.add(
        Receipt(
            id=code,
            type=kind,
            issued_at=now,
            as_of=as_of,
            known_at=known_at,
            snapshot=snapshot,
            rows=len(items),
            key_id=key_id,
            signature=signature,
            sealed=_sealed(db, under, packed),
            sealed_under=under,
            ref=number.ref if number else None,
            series=number.series if number else None,
            seq=seq,
        )  # fmt: skip
    )
    db.flush()
    return {"payload": payload, "key_id": key_id, "signature": signature}


def _next(db: Session, series: str) -> int:
    """The next number of a series: numbers have no gaps, so one transaction at a time takes one."""
    lock(db, f"receipts:{series}")
    return int(db.scalar(select(func.max(Receipt.seq)).where(Receipt.series == series)) or 0) + 1


def _sealed(db: Session, under: str, packed: bytes) -> str:
    if db.get(keys.SubjectKey, under) is None:
        lock(db, under)  # the first receipt of a month makes the key of that month, once
    return keys.seal(db, under, base64.b64encode(zlib.compress(packed, 6)).decode())


def opened(db: Session, row: Receipt) -> dict[str, Any] | None:
    """The receipt of a row as it was handed out; None once the key of its month is destroyed."""
    packed = keys.unseal(db, row.sealed_under, row.sealed)
    if packed is None:
        return None
    payload = json.loads(zlib.decompress(base64.b64decode(packed)))
    return {"payload": payload, "key_id": row.key_id, "signature": row.signature}


def holder_code(signature: str) -> str:
    """What only the receipt itself tells: 50 bits of its signature's digest, printed on it as ``XXXXX-XXXXX``."""
    digest = int.from_bytes(hashlib.sha256(signature.encode()).digest()[:8], "big") >> 14
    return codes.encode(digest, HOLDER_CHARACTERS)


def holds(row: Receipt, given: str) -> bool:
    """Whether somebody who gives this code holds the receipt."""
    code = codes.plain(given)
    return hmac.compare_digest(code.encode(), holder_code(row.signature).encode())


def rotate_signing_key(db: Session, actor: Actor) -> str:
    """A new signing key for what is signed from now on; old ones stay for verifying. Returns its id."""
    ring = keys.key_ring()
    old = ring.current("signing").key_id
    note_key(db, old)
    new = ring.rotate("signing")
    note_key(db, new)
    audit.record(db, actor, "key.rotated", f"key:{new}", {"old": old, "new": new})
    return new
