"""Each sheet of the registry: what is stored, what is refused at which cell, and that nothing happens twice."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.kernel.access import Role, person_actor
from portal.kernel.audit import AuditEntry, verify
from portal.kernel.db import reading
from portal.kernel.errors import InputRefused
from portal.registry import api, columns
from portal.registry.columns import ENTERPRISES
from portal.registry.kinds import KINDS
from portal.registry.models import Contract, Enterprise, Estate, Manager
from tests.registry.sheets import (
    ALL,
    CONTRACTS,
    DIVISIONS,
    ESTATES,
    MANAGERS,
    USCC,
    bring,
    bring_all,
    counted,
    id_number,
)
from tests.registry.sheets import (
    ENTERPRISES as COMPANIES,
)

REGISTRAR = person_actor("dj", Role.REGISTRAR, "440306000000")
FUYONG = person_actor("fy", Role.REGISTRAR, "440306020000")


def refused(kind: str, text: str, **others) -> list[str]:
    with pytest.raises(InputRefused) as caught:
        bring(kind, text, **others)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.both_databases
def test_an_estate_of_every_kind_is_stored(instance):
    """The database's own constraint knows the kinds too: a kind without its migration fails here."""
    bring("divisions", DIVISIONS)
    head = ESTATES.splitlines()[0]
    rows = [f"K-{n},小区{n},{kind},440306017010,,1,,,," for n, kind in enumerate(KINDS)]
    assert counted(bring("estates", "\n".join([head, *rows]))) == (len(KINDS), 0, 0)


@pytest.mark.parametrize(
    ("place", "problems"),
    [
        ("91,113.8", ["estates.csv!I2: 应填3至54之间的数，现在是“91”。"]),
        ("22.5,x", ["estates.csv!J2: 应填最多15位小数的数，现在是“x”。请只填数字，不加单位和千分位。"]),
        (",113.8", ["estates.csv!I2: 纬度和经度要么都填，要么都留空。"]),
    ],
)
def test_a_wrong_coordinate_is_told_once(instance, place, problems):
    bring("divisions", DIVISIONS)
    row = f"E-1,海乐花园,commodity,440306017010,,1,,,{place}"
    assert refused("estates", "\n".join([ESTATES.splitlines()[0], row])) == problems


def audit_rows() -> int:
    with reading() as db:
        return db.scalar(select(func.count()).select_from(AuditEntry)) or 0


@pytest.mark.both_databases
def test_a_district_is_built_from_its_sheets_and_bringing_them_again_changes_nothing(instance):
    bring_all()
    before = audit_rows()
    for kind, text in ALL.items():
        rows = len(text.strip().splitlines()) - 1
        assert counted(bring(kind, text)) == (0, 0, rows)
    assert audit_rows() == before
    with reading() as db:
        assert api.estates_frame(db, date(2025, 3, 31))["estate_code"].tolist() == ["E-1", "E-2"]
        assert api.serving(db, date(2025, 6, 30)).values.tolist() == [["E-1", USCC[0], "M-1"], ["E-2", USCC[0], "M-1"]]
        assert api.serving(db, date(2025, 7, 1))["manager_code"].tolist() == ["M-2", "M-1"]
        assert verify(db)[1] is None


def test_adding_is_one_audit_row_for_a_file_and_changing_one_for_a_record(district):
    changed = COMPANIES.replace("海乐路1号", "海乐路2号").replace("长安物业服务", "长安城物业服务")
    before = audit_rows()
    assert counted(bring("enterprises", changed)) == (0, 2, 0)
    with reading() as db:
        rows = db.execute(select(AuditEntry.action, AuditEntry.detail).order_by(AuditEntry.seq)).all()[before:]
    assert [action for action, _detail in rows] == ["enterprise.changed"] * 2
    assert '"old":{"address":"海乐路1号"}' in rows[0].detail
    assert '"new":{"address":"海乐路2号"}' in rows[0].detail


def test_one_bad_cell_refuses_the_whole_file(district):
    text = COMPANIES + "91350100M000100Y4Z,坏代码公司,,,\n"
    found = refused("enterprises", text)
    assert found[0].startswith("enterprises.csv!A4: 统一社会信用代码“91350100M000100Y4Z”的校验位不对。")
    with reading() as db:
        assert db.get(Enterprise, "91350100M000100Y4Z") is None


@pytest.mark.parametrize("code", ["91350100M000100Y43", "9144030071526726XG", "91110000600037341L"])
def test_valid_codes_of_the_standard_are_accepted(instance, code):
    assert counted(bring("enterprises", f"uscc,name\n{code},公司\n")) == (1, 0, 0)


@pytest.mark.parametrize(
    "written",
    [" 91350100m000100y43", "91 350100 M000100Y4 3", "91-350100-M000100Y4-3"],
    ids=["small", "gaps", "hyphens"],
)
def test_a_code_is_read_as_people_write_it(instance, written):
    bring("enterprises", f"uscc,name\n{written},公司\n")
    with reading() as db:
        assert api.enterprise(db, "91350100M000100Y43").name == "公司"


@pytest.mark.parametrize(
    "code", ["91350100M000100Y4Z", "91350100M000100Y44", "9144030071526726XI", "91110000600037341S", "9135010"]
)
def test_wrong_codes_are_refused(instance, code):
    assert refused("enterprises", f"uscc,name\n{code},公司\n")[0].startswith("enterprises.csv!A2: ")


def test_each_character_of_a_code_counts(instance):
    """A digit mistaken for another of the standard's 31 characters is always noticed."""
    parse = ENTERPRISES.column("uscc")
    from portal.kernel.errors import DomainError
    from portal.kernel.sheets.values import parser_of

    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    check = parser_of(parse)
    for place in range(8, 18):
        for letter in alphabet:
            wrong = USCC[0][:place] + letter + USCC[0][place + 1 :]
            if wrong == USCC[0]:
                continue
            with pytest.raises(DomainError):
                check(wrong)


@pytest.mark.parametrize(
    ("kind", "old", "new", "cell"),
    [
        ("divisions", "440306017010,海乐社区,community", "44030601701,海乐社区,community", "A4"),
        ("divisions", "440306017010,海乐社区,community", "440306017010,,community", "B4"),
        ("divisions", "海乐社区,community", "海乐社区,street", "C4"),
        ("divisions", "海乐社区,community", "海乐社区,village", "C4"),
        ("divisions", "community,440306017000", "community,440306020000", "D4"),
        ("divisions", "440306017000,新安街道,street,440306000000\n", "", "D3"),
        ("divisions", "440306020001,怀德", "440306017010,怀德", "A6"),
        ("divisions", "district,", "district,440100000000", "D2"),
        ("enterprises", "深圳市海乐物业管理有限公司", "", "B2"),
        ("enterprises", USCC[1], USCC[0], "A3"),
        ("managers", "M-2,", "m-2,", "A3"),
        ("managers", "M-2,", "M-1,", "A3"),
        ("managers", id_number(2), id_number(1), "C3"),
        ("managers", id_number(2), "", "C3"),
        ("estates", "E-2,", "E-1,", "A3"),
        ("estates", "E-2,", "E 2,", "A3"),
        ("estates", "怀德新村", "", "B3"),
        ("estates", "村改居", "别墅", "C3"),
        ("estates", "440306020001", "440306020000", "D3"),
        ("estates", "440306020001", "440306020999", "D3"),
        ("estates", ",300,", ",0,", "F3"),
        ("estates", ",300,", ",三百,", "F3"),
        ("estates", "86000.5", "86000.555", "G2"),
        ("estates", "2018-06-30", "2026-11-23", "H2"),
        ("estates", "22.570123", "113.88", "I2"),
        ("estates", "113.880123", "22.57", "J2"),
        ("estates", "113.880123", "", "J2"),
        ("contracts", "E-2,", "E-3,", "A4"),
        ("contracts", f"E-2,{USCC[0]}", f"E-2,{USCC[2]}", "B4"),
        ("contracts", "M-2", "M-9", "C3"),
        ("contracts", "2025-07-01", "2025-02-30", "D3"),
        ("contracts", "2025-07-01", "2025-06-30", "D3"),
        ("contracts", "2025-06-30", "2023-12-31", "E2"),
    ],
)
def test_each_bad_cell_is_named(instance, kind, old, new, cell):
    kinds = list(ALL)
    bring_all(kinds[: kinds.index(kind)])
    text = ALL[kind]
    assert old in text
    rows = audit_rows()
    found = refused(kind, text.replace(old, new, 1))
    assert any(problem.startswith(f"{kind}.csv!{cell}: ") for problem in found), found
    assert audit_rows() == rows


def test_all_bad_cells_are_named_at_once(district):
    text = ESTATES.replace(",300,", ",0,").replace("commodity", "castle").replace("海乐花园", "")
    assert [problem.split(":")[0] for problem in refused("estates", text)] == [
        "estates.csv!B2",
        "estates.csv!C2",
        "estates.csv!F3",
    ]


def test_the_order_of_divisions_is_free(instance):
    head, *rows = DIVISIONS.strip().splitlines()
    assert counted(bring("divisions", "\n".join([head, *reversed(rows)]))) == (5, 0, 0)
    with reading() as db:
        assert [child.code for child in api.children(db, "440306000000")] == ["440306017000", "440306020000"]
        assert api.division_name(db, "440306020000") == "福永街道"


def test_the_real_divisions_are_accepted(instance):
    path = Path(columns.__file__).parent / "data/divisions-440306.csv"
    assert counted(bring("divisions", path.read_bytes())) == (153, 0, 0)
    with reading() as db:
        areas = api.divisions(db)
    assert sorted({area.level for area in areas.values()}) == ["community", "district", "street"]
    assert areas["440306400000"].level == "street"


def test_a_district_may_name_its_city(instance):
    text = DIVISIONS.replace("district,", "district,440300000000")
    assert counted(bring("divisions", text)) == (5, 0, 0)


def test_a_division_is_renamed_with_its_old_name_in_the_log(district):
    assert counted(bring("divisions", DIVISIONS.replace("海乐社区", "海乐新社区"))) == (0, 1, 4)
    with reading() as db:
        detail = db.scalar(select(AuditEntry.detail).where(AuditEntry.action == "division.changed"))
        assert api.division_name(db, "440306017010") == "海乐新社区"
    assert "海乐社区" in detail
    assert "海乐新社区" in detail


def test_a_person_has_one_code(district):
    found = refused("managers", f"manager_code,name,id_number\nM-3,李四,{id_number(1)}\n")
    assert found == ["managers.csv!C2: 这个身份证号已用于M-1，同一人只能有一个编号。请使用原编号。"]


def test_a_code_stays_with_its_person(district):
    found = refused("managers", f"manager_code,name,id_number\nM-1,李四,{id_number(9)}\n")
    assert found[0].startswith("managers.csv!C2: M-1登记的是另一个身份证号")
    assert id_number(9) not in found[0]
    with reading() as db:
        assert api.manager_staff_view(db, "M-1").id_last4 == id_number(1)[-4:]


def test_a_manager_may_change_name_and_phone(district):
    changed = MANAGERS.replace("李四", "李肆").replace("13800000001", "")
    assert counted(bring("managers", changed)) == (0, 1, 1)
    with reading() as db:
        assert api.manager_staff_view(db, "M-1") == api.ManagerStaffView("M-1", "李肆", None, id_number(1)[-4:])


def test_a_column_that_the_file_leaves_out_keeps_what_is_recorded(district):
    assert counted(bring("enterprises", f"uscc,name\n{USCC[0]},新名公司\n")) == (0, 1, 0)
    with reading() as db:
        row = db.get(Enterprise, USCC[0])
        assert (row.name, row.legal_representative, row.address) == ("新名公司", "张三", "海乐路1号")


def test_estates_carry_their_facts_exactly(district):
    with reading() as db:
        assert api.estate(db, "E-1") == api.EstateView(
            "E-1",
            "海乐花园",
            "commodity",
            "440306017010",
            "海乐路1号",
            1200,
            "86000.5",
            date(2018, 6, 30),
            "22.570123",
            "113.880123",
        )
        assert api.estate(db, "E-2", as_of=date(1900, 1, 1)).kind == "village"


def test_a_registrar_keeps_the_records_of_the_own_jurisdiction_only(instance):
    """福永街道 440306020000 ends in four zeros, and 海乐社区 440306017010 is not below it."""
    bring_all(["divisions", "enterprises", "managers"])
    found = refused("estates", ESTATES, actor=FUYONG)
    assert found == ["estates.csv!D2: “440306017010”不在您的辖区内。"]
    own = "\n".join(line for line in ESTATES.splitlines() if "海乐" not in line)
    assert counted(bring("estates", own, actor=FUYONG)) == (1, 0, 0)
    bring("estates", ESTATES, actor=REGISTRAR)
    assert refused("contracts", CONTRACTS, actor=FUYONG) == [
        "contracts.csv!A2: “E-1”不在您的辖区内。",
        "contracts.csv!A3: “E-1”不在您的辖区内。",
    ]
    moved = "estate_code,name,kind,division_code,households\nE-1,海乐花园,commodity,440306020001,1200\n"
    assert refused("estates", moved, actor=FUYONG) == ["estates.csv!A2: “E-1”不在您的辖区内。"]
    assert refused("divisions", DIVISIONS, actor=FUYONG)[0].startswith("divisions.csv!A2: ")


def test_a_contract_that_overlaps_names_the_other(district):
    text = f"estate_code,uscc,manager_code,starts_on,ends_on\nE-1,{USCC[0]},M-1,2026-01-01,\n"
    assert refused("contracts", text) == [
        "contracts.csv!D2: 与长安物业服务有限公司的合同（2025-07-01起，未约定终止日期）服务期重叠。"
        "请先填写那份合同的结束日期。"
    ]
    text = f"estate_code,uscc,manager_code,starts_on,ends_on\nE-1,{USCC[1]},M-1,2023-01-01,2024-01-01\n"
    assert "与深圳市海乐物业管理有限公司的合同（2024-01-01至2025-06-30）服务期重叠" in refused("contracts", text)[0]


def test_one_file_may_end_a_contract_and_begin_the_next(district):
    text = (
        "estate_code,uscc,manager_code,starts_on,ends_on\n"
        f"E-2,{USCC[1]},M-2,2026-01-01,\nE-2,{USCC[0]},M-1,2024-01-01,2025-12-31\n"
    )
    assert counted(bring("contracts", text)) == (1, 1, 0)
    with reading() as db:
        assert api.serving(db, date(2025, 12, 31))["uscc"].tolist()[1] == USCC[0]
        assert api.serving(db, date(2026, 1, 1))["uscc"].tolist()[1] == USCC[1]


def test_a_published_day_keeps_who_served(district, pinned):
    pinned["E-2"] = [date(2025, 3, 31)]
    head = "estate_code,uscc,manager_code,starts_on,ends_on\n"
    found = refused("contracts", f"{head}E-2,{USCC[0]},M-2,2024-01-01,\n")
    assert found[0].startswith("contracts.csv!C2: 截至2025-03-31由谁服务已用于公布的结果")
    found = refused("contracts", f"{head}E-2,{USCC[0]},M-1,2024-01-01,2025-03-30\n")
    assert found[0].startswith("contracts.csv!E2: 截至2025-03-31由谁服务已用于公布的结果")
    assert counted(bring("contracts", f"{head}E-2,{USCC[0]},M-1,2024-01-01,2025-03-31\n")) == (0, 1, 0)
    assert counted(bring("contracts", f"{head}E-2,{USCC[0]},M-2,2025-04-01,\n")) == (1, 0, 0)


def test_a_published_day_keeps_an_estates_facts(district, pinned):
    pinned["E-1"] = [date(2025, 3, 31), date(2025, 6, 30)]
    assert counted(bring("estates", ESTATES.replace("commodity", "affordable"))) == (0, 1, 1)
    with reading() as db:
        assert api.estate(db, "E-1", as_of=date(2025, 6, 30)).kind == "commodity"
        assert api.estate(db, "E-1", as_of=date(2025, 7, 1)).kind == "affordable"
    # what is not published yet is corrected as a whole
    assert counted(bring("estates", ESTATES.replace("commodity", "village"))) == (0, 1, 1)
    with reading() as db:
        assert api.estate(db, "E-1", as_of=date(2025, 6, 30)).kind == "commodity"
        assert api.estate(db, "E-1", as_of=date(2025, 7, 1)).kind == "village"


def test_without_published_results_a_change_corrects_from_the_beginning(district):
    bring("estates", ESTATES.replace("commodity", "affordable"))
    with reading() as db:
        assert api.estate(db, "E-1", as_of=date(2020, 1, 1)).kind == "affordable"


def test_counts_are_of_a_district(instance):
    """1,500 estates and 3,000 contracts, as the district brings them."""
    bring_all(["divisions", "enterprises"])
    people = "".join(f"M-{n},负责人,{_identity(n)}\n" for n in range(300))
    bring("managers", "manager_code,name,id_number\n" + people)
    rows = "".join(f"S-{n},第{n}花园,commodity,440306017010,{n % 900 + 1}\n" for n in range(1500))
    assert counted(bring("estates", "estate_code,name,kind,division_code,households\n" + rows)) == (1500, 0, 0)
    rows = "".join(
        f"S-{n},{USCC[0]},M-{n % 300},2023-01-01,2024-12-31\nS-{n},{USCC[1]},M-{n % 300},2025-01-01,\n"
        for n in range(1500)
    )
    text = "estate_code,uscc,manager_code,starts_on,ends_on\n" + rows
    assert counted(bring("contracts", text)) == (3000, 0, 0)
    assert counted(bring("contracts", text)) == (0, 0, 3000)
    with reading() as db:
        assert db.scalar(select(func.count()).select_from(Estate)) == 1500
        assert db.scalar(select(func.count()).select_from(Contract)) == 3000
        assert db.scalar(select(func.count()).select_from(Manager)) == 300


def _identity(number: int) -> str:
    from stdnum.cn import ric

    body = f"440306{1960 + number // 28 % 40}01{number % 28 + 1:02d}{number % 1000:03d}"
    return body + ric.calc_check_digit(body + "0")
