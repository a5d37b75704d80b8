"""Veto cases as the common path of adverse decisions sees them, and the words of their documents."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from portal.kernel.i18n import _, language, using
from portal.kernel.periods import Year
from portal.registry import api as registry
from scoring.adverse.api import Case
from scoring.checks import api as checks
from scoring.surveys import api as surveys
from scoring.vetoes import queries
from scoring.vetoes.models import VetoCase, VetoStep


def ground_of(case: VetoCase) -> str:
    """The ground with its code, in the reader's language."""
    name = {ground.code: ground.name(language()) for ground in surveys.veto_grounds(case.year)}.get(case.veto_code, "")
    return f"{case.veto_code} {name}"


def many(db: Session, cases: Iterable[VetoCase], *, with_inspectors: bool = False) -> dict[str, Case]:
    """Cases by their ids, with few queries."""
    wanted = list(cases)
    steps = queries.steps_of_many(db, [case.id for case in wanted])
    names = registry.estate_names(db, {case.estate_code for case in wanted})
    found = {}
    for case in wanted:
        apart = frozenset[str]()
        if with_inspectors:  # they neither review nor decide
            apart = checks.inspectors_of(db, case.estate_code, Year(case.year))
        found[case.id] = _described(case, steps[case.id], names.get(case.estate_code, case.estate_code), apart)
    return found


def one(db: Session, case: VetoCase) -> Case:
    """One case, with who inspected."""
    return many(db, [case], with_inspectors=True)[case.id]


def title_of(case: VetoCase) -> str:
    """What is intended, in the reader's language."""
    return _("拟对%(year)s年度一票否决：%(ground)s", year=case.year, ground=ground_of(case))


def _described(case: VetoCase, steps: list[VetoStep], name: str, inspectors: frozenset[str]) -> Case:
    with using("zh"):
        zh = title_of(case)
    return Case(
        ref=f"veto:{case.id}",
        chain="veto",
        model=VetoStep,
        steps=tuple(steps),
        uscc=case.uscc,
        title=title_of(case),
        zh=zh,
        name=name,
        page=("vetoes.case", {"case_id": case.id}),
        inspectors=inspectors,
    )


def adverse_case(db: Session, *, ref: str) -> Case | None:
    """The case of a reference ``veto:ID``."""
    kind, _colon, case_id = ref.partition(":")
    case = db.get(VetoCase, case_id) if kind == "veto" else None
    return one(db, case) if case else None


def adverse_cases(db: Session, *, uscc: str | None) -> list[Case]:
    """A company's cases whose notice was served, or every open case."""
    found = [case for case, _last in queries.cases(db, None if uscc else queries.OPEN, uscc)]
    views = many(db, found).values()
    return [case for case in views if uscc is None or case.served_on is not None]
