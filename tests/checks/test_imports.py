"""The ``checks`` sheet: what is stored, what is refused at which cell, and that nothing happens twice."""

import random
from datetime import date

import pytest
from sqlalchemy import func, select

from portal.kernel import clock
from portal.kernel.access import Role, person_actor
from portal.kernel.audit import AuditEntry
from portal.kernel.db import reading, transaction
from portal.kernel.errors import InputRefused
from scoring.checks import api, imports, service
from scoring.checks.models import CheckStep, ItemResult, MonthlyCheck
from tests.checks.district import (
    CLI,
    DAY,
    HEADER,
    MONTH,
    STREET,
    ZHANG,
    bring,
    started,
    view,
)
from tests.registry.sheets import bring as bring_registry
from tests.registry.sheets import counted

pytestmark = pytest.mark.usefixtures("district")
E1 = "E-1,2026-09,2026-09-12,zhang,"
E2 = "E-2,2026-09,2026-09-15,li,"
SHEET = f"{E1}ZH02,3,\n{E1}ZH01,half,迟到\n{E1}SB02,na,没有电梯\n{E2}*,pass,\n"


def problems(text: str, **others) -> list[str]:
    with pytest.raises(InputRefused) as caught:
        bring(text, **others)
    return [str(problem) for problem in caught.value.problems]


def stored() -> tuple[int, int, int, int]:
    with reading() as db:
        tables = (MonthlyCheck, CheckStep, ItemResult, AuditEntry)
        return tuple(db.scalar(select(func.count()).select_from(table)) or 0 for table in tables)  # type: ignore[return-value]


def results(months: str = "2026-09") -> dict[str, str]:
    with reading() as db:
        table = api.results_frame(db, months=[months])
    return dict(zip(table["item_code"], table["result"], strict=True))


@pytest.mark.both_databases
def test_rows_become_submitted_checks():
    assert counted(bring(SHEET)) == (4, 0, 0)
    with reading() as db:
        checks = api.checks_frame(db, ["2026-09"])
    assert checks[["estate_code", "state", "inspected_on", "inspector", "standard_version"]].values.tolist() == [
        ["E-1", "submitted", date(2026, 9, 12), "zhang", "2025.1"],
        ["E-2", "submitted", date(2026, 9, 15), "li", "2025.1"],
    ]
    assert results() == {"ZH02": "3", "ZH01": "half", "SB02": "na"}


@pytest.mark.both_databases
def test_the_same_file_twice_changes_nothing():
    bring(SHEET)
    before = stored()
    assert counted(bring(SHEET)) == (0, 0, 4)
    assert stored() == before


@pytest.mark.parametrize("same", ["full", "pass", "0"])
def test_a_listed_pass_makes_the_check_and_no_row(same):
    bring(f"{E1}ZH01,{same},\n{E1}ZH02,{same},\n")
    assert results() == {}
    with reading() as db:
        assert len(api.checks_frame(db, ["2026-09"])) == 1
    assert counted(bring(f"{E1}*,pass,\n")) == (0, 0, 1)


@pytest.mark.both_databases
def test_an_unconfirmed_check_is_replaced_and_its_history_kept():
    bring(SHEET)
    assert counted(bring(f"{E1}ZH02,1,\n{E1}ZH01,half,迟到\n{E2}*,pass,\n")) == (0, 2, 1)
    assert results() == {"ZH02": "1", "ZH01": "half"}
    with reading() as db:
        ended = select(ItemResult.item_code).where(ItemResult.superseded_at.is_not(None)).order_by(ItemResult.item_code)
        assert list(db.scalars(ended)) == ["SB02", "ZH02"]


def test_a_moved_visit_replaces_the_check():
    bring(SHEET)
    assert counted(bring(f"{E2}*,pass,\n".replace("09-15", "09-16"))) == (0, 1, 0)
    with reading() as db:
        assert api.checks_frame(db, ["2026-09"])["inspected_on"].tolist() == [date(2026, 9, 12), date(2026, 9, 16)]


def test_a_confirmed_check_is_not_changed_by_a_file():
    bring(SHEET)
    with transaction() as db:
        service.confirm_submitted(db, CLI, ["2026-09"], ["E-1", "E-2"], DAY)
    before = stored()
    assert counted(bring(SHEET)) == (0, 0, 4)
    assert problems(SHEET.replace("ZH02,3", "ZH02,2")) == [
        "checks.csv!A2: 小区E-1在2026-09的检查已经确认，不能用文件改动。请由区级经办人员在检查页面更正，并写明理由。"
    ]
    assert stored() == before


def test_the_file_of_an_adjusted_check_still_is_the_same_file():
    bring(SHEET)
    with reading() as db:
        check = api.checks_frame(db, ["2026-09"])["check_id"].iloc[0]
    with transaction() as db:
        service.adjust_item(db, STREET, check, "ZH02", "1", "复核照片", DAY)
        service.adjust_item(db, STREET, check, "HJ01", "2", "照片可见垃圾", DAY)
        service.adjust_item(db, STREET, check, "ZH01", "pass", "在岗", DAY)
    assert counted(bring(SHEET)) == (0, 0, 4)
    assert results() == {"ZH02": "1", "ZH01": "pass", "SB02": "na", "HJ01": "2"}
    with transaction() as db:
        service.confirm(db, STREET, check, DAY)
    assert counted(bring(SHEET)) == (0, 0, 4)


def test_a_draft_begun_on_a_page_is_replaced():
    check = started()
    row = f"E-1,{MONTH},{DAY},zhang,"
    assert counted(bring(f"{row}ZH02,2,\n")) == (0, 1, 0)
    assert (view(check).state, view(check).origin, view(check).draft.results) == ("submitted", "sheet", {})


@pytest.mark.parametrize(
    ("row", "cell", "says"),
    [
        ("E-9,2026-09,2026-09-12,zhang,ZH02,1,", "A2", "没有编号为“E-9”的小区"),
        ("e-1,2026-09,2026-09-12,zhang,ZH02,1,", "A2", "小写字母"),
        ("E-1,2026-13,2026-09-12,zhang,ZH02,1,", "B2", "月份"),
        ("E-1,2026-11,2026-11-01,zhang,ZH02,1,", "B2", "还没有到"),
        ("E-1,2026-09,2026-10-01,zhang,ZH02,1,", "C2", "不在2026-09内"),
        ("E-1,2026-10,2026-10-13,zhang,ZH02,1,", "C2", "还没有到"),
        ("E-1,2026-09,2026-09-31,zhang,ZH02,1,", "C2", "不存在"),
        ("E-1,2024-09,2024-09-12,zhang,ZH02,1,", "C2", "没有适用于该类小区的检查标准"),
        ("E-1,2026-09,2026-09-12,nobody,ZH02,1,", "D2", "没有登录名为“nobody”的人员"),
        ("E-1,2026-09,2026-09-12,officer,ZH02,1,", "D2", "不是社区检查人员"),
        ("E-1,2026-09,2026-09-12,zhang,ZH99,1,", "E2", "没有检查项ZH99"),
        ("E-1,2026-09,2026-09-12,zhang,ZH02,half,", "F2", "应填1, 2, 3 …, pass, na"),
        ("E-1,2026-09,2026-09-12,zhang,ZH02,-1,", "F2", "应填"),
        ("E-1,2026-09,2026-09-12,zhang,ZH02,1.5,", "F2", "应填"),
        ("E-1,2026-09,2026-09-12,zhang,ZH01,1,", "F2", "应填half, zero, pass, na"),
        ("E-1,2026-09,2026-09-12,zhang,SB02,zero,", "F2", "应填fail, pass, na"),
        ("E-1,2026-09,2026-09-12,zhang,*,1,", "F2", "结果应填pass"),
        ("E-1,2026-09,2026-09-12,zhang,SB02,na,", "G2", "写明原因"),
        ("E-1,2026-09,2026-09-12,zhang,ZH02,,", "F2", "不能为空"),
        ("E-1,2026-09,2026-09-12,zhang,*,pass,\nE-1,2026-09,2026-09-12,zhang,ZH02,1,", "E2", "不能有其他行"),
        ("E-1,2026-09,2026-09-12,zhang,ZH02,1,\nE-1,2026-09,2026-09-12,zhang,ZH02,1,", "E3", "与第2行重复"),
        ("E-1,2026-09,2026-09-12,zhang,ZH02,1,\nE-1,2026-09,2026-09-13,zhang,ZH03,1,", "C3", "与第2行不一致"),
        ("E-1,2026-09,2026-09-12,zhang,ZH02,1,\nE-1,2026-09,2026-09-12,li,ZH03,1,", "D3", "与第2行不一致"),
    ],
)
def test_a_bad_cell_is_named_and_nothing_stored(row, cell, says):
    before = stored()
    (problem,) = problems(f"{row}\n")
    assert problem.startswith(f"checks.csv!{cell}: ")
    assert says in problem
    assert stored() == before


def test_one_bad_cell_of_a_row_does_not_hide_another():
    row = "E-1,2026-09,2026-09-12,nobody,ZH99,1,\nE-1,2026-09,2026-09-12,zhang,ZH02,x,\n"
    assert [problem.split(":")[0] for problem in problems(row)] == ["checks.csv!D2", "checks.csv!E2", "checks.csv!F3"]
    row = "E-9,2026-09,2026-10-01,nobody,ZH02,1,\n"
    assert [problem.split(":")[0] for problem in problems(row)] == ["checks.csv!A2", "checks.csv!C2", "checks.csv!D2"]


def test_all_bad_cells_are_named_at_once_in_the_order_of_the_rows():
    text = f"{E1}ZH99,1,\n{E2}ZH02,x,\nE-9,2026-09,2026-09-12,zhang,ZH02,1,\n{E1}SB02,na,\n"
    assert [problem.split(":")[0] for problem in problems(text)] == [
        "checks.csv!E2", "checks.csv!F3", "checks.csv!A4", "checks.csv!G5",
    ]  # fmt: skip


def test_a_check_in_which_nothing_applies_is_refused():
    with reading() as db:
        from scoring.standards import api as standards

        codes = list(standards.frame(db, "2025.1").index)
    (problem,) = problems("".join(f"{E1}{code},na,没有\n" for code in codes))
    assert problem.startswith("checks.csv!E2: ")
    assert "都不适用" in problem


def test_declared_interest_is_refused():
    with transaction() as db:
        service.declare_interest(db, ZHANG, "E-1", "家人住在这里")
    (problem,) = problems(f"{E1}ZH02,1,\n")
    assert problem.startswith("checks.csv!D2: ")
    assert "利害关系" in problem


def test_outside_the_jurisdiction_is_refused():
    officer = person_actor("fy", Role.OFFICER, "440306020000")
    assert [problem.split(":")[0] for problem in problems(SHEET, actor=officer)] == [
        f"checks.csv!A{n}" for n in (2, 3, 4)
    ]
    assert counted(bring(f"{E2}*,pass,\n", actor=officer)) == (1, 0, 0)


def test_past_months_are_for_the_command_line_or_with_permission():
    late = date(2026, 10, 11)
    with clock.on(late):
        assert [problem.split(":")[0] for problem in problems(SHEET, past=False, on=late)] == [
            f"checks.csv!B{n}" for n in (2, 3, 4, 5)
        ]
        with transaction() as db:
            service.permit_late(db, STREET, "E-1", "2026-09", "台风", late)
        assert counted(bring(f"{E1}ZH02,1,\n", past=False, on=late)) == (1, 0, 0)
    assert counted(bring(SHEET, past=True)) == (1, 3, 0)


def test_somebody_who_left_could_inspect_in_their_time():
    from portal.accounts.models import Person

    with transaction() as db:
        db.get_one(Person, "zhang").disabled_at = clock.now()
    assert counted(bring(SHEET)) == (4, 0, 0)


def test_two_thousand_checks_at_once():
    estates = "estate_code,name,kind,division_code,address,households\n"
    estates += "".join(f"S-{n},小区{n},commodity,440306017010,,100\n" for n in range(200))
    bring_registry("estates", estates)
    source, lines = random.Random(7), []
    for n in range(200):
        for month in range(1, 11):
            day = date(2026, month, source.randint(1, 12))
            for code in source.sample(["ZH02", "ZH03", "HJ01", "HJ02", "FW04", "XF06"], 5):
                lines.append(f"S-{n},2026-{month:02d},{day},zhang,{code},{source.randint(1, 4)},\n")
    text = HEADER + "".join(lines)
    stages = []
    with transaction() as db:
        from portal.kernel.importing import ImportContext
        from portal.kernel.sheets.read import read_sheet

        sheet = read_sheet(text.encode(), "checks.csv", imports.KIND.sheet)
        context = ImportContext(DAY, lambda stage, done, total: stages.append((stage, done, total)), True)
        assert imports.run(db, CLI, sheet, context).added == 10_000
    assert stages[0] == ("read", 0, 10_000)
    assert stages[-1] == ("store", 10_000, 10_000)
    assert counted(bring(text)) == (0, 0, 10_000)
    with reading() as db:
        months = [f"2026-{month:02d}" for month in range(1, 11)]
        assert len(api.results_frame(db, months=months)) == 10_000
        assert len(api.checks_frame(db, months)) == 2000
