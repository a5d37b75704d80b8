"""What the five sheets share: one row for each code, and values that a file may leave out."""

from collections.abc import Hashable, Sequence
from typing import Any

from portal.kernel.i18n import _
from portal.kernel.sheets.read import Problems, Sheet
from portal.registry.service.refusals import Refusal


def note_repeats(sheet: Sheet, problems: Problems, name: str, keys: Sequence[Hashable]) -> None:
    """A key that occurs again is a bad cell; ``None`` stands for a cell that is bad already."""
    first: dict[Hashable, int] = {}
    for place, key in enumerate(keys):
        if key is None:
            continue
        before = first.setdefault(key, place)
        if before != place:
            problems.add(sheet.cell(name, place), _("与第%(n)s行重复。请只保留一行。", n=sheet.row_number(before)))


def note_refusals(sheet: Sheet, problems: Problems, refusals: Sequence[Refusal], places: Sequence[int]) -> None:
    """What the registry refuses, at the cells that say it; ``places`` are the sheet's rows that were asked about."""
    for refusal in refusals:
        problems.add(sheet.cell(refusal.field, places[refusal.row]), refusal.message)


def unknown(value: str, thing: str) -> str:
    """A code that the register does not hold."""
    return _("没有编号为“%(value)s”的%(thing)s。请核对编号，或先导入该%(thing)s。", value=value, thing=thing.lower())


def optional(sheet: Sheet, rows: dict[str, list[Any]], name: str, place: int, recorded: Any) -> Any:
    """The value of an optional cell, None when empty; what is recorded where the file has no such column."""
    if not sheet.has(name):
        return recorded
    value = rows[name][place]
    return None if value == "" else value
