"""Contacts of members of the public who raised a point: gone when the point has been answered long enough."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel import keys
from portal.kernel.retention import Ended, Keeper, still_sealed
from scoring.adverse.models import Answer, Point


def keepers(_db: Session) -> list[Keeper]:
    """The answer to ``retention.due``."""
    return [Keeper("point-contacts", _ended, keys.bury)]


def _ended(db: Session, before: date) -> list[Ended]:
    rows = (
        select(Point.id, Point.ref, Answer.on)
        .join(Answer, Answer.point_id == Point.id)
        .where(Point.contact != "", Answer.on <= before)
        .order_by(Answer.on, Point.id)
    )
    found = [Ended(f"point:{point}", on, part_of=(ref,)) for point, ref, on in db.execute(rows)]
    return still_sealed(db, found)
