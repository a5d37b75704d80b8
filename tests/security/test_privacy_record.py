"""docs/privacy-record.md names every column that is sealed or hashed, and none that does not exist."""

import ast
import csv
from importlib.util import module_from_spec, spec_from_file_location

import pytest

from portal.kernel.classes import PUBLIC
from portal.kernel.db import Base
from tests.architecture.sources import PROJECT

ROOMS = ("portal", "scoring", "disclosure", "mediation")
# where a sealed text goes under the name of a helper's argument, not of a column
NO_COLUMN = {"default"}


@pytest.fixture(scope="module")
def record():
    spec = spec_from_file_location("privacy_record", PROJECT / "tools" / "privacy_record.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def named(record):
    return {(entry.table, column) for entry in record.ENTRIES for column in entry.columns}


def test_the_record_is_up_to_date(record):
    assert record.DOCUMENT.read_text() == record.document(), "run tools/privacy_record.py --write"


def test_every_column_named_exists(app, named):
    there = {(table.name, column.name) for table in Base.metadata.sorted_tables for column in table.columns}
    assert named - there == set()


def test_no_sealed_or_hashed_column_is_missing(app, record, named):
    telling = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if record.TELLING.search(column.name) and column.info != PUBLIC and table.name not in record.NOBODYS
    }
    assert len(telling) > 20
    assert telling - named == set()


def _sealed_into():
    """Names of columns that code fills by a call of ``seal…``: as a keyword, a key of a row or an attribute."""
    for room in ROOMS:
        for path in (PROJECT / room).rglob("*.py"):
            if "demo" in path.parts or "seal" not in (text := path.read_text()):
                continue
            for node in ast.walk(ast.parse(text)):
                pairs = [(one.arg, one.value) for one in node.keywords] if isinstance(node, ast.Call) else []
                if isinstance(node, ast.Dict):
                    pairs = [
                        (key.value, value)
                        for key, value in zip(node.keys, node.values, strict=True)
                        if isinstance(key, ast.Constant)
                    ]
                if isinstance(node, ast.Assign):
                    pairs = [
                        (target.attr, value)
                        for targets in node.targets
                        for target, value in zip(_parts(targets), _parts(node.value), strict=False)
                        if isinstance(target, ast.Attribute)
                    ]
                yield from (name for name, value in pairs if name and _seals(value))


def _parts(node):
    return node.elts if isinstance(node, ast.Tuple) else [node]


def _seals(value):
    called = value.body if isinstance(value, ast.IfExp) else value
    function = called.func if isinstance(called, ast.Call) else None
    return isinstance(function, ast.Attribute) and function.attr in ("seal", "seal_values", "seal_behind")


def test_what_the_code_seals_is_named(app, named):
    found = set(_sealed_into()) - NO_COLUMN
    assert {"phone_sealed", "remark", "signer"} <= found
    assert found - {column for _table, column in named} == set()


def test_every_line_says_how_its_data_end(record):
    """A rule of the release, or words; and each rule of the nightly clearing but the technical ones answers for a line."""
    with record.LIST.open(encoding="utf-8", newline="") as file:
        gone = [row["gone"] for row in csv.DictReader(file)]
    assert all(gone)
    assert not [one for one in gone if one == "OPEN"]
    named = {code for one in gone if (code := record.rule_of(one))}
    ours = {rule["code"] for rule in record.RULES["rules"] if rule["by"] == "retention"}
    assert ours - named == {"sms-waiting", "bank-papers", "job-runs", "item-results"}
    assert named <= ours
