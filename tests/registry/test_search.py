"""Finding a record by what a person types."""

from datetime import date

import pytest

from portal.kernel.db import reading
from portal.registry import api, queries
from tests.registry.sheets import ESTATES, USCC, bring

MORE = """estate_code,name,kind,division_code,address,households
H,长安花园,commodity,440306017010,宝安大道1号,10
X-2,海乐花园二期,commodity,440306017010,,20
X-3,新海乐,commodity,440306020001,海乐花园旁,20
X-4,100%_家园,commodity,440306020001,,20
"""


@pytest.fixture
def full(district):
    bring("estates", MORE)
    return district


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("海乐花园", ["E-1", "X-2", "X-3"]),
        ("hailehuayuan", ["E-1", "X-2"]),
        ("HLHY", ["E-1", "X-2"]),
        ("e-1", ["E-1"]),
        ("h", ["H"]),
        ("海乐路", ["E-1"]),
        ("changanhuayuan", ["H"]),
        ("海乐 二期", ["X-2"]),
        ("怀德", ["E-2"]),
        ("100%", ["X-4"]),
        ("%", []),
        ("_", []),
        ("没有这个", []),
        ("ＨＬＨＹ", ["E-1", "X-2"]),
    ],
)
def test_estates(full, typed, codes):
    with reading() as db:
        rows, total = api.find_estates(db, typed)
    found = [row.code for row in rows]
    assert found == codes
    assert total == len(found)


@pytest.mark.parametrize(
    "typed", ["海乐物业", "深圳市海乐物业管理有限公司", "hailewuye", "hlwy", "海乐路1号", USCC[0], USCC[0].lower()]
)
def test_companies(district, typed):
    with reading() as db:
        rows, _total = api.find_enterprises(db, typed)
    assert [row.uscc for row in rows] == [USCC[0]]


def test_a_renamed_estate_is_found_by_its_new_name(district):
    bring("estates", ESTATES.replace("海乐花园", "碧海名园"))
    with reading() as db:
        assert [row.code for row in api.find_estates(db, "bihaimingyuan")[0]] == ["E-1"]
        assert api.find_estates(db, "海乐花园")[0] == []


def test_kind_area_and_page(full):
    with reading() as db:
        assert [row.code for row in api.find_estates(db, division="440306020000")[0]] == ["E-2", "X-3", "X-4"]
        assert [row.code for row in api.find_estates(db, kind="village")[0]] == ["E-2"]
        rows, total = api.find_estates(db, limit=2, offset=4)
        assert ([row.code for row in rows], total) == (["X-3", "X-4"], 6)
        assert api.estates_frame(db, date(2026, 1, 1), within="440306017010")["estate_code"].tolist() == [
            "E-1",
            "H",
            "X-2",
        ]


@pytest.mark.both_databases
def test_a_renamed_company_is_found_by_its_former_names(district):
    with reading() as db:
        first = api.enterprise(db, USCC[0]).name
    for name in ("深圳市启明物业管理有限公司", "深圳市长风物业管理有限公司"):
        bring(
            "enterprises", f"uscc,name,legal_representative,phone,address\n{USCC[0]},{name},,,深圳市宝安区启明路1号\n"
        )
    with reading() as db:
        for typed, why in (
            (first, "former-name"),
            ("启明", "former-name"),
            ("长风", "name-inside"),
            ("启明路", "address"),
        ):
            found, _total, reasons = queries.enterprises_matched(db, typed)
            assert [row.uscc for row in found] == [USCC[0]], typed
            assert reasons[USCC[0]] == why or typed == "长风", typed
    bring("enterprises", f"uscc,name,legal_representative,phone,address\n{USCC[0]},{first},,,\n")
    with reading() as db:
        assert queries.enterprises_matched(db, first)[2][USCC[0]] != "former-name"
        assert queries.enterprises_matched(db, "长风")[2] == {USCC[0]: "former-name"}
