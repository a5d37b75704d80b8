"""Reads of veto cases and their steps."""

from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.orm import Session

from scoring.vetoes.models import VetoCase, VetoStep

OPEN = ("proposed", "notice_served", "response_open", "hearing", "review", "decided")


def steps_of(db: Session, case_id: str) -> list[VetoStep]:
    """The journal of a case, in order."""
    return list(db.scalars(select(VetoStep).where(VetoStep.case_id == case_id).order_by(VetoStep.seq)))


def steps_of_many(db: Session, case_ids: Iterable[str]) -> dict[str, list[VetoStep]]:
    """The journals of many cases, each in order."""
    wanted = sorted(set(case_ids))
    found: dict[str, list[VetoStep]] = {case_id: [] for case_id in wanted}
    for start in range(0, len(wanted), 500):
        some = VetoStep.case_id.in_(wanted[start : start + 500])
        for step in db.scalars(select(VetoStep).where(some).order_by(VetoStep.case_id, VetoStep.seq)):
            found[step.case_id].append(step)
    return found


def cases(db: Session, steps: Iterable[str] | None = None, uscc: str | None = None) -> list[tuple[VetoCase, VetoStep]]:
    """Cases with their last step, the newest first; of a company, or in some states."""
    query = _cases(None if steps is None else tuple(steps), uscc is not None)
    return [(row[0], row[1]) for row in db.execute(query, {"uscc": uscc} if uscc is not None else {})]


@lru_cache
def _cases(steps: tuple[str, ...] | None, of_company: bool) -> Select[VetoCase, VetoStep]:
    last = select(VetoStep.case_id, func.max(VetoStep.seq).label("seq")).group_by(VetoStep.case_id).subquery()
    query = (
        select(VetoCase, VetoStep)
        .join(last, last.c.case_id == VetoCase.id)
        .join(VetoStep, and_(VetoStep.case_id == last.c.case_id, VetoStep.seq == last.c.seq))
        .order_by(VetoCase.recorded_at.desc(), VetoCase.id)
    )
    if steps is not None:
        query = query.where(VetoStep.step.in_(steps))
    return query.where(VetoCase.uscc == bindparam("uscc")) if of_company else query


def attempts(db: Session, year: int, estate_code: str, veto_code: str) -> list[tuple[VetoCase, VetoStep]]:
    """Earlier cases of the same estate, year and ground, with their last steps."""
    same = (VetoCase.year == year, VetoCase.estate_code == estate_code, VetoCase.veto_code == veto_code)
    found = list(db.scalars(select(VetoCase).where(*same).order_by(VetoCase.attempt)))
    return [(case, steps_of(db, case.id)[-1]) for case in found]


def of_decision(db: Session, number: str) -> VetoCase | None:
    """The case whose decision has a number."""
    query = select(VetoCase).join(VetoStep, VetoStep.case_id == VetoCase.id)
    return db.scalars(query.where(VetoStep.step == "decided", VetoStep.document == number).limit(1)).one_or_none()


def hinted(db: Session) -> set[str]:
    """Records whose hint was taken up."""
    return set(db.scalars(select(VetoCase.hint).where(VetoCase.hint != "")))
