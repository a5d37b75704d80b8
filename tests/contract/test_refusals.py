"""Refused input: exit 1, the cell named, nothing written; wrong usage: exit 2; drafts, lists and their persons."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest

from tests.contract.command import Portal, sheet
from tests.contract.district import COMMUNITIES
from tests.contract.server import Server

KINDS = (
    "people", "divisions", "enterprises", "managers", "estates", "contracts", "checks", "surveys", "indicators",
    "collection-rates", "vetoes",
)  # fmt: skip
USCC, OTHER = "91350100M000100Y43", "9144030071526726XG"
SURVEY = {"estate_code": "V1", "year": "2025", "households": "600", "valid_responses": "60", "score": "95.00"}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Portal:
    """Two estates, good (V1) and vetoed (V2), of two enterprises; nothing checked yet."""
    made = Portal(tmp_path_factory.mktemp("refusals"))
    made.initialise()
    divisions = [("440306000000", "district", ""), ("440306017000", "street", "440306000000")]
    divisions += [(COMMUNITIES[2], "community", "440306017000")]
    made.load("divisions", [{"code": c, "name": f"地{c}", "level": v, "parent_code": p} for c, v, p in divisions])
    made.load("enterprises", [{"uscc": code, "name": f"测试{code}物业服务有限公司"} for code in (USCC, OTHER)])
    made.load("managers", [{"manager_code": "PM-1", "name": "欧阳绝密", "id_number": "11010519491231002X"}])
    roles = {"insp": "inspector", "off": "officer", "boss": "lead"}
    made.load("people", [
        {"login": login, "name": login, "role": role, "division_code": "440306000000"} for login, role in roles.items()
    ])  # fmt: skip
    made.load("estates", [
        {"estate_code": code, "name": f"花园{code}", "kind": "commodity", "division_code": COMMUNITIES[2],
         "households": "600"} for code in ("V1", "V2")
    ])  # fmt: skip
    made.load("contracts", [
        {"estate_code": code, "uscc": uscc, "manager_code": "PM-1", "starts_on": "2024-01-01", "ends_on": ""}
        for code, uscc in (("V1", USCC), ("V2", OTHER))
    ])  # fmt: skip
    made.load("surveys", [SURVEY])
    return made


def check(**cells: str) -> dict[str, str]:
    row = {"estate_code": "V1", "month": "2025-03", "item_code": "ZH02", "result": "1", "note": "",
           "inspector": "insp", "inspected_on": "2025-03-12"}  # fmt: skip
    return {**row, **cells}


def count(portal: Portal, table: str) -> int:
    with closing(sqlite3.connect(portal.instance / "portal.db")) as database:
        return int(database.execute(f"select count(*) from {table}").fetchone()[0])  # noqa: S608


BAD = {
    "estate_code": "NONE", "month": "2025-13", "item_code": "ZZ99", "result": "half", "inspector": "nobody",
    "inspected_on": "2025-04-01",
}  # fmt: skip


def test_bad_cells_are_named_and_nothing_is_stored(portal: Portal) -> None:
    """One bad cell in each column at once: each has its address; the good row beside them is not stored."""
    rows = [check(estate_code="V2")] + [check(**{column: value}) for column, value in BAD.items()]
    rows += [check(month="2025-05", inspected_on="2025-05-02", result="na")]
    before = portal.audit_rows()
    said = portal.load("checks", rows, 0, code=1)
    for number, column in enumerate(BAD, 3):
        assert f"checks.csv!{'ABCDEFG'[list(rows[0]).index(column)]}{number}:" in said, (column, said)
    assert f"checks.csv!E{len(rows) + 1}:" in said or f"checks.csv!D{len(rows) + 1}:" in said, said
    assert (portal.audit_rows(), count(portal, "monthly_check")) == (before, 0)
    assert "数据!" in portal.load("checks", rows, 7, code=1)


def test_sheets_that_are_refused_whole(portal: Portal) -> None:
    """Unknown column by name; an applicable sum of 0; a clean month that is not alone; overlap; a wrong check digit."""
    before = portal.audit_rows()
    assert "shade" in portal.load("checks", [{**check(), "shade": "1"}], 0, code=1)
    with (Path(__file__).parent / "standard-2025.csv").open(encoding="utf-8-sig") as file:
        codes = re.findall(r",([A-Z]{2}\d\d),", file.read())
    portal.load("checks", [check(item_code=c, result="na", note="没有") for c in codes], 0, code=1)
    portal.load("checks", [check(item_code="*", result="pass"), check()], 0, code=1)
    service = {"estate_code": "V1", "uscc": OTHER, "manager_code": "PM-1", "starts_on": "2025-01-01", "ends_on": ""}
    assert "contracts.csv!" in portal.load("contracts", [service], 0, code=1)
    assert "enterprises.csv!A2" in portal.load("enterprises", [{"uscc": USCC[:-1] + "4", "name": "x"}], 0, code=1)
    portal.run("import", "nonsense", "/dev/null", expect=2)
    portal.run("quarter", "publish", expect=2)
    assert portal.audit_rows() == before


def test_a_dry_run_stores_nothing(portal: Portal) -> None:
    before = portal.audit_rows()
    portal.load("surveys", [{**SURVEY, "score": "95.001"}], 0, code=1)
    for score, counts in (
        ("94.99", "imported 0, updated 1, unchanged 0"),
        ("95.00", "imported 0, updated 0, unchanged 1"),
    ):
        path = sheet(portal.folder, "surveys", [{**SURVEY, "score": score}])
        assert counts in portal.run("import", "surveys", str(path), "--dry-run").stdout
    assert portal.audit_rows() == before


@pytest.mark.parametrize("kind", KINDS)
def test_the_header_of_a_template_is_accepted(kind: str, portal: Portal) -> None:
    """Of the blank sheet alone: whatever is said about its example row is not about row 1 or a column."""
    path = portal.folder / f"template-{kind}.xlsx"
    portal.run("template", kind, str(path))
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    page.delete_rows(2, page.max_row)
    book.save(path)
    done = portal.run("import", kind, str(path), "--dry-run", expect=None)
    assert not re.search(r"![A-Z]+1:", done.stderr), done.stderr
    assert done.returncode == 0 or not re.search("列|column", done.stderr), done.stderr


def test_the_lists_from_proposal_to_publication(portal: Portal) -> None:
    """A five-star and a vetoed estate; windows of 10 working days; the persons; what the lists answer when."""
    clean = [
        check(estate_code="V1", month=f"2025-{n:02d}", inspected_on=f"2025-{n:02d}-12", item_code="*", result="pass")
        for n in (1, 2, 4, 5)
    ]
    portal.load("checks", clean)
    indicators = ("rectification", "disclosure", "complaints", "safety", "cooperation", "spot_check")
    portal.load("indicators", [
        {"estate_code": "V1", "year": "2025", "indicator_code": i, "score": "96", "evidence": "台账"} for i in indicators
    ])  # fmt: skip
    veto = {"estate_code": "V2", "year": "2025", "veto_code": "V01", "decision": "测〔2025〕1号",
            "decided_on": "2025-12-01", "evidence": "报告"}  # fmt: skip
    portal.load("vetoes", [veto])
    for quarter in ("2025Q1", "2025Q2"):
        portal.run("quarter", "confirm", quarter, "--on", "2025-08-01")
        portal.run("quarter", "publish", quarter, "--on", "2025-08-02")
    portal.run("year", "publish", "2025", "--on", "2025-12-31", expect=1)
    portal.run("year", "publish", "2025", "--on", "2026-02-01")
    _windows(portal)
    listed = {row["subject"]: row for row in portal.export("lists")["lists"]}
    assert {code: row["kind"] for code, row in listed.items()} == {"V1": "red", "V2": "black"}
    assert listed["V2"]["uscc"] == OTHER
    assert (listed["V2"]["effective_from"], listed["V2"]["effective_to"]) == ("2026-03-18", "2027-03-17")
    with Server(portal) as server:
        _asked(server, listed["V2"]["recorded_at"])


def _windows(portal: Portal) -> None:
    portal.run("lists", "propose", "2025", "--as", "boss", "--on", "2026-03-02", expect=1)
    portal.run("lists", "propose", "2025", "--as", "off", "--on", "2025-12-31", expect=1)
    portal.run("lists", "propose", "2025", "--as", "off", "--on", "2026-03-02")
    portal.again("lists", "propose", "2025", "--as", "off", "--on", "2026-03-02")
    last = portal.run("workdays", "2026-03-02", "10").stdout.strip()
    assert last == "2026-03-16"
    portal.run("lists", "decide", "2025", "--as", "boss", "--on", last, expect=1)
    portal.run("lists", "decide", "2025", "--as", "off", "--on", "2026-03-17", expect=1)
    portal.run("lists", "decide", "2025", "--as", "boss", "--on", "2026-03-17")
    portal.run("lists", "publish", "2025", "--as", "off", "--on", "2026-03-18", expect=1)
    portal.run("lists", "publish", "2025", "--as", "boss", "--on", "2026-03-18")
    portal.again("lists", "publish", "2025", "--as", "boss", "--on", "2026-03-18")


def _asked(server: Server, recorded: str) -> None:
    """Nothing before the first day; both from it on, and for whoever knew at the instant they were recorded."""

    def subjects(query: str) -> set[str]:
        return {item["subject"] for item in server.items(f"/api/v1/lists?{query}")}

    assert subjects("as_of=2026-03-17") == set()
    assert subjects("as_of=2026-03-18") == {"V1", "V2"}
    assert subjects("") == {"V1", "V2"}
    assert subjects("kind=black") == {"V2"}
    assert subjects(f"uscc={USCC}") == {"V1"}
    assert subjects(f"known_at={recorded}") == {"V1", "V2"}
    assert subjects("known_at=2026-01-01T00:00:00Z") == set()
