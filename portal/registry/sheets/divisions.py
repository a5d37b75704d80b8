"""The divisions sheet: levels fit their codes, parents exist; the order of the rows is free."""

from sqlalchemy.orm import Session

from portal.kernel.access import Actor
from portal.kernel.divisions import level_of, parent_of
from portal.kernel.i18n import _
from portal.kernel.importing import Counts, ImportContext
from portal.kernel.sheets.read import Problems, Sheet, checked_rows
from portal.registry import policy, queries
from portal.registry.columns import DIVISIONS, LEVEL_LABELS
from portal.registry.service.divisions import DivisionInput, store_divisions
from portal.registry.sheets.reading import note_repeats, optional, unknown


def run(db: Session, actor: Actor, sheet: Sheet, context: ImportContext) -> Counts:
    """Check and store the sheet whole, or refuse it with every bad cell."""
    problems = Problems()
    rows = checked_rows(sheet, DIVISIONS, problems)
    held = {row.code: row for row in queries.division_rows(db)}
    codes = rows["code"]
    note_repeats(sheet, problems, "code", codes)
    known = set(held) | {code for code in codes if code}
    areas = {}
    for place, (code, level) in enumerate(zip(codes, rows["level"], strict=True)):
        if code is None or level is None:
            continue
        recorded = held[code].parent_code if code in held else ""
        parent = optional(sheet, rows, "parent_code", place, recorded) or ""
        areas[code] = DivisionInput(rows["name"][place], level, parent)
        for name, message in _wrong(actor, code, level, parent, known):
            problems.add(sheet.cell(name, place), message)
    problems.refuse_if_any()
    return store_divisions(db, actor, areas)


def _wrong(actor: Actor, code: str, level: str, parent: str, known: set[str]) -> list[tuple[str, str]]:
    """(column, sentence) of what does not fit."""
    if not policy.may_edit_division(actor, code):
        return [("code", _("“%(value)s”不在您的辖区内。", value=code))]
    fits = level_of(code)
    if fits != level:
        labels = {name: _(label) for name, label in LEVEL_LABELS}
        if fits not in labels:
            return [("code", _("“%(value)s”是市级以上的代码，请填写区、街道或社区的代码。", value=code))]
        return [
            (
                "level",
                _(
                    "代码“%(value)s”的级别是%(fits)s，这里填的是%(level)s。请核对代码和级别。",
                    value=code,
                    fits=labels[fits],
                    level=labels[level],
                ),
            )
        ]
    if level == "district":
        if parent in ("", parent_of(code)):
            return []
    elif parent == parent_of(code):
        return [] if parent in known else [("parent_code", unknown(parent, _("辖区")))]
    sentence = _(
        "“%(value)s”的上级代码应为%(parent)s：街道取自身代码的前6位，社区取前9位，其余补0。",
        value=code,
        parent=parent_of(code),
    )
    return [("parent_code", sentence)]
