"""What other features use of objections. Answers the announcement ``record.flags``."""

from collections.abc import Iterable, Iterator
from contextlib import suppress

from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.errors import NotFound
from scoring.objections import proceedings, queries
from scoring.objections.choices import FixChoice as FixChoice
from scoring.objections.choices import fix_choices
from scoring.objections.contested import Contested as Contested
from scoring.objections.contested import contested as contested
from scoring.objections.corrections import Correction as Correction
from scoring.objections.files import NewFile as NewFile
from scoring.objections.flags import record_flags as record_flags
from scoring.objections.queries import open_refs as open_refs
from scoring.objections.results import Result as Result
from scoring.objections.results import results_of as results_of
from scoring.objections.service.decision import Answer as Answer
from scoring.objections.service.decision import decide as decide
from scoring.objections.service.filing import file as file
from scoring.objections.service.filing import withdraw as withdraw
from scoring.objections.service.journal import bar_to_review
from scoring.objections.service.review import accept as accept
from scoring.objections.service.review import ask_extension as ask_extension
from scoring.objections.service.review import record_service as record_service
from scoring.objections.service.review import refuse as refuse
from scoring.objections.service.review import settle_extension as settle_extension

register_proceeding = proceedings.register


def who_may_review(db: Session, actors: Iterable[Actor], objection_id: str) -> Iterator[Actor]:
    """Of some people, those whom nothing bars from the review of an objection. ``NotFound`` when there is none."""
    own = queries.find(db, objection_id)
    target = contested(db, own.ref)
    for actor in actors:
        with suppress(NotFound):
            if not bar_to_review(db, actor, own, target):
                yield actor


def choices_of(db: Session, objection_id: str) -> list[FixChoice]:
    """What a decision on an objection may correct."""
    return fix_choices(db, contested(db, queries.find(db, objection_id).ref))


end_proceeding = proceedings.end
