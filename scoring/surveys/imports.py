"""The sheets of a year's facts: ``surveys``, ``indicators``, ``collection-rates``, ``vetoes`` (contract, section 2)."""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import _
from portal.kernel.importing import Counts, ImportContext, ImportKind
from portal.kernel.sheets.columns import Column, SheetKind
from portal.kernel.sheets.read import Problems, Sheet, checked_rows
from portal.registry import api as registry
from scoring.surveys import service
from scoring.surveys.catalogue import indicators, veto_grounds
from scoring.surveys.kinds import COLLECTION_RATES, INDICATORS, SURVEYS, VETOES, FactKind

ESTATE = Column("estate_code", "小区编号", kind="code", example="XA-0001")
YEAR = Column("year", "年度", kind="year", example="2025")
RowCheck = Callable[[Sheet, int, dict[str, Any], ImportContext, Problems], None]

SURVEY_SHEET = SheetKind(
    "surveys",
    "业主满意度调查",
    (
        ESTATE,
        YEAR,
        Column("households", "户数", kind="int", minimum=1, example="860", note="调查时核定的全小区户数。"),
        Column("valid_responses", "有效问卷数", kind="int", minimum=0, example="124"),
        Column("score", "满意度得分", kind="points", example="88.50", note="0至100分，最多两位小数。"),
    ),
)
INDICATOR_SHEET = SheetKind(
    "indicators",
    "综合评价指标",
    (
        ESTATE,
        YEAR,
        Column(
            "indicator_code",
            "指标",
            kind="choice",
            choices=tuple((known.code, known.zh) for known in indicators()),
            example="rectification",
        ),
        Column("score", "得分", kind="points", example="92.00", note="0至100分，最多两位小数。"),
        Column("evidence", "依据", example="区级台账第12号", max_length=500),
    ),
)
RATE_SHEET = SheetKind(
    "collection-rates",
    "物业费收缴率",
    (
        ESTATE,
        YEAR,
        Column("rate", "收缴率", kind="points", example="93.20", note="百分数，0至100，最多两位小数。"),
    ),
)
VETO_SHEET = SheetKind(
    "vetoes",
    "一票否决",
    (
        ESTATE,
        YEAR,
        Column(
            "veto_code",
            "否决情形",
            kind="choice",
            choices=tuple((ground.code, f"{ground.code} {ground.zh}") for ground in veto_grounds(9999)),
            example="V03",
            aliases=("一票否决情形",),
        ),
        Column("decision", "决定书编号", example="深宝住建决〔2025〕12号", max_length=100),
        Column("decided_on", "决定日期", kind="date", example="2025-11-20"),
        Column("evidence", "依据", example="调查报告及送达回证", max_length=500),
    ),
)


def _survey_row(sheet: Sheet, place: int, row: dict[str, Any], _context: ImportContext, problems: Problems) -> None:
    if None not in (row["households"], row["valid_responses"]) and row["valid_responses"] > row["households"]:
        sentence = "有效问卷数（%(n)s）多于户数（%(m)s）。请核对这两列。"
        problems.add(sheet.cell("valid_responses", place), _(sentence, n=row["valid_responses"], m=row["households"]))


def _veto_row(sheet: Sheet, place: int, row: dict[str, Any], context: ImportContext, problems: Problems) -> None:
    if row["decided_on"] is not None and row["decided_on"] > context.on:
        sentence = "决定日期“%(value)s”晚于办理日期%(on)s。只登记已经送达的决定。"
        values = {"value": row["decided_on"].isoformat(), "on": context.on.isoformat()}
        problems.add(sheet.cell("decided_on", place), _(sentence, **values))


def _no_more(_sheet: Sheet, _place: int, _row: dict[str, Any], _context: ImportContext, _problems: Problems) -> None:
    """Nothing beyond what the columns say."""


def _run(
    kind: FactKind, sheet_kind: SheetKind, names: dict[str, str], check: RowCheck
) -> Callable[[Session, Actor, Sheet, ImportContext], Counts]:
    """The import of one kind; ``names`` maps sheet columns to record columns where they differ."""

    def run(db: Session, actor: Actor, sheet: Sheet, context: ImportContext) -> Counts:
        problems = Problems()
        columns = checked_rows(sheet, sheet_kind, problems)
        parsed = {names.get(name, name): values for name, values in columns.items()}
        rows = [dict(zip(parsed, values, strict=True)) for values in zip(*parsed.values(), strict=True)]
        service.lock_years(db, {row["year"] for row in rows if row["year"] is not None})
        _check_estates(db, actor, sheet, rows, problems)
        _check_years(sheet, rows, context.on, problems)
        for place, row in enumerate(rows):
            check(sheet, place, row, context, problems)
        _check_repeats(sheet, kind, rows, problems)
        problems.refuse_if_any()
        context.progress("store", 0, len(rows))
        change = service.compare(db, kind, rows)
        _refuse_published(db, kind, sheet, rows, change, problems)
        service.store(db, actor, kind, rows, change, context.on)
        return Counts(len(change.added), len(change.updated), len(change.unchanged))

    return run


def _check_estates(db: Session, actor: Actor, sheet: Sheet, rows: list[dict[str, Any]], problems: Problems) -> None:
    frame = registry.estates_frame(db, clock.today())
    divisions = dict(zip(frame["estate_code"], frame["division_code"], strict=True))
    for place, row in enumerate(rows):
        code = row["estate_code"]
        if code is None:
            continue
        division = divisions.get(code)
        if division is None or not actor.covers(division):
            sentence = "没有编号为“%(value)s”的小区。请核对编号，或先导入该小区。"
            problems.add(sheet.cell("estate_code", place), _(sentence, value=code))


def _check_years(sheet: Sheet, rows: list[dict[str, Any]], on: date, problems: Problems) -> None:
    for place, row in enumerate(rows):
        if row["year"] is not None and row["year"] > on.year:
            problems.add(sheet.cell("year", place), _("%(year)s年还没有开始。", year=row["year"]))


def _check_repeats(sheet: Sheet, kind: FactKind, rows: list[dict[str, Any]], problems: Problems) -> None:
    first: dict[tuple[Any, ...], int] = {}
    for place, row in enumerate(rows):
        key = tuple(row[name] for name in kind.key)
        if None in key:
            continue
        if key in first:
            sentence = "与第%(row)s行重复。同一事项只保留一行。"
            problems.add(sheet.cell("estate_code", place), _(sentence, row=sheet.row_number(first[key])))
        else:
            first[key] = place


def _refuse_published(
    db: Session,
    kind: FactKind,
    sheet: Sheet,
    rows: list[dict[str, Any]],
    change: service.Change,
    problems: Problems,
) -> None:
    """A sheet adds to a published year, it never changes it: that takes a correction with a public reason."""
    public = {year: service.published(db, year) for year in {rows[place]["year"] for place, _old in change.updated}}
    for place, _old in change.updated:
        row = rows[place]
        if row["estate_code"] in public[row["year"]]:
            sentence = "%(estate)s的%(year)s年度结果已经公布，表格不能更改。请在“年度数据”页面更正，并写明公开的原因。"
            cell = sheet.cell("estate_code", place)
            problems.add(cell, _(sentence, estate=row["estate_code"], year=row["year"]))
    problems.refuse_if_any()


IMPORTS = (
    ImportKind(
        SURVEY_SHEET, Permission.YEAR_FACTS_EDIT, _run(SURVEYS, SURVEY_SHEET, {"score": "score_cp"}, _survey_row)
    ),
    ImportKind(
        INDICATOR_SHEET, Permission.YEAR_FACTS_EDIT, _run(INDICATORS, INDICATOR_SHEET, {"score": "score_cp"}, _no_more)
    ),
    ImportKind(
        RATE_SHEET, Permission.YEAR_FACTS_EDIT, _run(COLLECTION_RATES, RATE_SHEET, {"rate": "rate_cp"}, _no_more)
    ),
    ImportKind(VETO_SHEET, Permission.VETO_DECIDE, _run(VETOES, VETO_SHEET, {}, _veto_row)),
)
