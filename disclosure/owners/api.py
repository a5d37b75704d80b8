"""What others may know of owners: who of them asks, and the questions about the common funds with their answers."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from flask import g, has_request_context
from sqlalchemy.orm import Session

from disclosure.owners import queries
from disclosure.owners.flags import flags_of
from disclosure.owners.models import FundQuestion
from disclosure.owners.queries import Answer as Answer
from disclosure.owners.queries import Owner as Owner
from disclosure.owners.queries import Question as Question
from disclosure.owners.service.questions import answer as answer
from disclosure.owners.service.questions import ask as ask
from disclosure.owners.service.register import find_owner as find_owner
from disclosure.owners.service.register import give_code as give_code
from disclosure.owners.service.register import paper_codes as paper_codes
from disclosure.owners.service.sessions import owner_for_session as owner_for_session
from disclosure.owners.service.sessions import prune
from portal.kernel.db import transaction
from portal.kernel.flags import Flag
from portal.kernel.jobs import Job
from portal.registry import api as registry

COOKIE = "portal_owner"


@dataclass(frozen=True)
class Unanswered:
    """Questions without an answer on a day: by estate code, and by the code of the street."""

    by_estate: dict[str, int]
    by_street: dict[str, int]


def owner_of_request(db: Session) -> Owner | None:
    """The owner who makes this request, on owners' pages only; never on public ones, which are the same for all."""
    return getattr(g, "owner", None) if has_request_context() else None


def questions(db: Session, estate_code: str, limit: int | None = None) -> list[Question]:
    """An estate's questions as anybody may read them, the newest first: the words only once answered."""
    found = queries.question_records(db, FundQuestion.estate_code == estate_code, limit=limit)
    return [one.public for one in found]


def unanswered(db: Session, on: date) -> Unanswered:
    """How many questions had no answer at the end of a day, by estate and by street."""
    estates = queries.open_by_estate(db, on)
    streets: dict[str, int] = {}
    if estates:
        frame = registry.estates_frame(db, on)
        places = dict(zip(frame["estate_code"], frame["division_code"], strict=True))
        for code, count in estates.items():
            street = str(places.get(code, ""))[:9].ljust(12, "0")
            streets[street] = streets.get(street, 0) + count
    return Unanswered(estates, streets)


def record_flags(
    db: Session, *, refs: Collection[str], as_of: date | None = None, known_at: datetime | None = None
) -> dict[str, tuple[Flag, ...]]:
    """Lines of the common funds that an owner objects to: the answer to ``record.flags``."""
    return flags_of(db, refs, as_of, known_at)


def _forget() -> dict[str, int]:
    with transaction() as db:
        return {"rows": prune(db)}


def jobs() -> list[Job]:
    """What the worker runs: tries, requests and sessions of owners are forgotten after a month."""
    return [Job("owners-prune", _forget, cron="25 3 * * *")]
