"""The sheet ``cases``: whole or not at all, the same file twice changes nothing, personal values are ciphertext at rest."""

import sqlite3
from dataclasses import replace

import pytest

from mediation.cases import api as cases
from portal.kernel import clock
from portal.kernel.access import Role, person_actor, system_actor
from portal.kernel.db import reading, transaction
from portal.kernel.errors import InputRefused, NotAllowed
from portal.kernel.importing import ImportContext
from portal.shell import wiring
from portal.shell.importing import run_import
from tests.mediation.centre import DISTRICT, FIRM, REGISTRAR, TODAY, found
from tests.ratings.district import audit_count

HEAD = "case_code,estate_code,kind,applicant_name,applicant_phone,respondent_uscc,filed_on,claim"
ROWS = [
    "TJ-1,E1,repair,王小明,13800001234,91440300000000001A,2026-06-01,请修好电梯。",
    "TJ-2,E2,噪声,李秀英,13900001234,91440300000000002B,2026-06-02,夜里太吵。",
]
CLI = system_actor("cli:test")


@pytest.fixture(autouse=True)
def _plain_codes(monkeypatch):
    """The district's companies have codes without a check digit."""
    from mediation.cases import imports

    columns = tuple(replace(one, kind="code") if one.kind == "uscc" else one for one in imports.CASES.columns)
    plain = replace(imports.CASES, columns=columns)
    monkeypatch.setattr(imports, "CASES", plain)
    monkeypatch.setattr(imports, "IMPORTS", [replace(imports.IMPORTS[0], sheet=plain)])


def _import(rows: list[str], actor=CLI, head: str = HEAD):
    data = "\n".join([head, *rows]).encode()
    with clock.on(TODAY):
        counts = run_import(actor, wiring.kinds()["cases"], data, "cases.csv", ImportContext(on=TODAY))
    return counts.added, counts.updated, counts.unchanged


def test_a_register_comes_in_once(instance):
    found()
    assert _import(ROWS) == (2, 0, 0)
    with reading() as db:
        before = audit_count(db)
    assert _import(ROWS) == (0, 0, 2)
    with reading() as db:
        assert audit_count(db) == before
    with sqlite3.connect(instance.instance / "portal.db") as connection:
        dump = "\n".join(connection.iterdump())
    assert [word for word in ("王小明", "13800001234", "请修好电梯") if word in dump] == []
    with clock.on(TODAY), reading() as db:
        (first, second), total = cases.queue(db, REGISTRAR)
        view = cases.case_view(db, REGISTRAR, first.id)
        assert (total, view.code, view.state, view.channel, view.claim) == (
            2,
            "TJ-1",
            "submitted",
            "register",
            "请修好电梯。",
        )
        assert {one.rule for one in view.deadlines} == {"mediation.transfer", "mediation.accept"}
        assert [one.code for one in cases.own_cases(db, FIRM)] == ["TJ-1"]
        assert second.kind == "noise"


def test_names_may_be_corrected_until_acceptance_and_nothing_else(instance):
    found()
    _import(ROWS)
    assert _import([ROWS[0].replace("王小明", "王晓明"), ROWS[1]]) == (0, 1, 1)
    with pytest.raises(InputRefused) as refused:
        _import([ROWS[0].replace("repair", "fees")])
    assert "换编号" in str(refused.value.problems[0])
    with clock.on(TODAY), transaction() as db:
        case_id = cases.find(db, REGISTRAR, "TJ-1")
        cases.take_up(db, REGISTRAR, case_id)
        cases.accept(db, REGISTRAR, case_id)
    with pytest.raises(InputRefused) as refused:
        _import(ROWS)
    assert [str(problem).partition("，")[0] for problem in refused.value.problems] == [
        "cases.csv!D2: 案件“TJ-1”已经受理"
    ]


def test_every_bad_cell_is_named(instance):
    found()
    bad = [
        "TJ-1,E9,repair,甲,138,91440300000000001A,2026-06-01,一",
        "TJ-2,E1,war,甲,138,91440300000000001A,2026-06-01,一",
        "TJ-3,E1,fees,甲,138,91440300000000009X,2026-06-09,一",
        "TJ-3,E1,fees,甲,138,91440300000000001A,2026-06-01,",
    ]
    with pytest.raises(InputRefused) as refused:
        _import(bad)
    assert {problem.cell for problem in refused.value.problems} == {
        "cases.csv!B2", "cases.csv!C3", "cases.csv!F4", "cases.csv!G4", "cases.csv!H5",
    }  # fmt: skip
    with pytest.raises(InputRefused):
        _import(ROWS, head=HEAD + ",colour")
    with reading() as db:
        assert cases.queue(db, REGISTRAR)[1] == 0


def test_only_registrars_of_the_place_import(instance):
    found()
    for role in Role:
        if role is not Role.REGISTRAR:
            with pytest.raises(NotAllowed):
                _import(ROWS, person_actor("x", role, DISTRICT, FIRM.uscc))
    street = person_actor("street", Role.REGISTRAR, "440306002000")
    with pytest.raises(InputRefused):
        _import(ROWS, street)
