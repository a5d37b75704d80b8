"""Templates read back, exports round-trip, and no text runs as a formula."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.kernel.periods import Month
from portal.kernel.sheets.columns import Column, SheetKind
from portal.kernel.sheets.read import checked_rows, read_sheet
from portal.kernel.sheets.template import write_template
from portal.kernel.sheets.write import csv_lines, guarded, write_csv, write_xlsx

MANY = tuple((f"value-{n}", f"很长的选项名称第{n}号") for n in range(60))
KINDS = (("commodity", "商品房"), ("village", "村改居"))
KIND = SheetKind(
    "estates",
    "小区",
    (
        Column("estate_code", "小区编号", kind="code", example="440306017010"),
        Column("kind", "类型", kind="choice", choices=KINDS, example="商品房"),
        Column("topic", "事项", required=False, kind="choice", choices=MANY, example="value-59"),
        Column("month", "月份", kind="month", example="2025-01"),
        Column("delivered_on", "交付日期", required=False, kind="date", example="2010-06-30"),
        Column("households", "户数", kind="int", minimum=1, example="1200"),
        Column("score", "得分", kind="points", example="87.40"),
        Column("latitude", "纬度", required=False, kind="decimal", example="22.5550"),
        Column("year", "年度", kind="year", example="2025"),
        Column("note", "说明", required=False, example="-", note="整数。"),
    ),
)


@pytest.fixture
def template(tmp_path):
    write_template(KIND, tmp_path / "t.xlsx")
    return tmp_path / "t.xlsx"


def test_the_example_of_a_template_reads_back(template):
    sheet = read_sheet(template, "t.xlsx", KIND)
    assert sheet.name == "estates"
    rows = checked_rows(sheet, KIND)
    assert {name: values[0] for name, values in rows.items()} == {
        "estate_code": "440306017010",
        "kind": "commodity",
        "topic": "value-59",
        "month": Month(2025, 1),
        "delivered_on": date(2010, 6, 30),
        "households": 1200,
        "score": 8740,
        "latitude": "22.555",
        "year": 2025,
        "note": "-",
    }
    assert sheet.length == 1


def test_a_template_helps_with_headers_drop_downs_and_notes(template):
    book = openpyxl.load_workbook(template)
    page, notes = book["estates"], book["说明"]
    assert [cell.value for cell in page[1]] == [column.header for column in KIND.columns]
    assert page["A1"].font.b
    assert page.freeze_panes == "A2"
    assert "必填" in page["A1"].comment.text
    assert page["A2"].number_format == "@"
    checks = {str(check.sqref).split(":")[0]: check.formula1 for check in page.data_validations.dataValidation}
    assert checks["B2"] == '"商品房,村改居"'
    first, last = checks["C2"].removeprefix("'说明'!").replace("$", "").split(":")
    assert [cell.value for (cell,) in notes[f"{first}:{last}"]] == [label for _value, label in MANY]
    explained = {row[1]: row for row in notes.iter_rows(min_row=4, max_col=7, values_only=True)}
    assert "可以不填" in explained["note"][2]
    assert explained["note"][4] == "Text, at most 200 characters. Whole number."
    assert "village 村改居" in explained["kind"][5]


DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "\n=1",
    "\u3000=1",
    "-",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20SUM(A1)",
    " \uff1d1",
]


@pytest.mark.parametrize("text", DANGEROUS)
def test_dangerous_texts_are_guarded_in_csv_and_xlsx(text, tmp_path):
    assert guarded(text) == f"'{text}"
    target = io.BytesIO()
    write_csv(target, ["=head", "n"], [[text, -3.5]])
    head, row = csv.reader(io.StringIO(target.getvalue().decode("utf-8-sig"), newline=""))
    assert (head[0], row) == ("'=head", [f"'{text}", "-3.5"])
    write_xlsx(tmp_path / "x.xlsx", ["=head", "n"], [[text, -3.5]])
    page = openpyxl.load_workbook(tmp_path / "x.xlsx").active
    assert page["A1"].data_type == "s"
    assert page["A2"].data_type == "s"
    assert page["A2"].value.startswith("'")
    assert (page["B2"].value, page["B2"].data_type) == (-3.5, "n")


def test_plain_codes_and_texts_are_not_altered():
    for text in ("440306017010", "BA-0001", "商品房", "", "a=b", "'quoted"):
        assert guarded(text) == text


def test_kinds_of_cells():
    row = [None, True, date(2025, 1, 3), datetime(2026, 1, 25, 8, tzinfo=UTC), Decimal("-3.50"), 7]
    text = "".join(csv_lines(list("abcdef"), [row], bom=False))
    assert text == "a,b,c,d,e,f\r\n,true,2025-01-03,2026-01-25T08:00:00Z,-3.50,7\r\n"
    target = io.BytesIO()
    write_xlsx(target, list("abcdefg"), [[*row, 6222021234567890123]])
    page = openpyxl.load_workbook(target).active
    assert [cell.value for cell in page[2]] == [
        None, True, datetime(2025, 1, 3), "2026-01-25T08:00:00Z", -3.5, 7, "6222021234567890123",
    ]  # fmt: skip


def test_csv_starts_with_one_bom_and_streams_in_pieces():
    pieces = list(csv_lines(["n"], ([n] for n in range(1200))))
    assert len(pieces) == 3
    assert "".join(pieces).count("\ufeff") == 1
    assert len("".join(pieces).splitlines()) == 1201


# what nobody sees is refused by the reading, and has tests of its own
SEEN = st.characters(
    exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp"),
    exclude_characters="\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0",
)
TEXT = st.text(SEEN, min_size=1, max_size=20).map(str.strip).filter(lambda text: text != "" and guarded(text) == text)
PAIR = SheetKind("pair", "pair", (Column("first", "甲"), Column("second", "乙", required=False)))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(TEXT, st.one_of(st.just(""), TEXT)), min_size=1, max_size=8))
def test_what_is_written_as_csv_reads_back(rows):
    target = io.BytesIO()
    write_csv(target, ["first", "second"], rows)
    sheet = read_sheet(target.getvalue(), "pair.csv", PAIR)
    found = list(zip(sheet.column("first"), sheet.column("second"), strict=True))
    assert found == [(first.strip(), second.strip()) for first, second in rows]
    assert checked_rows(sheet, PAIR)["first"] == sheet.column("first")


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(TEXT, st.one_of(st.just(""), TEXT)), min_size=1, max_size=5))
def test_what_is_written_as_xlsx_reads_back(rows):
    target = io.BytesIO()
    write_xlsx(target, ["first", "second"], rows)
    sheet = read_sheet(target.getvalue(), "pair.xlsx", PAIR)
    assert list(zip(sheet.column("first"), sheet.column("second"), strict=True)) == rows
