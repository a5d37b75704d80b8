"""What others may know of the things opened beside the money."""

from collections.abc import Collection
from datetime import date

from sqlalchemy.orm import Session

from disclosure.opened import queries
from disclosure.opened.kinds import Kind as Kind
from disclosure.opened.kinds import Words as Words
from disclosure.opened.kinds import kinds as kinds
from disclosure.opened.kinds import sections as sections
from disclosure.opened.queries import Entry as Entry
from disclosure.opened.queries import Standing as Standing
from disclosure.opened.queries import lacking as lacking
from disclosure.opened.service import NewEntry as NewEntry
from disclosure.opened.service import keep_file as keep_file
from disclosure.opened.service import open_entry as open_entry
from disclosure.opened.service import open_many as open_many
from disclosure.opened.service import withdraw as withdraw
from disclosure.opened.votes import outcome as vote_outcome  # noqa: F401


def standings(db: Session, estate_code: str, on: date) -> list[Standing]:
    """Every kind's standing at an estate on a day, in the order of a page, entries newest first."""
    return queries.standings_of(queries.entries(db, [estate_code]), on)


def withdrawn(db: Session, estate_code: str) -> list[Entry]:
    """Entries of an estate that were taken back, with day and reason, the newest first."""
    return [one for one in queries.entries(db, [estate_code]) if one.withdrawn is not None]


def lifts(db: Session, estates: Collection[str] | None = None) -> dict[str, int]:
    """Estate code to its number of lifts, where that was opened."""
    found = {code: int(facts["lifts"]) for code, facts in queries.facts_of_kind(db, "lift").items()}
    return found if estates is None else {code: count for code, count in found.items() if code in estates}
