"""How banks lay out their spreadsheets: which column is what. Layouts are data; a district adds its own per bank."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from portal.kernel.errors import DomainError
from portal.kernel.i18n import _, language

FIELDS = ("booked_on", "value_on", "income", "outgo", "amount", "direction", "balance", "counterparty",
          "counterparty_account", "summary", "reference", "account")  # fmt: skip
IN_MARKS = frozenset({"贷", "贷方", "收", "收入", "转入", "入", "进", "c", "cr", "credit", "in", "+"})
OUT_MARKS = frozenset({"借", "借方", "支", "支出", "付", "转出", "出", "d", "dr", "debit", "out", "-"})


@dataclass(frozen=True)
class Layout:
    """One layout: field to the headers it may have. ``summary`` joins all of its columns, others take the first."""

    code: str
    zh: str
    en: str
    columns: Mapping[str, tuple[str, ...]]
    needed: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its name in the reader's language."""
        return self.en if language() == "en" else self.zh

    def match(self, headers: Sequence[str]) -> dict[str, list[int]] | None:
        """Field to the places of its columns, or None when a needed column is missing."""
        spelled = [normal(header) for header in headers]
        found: dict[str, list[int]] = {}
        for field, names in self.columns.items():
            places = [spelled.index(normal(name)) for name in names if normal(name) in spelled]
            if places:
                found[field] = places if field == "summary" else places[:1]
        if not all(field in found for field in self.needed):
            return None
        return found if "amount" in found or {"income", "outgo"} <= set(found) else None


def normal(header: str) -> str:
    """A header without spaces, case and width of brackets."""
    return "".join(header.split()).casefold().translate(str.maketrans("（）：［］", "():[]"))


def layout_of(record: Mapping[str, Any]) -> Layout:
    """A layout from its record. DomainError when it names unknown fields or lacks a date or an amount."""
    columns = {field: tuple(names) for field, names in record["columns"].items() if names}
    if unknown := sorted(set(columns) - set(FIELDS)):
        raise DomainError(_("银行明细格式里有不认识的栏目：%(names)s。", names="、".join(unknown)))
    if "booked_on" not in columns or not ("amount" in columns or {"income", "outgo"} <= set(columns)):
        raise DomainError(_("银行明细格式至少要有日期，以及金额或收入、支出两栏。"))
    needed = tuple(record.get("needed") or ("booked_on",))
    return Layout(str(record["code"]), str(record["zh"]), str(record.get("en") or record["zh"]), columns, needed)


@cache
def shipped() -> dict[str, Layout]:
    """The layouts that come with the portal, by code, the most special first."""
    text = files("disclosure.funds.statements").joinpath("layouts.json").read_text(encoding="utf-8")
    return {record["code"]: layout_of(record) for record in json.loads(text)}
