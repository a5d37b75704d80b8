"""Queries as people type them, answered right: nearly everything that is right is found, nearly nothing else."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from portal.kernel import clock
from portal.kernel.access import system_actor
from portal.kernel.db import reading, transaction
from portal.kernel.importing import ImportContext
from portal.kernel.sheets.read import read_sheet
from portal.registry import queries
from portal.registry.imports import IMPORTS

HERE = Path(__file__).parent
ENOUGH = 0.97
FEWEST = 300


@dataclass(frozen=True)
class Labelled:
    """A query, what is looked for (``e`` estates, ``c`` companies) and what is right."""

    group: str
    sort: str
    query: str
    right: str


def labelled() -> list[Labelled]:
    found, group = [], ""
    for line in (HERE / "labelled.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            group = line[3:]
        elif line and not line.startswith("#"):
            asked, right = line.split(" => ")
            found.append(Labelled(group, asked[0], asked[2:], right.strip()))
    return found


def _bring() -> None:
    kinds = {kind.name: kind for kind in IMPORTS}
    divisions = Path(queries.__file__).with_name("data") / "divisions-440306.csv"
    for name, path in (
        ("divisions", divisions),
        ("enterprises", HERE / "enterprises.csv"),
        ("estates", HERE / "estates.csv"),
    ):
        with transaction() as db:
            sheet = read_sheet(path.read_bytes(), path.name, kinds[name].sheet)
            kinds[name].run(db, system_actor("cli:test"), sheet, ImportContext(date(2026, 1, 5)))


def _right(label: str, records: dict[str, str | None]) -> set[str]:
    """Names that a label means; ``records`` are names with their addresses."""
    found: set[str] = set()
    for part in label.split(";"):
        if part.startswith("@"):
            found |= {name for name, address in records.items() if address and part[1:] in address}
        elif part.startswith("*"):
            found |= {name for name in records if part.strip("*") in name}
        elif part.endswith("*"):
            found |= {name for name in records if name.startswith(part[:-1])}
        elif part != "-":
            assert part in records, f"{part} is in no register"
            found.add(part)
    return found


def _answers(db, label: Labelled) -> tuple[set[str], dict[str, str]]:
    if label.sort == "e":
        rows, total, reasons = queries.estates_matched(db, clock.today(), label.query)
        names = {row.name: reasons[row.estate_code] for row in rows}
    else:
        rows, total, reasons = queries.enterprises_matched(db, label.query)
        names = {row.name: reasons[row.uscc] for row in rows}
    assert total == len(rows)
    return set(names), names


@pytest.mark.both_databases
def test_what_is_right_is_found_and_nothing_else(instance, capsys):
    _bring()
    labels = labelled()
    assert len(labels) >= FEWEST
    hit = given = due = 0
    wrong: dict[str, list[str]] = defaultdict(list)
    with reading() as db:
        estates, _total, _why = queries.estates_matched(db, clock.today())
        companies, _total, _why = queries.enterprises_matched(db)
        records = {"e": {row.name: row.address for row in estates}, "c": {row.name: row.address for row in companies}}
        for label in labels:
            right, (found, reasons) = _right(label.right, records[label.sort]), _answers(db, label)
            assert all(reasons.values()), f"{label.query}: a match without a reason"
            # a query with no right answer counts once, as found or as not
            hit += len(right & found) or (not right and not found)
            given += len(found) or 1
            due += len(right) or 1
            if right != found:
                wrong[label.group].append(
                    f"{label.query}: missing {sorted(right - found)}, too many {[(n, reasons[n]) for n in sorted(found - right)]}"
                )
    precision, recall = hit / given, hit / due
    told = "\n".join(f"{group}: {line}" for group, lines in wrong.items() for line in lines)
    with capsys.disabled():
        print(f"\n{len(labels)} queries: precision {precision:.4f}, recall {recall:.4f}")  # noqa: T201
    assert min(precision, recall) >= ENOUGH, told
    print(told)  # noqa: T201
