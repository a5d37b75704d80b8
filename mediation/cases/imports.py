"""The sheet ``cases``: mediation cases from a paper register. They arrive submitted."""

from typing import Any

from sqlalchemy.orm import Session

from mediation.cases.models.record import KINDS
from mediation.cases.service.correcting import Registered, correct, registered, unfit
from mediation.cases.service.filing import NewCase, NewParty
from mediation.cases.service.registering import store_register
from portal.kernel import clock
from portal.kernel.access import Actor, Permission
from portal.kernel.i18n import _
from portal.kernel.importing import Counts, ImportContext, ImportKind
from portal.kernel.sheets.columns import Column, SheetKind
from portal.kernel.sheets.read import Problems, Sheet, checked_rows
from portal.registry import api as registry

KIND_LABELS = {
    "fees": "物业费",
    "repair": "维修",
    "fitout": "装修",
    "parking": "停车",
    "noise": "噪声",
    "common_parts": "共有部分",
    "funds": "资金",
    "committee": "业主委员会",
    "handover": "物业交接",
    "other": "其他",
}
CASES = SheetKind(
    name="cases",
    title="调解案件",
    columns=(
        Column("case_code", "案件编号", kind="code", example="TJ-2025-0001"),
        Column("estate_code", "小区编号", kind="code", example="440306017010-0001"),
        Column(
            "kind", "类别", kind="choice", choices=tuple((kind, KIND_LABELS[kind]) for kind in KINDS), example="repair"
        ),
        Column("applicant_name", "申请人", max_length=50, example="王小明", note="姓名、电话和请求事项加密保存。"),
        Column("applicant_phone", "申请人电话", max_length=30, example="13800000000"),
        Column("respondent_uscc", "被申请企业", kind="uscc", example="91350100M000100Y43"),
        Column("filed_on", "申请日期", kind="date", example="2025-03-03"),
        Column("claim", "请求事项", max_length=2000, example="请物业公司修好2栋的电梯。"),
    ),
)
FIELDS = tuple(column.name for column in CASES.columns)


def _rows(sheet: Sheet, problems: Problems) -> list[Registered | None]:
    columns = checked_rows(sheet, CASES, problems)
    found: list[Registered | None] = []
    for place in range(sheet.length):
        values = [columns[name][place] for name in FIELDS]
        found.append(Registered(*values) if all(values) else None)
    return found


def _check(db: Session, actor: Actor, sheet: Sheet, rows: list[Registered | None], problems: Problems) -> None:
    estates = set(registry.estates_frame(db, clock.today(), within=actor.division_code)["estate_code"])
    companies, first = registry.enterprise_codes(db), dict[str, int]()
    for place, row in enumerate(rows):
        if row is None:
            continue
        before = first.setdefault(row.case_code, place)
        if before != place:
            text = _(
                "案件编号“%(code)s”在第%(row)s行已经有了，请只保留一行。",
                code=row.case_code,
                row=sheet.row_number(before),
            )
            problems.add(sheet.cell("case_code", place), text)
        if row.estate_code not in estates:
            text = _("没有编号为“%(value)s”的小区，请先登记小区，或者核对编号。", value=row.estate_code)
            problems.add(sheet.cell("estate_code", place), text)
        if row.respondent_uscc not in companies:
            text = _("没有代码为“%(value)s”的企业，请先登记企业，或者核对代码。", value=row.respondent_uscc)
            problems.add(sheet.cell("respondent_uscc", place), text)
        if row.filed_on > clock.today():
            problems.add(sheet.cell("filed_on", place), _("申请日期还没有到。"))


def _new_case(row: Registered) -> NewCase:
    applicant = NewParty("owner", row.applicant_name, row.applicant_phone)
    return NewCase(
        row.estate_code, row.kind, row.claim, (applicant,), (NewParty("enterprise", row.respondent_uscc, uscc=row.respondent_uscc),),
        channel="register", filed_on=row.filed_on, code=row.case_code,
    )  # fmt: skip


def run(db: Session, actor: Actor, sheet: Any, context: ImportContext) -> Counts:
    """Add cases; correct names, phones and claims of those not yet accepted. InputRefused with every bad cell."""
    problems = Problems()
    rows = _rows(sheet, problems)
    _check(db, actor, sheet, rows, problems)
    whole = [(place, row) for place, row in enumerate(rows) if row is not None]
    known = registered(db, [row.case_code for _place, row in whole])
    for place, row in whole:
        if row.case_code in known and (wrong := unfit(actor, known[row.case_code], row)):
            problems.add(sheet.cell(wrong[0], place), wrong[1])
    problems.refuse_if_any()
    counts, new = Counts(), []
    for place, row in whole:
        if place % 500 == 0:
            context.progress("store", place, len(whole))
        if row.case_code not in known:
            new.append(_new_case(row))
        elif correct(db, actor, known[row.case_code], row):
            counts.updated += 1
        else:
            counts.unchanged += 1
    counts.added = store_register(db, actor, new)
    return counts


IMPORTS = [ImportKind(CASES, Permission.MEDIATION_REGISTER, run)]
