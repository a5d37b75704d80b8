"""What stays while it is contested: managers whose credit event is, and years of item results while any check, quarter or rating is.

A check's reference tells no year, and years are set aside after six or more: while any of these is contested none goes."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from scoring.credit import api as credit
from scoring.objections import queries
from scoring.objections.models import OPEN_STEPS, Objection, ObjectionStep

OBJECTED, AT_COURT = "objection", "proceeding"
OF_RESULTS = ("check:", "quarter:", "rating:")


def holds(db: Session, *, subjects: Collection[str]) -> dict[str, str]:
    """The answer to ``retention.holds``."""
    if not any(subject.startswith(("manager:", "partition:")) for subject in subjects):
        return {}
    found: dict[str, str] = {}
    for reason, refs in ((AT_COURT, _at_court(db)), (OBJECTED, _objected(db))):
        cases = [ref.removeprefix("credit:") for ref in refs if ref.startswith("credit:")]
        managers = {f"manager:{code}" for code in credit.managers_of(db, cases)}
        of_results = any(ref.startswith(OF_RESULTS) for ref in refs)
        found.update(
            {one: reason for one in subjects if one in managers or (of_results and one.startswith("partition:"))}
        )
    return found


def _objected(db: Session) -> list[str]:
    is_open = queries.is_last() & ObjectionStep.step.in_(OPEN_STEPS)
    return list(
        db.scalars(select(Objection.ref).join(ObjectionStep, ObjectionStep.objection_id == Objection.id).where(is_open))
    )


def _at_court(db: Session) -> list[str]:
    return [one.ref for one, steps in queries.proceeding_rows(db) if steps[-1].step == "pending"]
