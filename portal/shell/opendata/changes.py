"""What changed between two releases: rows that came, rows that went, cells that differ."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from portal.shell.opendata import releases
from portal.shell.opendata.api import TABLES

KEYS: dict[str, tuple[str, ...]] = {
    "divisions.csv": ("code",),
    "standards.csv": ("version", "item_code"),
    "estates.csv": ("estate_code",),
    "enterprises.csv": ("uscc",),
    "contracts.csv": ("estate_code", "starts_on"),
    "check_results.csv": ("estate_code", "month", "item_code"),
    "months.csv": ("estate_code", "month"),
    "quarter_scores.csv": ("quarter", "estate_code"),
    "surveys.csv": ("year", "estate_code"),
    "indicators.csv": ("year", "estate_code", "indicator_code"),
    "collection_rates.csv": ("year", "estate_code"),
    "vetoes.csv": ("year", "estate_code", "veto_code", "decision"),
    "limiter_facts.csv": ("year", "estate_code", "fact"),
    "components.csv": ("year", "estate_code", "component"),
    "ratings.csv": ("year", "estate_code"),
    "lists.csv": ("kind", "subject_type", "subject", "reason", "effective_from"),
}
COLUMNS = ("file", "key", "change", "column", "old", "new")
Rows = dict[tuple[str, ...], dict[str, str]]


@dataclass(frozen=True)
class Change:
    """A row that came (``added``) or went (``removed``), or a cell that differs (``changed``)."""

    file: str
    key: str
    change: str
    column: str = ""
    old: str = ""
    new: str = ""


@dataclass(frozen=True)
class FileChanges:
    """Changes of one file: how many of each sort, and the first of them."""

    file: str
    added: int
    removed: int
    changed: int
    first: list[Change]


def _read(number: str, file: str) -> Rows:
    reader = csv.DictReader(releases.lines_of(number, file))
    return {tuple(row[name] for name in KEYS[file]): row for row in reader}


def of_file(file: str, old: str, new: str) -> Iterator[Change]:
    """Every change of a file between two releases, by key."""
    before, after = _read(old, file), _read(new, file)
    for key in sorted(before.keys() | after.keys()):
        name = " ".join(key)
        if key not in before:
            yield Change(file, name, "added")
        elif key not in after:
            yield Change(file, name, "removed")
        else:
            was, now = before[key], after[key]
            for column in dict.fromkeys([*was, *now]):
                if was.get(column, "") != now.get(column, ""):
                    yield Change(file, name, "changed", column, was.get(column, ""), now.get(column, ""))


def between(old: str, new: str) -> Iterator[Change]:
    """Every change between two releases, file by file. Raises ``NotFound`` at once for one that is not kept."""
    for number in (old, new):
        releases.path_of(number)
    return (change for table in TABLES for change in of_file(table.name, old, new))


def summary(old: str, new: str, shown: int = 30) -> list[FileChanges]:
    """The files that changed."""
    found = []
    for table in TABLES:
        changes = list(of_file(table.name, old, new))
        if changes:
            counts = {sort: sum(one.change == sort for one in changes) for sort in ("added", "removed", "changed")}
            found.append(FileChanges(table.name, first=list(islice(changes, shown)), **counts))
    return found
