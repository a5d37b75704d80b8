"""What other rooms may ask of the receipts: signed answers, their keys, codes nobody can guess, and the offline verifier."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel.pdf import qr_image as qr_image
from portal.receipts import queries, service, signing, verifier
from portal.receipts.codes import new_code as new_code
from portal.receipts.codes import printed as printed
from portal.receipts.codes import read as read_code
from portal.receipts.codes import verify_address as verify_address
from portal.receipts.journal import OPEN_TO_ALL as OPEN_TO_ALL
from portal.receipts.journal import WINDOW as QUOTA_WINDOW
from portal.receipts.journal import Asker as Asker
from portal.receipts.journal import Quota as Quota
from portal.receipts.journal import TooMany as TooMany
from portal.receipts.journal import count_look as count_look
from portal.receipts.journal import note as note_query
from portal.receipts.journal import refuse_flood as refuse_flood

VERIFIER = Path(verifier.__file__)
GENUINE, ALTERED, SUPERSEDED = verifier.GENUINE, verifier.ALTERED, verifier.SUPERSEDED

Number = service.Number
canonical = verifier.canonical
issue = service.issue
holder_code = service.holder_code
rotate_signing_key = service.rotate_signing_key
jwk_set = signing.jwk_set

__all__ = [
    "ALTERED", "GENUINE", "OPEN_TO_ALL", "QUOTA_WINDOW", "SUPERSEDED", "VERIFIER", "Asker", "Look", "Number", "Quota", "TooMany", "Verdict",
    "canonical", "certificate", "contents", "count_look", "holder_code", "holds", "issue", "jwk_set", "look_up",
    "new_code", "note_query", "printed", "qr_image", "read_code", "refuse_flood", "rotate_signing_key", "verify",
    "verify_address",
]  # fmt: skip


@dataclass(frozen=True)
class Look:
    """What anybody may know of a receipt by its id: that it was issued, when, of which kind and for which day."""

    id: str
    type: str
    issued_at: datetime
    as_of: date
    known_at: datetime
    snapshot: str
    rows: int
    key_id: str
    ref: str | None
    number: tuple[str, int] | None


@dataclass(frozen=True)
class Verdict:
    """``genuine`` or ``altered`` with the reason; ``is_filed``: a receipt with this id and signature was issued here."""

    verdict: str
    detail: str
    receipt: dict[str, Any] | None = None
    is_filed: bool = False


def _look(row: Any) -> Look:
    number = (row.series, row.seq) if row.series else None
    return Look(
        row.id, row.type, row.issued_at, row.as_of, row.known_at, row.snapshot, row.rows, row.key_id, row.ref, number
    )


def look_up(db: Session, code: str) -> Look | None:
    """What anybody may know of a receipt; None when no such receipt was issued."""
    row = queries.receipt(db, code)
    return _look(row) if row else None


def certificate(db: Session, kind: str, ref: str) -> Look | None:
    """The certificate of a record, if one was issued."""
    row = queries.certificate(db, kind, ref)
    return _look(row) if row else None


def holds(db: Session, code: str, given: str) -> bool:
    """Whether who gives this holder's code holds the receipt."""
    row = queries.receipt(db, code)
    return row is not None and service.holds(row, given)


def contents(db: Session, code: str) -> dict[str, Any] | None:
    """A receipt as handed out, for its holder; None when there is none, or its month's key is destroyed."""
    row = queries.receipt(db, code)
    return service.opened(db, row) if row else None


def verify(db: Session, data: bytes) -> Verdict:
    """The verdict on the bytes of a receipt: the same judgement as the offline verifier's, with the keys known here."""
    keys = {key_id: verifier.decode(x) for key_id, x in signing.known_keys(db).items()}
    verdict, detail, receipt = verifier.check_bytes(data, keys)
    row = queries.receipt(db, str(receipt["payload"]["id"])) if receipt else None
    is_filed = row is not None and receipt is not None and row.signature == receipt["signature"]
    return Verdict(verdict, detail, receipt, is_filed)
