"""The data dictionary: what every file and column of the open data means, in both languages."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from portal.kernel.i18n import language
from portal.shell.opendata.api import TABLES


@dataclass(frozen=True)
class Entry:
    """A file (no column) or a column of it."""

    file: str
    column: str
    zh: str
    en: str

    @property
    def text(self) -> str:
        """The meaning in the reader's language."""
        return self.en if language() == "en" else self.zh


@dataclass(frozen=True)
class FileEntry:
    """A file with its columns in their order."""

    name: str
    text: str
    columns: tuple[tuple[str, str], ...]


@cache
def entries() -> dict[tuple[str, str], Entry]:
    """(file, column) to its meaning; a column of file ``*`` means the same wherever it occurs."""
    text = files("portal.shell.opendata").joinpath("dictionary.csv").read_text(encoding="utf-8")
    rows = [Entry(**row) for row in csv.DictReader(text.splitlines())]
    return {(row.file, row.column): row for row in rows}


def meaning(file: str, column: str) -> Entry:
    """What a column means. KeyError names one without a meaning."""
    known = entries()
    found = known.get((file, column)) or known.get(("*", column))
    if found is None:
        raise KeyError(f"{file} {column}")
    return found


def dictionary() -> list[FileEntry]:
    """Every file of the data set in the order of the export."""
    tables = [
        FileEntry(
            table.name, meaning(table.name, "").text, tuple((c, meaning(table.name, c).text) for c in table.columns)
        )
        for table in TABLES
    ]
    others = ("rule_sets.json", "manifest.json", "manifest.sig", "public-key.pem")
    return tables + [FileEntry(name, meaning(name, "").text, ()) for name in others]
