"""Reads of receipts."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.receipts.models import Receipt


def receipt(db: Session, code: str) -> Receipt | None:
    """The row of an id."""
    return db.get(Receipt, code)


def certificate(db: Session, kind: str, ref: str) -> Receipt | None:
    """The numbered receipt of a record."""
    return db.scalars(select(Receipt).where(Receipt.type == kind, Receipt.ref == ref)).one_or_none()
