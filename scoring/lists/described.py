"""List cases as the common path of adverse decisions sees them (announcements ``adverse.case`` and ``adverse.cases``)."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.i18n import _, using
from portal.registry import api as registry
from scoring.adverse.api import Case
from scoring.lists import queries
from scoring.lists.models import ListCase, ListStep

OPEN = ("candidate", "response_open", "hearing", "review", "public_notice", "decided_list", "decision_served")


def one(db: Session, case: ListCase) -> Case:
    """One case."""
    return many(db, [case])[case.id]


def many(db: Session, cases: Iterable[ListCase]) -> dict[str, Case]:
    """Cases by their ids, with few queries."""
    wanted = list(cases)
    steps = queries.steps_of_many(db, [case.id for case in wanted])
    names = registry.estate_names(db, {case.subject for case in wanted if case.subject_type == "estate"})
    companies = {}
    if any(case.subject_type == "enterprise" for case in wanted):
        companies = registry.enterprise_names(db)
    return {case.id: _described(case, steps[case.id], {**companies, **names}) for case in wanted}


def title_of(case: ListCase) -> str:
    """What is intended, in the reader's language."""
    if case.kind == "red":
        return _("拟列入%(year)s年度红榜（行业评价）", year=case.year)
    return _("拟列入%(year)s年度黑榜（行业评价）", year=case.year)


def _described(case: ListCase, steps: list[ListStep], names: dict[str, str]) -> Case:
    with using("zh"):
        zh = title_of(case)
    return Case(
        ref=f"list:{case.id}",
        chain=f"list-{case.kind}",
        model=ListStep,
        steps=tuple(steps),
        uscc=case.uscc or "",
        title=title_of(case),
        zh=zh,
        name=names.get(case.subject, case.subject),
        page=("lists.case", {"case_id": case.id}),
    )


def adverse_case(db: Session, *, ref: str) -> Case | None:
    """The case of a reference ``list:ID``."""
    kind, _colon, case_id = ref.partition(":")
    case = db.get(ListCase, case_id) if kind == "list" else None
    return one(db, case) if case else None


def adverse_cases(db: Session, *, uscc: str | None) -> list[Case]:
    """A company's black cases whose notice was served, or every open case."""
    if uscc is None:
        found = [case for case, _last in queries.cases(db, steps=OPEN)]
        return list(many(db, found).values())
    query = select(ListCase).where(ListCase.uscc == uscc, ListCase.kind == "black").order_by(ListCase.recorded_at)
    return [case for case in many(db, db.scalars(query)).values() if case.served_on is not None]
