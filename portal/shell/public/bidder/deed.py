"""A check as a deed: answer from one reading view, then sign, keep and note it in one short transaction."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from portal.kernel.db import transaction
from portal.receipts import api as receipts
from portal.shell.public.bidder import answer
from portal.shell.public.bidder.questions import Question


def asker(channel: str) -> receipts.Asker:
    """Who asks in this request."""
    return receipts.Asker(channel, request.remote_addr or "")


def checked(
    db: Session, who: receipts.Asker, questions: Sequence[Question], as_of: date, known_at: datetime | None = None
) -> tuple[answer.Answer, dict[str, Any]]:
    """(the answer, its receipt). Raises ``receipts.TooMany`` when this address asks too often."""
    receipts.refuse_flood(db, who.address)
    found = answer.check(db, questions, as_of, known_at)
    with transaction() as writing:
        receipt = receipts.issue(
            writing, answer.KIND, as_of=found.as_of, known_at=found.known_at, snapshot=found.snapshot, items=found.items
        )
        receipts.note_query(writing, who, answer.KIND, len(found.items), receipt["payload"]["id"])
    return found, receipt
