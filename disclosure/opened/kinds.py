"""What the law has opened beside the money: kinds of entries as data (``kinds.json``), with their fields and sources.

``months``: after so many months an entry has run out. ``none_when_zero`` names the field whose zero says that the kind does not apply to the estate.
"""

import json
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from portal.kernel.i18n import language


@dataclass(frozen=True)
class Words:
    """A text in both languages."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.en if language() == "en" else self.zh


@dataclass(frozen=True)
class Field:
    """One value of an entry. ``type``: text, long, money (fen), count, area (hundredths of m²), date or choice."""

    code: str
    type: str
    name: Words
    required: bool
    choices: tuple[tuple[str, Words], ...]
    hint: Words

    def chosen(self, code: str) -> str:
        """The words of a choice; the code itself when it is unknown."""
        return next((str(words) for known, words in self.choices if known == code), code)


@dataclass(frozen=True)
class Kind:
    """One kind of entry."""

    code: str
    section: str
    name: Words
    source: Words
    date_name: Words
    fields: tuple[Field, ...]
    expected: bool
    many: bool
    titled: bool
    months: int | None
    none_when_zero: str

    def runs_out(self, happened_on: date, facts: dict[str, Any]) -> date | None:
        """The last day on which an entry of that day still counts; None when it does not run out."""
        if self.none_when_zero and facts.get(self.none_when_zero) == 0:
            return None
        if self.months is not None:
            month = happened_on.month - 1 + self.months
            year, month = happened_on.year + month // 12, month % 12 + 1
            return date(year, month, min(happened_on.day, monthrange(year, month)[1])) - timedelta(days=1)
        return None


def _words(entry: dict[str, Any], name: str = "") -> Words:
    prefix = f"{name}_" if name else ""
    return Words(entry[f"{prefix}zh"], entry[f"{prefix}en"])


def _field(entry: dict[str, Any]) -> Field:
    choices = tuple((one["code"], _words(one)) for one in entry.get("choices", ()))
    hint = Words(entry.get("hint_zh", ""), entry.get("hint_en", ""))
    return Field(entry["code"], entry["type"], _words(entry), entry["required"], choices, hint)


def _kind(entry: dict[str, Any]) -> Kind:
    return Kind(
        entry["code"], entry["section"], _words(entry), _words(entry, "source"), _words(entry, "date"),
        tuple(_field(one) for one in entry["fields"]), entry["expected"], entry.get("many", False),
        entry.get("titled", False), entry.get("months"), entry.get("none_when_zero", ""),
    )  # fmt: skip


@cache
def _data() -> dict[str, Any]:
    return dict(json.loads(files("disclosure.opened").joinpath("kinds.json").read_text(encoding="utf-8")))


@cache
def kinds() -> dict[str, Kind]:
    """Every kind by code, in the order in which a page shows them."""
    return {one["code"]: _kind(one) for one in _data()["kinds"]}


@cache
def sections() -> dict[str, Words]:
    """The sections of a page by code, in order."""
    return {one["code"]: _words(one) for one in _data()["sections"]}
