"""Reads of cases: one for those concerned, the lists of an office, a mediator and a party, and the progress by code."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mediation.cases import people, policy, vault
from mediation.cases.models.papers import MediationPaper
from mediation.cases.models.record import (
    FLAGS,
    MediationAnswer,
    MediationAsk,
    MediationAssignment,
    MediationCase,
    MediationClaim,
    MediationParty,
    MediationStep,
)
from mediation.cases.people import Standing
from mediation.cases.service import asking, closing, codes, filing, papers, record
from portal.deadlines import api as deadlines
from portal.deadlines.api import DeadlineView
from portal.kernel.access import Actor
from portal.kernel.errors import NotFound


@dataclass(frozen=True)
class PartyView:
    """A party. Phone and unit are empty for the other side; everything personal is empty for who may not read names."""

    id: str
    side: str
    kind: str
    uscc: str | None
    name: str
    phone: str
    unit: str
    representative: str
    power: str
    spoken_for_by: str | None
    left_on: date | None
    is_me: bool


@dataclass(frozen=True)
class StepView:
    """A step of the journal; ``reason`` is empty for who may not read it."""

    seq: int
    step: str
    on: date
    at: datetime
    code: str
    reason: str


@dataclass(frozen=True)
class AskView:
    """A question: who answered what, and what it has come to (None while a voice is missing)."""

    id: str
    purpose: str
    ref: str
    sides: tuple[str, ...]
    on: date
    answers: dict[str, bool]
    verdict: bool | None


@dataclass(frozen=True)
class AssignedView:
    """Who mediates or advises now."""

    login: str
    part: str
    chosen_by: str
    on: date


@dataclass(frozen=True)
class CaseView:
    """A case as somebody concerned may see it. ``seq`` goes into forms as ``seen``; ``walls`` are the reader's rooms."""

    id: str
    code: str
    track: str
    channel: str
    kind: str
    estate_code: str
    division_code: str
    filed_on: date
    state: str
    seq: int
    since: date
    claim: str
    who: Standing
    walls: tuple[str, ...]
    parties: tuple[PartyView, ...]
    steps: tuple[StepView, ...]
    asks: tuple[AskView, ...]
    assigned: tuple[AssignedView, ...]
    flags: tuple[str, ...]
    deadlines: tuple[DeadlineView, ...]
    next_steps: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Progress:
    """What the code of the progress tells: the state, since when, and the next date with its rule. Nothing else."""

    state: str
    since: date
    next_on: date | None
    next_rule: str


def find(db: Session, actor: Actor, code: str) -> str:
    """The id of a case by its code, for those concerned. ``NotFound``."""
    case = db.scalar(select(MediationCase).where(MediationCase.code == code.strip().upper()))
    if case is None:
        raise record.no_case()
    return record.look(db, actor, case.id).id


def case_view(db: Session, actor: Actor, case_id: str) -> CaseView:
    """A case as this person may see it. ``NotFound`` for everybody else."""
    held = record.look(db, actor, case_id)
    case, who, state = held.case, held.who, held.state
    named = policy.may_read_names(who, state, closing.is_opened(db, actor, case_id))
    claim = db.scalar(
        select(MediationClaim.text).where(MediationClaim.case_id == case_id, MediationClaim.superseded_at.is_(None))
    )
    running = deadlines.of_subjects(db, [record.ref(case)]).get(record.ref(case), [])
    return CaseView(
        case.id, case.code, case.track, case.channel, case.kind, case.estate_code, case.division_code, case.filed_on,
        state, held.step.seq, held.step.on, vault.unseal(db, case_id, claim or "") if named else "", who,
        policy.walls(who, state), tuple(_party(db, row, who, named) for row in people.parties(db, case_id, left_too=True)),
        tuple(_steps(db, case_id, named)), tuple(_asks(db, case_id)), tuple(_assigned(db, case_id)),
        () if who.is_party else flags(db, case_id), tuple(one for one in running if one.closed_at is None),
        record.NEXT_STEPS.get(state, ()),
    )  # fmt: skip


def _party(db: Session, row: MediationParty, who: Standing, named: bool) -> PartyView:
    person = vault.unseal_values(db, row.case_id, row.person) if named else {}
    near = named and (not who.is_party or who.party_id == row.id)
    own = person if near else {}
    return PartyView(
        row.id, row.side, row.kind, row.uscc, person.get("name", ""), own.get("phone", ""), own.get("unit", ""),
        person.get("representative", ""), row.power, row.spoken_for_by, row.left_on, who.party_id == row.id,
    )  # fmt: skip


def _steps(db: Session, case_id: str, named: bool) -> Iterable[StepView]:
    rows = db.scalars(select(MediationStep).where(MediationStep.case_id == case_id).order_by(MediationStep.seq))
    for row in rows:
        reason = vault.unseal(db, case_id, row.reason) if named else ""
        yield StepView(row.seq, row.step, row.on, row.at, row.code, reason)


def _asks(db: Session, case_id: str) -> Iterable[AskView]:
    query = select(MediationAsk).where(MediationAsk.case_id == case_id).order_by(MediationAsk.at, MediationAsk.id)
    for row in db.scalars(query):
        said = select(MediationAnswer.party_id, MediationAnswer.yes).where(MediationAnswer.ask_id == row.id)
        answers = {party_id: yes for party_id, yes in db.execute(said.order_by(MediationAnswer.at))}
        came_to = asking.verdict(db, row)
        yield AskView(row.id, row.purpose, row.ref, tuple(row.sides.split()), row.on, answers, came_to)


def _assigned(db: Session, case_id: str) -> Iterable[AssignedView]:
    query = select(MediationAssignment).where(
        MediationAssignment.case_id == case_id, MediationAssignment.superseded_at.is_(None)
    )
    for row in db.scalars(query.order_by(MediationAssignment.recorded_at, MediationAssignment.id)):
        yield AssignedView(row.login, row.part, row.chosen_by, row.on)


def flags(db: Session, case_id: str) -> tuple[str, ...]:
    """The marks that stand, in a fixed order."""
    return tuple(flag for flag in FLAGS if filing.has_flag(db, case_id, flag))


def progress(db: Session, code: str) -> Progress:
    """The state of a case by the code told at filing, without signing in. ``NotFound`` alike for whatever is wrong."""
    row = codes.code_row(db, code, of_party=False)
    case, step = record.case_row(db, row.case_id), record.step_of(db, row.case_id)
    open_ones = [
        one for one in deadlines.of_subjects(db, [record.ref(case)]).get(record.ref(case), []) if not one.closed_at
    ]
    first = min((one for one in open_ones if one.rule != record.RETENTION), key=lambda one: one.due_at, default=None)
    return Progress(step.step, step.on, first.last_day if first else None, first.rule_name if first else "")


def paper_list(db: Session, actor: Actor, case_id: str) -> list[papers.PaperView]:
    """The papers of a case that the reader may see, the first first."""
    held = record.look(db, actor, case_id)
    opened = closing.is_opened(db, actor, case_id)
    query = select(MediationPaper).where(MediationPaper.case_id == case_id)
    rows = db.scalars(query.order_by(MediationPaper.recorded_at, MediationPaper.kind, MediationPaper.seq))
    return [papers.view(db, row) for row in rows if papers.may_see(db, held, row, opened)]


def paper(db: Session, actor: Actor, paper_id: str) -> papers.PaperView:
    """One paper, for those who may see it. ``NotFound``."""
    row = papers.row_of(db, paper_id)
    held = record.look(db, actor, row.case_id)
    if not papers.may_see(db, held, row, closing.is_opened(db, actor, row.case_id)):
        raise NotFound(str(record.no_case()))
    return papers.view(db, row)
