"""Score and grade of one subject, explained by its events: in plain values, because a handful of rows is worth no table.

Many subjects at once: ``api.scores``. The arithmetic is that of ``scoring.rules.credit`` in both.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from scoring.credit import catalogue, counting, inherited, link_rules, links, queries
from scoring.credit.shapes import CreditView, EventView
from scoring.rules import credit as rules


@dataclass(frozen=True)
class Counted:
    """An event (a row of ``queries.counted_rows``), what of it counts (signed centipoints), and why not all."""

    event: Any
    counted_cp: int
    why: str

    @property
    def item(self) -> rules.Item:
        """As the arithmetic wants it."""
        return self.event.act, self.event.code, self.counted_cp


def succession(
    db: Session, subject_type: str, as_of: date, known_at: datetime | None, later: str | None = None
) -> inherited.Succession:
    """The successions that count on a day; none while the rules in force give no share."""
    percent = link_rules.in_force(as_of).adverse_share_percent
    if not percent or subject_type != "enterprise":
        return inherited.NONE
    return inherited.Succession(percent, tuple(links.inheriting(db, as_of, known_at, later)))


def score(db: Session, subject_type: str, subject: str, as_of: date, known_at: datetime | None = None) -> CreditView:
    """One subject's credit on a day, as known at an instant (default now), explained by its events."""
    after = succession(db, subject_type, as_of, known_at, subject)
    events = queries.counted_rows(db, as_of, known_at, subject_type, [subject, *after.formers])
    return _scored(events, subject_type, subject, as_of, after)


def score_if(db: Session, subject_type: str, subject: str, on: date, case_id: str) -> tuple[CreditView, CreditView]:
    """A subject's credit on a day, and what it would be had an event that waits counted."""
    after = succession(db, subject_type, on, None, subject)
    events = queries.counted_rows(db, on, None, subject_type, [subject, *after.formers])
    more = queries.proposed_event(db, case_id)
    now = _scored(events, subject_type, subject, on, after)
    return now, _scored([*events, *more], subject_type, subject, on, after)


def _scored(
    events: Sequence[Any], subject_type: str, subject: str, as_of: date, after: inherited.Succession
) -> CreditView:
    """``events`` of the subject and its managers, and of the enterprises that it succeeded."""
    tariff = rules.tariff_on(as_of.isoformat())
    told = counting.counted(events, catalogue.caps(as_of))
    counted = [Counted(event, *part) for event, part in zip(events, told, strict=True)]
    items, taken = _items(counted, subject_type, subject, tariff, after)
    found = rules.score_of_items(items, tariff)
    return CreditView(
        subject=subject,
        as_of=as_of,
        score_cp=found.score_cp,
        grade=found.grade,
        good_cp=found.good_cp,
        bad_cp=found.bad_cp,
        events=(*_shown(counted, subject_type, subject, tariff, as_of), *_inherited(taken, after, as_of)),
    )


def _items(
    counted: Sequence[Counted], subject_type: str, subject: str, tariff: rules.CreditTariff, after: inherited.Succession
) -> tuple[list[rules.Item], list[Counted]]:
    """What enters the score, and the events of former enterprises whose shares are among it.

    An item of an act that another item outweighs stays with 0 points: its code still holds the worst grade (B07).
    """
    own = [one.item for one in counted if _is_of(one, subject_type, subject)]
    if subject_type == "manager":
        return own, []
    theirs = [one.item for one in counted if _is_managers(one, subject)]
    borne = rules.items_with_shares(own, theirs, tariff.manager_share_percent, rules.MANAGERS)
    formers = [counted[row.place] for row in inherited.borne(_of_enterprises(counted), after.pairs)]
    acts = {act for act, _code, _points in borne}
    shares = rules.items_with_shares(borne, [one.item for one in formers], after.percent, rules.SUCCESSION)
    return shares, [one for one in formers if one.event.act not in acts]


def _is_of(one: Counted, subject_type: str, subject: str) -> bool:
    return (one.event.subject_type, one.event.subject) == (subject_type, subject)


def _is_managers(one: Counted, uscc: str) -> bool:
    """An adverse event of a manager in the service of the enterprise."""
    return one.event.subject_type == "manager" and one.event.uscc == uscc and one.counted_cp < 0


def _of_enterprises(counted: Sequence[Counted]) -> Iterator[inherited.Adverse]:
    for place, one in enumerate(counted):
        if one.event.subject_type == "enterprise" and one.counted_cp < 0:
            yield inherited.Adverse(one.event.subject, *one.item, one.event.valid_from, place)


def _shown(
    counted: Iterable[Counted], subject_type: str, subject: str, tariff: rules.CreditTariff, as_of: date
) -> Iterator[EventView]:
    """The subject's events and its managers', in their order."""
    own_acts = {one.event.act for one in counted if _is_of(one, subject_type, subject)}
    for one in counted:
        if _is_of(one, subject_type, subject):
            yield event_view(one.event, as_of, one.counted_cp, one.why)
        elif subject_type != "manager" and _is_managers(one, subject) and one.event.act not in own_acts:
            yield share_view(one.event, as_of, -rules.manager_share(-one.counted_cp, tariff), "share")


def _inherited(taken: Iterable[Counted], after: inherited.Succession, as_of: date) -> Iterator[EventView]:
    """Events of enterprises that the subject succeeded, each with the share that enters its score."""
    for one in taken:
        yield share_view(one.event, as_of, -rules.share(-one.counted_cp, after.percent), "succession")


def share_view(row: Any, as_of: date, points_cp: int, why: str) -> EventView:
    """An event of somebody else with the share that counts for the subject."""
    return _view(row, as_of, points_cp, points_cp, why, is_share=True)


def event_view(row: Any, as_of: date, counted_cp: int | None = None, why: str = "") -> EventView:
    """An event of the subject itself; all of it counts unless told."""
    nominal = int(row.points_cp)
    return _view(row, as_of, nominal, nominal if counted_cp is None else counted_cp, why, is_share=False)


def _view(row: Any, as_of: date, points_cp: int, counted_cp: int, why: str, *, is_share: bool) -> EventView:
    return EventView(
        case_id=row.case_id,
        subject_type=row.subject_type,
        subject=row.subject,
        code=row.code,
        name=catalogue.name_of(row.code, row.points_cp, as_of),
        points_cp=points_cp,
        estate_code=_given(row.estate_code),
        uscc=_given(row.uscc),
        document=row.document,
        document_on=_given(row.document_on),
        issued_by=row.issued_by,
        valid_from=row.valid_from,
        valid_to=_given(row.valid_to),
        step=row.step,
        is_share=is_share,
        counted_cp=counted_cp,
        why=why,
    )


def _given(value: Any) -> Any:
    """A value of a row, None where it is missing: a table's column of texts prints its gaps as nan otherwise."""
    return None if value is None or pd.isna(value) else value
