"""The sheets of a year's facts: whole or nothing, twice is once, published facts stay."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.access import Role, person_actor
from portal.kernel.db import reading, transaction
from portal.kernel.errors import InputRefused
from portal.kernel.importing import ImportContext
from portal.kernel.periods import Year
from portal.kernel.sheets.read import read_sheet
from portal.kernel.sheets.template import write_template
from scoring.ratings import api as ratings
from scoring.surveys import api as surveys
from scoring.surveys.imports import IMPORTS
from scoring.surveys.models import SurveyResult
from tests.ratings import district as d

TOLD, ON = date(2026, 1, 12), date(2026, 1, 20)  # the hold of the ratings is over
KINDS = {"E-1": ("commodity", d.COMMUNITIES[0]), "E-2": ("village", d.COMMUNITIES[2])}
BY_NAME = {kind.name: kind for kind in IMPORTS}
SURVEYS = "estate_code,year,households,valid_responses,score\n"
INDICATORS = "estate_code,year,indicator_code,score,evidence\n"
RATES = "estate_code,year,rate\n"
VETOES = "estate_code,year,veto_code,decision,decided_on,evidence\n"


@pytest.fixture
def district(instance, monkeypatch):
    """Two estates; the clock on the day of the acts."""
    d.wire(monkeypatch)
    d.found_district(KINDS)
    with clock.on(ON):
        yield instance


def bring(name: str, text: str, who=d.CLI):
    kind = BY_NAME[name]
    sheet = read_sheet(text.encode(), f"{name}.csv", kind.sheet)
    with transaction() as db:
        counts = kind.run(db, who, sheet, ImportContext(ON))
        return counts.added, counts.updated, counts.unchanged


def refused(name: str, text: str, who=d.CLI) -> dict[str, str]:
    with pytest.raises(InputRefused) as caught:
        bring(name, text, who)
    return {problem.cell: problem.message for problem in caught.value.problems}


def audit_rows() -> int:
    with reading() as db:
        return d.audit_count(db)


@pytest.mark.both_databases
def test_a_file_twice_changes_nothing_the_second_time(district):
    files = {
        "surveys": SURVEYS + "E-1,2025,600,75,88.5\nE-2,2025,300,50,91\n",
        "indicators": INDICATORS + "E-1,2025,safety,92.25,台账\nE-1,2025,整改完成率,100,台账\n",
        "collection-rates": RATES + "E-2,2025,93.21\n",
        "vetoes": VETOES + "E-2,2025,V03,深1号,2025-12-01,报告\n",
    }
    for name, text in files.items():
        rows = text.count("\n") - 1
        assert bring(name, text) == (rows, 0, 0)
        before = audit_rows()
        assert bring(name, text) == (0, 0, rows)
        assert audit_rows() == before
    with reading() as db:
        facts = surveys.facts(db, 2025)
    assert facts.surveys[["households", "valid_responses", "score_cp"]].values.tolist() == [
        [600, 75, 8850],
        [300, 50, 9100],
    ]
    assert facts.indicators[["indicator_code", "score_cp"]].values.tolist() == [
        ["rectification", 10000],
        ["safety", 9225],
    ]
    assert facts.collection_rates["rate_cp"].tolist() == [9321]
    assert facts.vetoes[["veto_code", "decided_on"]].values.tolist() == [["V03", date(2025, 12, 1)]]


@pytest.mark.both_databases
def test_a_change_before_publication_keeps_the_old_version(district):
    bring("surveys", SURVEYS + "E-1,2025,600,75,88.5\n")
    with clock.on(date(2026, 1, 21)):
        assert bring("surveys", SURVEYS + "E-1,2025,600,75,89\n") == (0, 1, 0)
    with reading() as db:
        versions = db.scalars(select(SurveyResult).order_by(SurveyResult.recorded_at)).all()
        assert [(row.score_cp, row.superseded_at is None) for row in versions] == [(8850, False), (8900, True)]
        assert surveys.facts(db, 2025, known_at=clock.day_start(date(2026, 1, 21))).surveys["score_cp"].tolist() == [
            8850
        ]
        assert surveys.facts(db, 2025).surveys["score_cp"].tolist() == [8900]


def test_bad_cells_are_named_and_nothing_is_stored(district):
    found = refused(
        "surveys",
        SURVEYS + "E-1,2025,600,75,88.5\nE-9,2025,600,75,88\nE-1,2027,600,75,88\nE-2,2025,0,75,88.555\n"
        "E-2,2024,50,51,88\nE-1,2025,600,75,88.5\n",
    )
    assert set(found) == {
        "surveys.csv!A3",
        "surveys.csv!B4",
        "surveys.csv!C5",
        "surveys.csv!E5",
        "surveys.csv!D6",
        "surveys.csv!A7",
    }
    assert "第2行" in found["surveys.csv!A7"]
    found = refused("indicators", INDICATORS + "E-1,2025,beauty,92,台账\nE-1,2025,safety,101,\n")
    assert set(found) == {"indicators.csv!C2", "indicators.csv!D3", "indicators.csv!E3"}
    found = refused(
        "vetoes",
        VETOES
        + "E-1,2025,V09,深1号,2025-12-01,报告\nE-1,2025,V01,,2025-12-01,报告\nE-1,2025,V01,深2号,2026-01-21,报告\n",
    )
    assert set(found) == {"vetoes.csv!C2", "vetoes.csv!D3", "vetoes.csv!E4"}
    codes = re.findall(r"v0[1-8]", found["vetoes.csv!C2"], re.IGNORECASE)
    assert codes == [f"V0{n}" for n in range(1, 9)], "each once"
    assert set(refused("collection-rates", RATES + "E-2,2025,100.01\n")) == {"collection-rates.csv!C2"}
    with reading() as db:
        facts = surveys.facts(db, 2025)
        assert len(facts.surveys) + len(facts.indicators) + len(facts.vetoes) + len(facts.collection_rates) == 0


def test_an_estate_outside_the_jurisdiction_is_unknown(district):
    officer = person_actor("off", Role.OFFICER, d.STREETS[0])
    assert set(refused("surveys", SURVEYS + "E-2,2025,300,50,91\n", officer)) == {"surveys.csv!A2"}
    assert bring("surveys", SURVEYS + "E-1,2025,300,50,91\n", officer) == (1, 0, 0)


@pytest.mark.both_databases
def test_a_published_year_takes_additions_and_no_changes(district):
    bring("surveys", SURVEYS + "E-1,2025,600,75,88.5\n")
    with transaction() as db:
        ratings.publish_year(db, d.CLI, Year(2025), on=TOLD)
    found = refused("surveys", SURVEYS + "E-1,2025,600,75,99\nE-2,2025,300,50,91\n")
    assert set(found) == {"surveys.csv!A2"}
    assert "更正" in found["surveys.csv!A2"]
    assert bring("surveys", SURVEYS + "E-1,2025,600,75,88.5\nE-2,2025,300,50,91\n") == (1, 0, 1)


@pytest.mark.both_databases
def test_an_imported_veto_revises_the_published_year(district):
    with transaction() as db:
        ratings.publish_year(db, d.CLI, Year(2025), on=TOLD)
    assert bring("vetoes", VETOES + "E-2,2025,V01,深1号,2026-01-10,报告\n") == (1, 0, 0)
    with reading() as db:
        table = ratings.rating_rows(db, 2025).set_index("estate_code")
    assert table[["status", "revision"]].values.tolist() == [["pending", 1], ["vetoed", 2]]
    assert set(refused("vetoes", VETOES + "E-2,2025,V01,深1号,2026-01-11,报告\n")) == {"vetoes.csv!A2"}


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_the_template_reads_back(name, district, tmp_path):
    kind = BY_NAME[name]
    write_template(kind.sheet, tmp_path / "t.xlsx")
    sheet = read_sheet(tmp_path / "t.xlsx", "t.xlsx", kind.sheet)
    with pytest.raises(InputRefused) as caught, transaction() as db:
        kind.run(db, d.CLI, sheet, ImportContext(ON))
    assert {problem.cell for problem in caught.value.problems} == {f"{name}!A2"}  # only the example's estate is unknown
