"""Names of areas as a reader meets them: Chinese as stored, English in pinyin where the district has an English name."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Protocol

from portal.kernel.divisions import level_of, street_of
from portal.kernel.i18n import language


class Area(Protocol):
    """What of a division its names need."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def parent_code(self) -> str | None: ...


Areas = Mapping[str, Area]


@cache
def _english() -> dict[str, str]:
    text = files("portal.registry").joinpath("data/streets.en.csv").read_text(encoding="utf-8")
    return {row["name"]: row["english"] for row in csv.DictReader(text.splitlines())}


def shown(name: str) -> str:
    """The name in the reader's language; one without an English name stays Chinese."""
    return _english().get(name, name) if language() == "en" else name


def name_of(areas: Areas, code: str) -> str:
    """Name of an area by its code; the code itself when it is unknown."""
    return shown(areas[code].name) if code in areas else code


def district(areas: Areas) -> str:
    """The name of the supervised district."""
    return next((shown(area.name) for area in areas.values() if area.level == "district"), "")


def place(areas: Areas, code: str) -> str:
    """Street and community of a division code, in the order of the language."""
    names = [name_of(areas, street_of(code))] if level_of(code) == "community" else []
    names.append(name_of(areas, code))
    return ", ".join(reversed(names)) if language() == "en" else "".join(names)


def choices(areas: Areas) -> list[tuple[str, list[tuple[str, str]]]]:
    """Streets with their communities, for a select: (street name, [(code, name)]), the street itself first."""
    streets = [area for area in areas.values() if area.level == "street"]
    return [
        (shown(street.name), [(street.code, shown(street.name))] + [
            (area.code, shown(area.name)) for area in areas.values() if area.parent_code == street.code
        ])
        for street in streets
    ]  # fmt: skip
