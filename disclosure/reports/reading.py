"""Reports as pages and other rooms read them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from disclosure.reports import queries
from disclosure.reports.books import Line
from disclosure.reports.matrix import Kind, kind, kinds
from disclosure.reports.models import FundReport, FundReportLine
from disclosure.reports.words import line_name
from portal.kernel import clock


@dataclass(frozen=True)
class ReportLine:
    """A line: ``amount_fen`` or ``text``; ``name`` in the language of the moment."""

    code: str
    name: str
    amount_fen: int | None
    text: str


@dataclass(frozen=True)
class Report:
    """A report as everybody may read it. ``totals``: opening, in, out, closing in fen, for reports from the books.

    ``proof``: rows (account, opening, in, out, closing, bank's balance, holds) as they stood when it was handed in;
    ``reversed_by`` names the later report that took its place, ``reason`` says why this one took an earlier one's.
    """

    id: str
    estate_code: str
    kind: str
    kind_name: str
    period: str
    number: int
    zero: bool
    filed_on: date
    confirmed_on: date | None
    state: str
    uscc: str | None
    filed_for: str
    lines: tuple[ReportLine, ...]
    totals: dict[str, int]
    proof: tuple[dict[str, Any], ...]
    note: str
    reverses: str | None
    reason: str
    reversed_by: str | None
    digest: str


def _view(row: FundReport, lines: list[FundReportLine], standing: queries.Standing, reversed_by: str | None) -> Report:
    told = kind(row.kind)
    shown = tuple(
        ReportLine(one.code, line_name(told, one.code), one.amount_fen, _text(row.kind, one)) for one in lines
    )
    return Report(
        row.id, row.estate_code, row.kind, told.name, row.period, row.number, row.zero, row.on,
        standing.state_on if standing.state == "confirmed" else None, standing.state, row.uscc, row.filed_for, shown,
        totals_of(lines) if told.from_books else {}, tuple(json.loads(row.proof)), row.note, row.reverses, row.reason,
        reversed_by, row.digest,
    )  # fmt: skip


def lines_of(told: Kind, lines: Sequence[Line]) -> list[ReportLine]:
    """The lines of a draft with their names."""
    return [ReportLine(one.code, line_name(told, one.code), one.amount_fen, one.text) for one in lines]


def _text(kind_code: str, line: FundReportLine) -> str:
    """A choice in the language of the moment."""
    for field in kind(kind_code).fields:
        if field.code == line.code and field.type == "choice":
            return next((choice.name for choice in field.choices if choice.code == line.text), line.text)
    return line.text


def totals_of(lines: list[FundReportLine]) -> dict[str, int]:
    """Opening, in, out and closing of a report's lines."""
    found = {"opening": 0, "in": 0, "out": 0, "closing": 0}
    for line in lines:
        name = line.code.partition(":")[0]
        if name in found and line.amount_fen is not None:
            found[name] += line.amount_fen
    return found


def _reversals(found: list[queries.Standing]) -> dict[str, str]:
    """Confirmed report to the confirmed one that took its place."""
    by_cell: dict[tuple[str, str, str], list[queries.Standing]] = {}
    for one in found:
        if one.state == "confirmed":
            by_cell.setdefault((one.estate_code, one.kind, one.period), []).append(one)
    return {old.id: new.id for listed in by_cell.values() for old, new in zip(listed, listed[1:], strict=False)}


def published(db: Session, estate_code: str, on: date | None = None) -> list[Report]:
    """The confirmed reports of an estate, newest period first within each kind; reversed ones keep their place."""
    found = queries.standing(db, on or clock.today(), [estate_code], ["confirmed"])
    ids = [one.id for one in found]
    rows, lines, gone = queries.reports(db, ids), queries.lines(db, ids), _reversals(found)
    order = {one.code: place for place, one in enumerate(kinds())}
    found.sort(key=lambda one: (one.period, one.number), reverse=True)
    found.sort(key=lambda one: order[one.kind])
    return [_view(rows[one.id], lines[one.id], one, gone.get(one.id)) for one in found]


def report(db: Session, report_id: str, on: date | None = None) -> Report:
    """One report in whatever state. NotFound."""
    row = queries.report(db, report_id)
    listed = queries.of_cell(db, row.estate_code, row.kind, row.period, on or clock.today())
    own = next(one for one in listed if one.id == report_id)
    return _view(row, queries.lines(db, [report_id])[report_id], own, _reversals(listed).get(report_id))
