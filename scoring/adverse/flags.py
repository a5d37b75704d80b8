"""Side flags as every page shows them (announcement ``record.flags``), and which records are stayed."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.kernel.flags import Flag
from portal.kernel.i18n import _
from scoring.adverse import queries


def label(code: str) -> str:
    """A side flag in words."""
    return _("复议诉讼中") if code == "review" else _("暂停公示")


def record_flags(
    db: Session, *, refs: Collection[str], as_of: date | None = None, known_at: datetime | None = None
) -> Mapping[str, tuple[Flag, ...]]:
    """Reconsideration or lawsuit, and stay, of the records that carry them."""
    found = queries.marked(db, refs, as_of, known_at)
    return {ref: tuple(Flag(mark.code, label(mark.code), mark.on) for mark in marks) for ref, marks in found.items()}


def stayed(db: Session, as_of: date, known_at: datetime | None = None) -> frozenset[str]:
    """References of the records whose display is suspended on a day, as known at an instant."""
    return frozenset(queries.marked(db, None, as_of, known_at, code="stayed"))
