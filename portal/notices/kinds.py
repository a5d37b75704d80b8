"""Kinds of documents and the series of their numbers: data (``kinds.json``). A number reads ``宝住建榜告〔2026〕12号``."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from portal.kernel.i18n import language


class BadKind(Exception):
    """A kind in the file cannot be used, or is not in it."""


@dataclass(frozen=True)
class Kind:
    """One kind of document; kinds of one ``series`` share their running numbers. Some are served on nobody."""

    code: str
    zh: str
    en: str
    series: str
    is_served: bool = True

    @property
    def name(self) -> str:
        """Its name in the language of the moment."""
        return self.en if language() == "en" else self.zh

    def number(self, year: int, seq: int) -> str:
        """The number of a document: hexagonal brackets around the year, no leading zeros (GB/T 9704)."""
        return f"{self.series}〔{year}〕{seq}号"


@cache
def kinds() -> dict[str, Kind]:
    """Every kind by its code. Raises ``BadKind``."""
    rows = json.loads(files("portal.notices").joinpath("kinds.json").read_text(encoding="utf-8"))
    found = {row["code"]: Kind(**row) for row in rows}
    if len(found) != len(rows) or not all(one.zh and one.en and one.series for one in found.values()):
        raise BadKind("kinds.json")
    return found


def kind(code: str) -> Kind:
    """A kind by its code; an unknown one is a programming error (``BadKind``)."""
    try:
        return kinds()[code]
    except KeyError:
        raise BadKind(code) from None
