"""Reading sheets: addresses, headers, texts of cells, everything wrong named at once."""

import contextlib
import io
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.kernel.errors import DomainError, InputRefused
from portal.kernel.i18n import using
from portal.kernel.periods import Month
from portal.kernel.sheets.columns import Column, SheetKind, column_index, letters
from portal.kernel.sheets.read import (
    Problems,
    checked_rows,
    parse_code,
    parse_date,
    parse_decimal_text,
    parse_int,
    parse_login,
    parse_month,
    parse_points,
    parse_text,
    parse_uscc,
    parse_year,
    read_sheet,
)

CHECKS = SheetKind(
    "checks",
    "月度检查",
    (
        Column("estate_code", "小区编号", kind="code", example="BA-0001"),
        Column("month", "检查月份", kind="month", example="2025-01"),
        Column("inspected_on", "检查日期", kind="date", example="2025-01-15"),
        Column("result", "结果", example="1"),
        Column("score", "得分", required=False, kind="points", example="87.40"),
        Column("households", "户数", required=False, kind="int", minimum=1, example="120"),
        Column("kind", "类型", required=False, kind="choice", choices=(("commodity", "商品房"), ("village", "村改居"))),
        Column("note", "说明", required=False, max_length=20),
    ),
)
HEAD = ["estate_code", "检查月份", "inspected_on[检查日期]", " 结果 "]


def xlsx(rows, title="checks", place=(1, 1)):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for r, row in enumerate(rows, start=place[0]):
        for c, cell in enumerate(row, start=place[1]):
            sheet.cell(r, c).value = cell
    return saved(book)


def saved(book):
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def csv_bytes(*lines, encoding="utf-8"):
    return "\r\n".join(lines).encode(encoding)


def refusal(data, filename="checks.csv", kind=CHECKS):
    with pytest.raises(InputRefused) as caught:
        checked_rows(read_sheet(data, filename, kind), kind)
    return caught.value


ROW = ["A-1", "2025-01", "2025-01-03", "pass"]
LINE = "A-1,2025-01,2025-01-03,pass"
HEADLINE = "estate_code,month,inspected_on,result"


def test_an_xlsx_gives_columns_and_addresses_with_real_row_numbers():
    data = xlsx([HEAD, ROW, [None] * 4, ["A-2", date(2025, 2, 1), date(2025, 2, 3), 3.0]], title="一月 检查")
    sheet = read_sheet(data, "whatever.csv", CHECKS)
    assert sheet.length == 2
    assert sheet.column("estate_code") == ["A-1", "A-2"]
    assert sheet.column("month") == ["2025-01", "2025-02"]
    assert sheet.column("inspected_on") == ["2025-01-03", "2025-02-03"]
    assert sheet.column("result") == ["pass", "3"]
    assert sheet.column("note") == ["", ""]
    assert sheet.cell("result", 1) == "一月 检查!D4"
    assert sheet.row_number(1) == 4
    rows = checked_rows(sheet, CHECKS)
    assert rows["month"] == [Month(2025, 1), Month(2025, 2)]
    assert rows["inspected_on"][1] == date(2025, 2, 3)
    assert rows["score"] == [None, None]
    assert rows["note"] == ["", ""]


def test_addresses_beyond_column_z_and_below_blank_rows():
    data = xlsx([HEAD, ROW, ["a b", *ROW[1:]]], place=(5, 26))
    sheet = read_sheet(data, "x.xlsx", CHECKS)
    assert sheet.cell("estate_code", 0) == "checks!Z6"
    assert sheet.cell("result", 1) == "checks!AC7"
    assert [problem.cell for problem in refusal(data).problems] == ["checks!Z7"]


@given(st.integers(0, 20_000))
def test_letters_and_index_are_each_other(index):
    assert column_index(letters(index)) == index


def test_csv_addresses_use_the_file_name_and_count_records_not_lines():
    data = csv_bytes(HEADLINE + ",note", 'A-1,2025-01,2025-01-03,pass,"two\nlines"', "", "a_1,2025-01,2025-01-03,pass,")
    refused = refusal(data, "folder/checks.csv")
    assert [problem.cell for problem in refused.problems] == ["checks.csv!A4"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators_are_told_from_the_content(encoding, separator):
    lines = ["小区编号,检查月份,检查日期,结果,说明", LINE + ",消防通道堵塞𠮷"]
    data = csv_bytes(*(line.replace(",", separator) for line in lines), encoding=encoding)
    assert checked_rows(read_sheet(data, "checks.csv", CHECKS), CHECKS)["note"] == ["消防通道堵塞𠮷"]


def test_format_is_told_by_content_not_by_name():
    assert read_sheet(xlsx([HEAD, ROW]), "checks.csv", CHECKS).cell("month", 0) == "checks!B2"
    assert read_sheet(csv_bytes(HEADLINE, LINE), "checks.xlsx", CHECKS).cell("month", 0) == "checks.xlsx!B2"


def test_unknown_missing_and_repeated_columns_are_named_at_once():
    refused = refusal(csv_bytes("estate_code,小区编号,month,colour,result", "A,A,2025-01,red,1"))
    found = {(problem.cell, problem.message[:9]) for problem in refused.problems}
    assert ("checks.csv!B1", "列“小区编号”与c") in found
    colour = next(problem for problem in refused.problems if "colour" in problem.message)
    assert colour.cell == "checks.csv!D1"
    assert "inspected_on[检查日期]" in colour.message
    assert any("缺少列“inspected_on[检查日期]”" in problem.message for problem in refused.problems)


def test_all_bad_cells_are_named_in_the_order_of_rows():
    data = csv_bytes(
        HEADLINE + ",score,households,kind",
        "a-1,2025-13,2025-02-30,,100.01,0,villa",
        LINE + ",100,1,商品房",
        "A-2,2025-01,03/01/2025,1,87.4,-3,Village",
    )
    refused = refusal(data)
    assert [problem.cell.removeprefix("checks.csv!") for problem in refused.problems] == [
        "A2", "B2", "C2", "D2", "E2", "F2", "G2", "C4", "F4",
    ]  # fmt: skip
    assert refused.count == 9
    assert "有9处错误" in refused.summary
    messages = {problem.cell[-2:]: problem.message for problem in refused.problems}
    assert "请改成“A-1”" in messages["A2"]
    assert "commodity 商品房" in messages["G2"]
    with using("en"):
        assert "There are 9 errors" in refusal(data).summary
        assert "Enter a number from 0 to 100" in refusal(data).problems[4].message


def test_choices_accept_code_and_label():
    data = csv_bytes(HEADLINE + ",kind", LINE + ",commodity", LINE + ",村改居", LINE + ",VILLAGE", LINE + ",")
    rows = checked_rows(read_sheet(data, "c.csv", CHECKS), CHECKS)
    assert rows["kind"] == ["commodity", "village", "village", None]


def test_ragged_rows_are_named():
    refused = refusal(csv_bytes(HEADLINE, "A-1,2025-01,2025-01-03", LINE + ",extra", LINE + ",,", LINE))
    assert [problem.cell for problem in refused.problems] == ["checks.csv!D2", "checks.csv!E3"]


def test_unbalanced_quotes_name_the_row():
    refused = refusal(csv_bytes(HEADLINE, LINE, 'A-1,2025-01,2025-01-03,"pass'))
    assert refused.problems[0].cell == "checks.csv!A3"


def test_cells_below_no_header_are_not_lost_in_silence():
    refused = refusal(xlsx([HEAD, [*ROW, "stray"]]))
    assert [problem.cell for problem in refused.problems] == ["checks!E2"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (3.0, "3"),
        (87.4, "87.4"),
        (0.1 + 0.2, "0.3"),
        (440306017000.0, "440306017000"),
        (-3.5, "-3.5"),
        (0.00001, "0.00001"),
        (1e-5 * 3, "0.00003"),
        (True, "TRUE"),
        (datetime(2025, 1, 3, 4, 5), "2025-01-03 04:05:00"),
        ("\u3000 字 \ufeff", "字"),
    ],
)
def test_numbers_dates_and_truth_values_become_what_a_person_reads(cell, text):
    sheet = read_sheet(xlsx([HEAD, [*ROW[:3], cell], [*ROW[:3], 1]]), "c.xlsx", CHECKS)
    assert sheet.column("result") == [text, "1"]


def test_numbers_beyond_fifteen_digits_and_dated_codes_are_refused():
    refused = refusal(xlsx([HEAD, [date(2025, 1, 2), *ROW[1:]], [*ROW[:3], 6222021234567890123]]))
    assert [problem.cell for problem in refused.problems] == ["checks!A2", "checks!D3"]


def test_error_cells_and_formulas_without_result_are_named_not_read_as_empty():
    head = [*HEAD, "说明"]
    refused = refusal(xlsx([head, [*ROW, "#N/A"], [*ROW, None], [*ROW, "=1+1"]]))
    assert [problem.cell for problem in refused.problems] == ["checks!E2", "checks!E4"]
    assert "#N/A" in refused.problems[0].message


def test_the_first_visible_sheet_that_is_not_the_notes_is_read():
    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.active.append(["not", "this"])
    hidden = book.create_sheet("hidden")
    hidden.append(["nor", "this"])
    hidden.sheet_state = "hidden"
    page = book.create_sheet("data")
    page.append(HEAD)
    page.append([*ROW[:3], "#REF!"])
    assert [problem.cell for problem in refusal(saved(book)).problems] == ["data!D2"]


def test_problems_count_everything_and_keep_the_first_rows():
    problems = Problems(keep=3)
    for row in range(200, 1, -1):
        problems.add(f"s!B{row}", "wrong")
        problems.add(f"s!AA{row}", "wrong")
    with pytest.raises(InputRefused) as caught:
        problems.refuse_if_any()
    assert caught.value.count == 398
    assert [problem.cell for problem in caught.value.problems] == ["s!B2", "s!AA2", "s!B3"]
    Problems().refuse_if_any()


def test_a_caller_that_brings_problems_gets_the_good_values_too():
    problems = Problems()
    sheet = read_sheet(csv_bytes(HEADLINE, LINE, "bad code,2025-01,2025-01-03,1"), "c.csv", CHECKS)
    rows = checked_rows(sheet, CHECKS, problems)
    assert rows["estate_code"] == ["A-1", None]
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (parse_date, "2025-1-5", date(2025, 1, 5)),
        (parse_date, "2025/01/05", date(2025, 1, 5)),
        (parse_date, "2025年1月5日", date(2025, 1, 5)),
        (parse_month, "2025/1", Month(2025, 1)),
        (parse_month, "2025年12月", Month(2025, 12)),
        (parse_year, "2025年度", 2025),
        (parse_int, "12.0", 12),
        (parse_points, "87.4", 8740),
        (parse_points, "100", 10000),
        (parse_decimal_text, "022.5700", "22.57"),
        (parse_decimal_text, "-0.0", "0"),
        (parse_code, "4403-A", "4403-A"),
        (parse_login, "li.wei_2", "li.wei_2"),
        (parse_uscc, "91 440300-71526726 xg".replace("xg", "XG"), "91440300" + "71526726XG"),
    ],
)
def test_parsers_read(parse, text, value):
    assert parse(text) == value


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_date, "2025-02-29"),
        (parse_date, "20250101"),
        (parse_date, "2025-01/05"),
        (parse_month, "2025.1"),
        (parse_month, "2025-1-1"),
        (parse_month, "2025-00"),
        (parse_month, "1025-01"),
        (parse_year, "25"),
        (parse_int, "1.5"),
        (parse_int, "1,200"),
        (parse_int, "１２"),
        (parse_points, "100.01"),
        (parse_points, "-1"),
        (parse_points, "87.405"),
        (parse_points, "1e1"),
        (parse_decimal_text, "nan"),
        (parse_code, "ABC_1"),
        (parse_code, "A" * 33),
        (parse_login, "李伟"),
        (parse_uscc, "9144030071526726XA"),
        (parse_uscc, "123"),
        (parse_text, "a\x07b"),
        (parse_text, "字" * 201),
    ],
)
def test_parsers_refuse_with_a_sentence(parse, text):
    with pytest.raises(DomainError, match="。$"):
        parse(text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_no_text_makes_a_parser_stumble(text):
    for parse in (parse_date, parse_month, parse_year, parse_int, parse_points, parse_decimal_text, parse_code,
                  parse_login, parse_uscc):  # fmt: skip
        with contextlib.suppress(DomainError):
            assert parse(text) is not None
