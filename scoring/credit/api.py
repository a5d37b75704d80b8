"""What other rooms may ask of the credit record."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

import pandas as pd
from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import _
from portal.kernel.work import WorkItem
from scoring.credit import (
    catalogue,
    commitments,
    counting,
    documents,
    due_process,
    from_ratings,
    inherited,
    papers,
    queries,
    service,
)
from scoring.credit import links as relations
from scoring.credit.commitments import CommitmentView as CommitmentView
from scoring.credit.hands import hands_on as hands_on
from scoring.credit.hands import said_now as said_now
from scoring.credit.links import LinkView as LinkView
from scoring.credit.links import links as links
from scoring.credit.opened import on_ratings_opened as on_ratings_opened
from scoring.credit.retention import holds as holds
from scoring.credit.retention import managers_of as managers_of
from scoring.credit.shapes import CreditView as CreditView
from scoring.credit.shapes import EventView as EventView
from scoring.credit.single import event_view, succession
from scoring.credit.single import score as score
from scoring.credit.single import score_if as score_if
from scoring.credit.words import explained as explained
from scoring.credit.work import work_figures as work_figures
from scoring.credit.year_facts import lost_between as lost_between
from scoring.credit.year_facts import rating_facts as rating_facts
from scoring.rules import credit as rules

record_ratings = from_ratings.record_ratings
propose = service.propose
confirm = service.confirm
notice_served = due_process.notice_served
answer = due_process.answer
decision_served = due_process.decision_served
issue_notice = papers.issue_notice
decide = papers.decide
on_document_served = papers.on_document_served
find_links = relations.find
confirm_link = relations.confirm
refuse_link = relations.refuse
withdraw_link = relations.withdraw
link = relations.link
hands_on_link = relations.hands_on
link_rule_name = relations.rule_name
sign_commitment = commitments.sign
commitments_of = commitments.of_enterprise
serve = papers.serve
papers_of = papers.of_case
refuse = service.refuse
withdraw = service.withdraw
correct = service.correct
end_event = service.end_event
may_be_repaired = service.may_be_repaired
NewEvent = service.NewEvent
keep_document = documents.keep


def _counted(events: pd.DataFrame, as_of: date) -> pd.DataFrame:
    return counting.with_counted(events, catalogue.caps(as_of))


def _rows(
    counted: pd.DataFrame, subject_type: str, tariff: rules.CreditTariff, after: inherited.Succession
) -> pd.DataFrame:
    """Event rows as the arithmetic wants them: own events, and for enterprises the shares of their managers' events and of
    the events of enterprises that they succeeded.

    An item of an act that another item outweighs stays with 0 points: its code still holds the worst grade (B07).
    """
    figures = counted.assign(points_cp=counted["counted_cp"])
    own = figures[figures["subject_type"] == subject_type][["subject", "act", "code", "points_cp"]]
    if subject_type == "manager":
        return own
    theirs = figures[(figures["subject_type"] == "manager") & (figures["points_cp"] < 0) & figures["uscc"].notna()]
    borne = own
    if not theirs.empty:
        shares = rules.shares_of_managers(own, theirs[["uscc", "act", "code", "points_cp"]], tariff)
        borne = pd.concat([own, shares], ignore_index=True)
    if not after.pairs:
        return borne
    formers = inherited.borne_by_later(counted, after.pairs)
    return pd.concat([borne, rules.shares_of_formers(borne, formers, after.percent)], ignore_index=True)


def scores(
    db: Session, subject_type: str, subjects: Sequence[str], as_of: date, known_at: datetime | None = None
) -> pd.DataFrame:
    """Score and grade of many subjects on one day: ``subject, good_cp, bad_cp, score_cp, grade`` in the given order.

    Source: contract, section 3, "Credit on a day".
    """
    tariff = rules.tariff_on(as_of.isoformat())
    after = succession(db, subject_type, as_of, known_at)
    rows = _rows(_counted(queries.counted_events(db, as_of, known_at), as_of), subject_type, tariff, after)
    wanted = pd.Series(list(dict.fromkeys(subjects)), dtype="object")
    return rules.credit_scores(rows[rows["subject"].isin(set(wanted))].reset_index(drop=True), wanted, tariff)


def timeline(db: Session, subject_type: str, subject: str) -> list[EventView]:
    """Every event of a subject, in whatever step, newest first. For staff; the public sees confirmed ones only."""
    frame = queries.timeline(db, subject_type, subject)
    return [event_view(row, row.valid_from) for row in frame.itertuples(index=False)]


def demerits(db: Session, usccs: Collection[str], as_of: date) -> dict[str, int]:
    """Centipoints taken off each enterprise by the events that count on a day, shares of its managers' included."""
    frame = scores(db, "enterprise", list(usccs), as_of)
    return {str(row.subject): int(row.bad_cp) for row in frame.itertuples(index=False)}


def events_between(db: Session, first: date, last: date, usccs: Collection[str] | None = None) -> pd.DataFrame:
    """Confirmed events that began within a period, with ``tier`` from the catalogue; own and managers'."""
    frame = queries.events_between(db, first, last, usccs)
    tiers = {entry.code: entry.tier for entry in catalogue.in_force(last)}
    return frame.assign(tier=frame["code"].map(tiers).fillna(""))


def counted_codes(db: Session, usccs: Collection[str], as_of: date) -> dict[str, set[str]]:
    """Codes of the events that count for each enterprise itself on a day."""
    frame = queries.counted_events(db, as_of, None, queries.concerning("enterprise", list(usccs)))
    own = frame[frame["subject_type"] == "enterprise"]
    return {uscc: set(group["code"]) for uscc, group in own.groupby("subject")}


def waiting_count(db: Session, actor: Actor) -> int:
    """How many proposed events wait for a person's confirmation."""
    return queries.waiting_number(db) if actor.may(Permission.CREDIT_CONFIRM) else 0


def work_items(db: Session, *, actor: Actor) -> list[WorkItem]:
    """What waits on the credit pages for this person."""
    waiting = waiting_count(db, actor)
    if not waiting:
        return []
    return [WorkItem(_("核准信用事项"), "credit.waiting", count=waiting)]


def event_name(code: str) -> str:
    """The name of a kind of event in the catalogue in force, in the reader's language; the code when it has none."""
    return catalogue.name_of(code, 0, clock.today())
