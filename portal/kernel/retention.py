"""What a room answers when it is asked for whose term of retention it minds (the announcement ``retention.due``).

The terms are data (``portal/operations/data/retention.json``); a room says what ended and clears what it is told to. It never
asks about terms or holds, and never deletes a journal: it destroys the key that sealed the personal values.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.kernel import keys


@dataclass(frozen=True)
class Ended:
    """Something whose term runs since ``on``. ``subject`` names it in a hold, ``part_of`` what it belongs to: a hold on
    ``estate:E-1`` holds every ``owner:…`` of that estate. ``count``: how many records go with it."""

    subject: str
    on: date
    part_of: tuple[str, ...] = ()
    count: int = 1


@dataclass(frozen=True)
class Keeper:
    """Who answers for one rule. ``ended``: what ended on or before a day and is still kept, in order; ``clear``: clears the
    named subjects within the caller's transaction and gives their number."""

    rule: str
    ended: Callable[[Session, date], list[Ended]]
    clear: Callable[[Session, Sequence[str], datetime], int]


def still_sealed(db: Session, found: Sequence[Ended]) -> list[Ended]:
    """Those whose key is still there: what was cleared before is not told again."""
    gone = keys.destroyed(db, [one.subject for one in found])
    return [one for one in found if one.subject not in gone]
