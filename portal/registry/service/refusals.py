"""Why a row of facts cannot be stored: which row, which field, and the sentence that says how to mend it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.kernel import hooks
from portal.kernel.errors import DomainError


@dataclass(frozen=True)
class Refusal:
    """``row`` is the place in the input, ``field`` the column's name."""

    row: int
    field: str
    message: str


class FieldRefused(DomainError):
    """A single record is refused because of one field: a form shows the sentence there."""

    def __init__(self, field: str, message: str):
        self.field = field
        super().__init__(message)


def refuse_first(refusals: Sequence[Refusal]) -> None:
    """Raise the first, if any: a single record has one row."""
    for refusal in refusals:
        raise FieldRefused(refusal.field, refusal.message)


def pinned_days(db: Session) -> dict[str, list[date]]:
    """The days on which published results hold each estate's facts, in order; empty when nothing is published."""
    days: dict[str, set[date]] = {}
    for answer in hooks.announce("registry.pinned", db):
        for estate, found in answer.items():
            days.setdefault(estate, set()).update(found)
    return {estate: sorted(found) for estate, found in days.items()}
