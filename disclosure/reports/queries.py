"""Reads of reports, their journals, terms and occasions; always ordered, and as they stood at the end of a day."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session, aliased

from disclosure.reports.models import (
    FundReport,
    FundReportEvent,
    FundReportLine,
    FundReportOccasion,
    FundReportStep,
    FundReportTerm,
)
from portal.kernel.errors import NotFound
from portal.kernel.i18n import _

PIECE = 800  # values of one question: databases bound their number


@dataclass(frozen=True)
class Standing:
    """A report as it stood: its last step and the day of it, and the day on which it was handed in."""

    id: str
    estate_code: str
    kind: str
    period: str
    number: int
    zero: bool
    filed_on: date
    state: str
    state_on: date
    seq: int


def pieces(codes: Iterable[str]) -> Iterator[list[str]]:
    """Codes in portions that a question can carry."""
    listed = sorted(set(codes))
    for first in range(0, len(listed), PIECE):
        yield listed[first : first + PIECE]


def report(db: Session, report_id: str) -> FundReport:
    """A report. NotFound."""
    found = db.get(FundReport, report_id)
    if found is None:
        raise NotFound(_("没有找到这份报告。"))
    return found


def reports(db: Session, report_ids: Collection[str]) -> dict[str, FundReport]:
    """Reports by id."""
    found = {}
    for some in pieces(report_ids):
        query = select(FundReport).where(FundReport.id.in_(some)).order_by(FundReport.id)
        found.update({row.id: row for row in db.scalars(query)})
    return found


def lines(db: Session, report_ids: Collection[str]) -> dict[str, list[FundReportLine]]:
    """Report to its lines in order."""
    found: dict[str, list[FundReportLine]] = {one: [] for one in report_ids}
    for some in pieces(report_ids):
        query = select(FundReportLine).where(FundReportLine.report_id.in_(some))
        for row in db.scalars(query.order_by(FundReportLine.report_id, FundReportLine.seq)):
            found[row.report_id].append(row)
    return found


def steps(db: Session, report_id: str) -> list[FundReportStep]:
    """The journal of a report."""
    query = select(FundReportStep).where(FundReportStep.report_id == report_id)
    return list(db.scalars(query.order_by(FundReportStep.seq)))


def _standing() -> Any:
    step = FundReportStep
    return select(
        FundReport.id, FundReport.estate_code, FundReport.kind, FundReport.period, FundReport.number, FundReport.zero,
        FundReport.on, step.step, step.on, step.seq,
    ).join(step, step.report_id == FundReport.id)  # fmt: skip


def standing(
    db: Session,
    by: date,
    estates: Collection[str] | None = None,
    states: Collection[str] | None = None,
    cell: tuple[str, str] | None = None,
) -> list[Standing]:
    """Reports as they stood at the end of a day, by estate, kind, period and number; in some states, or of a kind and
    period (``cell``) only."""
    query = _stood(None if states is None else tuple(sorted(states)), cell is not None, estates is not None)
    asked: dict[str, Any] = {"by": by}
    if cell is not None:
        asked |= {"kind": cell[0], "period": cell[1]}
    if estates is None:
        return [Standing(*row) for row in db.execute(query, asked)]
    return [Standing(*row) for some in pieces(estates) for row in db.execute(query, {**asked, "estates": some})]


@lru_cache(64)  # every estate and month of a filing asks it
def _stood(states: tuple[str, ...] | None, cell: bool, estates: bool) -> Any:
    """The question of ``standing``."""
    query, later = _standing(), aliased(FundReportStep)
    by: BindParameter[date] = bindparam("by")
    after = select(later.seq).where(later.report_id == FundReport.id, later.seq > FundReportStep.seq, later.on <= by)
    query = query.where(FundReportStep.on <= by, ~after.exists())
    if states is not None:
        query = query.where(FundReportStep.step.in_(states))
    if cell:
        query = query.where(FundReport.kind == bindparam("kind"), FundReport.period == bindparam("period"))
    if estates:
        query = query.where(FundReport.estate_code.in_(bindparam("estates", expanding=True)))
    return query.order_by(FundReport.estate_code, FundReport.kind, FundReport.period, FundReport.number)


def of_cell(db: Session, estate_code: str, kind: str, period: str, by: date) -> list[Standing]:
    """The reports of one estate, kind and period by number."""
    return standing(db, by, [estate_code], cell=(kind, period))


def in_force(found: Iterable[Standing]) -> Standing | None:
    """The confirmed report that no later confirmed one has reversed."""
    return max((one for one in found if one.state == "confirmed"), key=lambda one: one.number, default=None)


def terms(db: Session, by: date, estates: Collection[str] | None = None) -> dict[tuple[str, str], list[FundReportTerm]]:
    """(estate, kind) to how often it is filed: oldest entry first, as entered by a day."""
    query = select(FundReportTerm).where(FundReportTerm.on <= by)
    if estates is not None and len(estates) <= PIECE:
        query = query.where(FundReportTerm.estate_code.in_(sorted(estates)))
    found: dict[tuple[str, str], list[FundReportTerm]] = {}
    for row in db.scalars(query.order_by(FundReportTerm.recorded_at, FundReportTerm.id)):
        found.setdefault((row.estate_code, row.kind), []).append(row)
    return found


def term_on(known: Iterable[FundReportTerm], day: date) -> FundReportTerm | None:
    """The newest entry that has begun on a day."""
    begun = [row for row in known if row.since <= day]
    return begun[-1] if begun else None


def occasions(db: Session, by: date, estates: Collection[str] | None = None) -> list[FundReportOccasion]:
    """Occasions that stand, by estate and day, as entered by a day."""
    taken = select(FundReportOccasion.takes_back).where(
        FundReportOccasion.takes_back.is_not(None), FundReportOccasion.on <= by
    )
    query = select(FundReportOccasion).where(
        FundReportOccasion.on <= by, FundReportOccasion.takes_back.is_(None), FundReportOccasion.id.not_in(taken)
    )
    if estates is not None and len(estates) <= PIECE:
        query = query.where(FundReportOccasion.estate_code.in_(sorted(estates)))
    order = (FundReportOccasion.estate_code, FundReportOccasion.happened_on, FundReportOccasion.id)
    return list(db.scalars(query.order_by(*order)))


def occasion(db: Session, occasion_id: str) -> FundReportOccasion:
    """One occasion. NotFound."""
    found = db.get(FundReportOccasion, occasion_id)
    if found is None:
        raise NotFound(_("没有找到这条完工登记。"))
    return found


def proposed(db: Session) -> dict[tuple[str, str, str, str], str]:
    """(estate, kind, period, code) to the case of the credit event that was proposed."""
    query = select(FundReportEvent).order_by(FundReportEvent.recorded_at)
    return {(row.estate_code, row.kind, row.period, row.code): row.case_id for row in db.scalars(query)}
