"""Was it fair? Each stage of a case is asked about apart, never who won; what one person said is shown to nobody.

Whoever reads counts reads ``opinion_figures``; the free texts, without case, side or name, are for registrars of the whole district.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Integer, case, delete, func, select
from sqlalchemy.orm import Session

from mediation.cases import people, vault
from mediation.cases.models.fairness import ANSWERS, QUESTIONS, STAGES, MediationOpinion
from mediation.cases.models.record import MediationCase, MediationStep
from mediation.cases.people import Standing
from mediation.cases.service import record
from portal.kernel import audit, clock
from portal.kernel.access import Actor, Permission, require
from portal.kernel.errors import Conflict, DomainError
from portal.kernel.i18n import _

OPEN_DAYS = 90  # so long after a stage an answer is about that stage
LONGEST = 500
REACHED: dict[str, tuple[str, ...]] = {
    "acceptance": ("consent_pending", "rejected", "transferred", "handling"),
    "talks": ("signed", "terminated", "answered"),
    "later": ("performed", "breached", "reviewed"),
}
STEPS = tuple(step for steps in REACHED.values() for step in steps)


def stage_of(step: str) -> str:
    """The stage that a step ends."""
    return next(stage for stage, steps in REACHED.items() if step in steps)


def asked_of(who: Standing) -> tuple[str, ...]:
    """The stages about which somebody is asked: a mediator about the talks, the parties about each."""
    if who.is_party:
        return STAGES
    return ("talks",) if who.part == "mediator" else ()


def open_stages(db: Session, case_id: str, who: Standing, author: str, *, on: date | None = None) -> list[str]:
    """The stages of which somebody may still speak: reached within 90 days, and not spoken of yet."""
    allowed = asked_of(who)
    if not allowed:
        return []
    since = (on or clock.today()) - timedelta(days=OPEN_DAYS)
    query = select(MediationStep.step).where(
        MediationStep.case_id == case_id, MediationStep.step.in_(STEPS), MediationStep.on >= since
    )
    reached = {stage_of(step) for step in db.scalars(query)}
    own = (MediationOpinion.case_id == case_id, MediationOpinion.author == author)
    said = set(db.scalars(select(MediationOpinion.stage).where(*own)))
    return [stage for stage in STAGES if stage in reached and stage in allowed and stage not in said]


def author_of(actor: Actor, who: Standing) -> str:
    """Whose opinion it is: the party's id, the mediator's login."""
    return who.party_id or actor.login


def give_opinion(
    db: Session, actor: Actor, case_id: str, stage: str, answers: Mapping[str, str], remark: str = "", *,
    on: date | None = None,
) -> None:  # fmt: skip
    """Say how a stage was: ``answers`` question to yes, partly or no. Once; ``Conflict`` for a second time or another stage."""
    held = record.hold(db, actor, case_id)
    require(held.who.is_party or held.who.part == "mediator")
    author = author_of(actor, held.who)
    if held.state == "deleted" or stage not in open_stages(db, case_id, held.who, author, on=on):
        raise Conflict(_("您已经回答，或者回答的时间已过。谢谢。"))
    for name in QUESTIONS:
        record.one_of(answers.get(name, ""), ANSWERS)
    if len(remark) > LONGEST:
        raise DomainError(_("内容最多填%(n)s个字。请缩短。", n=LONGEST))
    row = MediationOpinion(
        case_id=case_id, stage=stage, author=author, role=held.who.side or "mediator",
        remark=vault.seal(db, case_id, remark.strip()), on=on or clock.today(), at=clock.now(),
        **{name: answers[name] for name in QUESTIONS},
    )  # fmt: skip
    db.add(row)
    db.flush()
    audit.record(db, actor, "mediation.opinion", record.ref(held.case), {"stage": stage})


def forget(db: Session, case_id: str) -> None:
    """With a case its opinions go; the database lets nothing else go."""
    db.execute(delete(MediationOpinion).where(MediationOpinion.case_id == case_id))


@dataclass(frozen=True)
class Opinion:
    """Counts of one year, street, kind and stage: how many spoke, and how often each question was answered with yes or partly."""

    year: int
    street: str
    kind: str
    stage: str
    role: str
    said: int
    yes: dict[str, int]
    partly: dict[str, int]


def opinion_figures(db: Session, since: date, until: date) -> list[Opinion]:
    """What was said in a span of days, added up; nobody's own answers. The caller hides what is small."""
    year, street = (
        func.extract("year", MediationOpinion.on).cast(Integer),
        func.substr(MediationCase.division_code, 1, 9),
    )

    def times(name: str, answer: str) -> Any:
        return func.sum(case((getattr(MediationOpinion, name) == answer, 1), else_=0))

    sums = [times(name, answer) for answer in ("yes", "partly") for name in QUESTIONS]
    by = (year, street, MediationCase.kind, MediationOpinion.stage, MediationOpinion.role)
    query = (
        select(*by, func.count(), *sums)
        .join(MediationCase, MediationCase.id == MediationOpinion.case_id)
        .where(MediationOpinion.on >= since, MediationOpinion.on <= until)
        .group_by(*by)
        .order_by(*by)
    )
    many = len(QUESTIONS)
    return [
        Opinion(int(row[0]), f"{row[1]}000", row[2], row[3], row[4], int(row[5]),
                {name: int(row[6 + n]) for n, name in enumerate(QUESTIONS)},
                {name: int(row[6 + many + n]) for n, name in enumerate(QUESTIONS)})
        for row in db.execute(query)
    ]  # fmt: skip


@dataclass(frozen=True)
class Remark:
    """A free text: of which month and stage, and nothing of whom."""

    month: date
    stage: str
    text: str


def remarks(db: Session, actor: Actor, limit: int = 50) -> list[Remark]:
    """The free texts of the last year, in no order that tells of a case; registrars of the whole district alone."""
    require(actor.may(Permission.MEDIATION_REGISTER) and actor.has_whole_district)
    since = clock.today() - timedelta(days=365)
    query = select(MediationOpinion).where(MediationOpinion.remark != "", MediationOpinion.on >= since)
    rows = db.scalars(query.order_by(MediationOpinion.on.desc(), MediationOpinion.remark).limit(limit))
    found = [Remark(row.on.replace(day=1), row.stage, vault.unseal(db, row.case_id, row.remark)) for row in rows]
    return sorted((one for one in found if one.text), key=lambda one: (one.month, one.text), reverse=True)


def waiting(db: Session, case_row: MediationCase, stage: str) -> tuple[list[str], list[people.MediationParty]]:
    """Who has not spoken of a stage: logins of mediators, and parties."""
    own = (MediationOpinion.case_id == case_row.id, MediationOpinion.stage == stage)
    said = set(db.scalars(select(MediationOpinion.author).where(*own)))
    mediators = people.assigned(db, case_row.id) if stage == "talks" else []
    parties = [row for row in people.parties(db, case_row.id) if row.id not in said]
    return [login for login in mediators if login not in said], parties
