"""The catalogue of credit events as dated data: ``catalogue/<in force from>.csv``, the newest begun one is in force.

Columns: code, variant (a level of the same event), names, subjects (enterprise, manager or both), points_cp (signed
centipoints), repair_after_months and months (``a-b`` of rules: repairable after a, counts b), cap_cp (the most that the
events of a code count together on one subject, in centipoints; empty: no cap), tier, active, basis.
"""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from portal.kernel.errors import DomainError
from portal.kernel.i18n import _, language


@dataclass(frozen=True)
class CatalogueEntry:
    """One kind of credit event."""

    catalogue: str
    code: str
    variant: str
    name_zh: str
    name_en: str
    variant_zh: str
    variant_en: str
    subjects: str
    points_cp: int
    repair_after_months: int
    months: int
    cap_cp: int
    tier: str
    active: bool
    basis: str

    @property
    def is_adverse(self) -> bool:
        """Takes points off."""
        return self.points_cp < 0

    @property
    def name(self) -> str:
        """The name in the reader's language, with its level."""
        name, level = (self.name_en, self.variant_en) if language() == "en" else (self.name_zh, self.variant_zh)
        return name if not level else f"{name} ({level})" if language() == "en" else f"{name}（{level}）"

    def is_for(self, subject_type: str) -> bool:
        """Whether the event can be recorded on an enterprise or a manager."""
        return self.subjects in ("both", subject_type)


@cache
def catalogues() -> dict[date, tuple[CatalogueEntry, ...]]:
    """Every catalogue of the package by the date it is in force from."""
    folder = files("scoring.credit").joinpath("catalogue")
    found = {}
    for entry in folder.iterdir():
        if entry.name.endswith(".csv"):
            name = entry.name.removesuffix(".csv")
            found[date.fromisoformat(name)] = tuple(_entries(name, entry.read_text(encoding="utf-8")))
    return dict(sorted(found.items()))


def _entries(name: str, text: str) -> list[CatalogueEntry]:
    numbers = ("points_cp", "repair_after_months", "months", "cap_cp")
    return [
        CatalogueEntry(
            catalogue=name,
            **{key: int(value or 0) if key in numbers else value for key, value in row.items() if key != "active"},  # type: ignore[arg-type]
            active=row["active"] == "yes",
        )
        for row in csv.DictReader(text.splitlines())
    ]


def in_force(on: date) -> tuple[CatalogueEntry, ...]:
    """The catalogue in force on a day; the first one for earlier days."""
    begun = [entries for day, entries in catalogues().items() if day <= on]
    return begun[-1] if begun else next(iter(catalogues().values()))


def caps(on: date) -> dict[str, int]:
    """Code to the most centipoints that its events count together on one subject, in the catalogue in force on a day."""
    return {found.code: found.cap_cp for found in in_force(on) if found.cap_cp}


def entry(code: str, variant: str, on: date) -> CatalogueEntry:
    """One entry of the catalogue in force; DomainError when there is none."""
    for found in in_force(on):
        if (found.code, found.variant) == (code, variant):
            return found
    raise DomainError(_("信用事项目录中没有“%(code)s”。", code=f"{code} {variant}".strip()))


def recorded_entry(catalogue: str, code: str, points_cp: int) -> CatalogueEntry:
    """The entry by which an event was recorded: of its own catalogue, even when a newer one is in force."""
    for found in catalogues()[date.fromisoformat(catalogue)]:
        if (found.code, found.points_cp) == (code, points_cp):
            return found
    raise DomainError(_("信用事项目录中没有“%(code)s”。", code=code))


def name_of(code: str, points_cp: int, on: date) -> str:
    """The name of a recorded event: by its code, and by its points where a code has levels."""
    same = [found for found in in_force(on) if found.code == code]
    exact = [found for found in same if found.points_cp == points_cp]
    return (exact or same)[0].name if same else code
