"""What receipts say goes with the key of their month; that they were issued, signed and how many rows they had stays."""

import calendar
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.kernel import keys
from portal.kernel.retention import Ended, Keeper, still_sealed
from portal.receipts.models import Receipt


def keepers(_db: Session) -> list[Keeper]:
    """The answer to ``retention.due``."""
    return [Keeper("receipts", _months, _clear)]


def _last_day(subject: str) -> date:
    year, month = (int(part) for part in subject.removeprefix("receipts:").split("-"))
    return date(year, month, calendar.monthrange(year, month)[1])


def _months(db: Session, before: date) -> list[Ended]:
    rows = db.execute(
        select(Receipt.sealed_under, func.count()).group_by(Receipt.sealed_under).order_by(Receipt.sealed_under)
    )
    months = {subject: count for subject, count in rows if _last_day(subject) <= before}
    return still_sealed(db, [Ended(one, _last_day(one), count=count) for one, count in months.items()])


def _clear(db: Session, subjects: Sequence[str], at: datetime) -> int:
    count = db.scalar(select(func.count()).where(Receipt.sealed_under.in_(subjects))) or 0
    keys.bury(db, subjects, at)
    return count
